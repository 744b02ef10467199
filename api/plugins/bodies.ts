import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Refusal } from '../../contracts/refusal.js';
import { duplicateKey } from './duplicate-key.js';
import { fieldPath } from './field-path.js';

const DEEPEST = 64;
const MOST_NAMED = 50;
/** Fields that we write: what a body says of them is ignored, and not worth a header (S-W3). */
const READ_ONLY = new Set(['object_type', 'id', 'created_at', 'updated_at']);

type Path = readonly PropertyKey[];

/**
 * Guards what a request says, in URL and JSON body: refuses what cannot be stored (NUL, lone surrogates, numbers beyond a double,
 * nesting without end), and names the fields that were ignored in `Dunwell-Ignored-Fields` (S-W3).
 */
export function registerBodies(app: FastifyInstance): void {
  acceptOnlyJson(app);
  app.decorateRequest('givenBody', null);
  app.decorateRequest('givenQuery', null);
  app.decorateRequest('bodyProblem', null);
  app.addHook('preValidation', (request, _reply, done) => {
    inspect(request.params, []);
    inspect(request.query, []);
    // Bytes are no fields; what makes two such requests the same is told by their hash (S-W9).
    const bytes = Buffer.isBuffer(request.body) ? request.body : null;
    if (bytes === null) request.bodyProblem ??= problemOf(request.body);
    if (request.bodyProblem && !request.routeOptions.config.judgesBody) throw request.bodyProblem;
    request.givenBody = bytes === null ? request.body : createHash('sha256').update(bytes).digest('hex');
    request.givenQuery = request.query;
    done();
  });
  app.addHook('preHandler', (request, reply, done) => {
    nameIgnored(reply, request.givenBody, request.body, request.givenQuery, request.query);
    done();
  });
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, before it was parsed; of one that is not JSON its SHA-256. */
    givenBody: unknown;
    givenQuery: unknown;
    /** Why the body cannot be taken; only a route that `judgesBody` sees it. */
    bodyProblem: Refusal | null;
  }
  interface FastifyContextConfig {
    /** The handler says itself when it is a body's turn to be refused. */
    judgesBody?: boolean;
  }
}

/** Names in a header what was given and is no longer there after parsing; a parameter of the query as `?name`. */
export function nameIgnored(
  reply: FastifyReply,
  given: unknown,
  parsed: unknown,
  givenQuery: unknown = null,
  query: unknown = null,
): void {
  const fields = ignoredPaths(given, parsed, [])
    .map((path) => fieldPath(path) ?? '')
    .filter((path) => !READ_ONLY.has(path));
  const parameters = Object.keys(givenQuery ?? {}).filter((name) => !Object.hasOwn(query ?? {}, name));
  sayIgnored(reply, [...fields, ...parameters.map((name) => `?${name}`)]);
}

/** Names what a request said and nobody heard. */
export function sayIgnored(reply: FastifyReply, ignored: readonly string[]): void {
  if (ignored.length === 0) return;
  // A header is ASCII and short: some servers and clients refuse more than 8 kB of them.
  const named = ignored.slice(0, MOST_NAMED).map((path) => encodeURI(path).slice(0, 100));
  void reply.header('Dunwell-Ignored-Fields', [...named, ...(ignored.length > MOST_NAMED ? ['...'] : [])].join(', '));
}

/**
 * JSON in UTF-8 and nothing else: text that was sent in another encoding would be stored as question marks. An empty body is no
 * body, also under `Content-Type: application/json`: `POST …/activate` has nothing to say.
 */
function acceptOnlyJson(app: FastifyInstance): void {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) {
      done(null, undefined);
      return;
    }
    const refuseLater = (problem: Refusal): void => {
      request.bodyProblem = problem;
      done(null, undefined);
    };
    let text: string;
    try {
      text = utf8.decode(body);
    } catch {
      refuseLater(badRequest(null, 'The body is not UTF-8.'));
      return;
    }
    void parseJson(request, text, (error, parsed) => {
      const twice = error ? null : duplicateKey(text);
      if (error) refuseLater(badRequest(null, error.message));
      else if (twice === null) done(null, parsed);
      else refuseLater(badRequest(twice, `${twice} stands twice in one object.`));
    });
  });
}

function problemOf(body: unknown): Refusal | null {
  try {
    inspect(body, []);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function badRequest(field: string | null, message: string): Refusal {
  return new Refusal([{ code: 'BAD_REQUEST', field, message }]);
}

function inspect(value: unknown, path: Path): void {
  if (path.length > DEEPEST) refuse(path, `is nested more than ${String(DEEPEST)} levels deep`);
  if (typeof value === 'string') inspectText(value, path);
  if (typeof value === 'number' && !Number.isFinite(value)) refuse(path, 'is a number beyond what can be stored');
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    inspectText(key, path);
    inspect(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

function inspectText(text: string, path: Path): void {
  if (text.includes('\u0000')) refuse(path, 'contains a NUL character');
  if (!text.isWellFormed()) refuse(path, 'contains half of a surrogate pair');
}

function refuse(path: Path, what: string): never {
  const field = fieldPath(path);
  throw badRequest(field, `${field ?? 'The body'} ${what}.`);
}

function ignoredPaths(given: unknown, parsed: unknown, path: Path): Path[] {
  if (typeof given !== 'object' || given === null || typeof parsed !== 'object' || parsed === null) return [];
  const kept = parsed as Record<string, unknown>;
  return Object.entries(given).flatMap(([key, value]) => {
    const here = [...path, Array.isArray(given) ? Number(key) : key];
    return Object.hasOwn(kept, key) ? ignoredPaths(value, kept[key], here) : [here];
  });
}
