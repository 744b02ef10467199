import { createHash } from 'node:crypto';
import type { Instant } from '../domain/types.js';
import type { RunWaits } from '../domain/waits.js';
import { at, type Sql } from './database.js';
import { takeLease } from './leases.js';
import { deferRun, enqueueRun } from './outbox.js';

/** Runs due in one second that are a crowd. Up to so many each wake by themselves, which costs the engine some 20 ms each. */
const CROWD = 50;
/** An execution of a crowd wakes this much after its instant at the earliest: until then the lane should have sent its step. */
const LATE_MS = 60_000;
/** And over so long they wake one after the other, so that the engine is not flooded with what is done already. */
const SPREAD_MS = 600_000;
/** No execution of a crowd wakes later than this after its instant. */
export const LATEST_MS = LATE_MS + SPREAD_MS;
/** Kept by workers that have the burst lane on: without one nobody wakes late. */
const KEPT_BY_WORKERS = 'burst-lane';
/** What is due for so long without being sent is a backlog, whoever was to send it. */
const BACKLOG_AGE = `interval '2 seconds'`;

/** What a run waits for, before the engine hears of it. */
export interface Ahead {
  runId: string;
  /** As Postgres has it. */
  byLane: boolean;
  waits: RunWaits;
  now: Instant;
}

/**
 * What the engine is told that runs wait for: where many are due in one second, the executions wake only when the burst lane should
 * have sent their steps. `first` = an execution is about to start; otherwise what is due already goes at once.
 */
export async function leaveToLane(
  sql: Sql,
  runs: readonly Ahead[],
  first = false,
): Promise<ReadonlyMap<string, RunWaits>> {
  const sending = runs.filter(({ waits, now }) => isSend(waits) && (first || waits.wakeAt > now));
  const crowded = await crowdedSeconds(
    sql,
    sending.map(({ waits }) => secondOf(waits.wakeAt ?? 0)),
  );
  const left = new Set(
    sending.filter(({ waits }) => crowded.has(secondOf(waits.wakeAt ?? 0))).map(({ runId }) => runId),
  );
  const changed = runs.filter(({ runId, byLane, waits }) => !waits.closed && byLane !== left.has(runId));
  if (changed.length > 0) {
    await sql.rows('UPDATE runs SET by_lane = id = ANY ($2) WHERE id = ANY ($1)', [
      changed.map(({ runId }) => runId),
      [...left],
    ]);
  }
  return new Map(
    runs.map(({ runId, waits, now }) => [
      runId,
      left.has(runId) ? { ...waits, wakeAt: lateWake(runId, waits, now) } : waits,
    ]),
  );
}

/** A step to be sent at an instant of the wall clock. */
function isSend(waits: RunWaits): waits is RunWaits & { wakeAt: Instant } {
  return !waits.closed && !waits.onTestClock && waits.stepId !== null && waits.wakeAt !== null;
}

function secondOf(instant: Instant): Instant {
  return instant - (instant % 1_000);
}

/** The same for a run whenever it is asked, and even over the runs. */
function lateWake(runId: string, { wakeAt }: RunWaits, now: Instant): Instant {
  const share = createHash('sha1').update(runId).digest().readUInt32BE() / 2 ** 32;
  return Math.max(wakeAt ?? now, now) + LATE_MS + Math.floor(share * SPREAD_MS);
}

async function crowdedSeconds(sql: Sql, seconds: readonly Instant[]): Promise<ReadonlySet<Instant>> {
  if (seconds.length === 0) return new Set();
  const rows = await sql.rows<{ second: Instant }>(
    `SELECT s.second FROM unnest($1::timestamptz[]) AS s (second)
     WHERE is_at_work('${KEPT_BY_WORKERS}') AND (
       SELECT count(*) FROM (
         SELECT FROM runs WHERE status IN ('ACCEPTED', 'WAITING', 'SENDING', 'BLOCKED') AND test_clock_id IS NULL
           AND wake_at >= s.second AND wake_at < s.second + interval '1 second' LIMIT $2) AS due) >= $2::integer`,
    [[...new Set(seconds)].map((second) => at(second)), CROWD],
  );
  return new Set(rows.map(({ second }) => second));
}

/** Says for a minute that there are workers with the burst lane on. */
export async function keepLane(sql: Sql): Promise<void> {
  await takeLease(sql, KEPT_BY_WORKERS, 60_000, true);
}

/** Whether the burst lane has something to do within the next seconds: a step that was left to it, or a backlog. */
export async function isBurst(sql: Sql): Promise<boolean> {
  const row = await sql.row<{ burst: boolean }>(
    `SELECT EXISTS (SELECT FROM runs r WHERE ${OPEN_SEND} AND by_lane AND wake_at <= clock_timestamp() + interval '2 seconds' AND ${UNTRIED})
       OR (SELECT count(*) FROM (
         SELECT FROM runs r WHERE ${OPEN_SEND} AND wake_at < clock_timestamp() - ${BACKLOG_AGE} AND ${UNTRIED} LIMIT $1) AS due)
         >= $1::integer AS burst`,
    [2 * CROWD],
  );
  return row?.burst === true;
}

const OPEN_SEND = `r.status = 'WAITING' AND r.test_clock_id IS NULL AND r.next_step_id IS NOT NULL`;
/** What failed is tried again by the run's own execution, at its own pace. */
const UNTRIED = `NOT EXISTS (SELECT FROM deliveries d WHERE d.run_id = r.id AND d.step_id = r.next_step_id AND d.ended_at IS NOT NULL)`;

/** A step that the lane may send. */
export interface DueStep {
  runId: string;
  stepId: string;
  revision: number;
}

/** Steps that are due, oldest first: those of one of so many lanes, without some runs. */
export function dueSteps(
  sql: Sql,
  { lane, lanes, limit, except }: { lane: number; lanes: number; limit: number; except: readonly string[] },
): Promise<DueStep[]> {
  return sql.rows<DueStep>(
    `SELECT r.id AS "runId", r.next_step_id AS "stepId", r.plan_revision AS revision FROM runs r
     WHERE ${OPEN_SEND} AND wake_at <= clock_timestamp() AND (by_lane OR wake_at < clock_timestamp() - ${BACKLOG_AGE})
       AND ${IN_LANE} AND NOT r.id = ANY ($4) AND ${UNTRIED}
     ORDER BY wake_at LIMIT $3`,
    [lane, lanes, limit, except],
  );
}

/** In how many milliseconds the next step is due that was left to this lane; null = none within the next five seconds. */
export async function nextInLane(sql: Sql, lane: number, lanes: number): Promise<number | null> {
  const row = await sql.row<{ ms: number }>(
    `SELECT greatest(0, extract(epoch FROM wake_at - clock_timestamp()) * 1000)::float8 AS ms FROM runs r
     WHERE ${OPEN_SEND} AND by_lane AND wake_at BETWEEN clock_timestamp() AND clock_timestamp() + interval '5 seconds' AND ${IN_LANE}
     ORDER BY wake_at LIMIT 1`,
    [lane, lanes],
  );
  return row?.ms ?? null;
}

const IN_LANE = `(hashtext(r.id) & 1073741823) % $2::integer = $1::integer`;

/** The run's own execution is to take over, so much later: it looks again, and sends what is due or tries it again. */
export async function handOver(tx: Sql, runId: string, afterMs: number): Promise<void> {
  const row = await tx.row<{ id: string; platform_id: string; plan_revision: number }>(
    `UPDATE runs SET plan_revision = plan_revision + 1 WHERE id = $1 AND status NOT IN ('COMPLETED', 'STOPPED', 'FAILED')
     RETURNING id, platform_id, plan_revision`,
    [runId],
  );
  if (!row) return;
  await enqueueRun(tx, row);
  if (afterMs > 0) await deferRun(tx, row, afterMs);
}
