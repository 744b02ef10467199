import type { Schedule } from '../domain/schedule.js';
import type { Instant, Variant } from '../domain/types.js';
import type { DefinitionStatus } from './actions.js';
import type { Sql } from './database.js';
import type { PassRow } from './passes.js';

/** A workflow that is run by the clock. */
export interface ScheduledWorkflow {
  id: string;
  platform_id: string;
  reference: string;
  variant: Variant;
  schedule: Schedule;
  /** Of all that its schedule on the engine is made of. */
  print: string;
  /** This year (UTC). */
  year: number;
}

/**
 * What a schedule on the engine was made of. One that is otherwise in `print` or `taskQueue` is made anew; of two workers that
 * work it out differently, the one with the higher version, then the later year, prevails.
 */
export interface ScheduleMark {
  print: string;
  taskQueue: string;
  version: number;
  year: number;
}

/** What the engine said of a schedule when it was last asked. */
export interface ScheduleState {
  /** Somebody has paused it there. */
  paused: boolean;
  /** Firings that began nothing, because a sweep was still going on or one was caught up for several. */
  skipped: number;
  /** Firings that were too old to be caught up. */
  missed: number;
  /** Why it did not take the schedule, and has none; null = it did. */
  error: string | null;
}

const SCHEDULED = `w.status = 'ACTIVE' AND w.schedule IS NOT NULL AND w.variant IS NOT NULL`;
const YEAR = `extract(year FROM clock_timestamp() AT TIME ZONE 'UTC')::integer`;

/** null = the engine is to have no schedule of it. */
export function scheduledWorkflow(sql: Sql, platformId: string, workflowId: string): Promise<ScheduledWorkflow | null> {
  return sql.row<ScheduledWorkflow>(
    `SELECT w.id, w.platform_id, w.reference, w.variant, w.schedule, schedule_print(w) AS print, ${YEAR} AS year
     FROM workflows w WHERE ${SCHEDULED} AND w.platform_id = $1 AND w.id = $2`,
    [platformId, workflowId],
  );
}

/** What is known here of a schedule that is to be on the engine. */
export interface KnownSchedule {
  id: string;
  platform_id: string;
  /** What the engine was told last is not what this worker would tell it. */
  outdated: boolean;
  /** The engine did not take it. */
  refused: boolean;
  paused: boolean;
}

/** Of all platforms, in order of id, beside what this worker would tell the engine. */
export function knownSchedules(
  sql: Sql,
  { taskQueue, version }: Pick<ScheduleMark, 'taskQueue' | 'version'>,
  after: string,
  limit: number,
): Promise<KnownSchedule[]> {
  return sql.rows<KnownSchedule>(
    `SELECT w.id, w.platform_id, s.error IS NOT NULL AS refused, coalesce(s.paused, false) AS paused,
       s.workflow_id IS NULL OR s.print <> schedule_print(w) OR s.task_queue <> $1
         OR (s.version, s.year) < ($2::integer, ${YEAR}) AS outdated
     FROM workflows w LEFT JOIN schedules s ON s.workflow_id = w.id
     WHERE ${SCHEDULED} AND w.id > $3 ORDER BY w.id LIMIT $4`,
    [taskQueue, version, after, limit],
  );
}

export async function recordSchedule(
  sql: Sql,
  { platform_id, id }: Pick<ScheduledWorkflow, 'platform_id' | 'id'>,
  { print, taskQueue, version, year }: ScheduleMark,
  { paused, skipped, missed, error }: ScheduleState,
): Promise<void> {
  await sql.rows(
    `INSERT INTO schedules (workflow_id, platform_id, print, task_queue, version, year, error, paused, skipped, missed)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (workflow_id) DO UPDATE SET print = $3, task_queue = $4, version = $5, year = $6, error = $7,
       paused = $8, skipped = $9, missed = $10`,
    [id, platform_id, print, taskQueue, version, year, error, paused, skipped, missed],
  );
}

export async function forgetSchedule(sql: Sql, workflowId: string): Promise<void> {
  await sql.rows('DELETE FROM schedules WHERE workflow_id = $1', [workflowId]);
}

/** All there is to say of a workflow's schedule. */
export interface ScheduleRow {
  workflow_id: string;
  reference: string;
  status: DefinitionStatus;
  schedule: Schedule;
  /** The engine has not heard of the last change. */
  pending: boolean;
  /** Why the engine did not take it; null = it did. */
  error: string | null;
  paused: boolean;
  skipped: number;
  missed: number;
  /** null = it has not fired. */
  sweep: Pick<PassRow, 'looked_at' | 'created' | 'started_at' | 'finished_at' | 'stopped'> | null;
  now: Instant;
}

/** Of one workflow, or of all of a platform that are not archived, in order of reference. */
export async function schedulesOf(
  sql: Sql,
  platformId: string,
  workflowId: string | null = null,
): Promise<ScheduleRow[]> {
  const rows = await sql.rows<Omit<ScheduleRow, 'sweep'> & PassRow>(
    `SELECT p.*, w.id AS workflow_id, w.reference, w.status, w.schedule, coalesce(s.paused, false) AS paused, s.error,
       coalesce(s.skipped, 0) AS skipped, coalesce(s.missed, 0) AS missed, clock_timestamp() AS now,
       CASE WHEN ${SCHEDULED} THEN s.print IS DISTINCT FROM schedule_print(w) ELSE s.print IS NOT NULL END AS pending
     FROM workflows w LEFT JOIN schedules s ON s.workflow_id = w.id
       LEFT JOIN passes p ON p.workflow_id = w.id AND p.kind = 'SWEEP'
     WHERE w.platform_id = $1 AND w.schedule IS NOT NULL AND (w.id = $2 OR $2 IS NULL AND w.status <> 'ARCHIVED')
     ORDER BY w.reference`,
    [platformId, workflowId],
  );
  return rows.map((row) => ({ ...row, sweep: row.kind === null ? null : row }));
}
