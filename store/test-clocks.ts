import { Refusal } from '../contracts/refusal.js';
import type { Instant } from '../domain/types.js';
import { at, type Database, type Sql } from './database.js';
import { newId } from './ids.js';
import { enqueueClock, enqueueRun } from './outbox.js';

export interface TestClock {
  id: string;
  platform_id: string;
  now_at: Instant;
  /** Set while an advance is under way. */
  target_at: Instant | null;
  /** How many advances were begun. */
  advances: number;
  created_at: Instant;
}

export async function createTestClock(sql: Sql, platformId: string, nowAt: Instant): Promise<TestClock> {
  const row = await sql.row<TestClock>(
    'INSERT INTO test_clocks (id, platform_id, now_at) VALUES ($1, $2, $3) RETURNING *',
    [newId('tclk'), platformId, at(nowAt)],
  );
  if (!row) throw new Error('INSERT … RETURNING answered no row');
  return row;
}

export function getTestClock(sql: Sql, platformId: string, id: string): Promise<TestClock | null> {
  return sql.row<TestClock>('SELECT * FROM test_clocks WHERE platform_id = $1 AND id = $2', [platformId, id]);
}

/** Begins an advance; the engine carries it out. Backwards, or while another is under way, is refused (S-T8). */
export async function beginAdvance(tx: Sql, platformId: string, id: string, targetAt: Instant): Promise<TestClock> {
  const clock = await tx.row<TestClock>('SELECT * FROM test_clocks WHERE platform_id = $1 AND id = $2 FOR UPDATE', [
    platformId,
    id,
  ]);
  if (!clock) throw Refusal.notFound('TEST_CLOCK', id);
  if (clock.target_at !== null) throw Refusal.operation('This test clock is already advancing.');
  if (targetAt < clock.now_at) throw Refusal.operation('A test clock only moves forward.', 'frozen_time');
  const advances = clock.advances + 1;
  await tx.rows('UPDATE test_clocks SET target_at = $2, advances = $3 WHERE id = $1', [id, at(targetAt), advances]);
  await enqueueClock(tx, platformId, id, advances);
  return { ...clock, target_at: targetAt, advances };
}

/** Where an advance stands after one look. */
export interface ClockStep {
  /** The target is reached and every run is at rest. */
  done: boolean;
  nowAt: Instant;
  /** Runs that were woken now; tell the engine. */
  woken: string[];
}

/**
 * One look of an advance. While some bound run is not at rest, nothing moves. Then the clock goes to the smallest `wake_at` up
 * to the target and wakes what is due at it; when there is none, it goes to the target. All state is in Postgres, so any worker
 * can go on at any time.
 */
export function stepTestClock(db: Database, id: string): Promise<ClockStep> {
  return db.transaction(async (tx) => {
    const clock = await tx.row<TestClock>('SELECT * FROM test_clocks WHERE id = $1 FOR UPDATE', [id]);
    if (!clock || clock.target_at === null) return { done: true, nowAt: clock?.now_at ?? 0, woken: [] };
    const nowAt = clock.now_at;
    if (await isBusy(tx, clock)) return { done: false, nowAt, woken: [] };
    const next = await tx.row<{ wake_at: Instant | null }>(
      `SELECT min(wake_at) AS wake_at FROM runs
       WHERE test_clock_id = $1 AND status NOT IN ('COMPLETED', 'STOPPED', 'FAILED') AND wake_at <= $2`,
      [id, at(clock.target_at)],
    );
    const wakeAt = next?.wake_at ?? null;
    if (wakeAt === null) {
      await tx.rows('UPDATE test_clocks SET now_at = target_at, target_at = NULL WHERE id = $1', [id]);
      return { done: true, nowAt: clock.target_at, woken: [] };
    }
    await tx.rows('UPDATE test_clocks SET now_at = $2 WHERE id = $1', [id, at(Math.max(wakeAt, nowAt))]);
    return { done: false, nowAt: wakeAt, woken: await wakeDue(tx, id, wakeAt) };
  });
}

/** At rest: closed, or waiting for an instant after the clock, with nothing the engine has not been told. */
async function isBusy(tx: Sql, clock: TestClock): Promise<boolean> {
  const busy = await tx.row(
    `SELECT r.id FROM runs r
     WHERE r.test_clock_id = $1 AND (
       (r.status NOT IN ('COMPLETED', 'STOPPED', 'FAILED', 'PAUSED') AND (r.wake_at <= $2 OR r.status IN ('ACCEPTED', 'SENDING')))
       OR EXISTS (SELECT FROM outbox o WHERE o.kind = 'RUN' AND o.platform_id = r.platform_id AND o.subject_id = r.id))
     LIMIT 1`,
    [clock.id, at(clock.now_at)],
  );
  if (busy !== null) return true;
  // What is carried out page by page may still make or change runs on this clock.
  const pages = await tx.row(
    `SELECT subject_id FROM outbox WHERE kind NOT IN ('RUN', 'CLOCK', 'RUN_ENDED', 'SCHEDULE') AND platform_id = $1 LIMIT 1`,
    [clock.platform_id],
  );
  return pages !== null;
}

async function wakeDue(tx: Sql, clockId: string, nowAt: Instant): Promise<string[]> {
  const due = await tx.rows<{ id: string; platform_id: string; plan_revision: number }>(
    `UPDATE runs SET plan_revision = plan_revision + 1
     WHERE test_clock_id = $1 AND status NOT IN ('COMPLETED', 'STOPPED', 'FAILED') AND wake_at <= $2
     RETURNING id, platform_id, plan_revision`,
    [clockId, at(nowAt)],
  );
  for (const run of due) await enqueueRun(tx, run);
  return due.map(({ id }) => id);
}
