import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { stringify } from 'safe-stable-stringify';
import { Refusal } from '../../contracts/refusal.js';
import type { Instant } from '../../domain/types.js';
import type { Database, Sql } from '../../store/database.js';
import { findKey, forgetKey, keepAnswer, tryLockKey, type StoredAnswer } from '../../store/idempotency.js';
import type { Vault } from '../../store/vault.js';
import type { TellSoon } from '../context.js';
import { callerOf } from './auth.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The transaction of a request that changes something; it commits before the answer leaves. */
    tx: Sql;
    /** Has the engine told, after the commit. */
    tell: TellSoon;
  }
  interface FastifyContextConfig {
    /** `own`: talks to the network or commits in pieces. No transaction is around it; `request.tx` commits each statement. */
    commits?: 'own';
    /** The answer shows a secret: what is kept of it is sealed. */
    answersSecret?: boolean;
  }
}

/** How a contract uses `Idempotency-Key`. */
export interface KeyRules {
  keptMs: number;
  /** What a key is for, besides its credential and platform. */
  scope: (request: FastifyRequest) => readonly string[];
  /** What makes two requests the same; a body may hold secrets, so only a mark of it is kept. */
  identity: (request: FastifyRequest) => string;
  /** Used before, for another request. */
  reused: () => Refusal;
  /** The first request is not answered yet. */
  inProgress: () => Refusal;
  /** Keeps the answer to a refused request too; absent = only what succeeded is kept. */
  refused?: (refusal: Refusal) => { status: number; body: unknown };
}

export interface EffectsOptions {
  db: Database;
  vault: Vault;
  tellSoon: TellSoon;
  /** The age of keys is told by it. */
  now: () => Instant;
  keys: KeyRules;
}

type Handler = (this: unknown, request: FastifyRequest, reply: FastifyReply) => unknown;

/** One request that changes something. */
interface Effect {
  request: FastifyRequest;
  reply: FastifyReply;
  /** The route's own handler. */
  work: () => Promise<unknown>;
  /** What the engine is to hear after the commit. */
  told: Parameters<TellSoon>[];
}

const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** A route that commits in pieces and was cut off lets its key go after this. */
const LEASE_MS = 60_000;
const LONGEST_KEY = 255;

/** S-W9: kept 48 hours, scope = method and path, the same = query and body; refusals are not kept. */
export const V1_KEYS: KeyRules = {
  keptMs: 48 * 3_600_000,
  scope: (request) => [request.method, pathOf(request)],
  identity: (request) => stringify([request.url.slice(pathOf(request).length), request.givenBody ?? null]) ?? '',
  reused: () => Refusal.reusedKey(),
  inProgress: () => Refusal.keyInProgress(),
};

/**
 * Runs every route that changes something in one transaction, `request.tx`; the handler *returns* its answer, which leaves after
 * the commit. With an `Idempotency-Key` the answer is kept in that same transaction and given again to whoever repeats the
 * request, as the contract's `keys` say (S-W9, Z5).
 */
export function registerEffects(app: FastifyInstance, options: EffectsOptions): void {
  const { db, vault, tellSoon, now, keys } = options;
  app.decorateRequest('tx');
  app.decorateRequest('tell');
  app.addHook('onRoute', (route) => {
    if (![route.method].flat().some((method) => CHANGING.has(method))) return;
    const handler = route.handler as Handler;
    const around =
      route.config?.commits === 'own' ? { once: inPieces, keyed: leased } : { once: whole, keyed: repeatable };
    route.handler = async function (request, reply) {
      if (route.config?.answersSecret) void reply.header('Cache-Control', 'no-store');
      const work = (): Promise<unknown> =>
        new Promise((resolve) => {
          resolve(handler.call(this, request, reply));
        });
      const effect: Effect = { request, reply, work, told: [] };
      const scope = scopeOf(request, keys);
      if (scope === null) return around.once(effect);
      try {
        return await around.keyed(effect, scope);
      } catch (error) {
        if (!(error instanceof Refusal)) void reply.header('Idempotency-Retryable', 'true');
        throw error;
      }
    };
  });

  /** One transaction; the engine is told of it afterwards. */
  async function whole(effect: Effect, around?: (tx: Sql) => Promise<unknown>): Promise<unknown> {
    const { request, reply, work, told } = effect;
    const body = await db.transaction((tx) => {
      told.length = 0;
      request.tx = tx;
      request.tell = (...news) => told.push(news);
      return around ? around(tx) : work();
    });
    if (reply.sent) throw new Error('A handler that changes something returns its answer; it does not send it.');
    for (const news of told) tellSoon(...news);
    return body;
  }

  function inPieces({ request, work }: Effect): Promise<unknown> {
    request.tx = db;
    request.tell = tellSoon;
    return work();
  }

  function repeatable(effect: Effect, scope: Buffer): Promise<unknown> {
    const [fingerprint = Buffer.alloc(0), ...older] = vault.marks(keys.identity(effect.request));
    return whole(effect, async (tx) => {
      const known = await take(tx, scope, [fingerprint, ...older]);
      if (known) return replay(effect, scope, known);
      const body = await (keys.refused ? answered(tx, effect, keys.refused) : effect.work());
      await keepAnswer(tx, scope, fingerprint, answer(effect, scope, body), now());
      return body;
    });
  }

  /** What the work answers, its refusal included; what a refused one has written is undone. */
  async function answered(tx: Sql, effect: Effect, refused: NonNullable<KeyRules['refused']>): Promise<unknown> {
    await tx.rows('SAVEPOINT work');
    try {
      return await effect.work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await tx.rows('ROLLBACK TO SAVEPOINT work');
      effect.told.length = 0;
      const { status, body } = refused(error);
      effect.reply.code(status);
      return body;
    }
  }

  /** The key is leased instead of locked, so that no connection waits while the route talks to others. */
  async function leased(effect: Effect, scope: Buffer): Promise<unknown> {
    const [fingerprint = Buffer.alloc(0), ...older] = vault.marks(keys.identity(effect.request));
    const leasedAt = now();
    const known = await db.transaction(async (tx) => {
      const found = await take(tx, scope, [fingerprint, ...older]);
      if (!found) await keepAnswer(tx, scope, fingerprint, null, leasedAt);
      return found;
    });
    if (known) return replay(effect, scope, known);
    const body = await inPieces(effect).catch(async (error: unknown) => {
      // Only ours: after a minute another request may have taken the key over. If this fails the lease ends by itself.
      await forgetKey(db, scope, leasedAt).catch(() => undefined);
      throw error;
    });
    await keepAnswer(db, scope, fingerprint, answer(effect, scope, body), leasedAt);
    return body;
  }

  /** The answer to give again, or null when the key is ours to use. */
  async function take(tx: Sql, scope: Buffer, fingerprints: readonly Buffer[]): Promise<StoredAnswer | null> {
    if (!(await tryLockKey(tx, scope))) throw keys.inProgress();
    const known = await findKey(tx, scope, now() - keys.keptMs);
    if (!known) return null;
    if (!fingerprints.some((one) => known.fingerprint.equals(one))) throw keys.reused();
    if (known.answer === null && now() - known.created_at < LEASE_MS) throw keys.inProgress();
    return known.answer;
  }

  function answer({ request, reply }: Effect, scope: Buffer, body: unknown): StoredAnswer {
    const text = JSON.stringify(body);
    const ours = Object.entries(reply.getHeaders()).filter(
      ([name]) => name === 'location' || name.startsWith('dunwell-'),
    );
    return {
      status: reply.statusCode,
      headers: Object.fromEntries(ours.map(([name, value]) => [name, String(value)])),
      body: request.routeOptions.config.answersSecret ? vault.seal(text, scope.toString('hex')) : text,
    };
  }

  function replay({ request, reply }: Effect, scope: Buffer, { status, headers, body }: StoredAnswer): unknown {
    void reply.code(status).headers({ ...headers, 'Idempotent-Replayed': 'true' });
    return JSON.parse(request.routeOptions.config.answersSecret ? vault.open(body, scope.toString('hex')) : body);
  }
}

/** Whose key it is and for what; null = the request has none. */
function scopeOf(request: FastifyRequest, { scope }: KeyRules): Buffer | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || key === '' || key.length > LONGEST_KEY) {
    throw Refusal.invalid('Idempotency-Key', `An idempotency key has 1–${String(LONGEST_KEY)} characters.`);
  }
  const { credentialId, platform } = callerOf(request);
  const parts = [credentialId, platform.id, ...scope(request), key];
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?')[0] ?? url;
}
