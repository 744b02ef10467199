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
}

/** What the engine said of a schedule when it was last asked. */
export interface ScheduleState {
  /** Somebody has paused it there. */
  paused: boolean;
  /** Firings that began nothing, because a sweep was still going on or one was caught up for several. */
  skipped: number;
  /** Firings that were too old to be caught up. */
  missed: number;
}

const SCHEDULED = `SELECT id, platform_id, reference, variant, schedule FROM workflows
  WHERE status = 'ACTIVE' AND schedule IS NOT NULL AND variant IS NOT NULL`;

/** null = the engine is to have no schedule of it. */
export function scheduledWorkflow(sql: Sql, platformId: string, workflowId: string): Promise<ScheduledWorkflow | null> {
  return sql.row<ScheduledWorkflow>(`${SCHEDULED} AND platform_id = $1 AND id = $2`, [platformId, workflowId]);
}

/** Of all platforms, in order of id. */
export function scheduledWorkflows(sql: Sql, after: string, limit: number): Promise<ScheduledWorkflow[]> {
  return sql.rows<ScheduledWorkflow>(`${SCHEDULED} AND id > $1 ORDER BY id LIMIT $2`, [after, limit]);
}

export async function recordSchedule(
  sql: Sql,
  platformId: string,
  workflowId: string,
  { paused, skipped, missed }: ScheduleState,
): Promise<void> {
  await sql.rows(
    `INSERT INTO schedules AS s (workflow_id, platform_id, paused, skipped, missed) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (workflow_id) DO UPDATE SET paused = $3, skipped = $4, missed = $5
     WHERE (s.paused, s.skipped, s.missed) <> ($3, $4, $5)`,
    [workflowId, platformId, paused, skipped, missed],
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
    `SELECT p.*, w.id AS workflow_id, w.reference, w.status, w.schedule, coalesce(s.paused, false) AS paused,
       coalesce(s.skipped, 0) AS skipped, coalesce(s.missed, 0) AS missed, clock_timestamp() AS now,
       EXISTS (SELECT FROM outbox o WHERE o.kind = 'SCHEDULE' AND o.platform_id = w.platform_id AND o.subject_id = w.id) AS pending
     FROM workflows w LEFT JOIN schedules s ON s.workflow_id = w.id
       LEFT JOIN passes p ON p.workflow_id = w.id AND p.kind = 'SWEEP'
     WHERE w.platform_id = $1 AND w.schedule IS NOT NULL AND (w.id = $2 OR $2 IS NULL AND w.status <> 'ARCHIVED')
     ORDER BY w.reference`,
    [platformId, workflowId],
  );
  return rows.map((row) => ({ ...row, sweep: row.kind === null ? null : row }));
}
