import type { Instant } from '../domain/types.js';
import { at, type Sql } from './database.js';

/** An answer that is given again: status, our own headers, and the body as it was sent. */
export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  /** JSON text, or sealed JSON text where the route answers a secret. */
  body: string;
}

export interface KnownKey {
  fingerprint: Buffer;
  /** null = the first request with this key is still under way. */
  answer: StoredAnswer | null;
  created_at: Instant;
}

/** Takes each key until the transaction ends; false = another request has it, whose answer is not there yet (S-W9). */
export async function tryLockKeys(tx: Sql, scopes: readonly Buffer[]): Promise<boolean[]> {
  const rows = await tx.rows<{ locked: boolean }>(
    'SELECT pg_try_advisory_xact_lock(q.key) AS locked FROM unnest($1::bigint[]) WITH ORDINALITY AS q (key, place) ORDER BY q.place',
    [scopes.map((scope) => scope.readBigInt64BE().toString())],
  );
  return rows.map(({ locked }) => locked);
}

/**
 * What is known of the keys that were used after `since`, in their order. To be read in a statement after the lock: it sees what was
 * committed before it.
 */
export async function findKeys(tx: Sql, scopes: readonly Buffer[], since: Instant): Promise<(KnownKey | null)[]> {
  const rows = await tx.rows<KnownKey & { scope: Buffer }>(
    'SELECT scope, fingerprint, answer, created_at FROM idempotency_keys WHERE scope = ANY ($1) AND created_at > $2',
    [scopes, at(since)],
  );
  const known = new Map(rows.map((row) => [row.scope.toString('hex'), row]));
  return scopes.map((scope) => known.get(scope.toString('hex')) ?? null);
}

/** What a key was used for; an answer of null = under way. */
export interface UsedKey {
  scope: Buffer;
  fingerprint: Buffer;
  answer: StoredAnswer | null;
}

/** Keeps the answers of keys that differ. */
export async function keepAnswers(tx: Sql, used: readonly UsedKey[], now: Instant): Promise<void> {
  await tx.rows(
    `INSERT INTO idempotency_keys (scope, fingerprint, answer, created_at)
     SELECT q.scope, q.fingerprint, q.answer, $4 FROM unnest($1::bytea[], $2::bytea[], $3::jsonb[]) AS q (scope, fingerprint, answer)
     ON CONFLICT (scope) DO UPDATE
       SET fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = excluded.created_at`,
    [
      used.map(({ scope }) => scope),
      used.map(({ fingerprint }) => fingerprint),
      used.map(({ answer }) => (answer === null ? null : JSON.stringify(answer))),
      at(now),
    ],
  );
}

/** Gives up a lease that was taken at that instant, and no other. */
export async function forgetKey(tx: Sql, scope: Buffer, leasedAt: Instant): Promise<void> {
  await tx.rows('DELETE FROM idempotency_keys WHERE scope = $1 AND answer IS NULL AND created_at = $2', [
    scope,
    at(leasedAt),
  ]);
}
