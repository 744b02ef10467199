import type { FastifyError } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import { findKeyHolder } from '../../store/api-keys.js';
import { clientIdOf } from '../client-id.js';
import { BEARER_LIFE_S, type BearerTokens } from '../bearer-tokens.js';
import type { ApiContext, ZodApp } from '../context.js';
import { answerError } from '../plugins/errors.js';
import { statusOf } from '../plugins/status.js';

const tokenRequest = z
  .object({ grant_type: z.string(), client_id: z.string(), client_secret: z.string() })
  .partial()
  .meta({
    id: 'TokenRequest',
    examples: [{ client_id: 'key_8fQ2mZx1LrT0bYcVn3Wd', client_secret: 'dw_…', grant_type: 'client_credentials' }],
  });
const token = z
  .object({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    expires_in: z.int(),
    scope: z.string(),
    jti: z.uuid(),
  })
  .meta({
    id: 'Token',
    examples: [
      {
        access_token: 'dwt_…',
        token_type: 'bearer',
        expires_in: 3_600,
        scope: 'entity.plat_5nV0cQe8RjT2yLxKd7Ba',
        jti: '6f1c2b1e-0b0a-4a53-9a55-0a0d4c6a0c3e',
      },
    ],
  });
const tokenError = z
  .object({
    error: z.enum(['invalid_request', 'invalid_client', 'unsupported_grant_type']),
    error_description: z.string(),
  })
  .meta({
    id: 'TokenError',
    examples: [{ error: 'invalid_client', error_description: 'There is no such API key, or it is not active.' }],
  });

/** `POST /oauth/token` (S-Z0): client credentials, an API key’s id and the key, for a bearer of an hour (RFC 6749 §4.4). */
export function oauthRoutes(app: ZodApp, { db }: Pick<ApiContext, 'db'>, bearers: BearerTokens): void {
  // Bodies of this endpoint are forms (RFC 6749 §4.4.2); JSON is taken as well.
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(body as string)));
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error instanceof Refusal ? statusOf(error) : (error.statusCode ?? 500);
    if (status !== 400) return answerError(error, request, reply);
    return reply.code(status).send({ error: 'invalid_request', error_description: error.message });
  });
  app.post(
    '/oauth/token',
    {
      schema: {
        summary: 'Create an OAuth token',
        description:
          'A bearer that may do for an hour what the API key may do: `client_id` is the key’s id or its `client_id` (a UUID), `client_secret` the key. Both may come by HTTP Basic instead.',
        tags: ['run-contract'],
        security: [],
        consumes: ['application/x-www-form-urlencoded', 'application/json'],
        body: tokenRequest.nullish(),
        response: { 200: token, 400: tokenError, 401: tokenError },
      },
    },
    async (request, reply) => {
      void reply.header('Cache-Control', 'no-store');
      const body = request.body ?? {};
      const { client_id: id, client_secret: secret } = basicOf(request.headers.authorization) ?? body;
      const refuse = (status: 400 | 401, error: z.infer<typeof tokenError>['error'], error_description: string) => {
        if (status === 401) void reply.header('WWW-Authenticate', 'Basic realm="dunwell"');
        return reply.code(status).send({ error, error_description });
      };
      if (body.grant_type === undefined || id === undefined || secret === undefined) {
        return refuse(400, 'invalid_request', 'Send grant_type, client_id and client_secret.');
      }
      if (body.grant_type !== 'client_credentials') {
        return refuse(400, 'unsupported_grant_type', 'The only grant_type is client_credentials.');
      }
      const holder = await findKeyHolder(db, secret, null);
      if (!holder || (id !== holder.keyId && id !== clientIdOf(holder.keyId)))
        return refuse(401, 'invalid_client', 'There is no such API key, or it is not active.');
      return {
        access_token: bearers.make(holder.keyId),
        token_type: 'bearer' as const,
        expires_in: BEARER_LIFE_S,
        scope: holder.platformIds.map((platformId) => `entity.${platformId}`).join(' '),
        jti: crypto.randomUUID(),
      };
    },
  );
}

/** RFC 6749 §2.3.1: both are form-encoded before they are joined. */
function basicOf(header: string | undefined): { client_id: string; client_secret: string } | null {
  const [, encoded] = /^Basic (\S+)$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return null;
  const pair = new URLSearchParams(Buffer.from(encoded, 'base64').toString('utf8').replace(':', '='));
  const [first] = pair;
  return first ? { client_id: first[0], client_secret: first[1] } : null;
}
