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

/** Takes the key until the transaction ends; false = another request has it, whose answer is not there yet (S-W9). */
export async function tryLockKey(tx: Sql, scope: Buffer): Promise<boolean> {
  const row = await tx.row<{ locked: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS locked', [
    scope.readBigInt64BE(),
  ]);
  return row?.locked === true;
}

/** What is known of a key that was used after `since`. To be read in a statement after the lock: it sees what was committed before it. */
export function findKey(tx: Sql, scope: Buffer, since: Instant): Promise<KnownKey | null> {
  return tx.row<KnownKey>(
    'SELECT fingerprint, answer, created_at FROM idempotency_keys WHERE scope = $1 AND created_at > $2',
    [scope, at(since)],
  );
}

/** Keeps the answer; null = under way. */
export async function keepAnswer(
  tx: Sql,
  scope: Buffer,
  fingerprint: Buffer,
  answer: StoredAnswer | null,
  now: Instant,
): Promise<void> {
  await tx.rows(
    `INSERT INTO idempotency_keys (scope, fingerprint, answer, created_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (scope) DO UPDATE SET fingerprint = $2, answer = $3, created_at = $4`,
    [scope, fingerprint, answer === null ? null : JSON.stringify(answer), at(now)],
  );
}

/** Gives up a lease that was taken at that instant, and no other. */
export async function forgetKey(tx: Sql, scope: Buffer, leasedAt: Instant): Promise<void> {
  await tx.rows('DELETE FROM idempotency_keys WHERE scope = $1 AND answer IS NULL AND created_at = $2', [
    scope,
    at(leasedAt),
  ]);
}
