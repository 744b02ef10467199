import type { Shift } from '../domain/plan.js';
import type { Reason } from '../domain/reasons.js';
import type { RunStatus, StepStatus } from '../domain/run.js';
import type { Instant, Period, ResourceType, TriggerType, Variant } from '../domain/types.js';
import type { Database, Sql } from './database.js';
import type { Filter } from './lists.js';
import { at } from './database.js';
import { reviewRuns } from './touch-runs.js';

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
        SELECT jsonb_agg(jsonb_build_object('id', s.id, 'kind', s.kind, 'periods', s.periods, 'raw_at', epoch_ms(s.raw_at),
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

export function runConditions(platformId: string, filter: RunFilter): Filter[] {
  const conditions: Filter[] = [{ condition: 'platform_id = ?', values: [platformId] }];
  for (const field of ['workflow_id', 'trigger_id', 'customer_id', 'resource_id', 'status'] as const) {
    if (filter[field] !== undefined) conditions.push({ condition: `${field} = ?`, values: [filter[field]] });
  }
  if (filter.reason !== undefined) {
    conditions.push({ condition: 'coalesce(stop_reason, reason) = ?', values: [filter.reason] });
  }
  if (filter.next_step_before !== undefined) {
    conditions.push({ condition: 'next_step_at < ?', values: [at(filter.next_step_before)] });
  }
  if (filter.next_step_after !== undefined) {
    conditions.push({ condition: 'next_step_at >= ?', values: [at(filter.next_step_after)] });
  }
  return conditions;
}

/** What an operation on many runs did (S-R3). */
export interface BulkResult {
  matched: number;
  changed: number;
  refused: number;
}

const RELEASE_PAGE = 100;

/**
 * Lets go what the blast guard holds (S-T4): the steps go at once, their delivery windows count from now. Page by page, each in
 * a transaction of its own; `told` gets the runs the engine has to hear of.
 */
export async function releaseRuns(
  db: Database,
  platformId: string,
  filter: RunFilter,
  dryRun: boolean,
  told: (runIds: string[]) => void,
): Promise<BulkResult> {
  const result: BulkResult = { matched: 0, changed: 0, refused: 0 };
  for (let cursor = ''; ;) {
    const page = await matchingIds(db, platformId, filter, cursor);
    for (const { id, guarded } of page) {
      result.matched += 1;
      if (!guarded) result.refused += 1;
      else if (dryRun || (await release(db, id, told))) result.changed += 1;
      else result.refused += 1;
    }
    const last = page.at(-1);
    if (page.length < RELEASE_PAGE || !last) return result;
    cursor = last.id;
  }
}

function matchingIds(
  db: Database,
  platformId: string,
  filter: RunFilter,
  cursor: string,
): Promise<{ id: string; guarded: boolean }[]> {
  const values: unknown[] = [];
  const conditions = [...runConditions(platformId, filter), { condition: 'id > ?', values: [cursor] }].map((own) => {
    values.push(...own.values);
    return own.condition.replace('?', `$${String(values.length)}`);
  });
  return db.rowsOnce(
    `SELECT id, EXISTS (SELECT FROM run_steps s WHERE s.run_id = runs.id AND s.reason = 'blast_guard' AND s.status = 'BLOCKED')
       AS guarded
     FROM runs WHERE ${conditions.join(' AND ')} ORDER BY id LIMIT ${String(RELEASE_PAGE)}`,
    values,
  );
}

function release(db: Database, runId: string, told: (runIds: string[]) => void): Promise<boolean> {
  return db
    .transaction(async (tx) => {
      await tx.rows('SELECT lock_run($1)', [runId]);
      const released = await tx.rows(
        `UPDATE run_steps s SET status = 'PLANNED', reason = NULL, planned_at = coalesce(k.now_at, clock_timestamp())
         FROM runs r LEFT JOIN test_clocks k ON k.id = r.test_clock_id
         WHERE r.id = $1 AND s.run_id = r.id AND s.status = 'BLOCKED' AND s.reason = 'blast_guard'
           AND r.status NOT IN ('COMPLETED', 'STOPPED') RETURNING s.id`,
        [runId],
      );
      return { released: released.length > 0, changed: await reviewRuns(tx, [runId]) };
    })
    .then(({ released, changed }) => {
      told(changed);
      return released;
    });
}
