import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../../contracts/refusal.js';
import { findKeyHolders, type KeyAsked, type KeyHolder } from '../../store/api-keys.js';
import type { Instant } from '../../domain/types.js';
import type { Database } from '../../store/database.js';
import { Grouped } from '../../store/grouped.js';
import { getPlatforms, type Platform } from '../../store/platforms.js';
import { allows, type Grant, type Permission } from '../permissions.js';
import type { BearerTokens } from '../bearer-tokens.js';
import { looksLikeToken, type ReadToken } from '../tokens.js';

/** Who is calling, and for which platform. */
export interface Caller {
  credentialId: string;
  /** The key's id, or the token's subject. */
  userId: string;
  /** The verified address of a token's user; a key has none. */
  email: string | null;
  grant: Grant;
  /** Every platform the credential may use. */
  platformIds: string[];
  /** Of a key: what it makes may not outlive it. null = no end, or a token, which is made anew all the time. */
  expiresAt: Instant | null;
  platform: Platform;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** What the caller must be allowed to. Every route behind authentication has one. */
    permission?: Permission;
  }
}

/** Keys of one statement at most. */
const MOST_KEYS = 128;

interface Credential extends Omit<Caller, 'platform'> {
  platform: Platform | null;
}

export interface AuthOptions {
  db: Database;
  /** null = no issuer is configured. */
  readToken: ReadToken | null;
  /** Opens the tokens that we made ourselves (S-Z0). */
  bearers: BearerTokens;
  /** Which header names the platform; the first that is sent counts. */
  platformHeaders: readonly [string, ...string[]];
}

/**
 * Every route below asks for an API key, in `X-API-KEY` or as a bearer, or for a token as a bearer; it belongs to one platform
 * and needs the permission that its `config` names (S-W1).
 */
export function registerAuth(app: FastifyInstance, { db, readToken, bearers, platformHeaders }: AuthOptions): void {
  // A statement for all that ask meanwhile. It begins after they have asked: a key that was switched off before is not taken.
  const holders = new Grouped<KeyAsked, KeyHolder | null>(
    (asked) =>
      findKeyHolders(db, asked).then(
        (found) => asked.map((_, place) => ({ value: found[place] ?? null })),
        (error: unknown) => asked.map(() => ({ error })),
      ),
    { most: MOST_KEYS },
  );
  app.decorateRequest('caller', null);
  app.addHook('onRoute', ({ url, config }) => {
    if (!config?.permission) throw new Error(`${url} names no permission.`);
  });
  app.addHook('onRequest', async (request) => {
    const header = platformHeaders.find((name) => typeof request.headers[name] === 'string') ?? platformHeaders[0];
    const value = request.headers[header];
    const wanted = typeof value === 'string' ? value : null;
    const found = await credentialOf(request, wanted);
    if (!found) {
      throw new Refusal([
        {
          code: 'UNAUTHORISED',
          field: null,
          message: 'Send a valid API key in X-API-KEY, or a key or token as a bearer.',
        },
      ]);
    }
    const { platform } = found;
    if (!platform) {
      const message =
        wanted === null
          ? `This credential serves several platforms: name one in ${header}.`
          : 'This credential may not use that platform.';
      throw notAllowed(header, message);
    }
    request.caller = { ...found, platform };
    const { permission } = request.routeOptions.config;
    if (permission) mustAllow(found, permission);
  });

  async function credentialOf(request: FastifyRequest, wanted: string | null): Promise<Credential | null> {
    const header = request.headers['x-api-key'];
    const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
    const key = typeof header === 'string' && header !== '' ? header : bearer;
    if (key === null) return null;
    if (key === bearer && looksLikeToken(key)) return readToken ? byToken(readToken, key, wanted) : null;
    const keyId = key === bearer ? bearers.read(key) : null;
    const holder = await holders.ask({ by: keyId === null ? { key } : { id: keyId }, wanted });
    if (!holder) return null;
    const { keyId: id, role, platformIds, expiresAt, platform } = holder;
    return { credentialId: id, userId: id, email: null, grant: role, platformIds, expiresAt, platform };
  }

  async function byToken(read: ReadToken, token: string, wanted: string | null): Promise<Credential | null> {
    const holder = await read(token);
    if (!holder) return null;
    const { subject, grant, email } = holder;
    const platforms = await getPlatforms(db, holder.platformIds);
    if (new Set(platforms.map(({ environment }) => environment)).size > 1) {
      throw notAllowed(null, 'A token serves TEST platforms or LIVE ones, never both.');
    }
    const platformIds = platforms.map(({ id }) => id);
    const id = wanted ?? (platformIds.length === 1 ? platformIds[0] : undefined);
    const platform = platforms.find((one) => one.id === id) ?? null;
    return { credentialId: `sub:${subject}`, userId: subject, email, grant, platformIds, expiresAt: null, platform };
  }
}

/** Who sent a request that is behind authentication. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new Error('This route is not behind authentication.');
  return request.caller;
}

/** The platform a request belongs to. */
export function platformOf(request: FastifyRequest): Platform {
  return callerOf(request).platform;
}

/** Refuses a caller who lacks the permission (S-W1). */
export function mustAllow({ grant }: Pick<Caller, 'grant'>, permission: Permission): void {
  if (!allows(grant, permission)) throw notAllowed(null, `This needs the permission ${permission}.`);
}

export function notAllowed(field: string | null, message: string): Refusal {
  return new Refusal([{ code: 'USER_NOT_ALLOWED', field, message }]);
}
