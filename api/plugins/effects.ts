import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { stringify } from 'safe-stable-stringify';
import { Refusal } from '../../contracts/refusal.js';
import type { Instant } from '../../domain/types.js';
import type { Database, Sql } from '../../store/database.js';
import { Grouped, settle, valueOf, type Settled } from '../../store/grouped.js';
import {
  findKeys,
  forgetKey,
  keepAnswers,
  tryLockKeys,
  type StoredAnswer,
  type UsedKey,
} from '../../store/idempotency.js';
import type { Vault } from '../../store/vault.js';
import type { TellSoon } from '../context.js';
import { callerOf } from './auth.js';
import { isUnavailable } from './errors.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The transaction of a request that changes something; it commits before the answer leaves. */
    tx: Sql;
    /** Has the engine told, after the commit. */
    tell: TellSoon;
    /**
     * Of a route that `commits: 'together'`, in place of `tx`: has `work` done for this request and for others that came at the same
     * time, in one transaction. `ask` and `answer` run inside of it, the latter only of what was not refused.
     */
    together: <Asked, Result, Answer>(
      work: Together<Asked, Result>,
      ask: () => Asked,
      answer: (result: Result) => Answer,
    ) => Promise<Answer>;
  }
  interface FastifyContextConfig {
    /**
     * `own`: talks to the network or commits in pieces. No transaction is around it; `request.tx` commits each statement.
     * `together`: what several requests ask for goes into one transaction, by `request.together`.
     */
    commits?: 'own' | 'together';
    /** The answer shows a secret: what is kept of it is sealed. */
    answersSecret?: boolean;
  }
}

/** What several requests ask for, done in one transaction: a result for each, in their order. What is refused has written nothing. */
type Together<Asked, Result> = (tx: Sql, asked: readonly Asked[]) => Promise<readonly Settled<Result>[]>;

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

/** One request of a group. */
interface Member {
  effect: Omit<Effect, 'work'>;
  /** null = it has no key. */
  scope: Buffer | null;
  ask: () => unknown;
  answer: (result: unknown) => unknown;
}

/** A request's key, what it is used for now, and under which marks it may be known. */
interface KeyUse {
  scope: Buffer;
  fingerprints: readonly [Buffer, ...Buffer[]];
}

const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** A route that commits in pieces and was cut off lets its key go after this. */
const LEASE_MS = 60_000;
const LONGEST_KEY = 255;
/** Requests of one transaction at most: it holds their locks until the last of them is done. */
const MOST_TOGETHER = 64;
/** While one transaction waits for the disk the next is at work. */
const AT_ONCE = 2;

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
  app.decorateRequest('together');
  const groups = new Map<Together<never, unknown>, Grouped<Member, unknown>>();
  const AROUND = {
    whole: { once: (effect: Effect) => whole(effect), keyed: repeatable },
    own: { once: inPieces, keyed: leased },
    together: { once: (effect: Effect) => joined(effect, null), keyed: joined },
  };
  app.addHook('onRoute', (route) => {
    if (![route.method].flat().some((method) => CHANGING.has(method))) return;
    const handler = route.handler as Handler;
    const around = AROUND[route.config?.commits ?? 'whole'];
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
    const use = { scope, fingerprints: fingerprintsOf(effect) };
    return whole(effect, async (tx) => {
      const known = valueOf((await take(tx, [use]))[0]);
      if (known) return replay(effect, scope, known);
      const body = await (keys.refused ? answered(tx, effect, keys.refused) : effect.work());
      await keepAnswers(tx, [{ scope, fingerprint: use.fingerprints[0], answer: answer(effect, scope, body) }], now());
      return body;
    });
  }

  function fingerprintsOf({ request }: Pick<Effect, 'request'>): [Buffer, ...Buffer[]] {
    const [fingerprint = Buffer.alloc(0), ...older] = vault.marks(keys.identity(request));
    return [fingerprint, ...older];
  }

  /** The handler runs outside of a transaction; what it has done together with others is in theirs. */
  async function joined(effect: Effect, scope: Buffer | null): Promise<unknown> {
    if (scope !== null && keys.refused) throw new Error('Routes that keep refusals commit alone.');
    const { request, reply, told } = effect;
    request.tell = (...news) => told.push(news);
    request.together = (work, ask, answer) =>
      groupOf(work).ask({ effect: { request, reply, told }, scope, ask, answer } as Member) as Promise<never>;
    const body = await effect.work();
    for (const news of told) tellSoon(...news);
    return body;
  }

  function groupOf<Asked, Result>(work: Together<Asked, Result>): Grouped<Member, unknown> {
    let group = groups.get(work);
    if (!group) {
      const joint = (members: readonly Member[]): Promise<readonly Settled<unknown>[]> =>
        together(work as Together<unknown, unknown>, members).catch((error: unknown) => {
          // Nobody's request is to blame: to try each alone would only make all wait.
          if (isUnavailable(error)) return members.map(() => ({ error }));
          throw error;
        });
      group = new Grouped(joint, { most: MOST_TOGETHER, atOnce: AT_ONCE });
      groups.set(work, group);
    }
    return group;
  }

  /** One transaction for all: their keys are taken, what is left is done, and the answers to the keyed ones are kept. */
  function together(
    work: Together<unknown, unknown>,
    members: readonly Member[],
  ): Promise<readonly Settled<unknown>[]> {
    return db.transaction(async (tx) => {
      for (const { effect } of members) effect.told.length = 0;
      // A group does not stand still for one of its members: it gives up, and each tries by itself.
      if (members.length > 1) await tx.rows(`SET LOCAL lock_timeout = '1s'`);
      const uses = members.map(({ effect, scope }) => scope && { scope, fingerprints: fingerprintsOf(effect) });
      const known = await takeOnce(tx, uses);
      const settled = members.map(({ effect, scope, ask }, place): Settled<unknown> | { asked: unknown } => {
        const before = known[place] ?? { value: null };
        if ('error' in before) return before;
        if (scope && before.value) return { value: replay(effect, scope, before.value) };
        const asked = settle(ask);
        return 'error' in asked ? asked : { asked: asked.value };
      });
      const asked = settled.flatMap((one) => ('asked' in one ? [one.asked] : []));
      const results = (asked.length === 0 ? [] : await work(tx, asked)).values();
      const kept: UsedKey[] = [];
      const answers = settled.map((one, place): Settled<unknown> => {
        if (!('asked' in one)) return one;
        const result: Settled<unknown> = results.next().value ?? { error: new Error('Too few results') };
        const member = members[place];
        if ('error' in result || !member) return result;
        const body = member.answer(result.value);
        const use = uses[place];
        if (use) {
          const stored = answer(member.effect, use.scope, body);
          kept.push({ scope: use.scope, fingerprint: use.fingerprints[0], answer: stored });
        }
        return { value: body };
      });
      if (kept.length > 0) await keepAnswers(tx, kept, now());
      return answers;
    });
  }

  /** As `take`; of several members with one key the first has it, the others come while it is under way. */
  async function takeOnce(tx: Sql, uses: readonly (KeyUse | null)[]): Promise<Settled<StoredAnswer | null>[]> {
    const first = new Map<string, KeyUse>();
    for (const use of uses) if (use && !first.has(use.scope.toString('hex'))) first.set(use.scope.toString('hex'), use);
    const taken = (await take(tx, [...first.values()])).values();
    return uses.map((use) => {
      if (!use) return { value: null };
      if (first.get(use.scope.toString('hex')) !== use) return { error: keys.inProgress() };
      return taken.next().value ?? { value: null };
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
    const use = { scope, fingerprints: fingerprintsOf(effect) };
    const used = { scope, fingerprint: use.fingerprints[0] };
    const leasedAt = now();
    const known = await db.transaction(async (tx) => {
      const found = valueOf((await take(tx, [use]))[0]);
      if (!found) await keepAnswers(tx, [{ ...used, answer: null }], leasedAt);
      return found;
    });
    if (known) return replay(effect, scope, known);
    const body = await inPieces(effect).catch(async (error: unknown) => {
      // Only ours: after a minute another request may have taken the key over. If this fails the lease ends by itself.
      await forgetKey(db, scope, leasedAt).catch(() => undefined);
      throw error;
    });
    await keepAnswers(db, [{ ...used, answer: answer(effect, scope, body) }], leasedAt);
    return body;
  }

  /** The answers to give again, or null when a key is ours to use. No key stands there twice. */
  async function take(tx: Sql, uses: readonly KeyUse[]): Promise<Settled<StoredAnswer | null>[]> {
    if (uses.length === 0) return [];
    const scopes = uses.map(({ scope }) => scope);
    const locked = await tryLockKeys(tx, scopes);
    const known = await findKeys(tx, scopes, now() - keys.keptMs);
    return uses.map(({ fingerprints }, place) =>
      settle(() => {
        if (!locked[place]) throw keys.inProgress();
        const one = known[place];
        if (!one) return null;
        if (!fingerprints.some((own) => one.fingerprint.equals(own))) throw keys.reused();
        if (one.answer === null && now() - one.created_at < LEASE_MS) throw keys.inProgress();
        return one.answer;
      }),
    );
  }

  function answer({ request, reply }: Omit<Effect, 'work'>, scope: Buffer, body: unknown): StoredAnswer {
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

  function replay(
    { request, reply }: Omit<Effect, 'work'>,
    scope: Buffer,
    { status, headers, body }: StoredAnswer,
  ): unknown {
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
