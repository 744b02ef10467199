import type { Reason } from '../domain/reasons.js';
import type { Shift } from '../domain/plan.js';
import type { Instant, Period, ResourceType, WorkflowType } from '../domain/types.js';
import type { ActionRow } from './actions.js';
import type { Sql } from './database.js';
import { TASK_STATUS, type TaskStatus } from './instances.js';
import { countRows, listSlice, type Filter, type PageOf } from './lists.js';

/** An action, as a task of a definition. */
export interface ActionTask extends Pick<
  ActionRow,
  'type' | 'status' | 'description' | 'send_email_to_customer' | 'steps'
> {
  kind: 'ACTION';
  number: number;
  /** Its description, or what it does. */
  name: string;
  workflow_number: number;
  workflow_type: WorkflowType;
}

/** A step, as a task of a run. */
export interface StepTask {
  kind: 'STEP';
  number: number;
  /** The step's id inside its run. */
  name: string;
  run_number: number;
  workflow_number: number;
  resource_type: ResourceType;
  resource_id: string;
  status: TaskStatus;
  reason: Reason | null;
  periods: Period[];
  raw_at: Instant;
  planned_at: Instant;
  shifts: Shift[];
  /** The number of the action that its first mail was made by, or will be; null = none applies. */
  action_number: number | null;
  /** When its first mail was claimed, and when its last attempt came to an outcome. */
  started_at: Instant | null;
  ended_at: Instant | null;
  /** What a mail server said last. */
  server_text: string | null;
}

/** Deleted actions, and those of deleted workflows, are no tasks any more. */
const ACTIONS = `
  SELECT * FROM (
    SELECT 'ACTION' AS kind, a.id, a.platform_id, a.number, a.type, a.status, a.description, a.send_email_to_customer, a.steps,
      a.created_at, coalesce(a.description, 'Send e-mail to customer') AS name, w.number AS workflow_number, w.type AS workflow_type
    FROM workflow_actions a JOIN workflows w ON w.id = a.workflow_id
    WHERE a.status <> 'ARCHIVED' AND w.status <> 'ARCHIVED') AS t`;

const STEPS = `
  SELECT * FROM (
    SELECT 'STEP' AS kind, s.id, r.platform_id, s.number, s.id AS name, r.id AS run_id, r.created_at AS run_created_at,
      r.number AS run_number, w.number AS workflow_number, r.resource_type, r.resource_id, ${TASK_STATUS} AS status, s.reason,
      step_periods(s.id, s.periods) AS periods, s.position, s.raw_at, s.planned_at, s.shifts, coalesce(sent.action_number, applies.number) AS action_number,
      sent.started_at, sent.ended_at, sent.server_text
    FROM runs r JOIN run_steps s ON s.run_id = r.id JOIN workflows w ON w.id = r.workflow_id
      CROSS JOIN LATERAL (
        SELECT (array_agg(a.number ORDER BY d.created_at, d.id))[1] AS action_number, min(d.claimed_at) AS started_at,
          max(d.ended_at) AS ended_at, (array_agg(d.server_reply ->> 'text' ORDER BY d.ended_at DESC NULLS LAST))[1] AS server_text
        FROM deliveries d JOIN workflow_actions a ON a.id = d.action_id
        WHERE d.run_id = s.run_id AND d.step_id = s.id) AS sent
      LEFT JOIN LATERAL (
        SELECT a.number FROM workflow_actions a
        WHERE a.workflow_id = r.workflow_id AND a.status = 'ACTIVE' AND (a.steps IS NULL OR EXISTS (
          SELECT FROM jsonb_array_elements(a.steps) AS p WHERE step_periods(s.id, s.periods) @> jsonb_build_array(p)))
        ORDER BY a.created_at, a.id LIMIT 1) AS applies ON true) AS t`;

/** What the list is asked for; absent = everything. */
export interface TaskFilter {
  number?: number | undefined;
  /** Of an action its description, of a step its id. */
  name?: string | undefined;
  /** true = steps, false = actions. */
  instance?: boolean | undefined;
  /** What they are about; an action is about what its workflow is about. */
  object?: { resource: ResourceType; workflow: WorkflowType } | undefined;
  object_id?: string | undefined;
  /** Of a workflow, or of a run. */
  workflow_number?: number | undefined;
}

/**
 * Actions in order of creation, then steps, of the newest run first. Two statements and not one with a UNION: each finds its own
 * order in an index, and reads no more than the page.
 */
export async function listTasks(
  sql: Sql,
  platformId: string,
  filter: TaskFilter,
  { page, limit }: { page: number; limit: number },
): Promise<PageOf<ActionTask | StepTask>> {
  const own = filter.instance === true ? null : actionFilters(platformId, filter);
  const offset = (page - 1) * limit;
  const actions = own ? await listSlice<ActionTask>(sql, ACTIONS, own, 'created_at, id', offset, limit + 1) : [];
  const left = limit + 1 - actions.length;
  if (left === 0 || filter.instance === false) return pageOf(actions, limit);
  const before = own === null ? 0 : offset === 0 ? actions.length : await countRows(sql, ACTIONS, own);
  const order = 'run_created_at DESC, run_id, position, id';
  const skipped = Math.max(0, offset - before);
  const steps = await listSlice<StepTask>(sql, STEPS, stepFilters(platformId, filter), order, skipped, left);
  return pageOf([...actions, ...steps], limit);
}

/** By its integer id; null = there is none. */
export async function getTask(sql: Sql, platformId: string, number: number): Promise<ActionTask | StepTask | null> {
  const values = [platformId, number];
  const action = await sql.row<ActionTask>(`${ACTIONS} WHERE t.platform_id = $1 AND t.number = $2`, values);
  return action ?? sql.row<StepTask>(`${STEPS} WHERE t.platform_id = $1 AND t.number = $2`, values);
}

/** The actions of a workflow, in order of creation. */
export function actionTasks(sql: Sql, platformId: string, workflowNumber: number): Promise<ActionTask[]> {
  return sql.rows<ActionTask>(
    `${ACTIONS} WHERE t.platform_id = $1 AND t.workflow_number = $2 ORDER BY t.created_at, t.id`,
    [platformId, workflowNumber],
  );
}

function pageOf<Row>(rows: Row[], limit: number): PageOf<Row> {
  return { rows: rows.slice(0, limit), hasNext: rows.length > limit };
}

function actionFilters(platformId: string, filter: TaskFilter): Filter[] {
  return [
    ...common(platformId, filter),
    ...is('workflow_type', filter.object?.workflow),
    ...is('workflow_number', filter.workflow_number),
    // It is about no single object.
    ...(filter.object_id === undefined ? [] : [{ condition: 'false', values: [] }]),
  ];
}

function stepFilters(platformId: string, filter: TaskFilter): Filter[] {
  return [
    ...common(platformId, filter),
    ...(filter.object_id !== undefined && !filter.object
      ? [{ condition: `resource_type = ANY ('{${TYPES}}')`, values: [] }]
      : []),
    ...is('resource_type', filter.object?.resource),
    ...is('resource_id', filter.object_id),
    ...is('run_number', filter.workflow_number),
  ];
}

/** Named, so that the index on what a run is about can be used. */
const TYPES = 'INVOICE,PAYMENT,PRICING_PLAN_SCHEDULE,WALLET';

function common(platformId: string, { number, name }: TaskFilter): Filter[] {
  return [...is('platform_id', platformId), ...is('number', number), ...is('name', name)];
}

function is(column: string, value: unknown): Filter[] {
  return value === undefined ? [] : [{ condition: `${column} = ?`, values: [value] }];
}
