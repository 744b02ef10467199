import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../../contracts/refusal.js';
import { findCaller, type Caller } from '../../store/api-keys.js';
import type { Database } from '../../store/database.js';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
  }
}

/** Every route below asks for an API key, in `X-API-KEY` or as a bearer, and belongs to one platform (S-W1). */
export function registerAuth(app: FastifyInstance, db: Database): void {
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request) => {
    const key = keyOf(request);
    const header = request.headers['x-platform-id'];
    const wanted = typeof header === 'string' ? header : null;
    const caller = key === null ? null : await findCaller(db, key, wanted);
    if (!caller) {
      throw new Refusal([
        { code: 'UNAUTHORISED', field: null, message: 'Send a valid API key in X-API-KEY or as a bearer token.' },
      ]);
    }
    if (!caller.platform) {
      const message =
        wanted === null
          ? 'This API key serves several platforms: name one in x-platform-id.'
          : 'This API key may not use that platform.';
      throw new Refusal([{ code: 'USER_NOT_ALLOWED', field: 'x-platform-id', message }]);
    }
    request.caller = caller;
  });
}

/** The platform a request belongs to. */
export function platformOf(request: FastifyRequest): NonNullable<Caller['platform']> {
  if (!request.caller?.platform) throw new Error('This route is not behind authentication.');
  return request.caller.platform;
}

function keyOf(request: FastifyRequest): string | null {
  const header = request.headers['x-api-key'];
  if (typeof header === 'string' && header !== '') return header;
  return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}
