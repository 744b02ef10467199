import type { Sql } from './database.js';
import type { RunEvent } from './run-events.js';
import type { RunRow } from './run-context.js';

export type OutboxKind =
  'RUN' | 'CLOCK' | 'CUSTOMER' | 'WORKFLOW' | 'PLATFORM' | 'BULK' | 'BACKFILL' | 'SCHEDULE' | 'RUN_ENDED';

/** Something the engine, or the background, has to be told; leased to one dispatcher at a time. */
export interface OutboxItem {
  kind: OutboxKind;
  subject_id: string;
  platform_id: string;
  revision: number;
  cursor: string | null;
  attempts: number;
  /** RUN_ENDED, whose subject is the event's id: what is to be told. */
  event: RunEvent | null;
}

/** How long a leased item is left to its dispatcher before another may try. Longer than any delivery takes. */
const LEASE = `interval '30 seconds'`;

/** A run's new plan: one row per run however often it changed, so a thousand changes are one signal. */
export async function enqueueRun(tx: Sql, run: Pick<RunRow, 'id' | 'platform_id' | 'plan_revision'>): Promise<void> {
  await tx.rows(
    `INSERT INTO outbox (kind, subject_id, platform_id, revision) VALUES ('RUN', $1, $2, $3)
     ON CONFLICT (kind, platform_id, subject_id) DO UPDATE
       SET revision = greatest(outbox.revision, excluded.revision), next_attempt_at = clock_timestamp(), attempts = 0`,
    [run.id, run.platform_id, run.plan_revision],
  );
}

/** What was just queued for a run is told so much later. */
export async function deferRun(tx: Sql, run: Pick<RunRow, 'id' | 'platform_id'>, afterMs: number): Promise<void> {
  await tx.rows(
    `UPDATE outbox SET next_attempt_at = clock_timestamp() + $3 * interval '1 millisecond'
     WHERE kind = 'RUN' AND platform_id = $2 AND subject_id = $1`,
    [run.id, run.platform_id, afterMs],
  );
}

/** The clock's advance of this number is to be started; the number is the item's revision. */
export async function enqueueClock(tx: Sql, platformId: string, clockId: string, advance: number): Promise<void> {
  await tx.rows(
    `INSERT INTO outbox (kind, subject_id, platform_id, revision) VALUES ('CLOCK', $1, $2, $3)
     ON CONFLICT (kind, platform_id, subject_id) DO UPDATE
       SET revision = excluded.revision, next_attempt_at = clock_timestamp(), attempts = 0`,
    [clockId, platformId, advance],
  );
}

/** All runs of a customer or workflow, or for a backfill the resources, are to be looked at, from the first on; or the schedule of a workflow. */
export async function enqueueFanOut(
  tx: Sql,
  kind: 'CUSTOMER' | 'WORKFLOW' | 'PLATFORM' | 'BACKFILL' | 'SCHEDULE',
  platformId: string,
  subjectId: string,
): Promise<void> {
  await tx.rows(
    `INSERT INTO outbox (kind, subject_id, platform_id) VALUES ($1, $2, $3)
     ON CONFLICT (kind, platform_id, subject_id) DO UPDATE
       SET cursor = NULL, revision = outbox.revision + 1, next_attempt_at = clock_timestamp(), attempts = 0`,
    [kind, subjectId, platformId],
  );
}

/** An operation on many runs is to be carried out on what is pending of it. */
export async function enqueueBulk(tx: Sql, platformId: string, bulkId: string): Promise<void> {
  await tx.rows(`INSERT INTO outbox (kind, subject_id, platform_id) VALUES ('BULK', $1, $2)`, [bulkId, platformId]);
}

/** Takes items that are due, oldest first, and keeps other dispatchers off them for the length of the lease. */
export function leaseDue(sql: Sql, limit: number): Promise<OutboxItem[]> {
  return sql.rows<OutboxItem>(
    `UPDATE outbox SET next_attempt_at = clock_timestamp() + ${LEASE}, attempts = attempts + 1
     WHERE (kind, platform_id, subject_id) IN (
       SELECT kind, platform_id, subject_id FROM outbox WHERE next_attempt_at <= clock_timestamp()
       ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING kind, subject_id, platform_id, revision, cursor, attempts, event`,
    [limit],
  );
}

/** Takes one item right after the commit that wrote it; null when a dispatcher was quicker. */
export function leaseOne(sql: Sql, kind: OutboxKind, subjectId: string): Promise<OutboxItem | null> {
  return sql.row<OutboxItem>(
    `UPDATE outbox SET next_attempt_at = clock_timestamp() + ${LEASE}, attempts = attempts + 1
     WHERE kind = $1 AND subject_id = $2 AND next_attempt_at <= clock_timestamp()
     RETURNING kind, subject_id, platform_id, revision, cursor, attempts, event`,
    [kind, subjectId],
  );
}

/** It is told. A row that was written again meanwhile has a newer revision: it stays, and is due at once. */
export async function settleItem(sql: Sql, item: OutboxItem): Promise<void> {
  await sql.rows('DELETE FROM outbox WHERE kind = $1 AND platform_id = $2 AND subject_id = $3 AND revision <= $4', [
    item.kind,
    item.platform_id,
    item.subject_id,
    item.revision,
  ]);
}

/** It failed: again after an exponential pause, 1 s to 16 s. */
export async function postponeItem(sql: Sql, item: OutboxItem, error: string): Promise<void> {
  const pauseMs = 1_000 * 2 ** Math.min(Math.max(item.attempts - 1, 0), 4);
  await sql.rows(
    `UPDATE outbox SET next_attempt_at = clock_timestamp() + $5 * interval '1 millisecond', last_error = $6
     WHERE kind = $1 AND platform_id = $2 AND subject_id = $3 AND revision = $4`,
    [item.kind, item.platform_id, item.subject_id, item.revision, pauseMs, error.slice(0, 500)],
  );
}

/** Where a fan-out goes on; due at once. */
export async function advanceCursor(sql: Sql, item: OutboxItem, cursor: string): Promise<void> {
  await sql.rows(
    `UPDATE outbox SET cursor = $5, attempts = 0, next_attempt_at = clock_timestamp()
     WHERE kind = $1 AND platform_id = $2 AND subject_id = $3 AND revision = $4`,
    [item.kind, item.platform_id, item.subject_id, item.revision, cursor],
  );
}
