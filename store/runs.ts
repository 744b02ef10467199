import type { Shift } from '../domain/plan.js';
import type { Reason } from '../domain/reasons.js';
import type { RunStatus, StepStatus } from '../domain/run.js';
import type { Instant, Period, ResourceType, TriggerType, Variant } from '../domain/types.js';
import type { Sql } from './database.js';
import type { Filter } from './lists.js';
import { at } from './database.js';

/** A run as it is shown. */
export interface RunView {
  id: string;
  number: number;
  workflow_id: string;
  workflow_version: number;
  trigger_id: string;
  type: TriggerType;
  variant: Variant;
  resource_type: ResourceType;
  resource_id: string;
  customer_id: string;
  status: RunStatus;
  reason: Reason | null;
  stop_reason: Reason | null;
  anchor_at: Instant | null;
  zone: string | null;
  next_step_at: Instant | null;
  /** What the call gave for the template, by name; null = it was no call, or gave nothing. */
  variables: Record<string, unknown> | null;
  engine_workflow_id: string;
  plan_revision: number;
  engine: 'PENDING' | 'TOLD';
  created_at: Instant;
  updated_at: Instant;
  steps: {
    id: string;
    kind: 'RUNG' | 'EXTRA';
    periods: Period[];
    raw_at: Instant;
    planned_at: Instant;
    shifts: Shift[];
    status: StepStatus;
    reason: Reason | null;
    sent_at: Instant | null;
    delivery_ids: string[];
  }[];
}

/** Runs with their steps. `engine` says whether the engine knows of the newest revision. */
export const SELECT_RUNS = `
  SELECT * FROM (
    SELECT r.*,
      CASE WHEN EXISTS (SELECT FROM outbox o WHERE o.kind = 'RUN' AND o.platform_id = r.platform_id AND o.subject_id = r.id)
        THEN 'PENDING' ELSE 'TOLD' END AS engine,
      coalesce((
        SELECT jsonb_agg(jsonb_build_object('id', s.id, 'kind', s.kind, 'periods', step_periods(s.id, s.periods), 'raw_at', epoch_ms(s.raw_at),
          'planned_at', epoch_ms(s.planned_at), 'shifts', s.shifts, 'status', s.status, 'reason', s.reason,
          'sent_at', epoch_ms(s.sent_at), 'delivery_ids', coalesce((
            SELECT jsonb_agg(d.id ORDER BY d.created_at, d.id) FROM deliveries d
            WHERE d.run_id = s.run_id AND d.step_id = s.id), '[]')) ORDER BY s.position)
        FROM run_steps s WHERE s.run_id = r.id), '[]') AS steps
    FROM runs r) AS r`;

export function getRun(sql: Sql, platformId: string, id: string): Promise<RunView | null> {
  return sql.row<RunView>(`${SELECT_RUNS} WHERE platform_id = $1 AND id = $2`, [platformId, id]);
}

/** The newest run of a workflow for a resource; null = there is none. */
export async function latestRun(
  sql: Sql,
  platformId: string,
  workflowId: string,
  resourceType: ResourceType,
  resourceId: string,
): Promise<string | null> {
  const row = await sql.row<{ id: string }>(
    `SELECT id FROM runs WHERE platform_id = $1 AND resource_type = $3 AND resource_id = $4 AND workflow_id = $2
     ORDER BY created_at DESC, id LIMIT 1`,
    [platformId, workflowId, resourceType, resourceId],
  );
  return row?.id ?? null;
}

/** The list's filters, also used by operations on many runs (S-R1, R3). Absent = not asked for. */
export interface RunFilter {
  workflow_id?: string;
  trigger_id?: string;
  customer_id?: string;
  resource_id?: string;
  status?: string;
  reason?: string;
  next_step_before?: Instant;
  next_step_after?: Instant;
}

const ENDED = ['COMPLETED', 'STOPPED'];

export function runConditions(platformId: string, filter: RunFilter): Filter[] {
  const conditions: Filter[] = [{ condition: 'platform_id = ?', values: [platformId] }];
  for (const field of ['workflow_id', 'trigger_id', 'customer_id', 'resource_id', 'status'] as const) {
    if (filter[field] !== undefined) conditions.push({ condition: `${field} = ?`, values: [filter[field]] });
  }
  const { status, next_step_before: before, next_step_after: after } = filter;
  // Open runs have an index of their own, and only they have a next step.
  if (before !== undefined || after !== undefined || (status !== undefined && !ENDED.includes(status))) {
    conditions.push({ condition: 'is_open', values: [] });
  }
  if (filter.reason !== undefined) {
    conditions.push({ condition: 'coalesce(stop_reason, reason) = ?', values: [filter.reason] });
  }
  if (before !== undefined) {
    conditions.push({ condition: 'next_step_at < ?', values: [at(before)] });
  }
  if (after !== undefined) {
    conditions.push({ condition: 'next_step_at >= ?', values: [at(after)] });
  }
  return conditions;
}
