import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Refusal, Unavailable, type Problem, type RefusalCode } from '../../contracts/refusal.js';
import { asksRunContract, runContractAnswer } from '../zuora/refusal.js';
import { fieldPath } from './field-path.js';
import { statusOf } from './status.js';

/** Errors of Fastify itself that are the caller's, by its status. */
const BY_STATUS: Partial<Record<number, RefusalCode>> = { 415: 'UNSUPPORTED_MEDIA_TYPE', 429: 'INVALID_REQUEST' };

/** Every error leaves as one ApiError: the first problem, and all of them in `problems` (S-W6). */
export function registerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => answerError(error as FastifyError, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const version = /^\/v(\d+)(\/|$)/.exec(request.url)?.[1];
    const refusal =
      version !== undefined && version !== '1'
        ? new Refusal([
            { code: 'UNSUPPORTED_VERSION', field: 'version', message: `Version ${version} is not supported; use 1.` },
          ])
        : new Refusal([
            { code: 'RESOURCE_NOT_FOUND', field: null, message: `There is no ${request.method} ${path(request)}.` },
          ]);
    return send(reply, statusOf(refusal), refusal);
  });
}

/** Zod's issues as problems of the contract: what is absent is missing, everything else invalid. */
export function problemsOf(error: z.ZodError): [Problem, ...Problem[]] {
  const problems = error.issues.map((issue): Problem => {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    const field = fieldPath([...issue.path, ...unknown]);
    const missing = issue.input == null && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
    return missing
      ? { code: 'MISSING_FIELD', field, message: `${field ?? 'The body'} is required.` }
      : { code: 'INVALID_FIELD', field, message: `${field ?? 'The body'}: ${issue.message}` };
  });
  const [first, ...rest] = problems;
  return [first ?? { code: 'BAD_REQUEST', field: null, message: 'The request is not valid.' }, ...rest];
}

/** Answers any error; also those of the router, before a request has hooks. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof Refusal) return send(reply, statusOf(error), error);
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) {
    const code = BY_STATUS[status] ?? 'BAD_REQUEST';
    return send(reply, status, new Refusal([{ code, field: null, message: messageOf(error, status, request) }]));
  }
  if (error instanceof Unavailable || isUnavailable(error)) {
    request.log.error({ err: error }, 'somebody we need does not answer');
    void reply.header('Transient-error', 'true').header('Retry-After', '1');
    const refusal = new Refusal([{ code: 'INTERNAL_ERROR', field: null, message: 'Try again in a moment.' }]);
    return send(reply, 503, refusal);
  }
  request.log.error({ err: error }, 'request failed');
  const message = `An error on our side, recorded as ${request.id}.`;
  return send(reply, 500, new Refusal([{ code: 'INTERNAL_ERROR', field: null, message }]));
}

/** What Fastify found wrong with a body, and what would be right. */
function messageOf(error: FastifyError, status: number, { headers, routeOptions }: FastifyRequest): string {
  const [takes = 'application/json'] = routeOptions.schema?.consumes ?? [];
  if (status === 415) return `Content-Type ${headers['content-type'] ?? '(none)'} is not taken here; send ${takes}.`;
  if (status === 413)
    return `The body is larger than ${String(routeOptions.bodyLimit)} bytes, the most that is taken here.`;
  return error.message;
}

/** Each contract has its own shape of errors. */
function send(reply: FastifyReply, status: number, refusal: Refusal): FastifyReply {
  if (refusal.retryAfterS !== null) void reply.header('Retry-After', String(refusal.retryAfterS));
  if (status === 401) void reply.header('WWW-Authenticate', 'Bearer realm="dunwell"');
  const answer = asksRunContract(reply.request)
    ? runContractAnswer(status, refusal)
    : { status, body: apiError(status, refusal) };
  return reply.code(answer.status).type('application/json; charset=utf-8').send(answer.body);
}

function apiError(status: number, { problems, resource }: Refusal): object {
  const [first] = problems;
  return {
    type: status >= 500 ? 'API_ERROR' : 'INVALID_REQUEST',
    code: first.code,
    field: first.field,
    message: first.message,
    resource_id: resource?.id ?? null,
    resource_type: resource?.type ?? null,
    problems,
  };
}

function path(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? request.url;
}

/** Connection refused, lost or shutting down: PostgreSQL class 08 and 57P, and Node's socket errors. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '' } = error as { code?: string };
  return (
    /^(08|57P)/.test(code) ||
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', '53300', '57014', '25P03'].includes(code) ||
    /timeout exceeded when trying to connect|Connection terminated|Query read timeout/.test(error.message)
  );
}
