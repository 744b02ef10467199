import { isDeepStrictEqual } from 'node:util';
import type { MatchableWorkflow } from '../domain/match.js';
import type { LatePolicy } from '../domain/plan.js';
import type { CalendarBody } from '../domain/read-calendar.js';
import type { RunSettings } from '../domain/run-settings.js';
import type { Schedule } from '../domain/schedule.js';
import { readTerms, type TermSettings } from '../domain/terms.js';
import type { Instant, Period, Variant, WorkflowType } from '../domain/types.js';
import type { DefinitionStatus } from './actions.js';
import { newId } from './ids.js';
import type { Sql } from './database.js';

/** What is pinned when a run begins (S-D6). */
interface Definition {
  /** The contract's block of the workflow's type, as given. */
  config: Record<string, unknown> | null;
  periods: Period[];
  late_policy: LatePolicy;
  /** As given; absent = the platform's. */
  calendar?: CalendarBody;
}

export interface WorkflowRow {
  id: string;
  platform_id: string;
  number: number;
  reference: string;
  name: string;
  description: string | null;
  type: WorkflowType;
  status: DefinitionStatus;
  variant: Variant | null;
  customer_ids: string[];
  excluded_customer_ids: string[];
  /** Read live, never pinned. */
  settings: Partial<TermSettings>;
  /** null = it is not run by the clock (S-Z7). */
  schedule: Schedule | null;
  run_settings: RunSettings;
  version: number;
  definition: Definition;
  created_at: Instant;
  updated_at: Instant;
}

export type WorkflowFields = Pick<
  WorkflowRow,
  | 'reference'
  | 'name'
  | 'description'
  | 'type'
  | 'status'
  | 'variant'
  | 'customer_ids'
  | 'excluded_customer_ids'
  | 'settings'
  | 'schedule'
  | 'definition'
>;

/** Workflows with their newest definition. */
export const SELECT_WORKFLOWS = `
  SELECT * FROM (SELECT w.*, v.definition FROM workflows w
    JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = w.version) AS w`;

/** Answers null when the reference is taken. */
export async function insertWorkflow(tx: Sql, platformId: string, fields: WorkflowFields): Promise<WorkflowRow | null> {
  const row = await tx.row<WorkflowRow>(
    `INSERT INTO workflows
       (id, platform_id, reference, name, description, type, status, variant, customer_ids, excluded_customer_ids, settings, schedule)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     ON CONFLICT (platform_id, reference) DO NOTHING RETURNING *`,
    [newId('wkfl'), platformId, ...columns(fields)],
  );
  if (!row) return null;
  await insertVersion(tx, row.id, 1, fields.definition);
  return { ...row, definition: fields.definition };
}

/** Writes a locked workflow; a definition that differs becomes a new version. Answers null when the reference is taken. */
export async function updateWorkflow(
  tx: Sql,
  before: WorkflowRow,
  fields: WorkflowFields,
): Promise<WorkflowRow | null> {
  const pinnedChanged = !isDeepStrictEqual(fields.definition, before.definition) || fields.variant !== before.variant;
  const version = before.version + (pinnedChanged ? 1 : 0);
  if (pinnedChanged) await insertVersion(tx, before.id, version, fields.definition);
  const row = await tx.row<WorkflowRow>(
    `UPDATE workflows w SET version = $2, reference = $3, name = $4, description = $5, type = $6, status = $7, variant = $8,
       customer_ids = $9, excluded_customer_ids = $10, settings = $11, schedule = $12, updated_at = clock_timestamp()
     WHERE id = $1
       AND NOT EXISTS (SELECT FROM workflows o WHERE o.platform_id = w.platform_id AND o.reference = $3 AND o.id <> w.id)
     RETURNING *`,
    [before.id, version, ...columns(fields)],
  );
  return row && { ...row, definition: fields.definition };
}

export function getWorkflow(sql: Sql, platformId: string, idOrReference: string): Promise<WorkflowRow | null> {
  return sql.row<WorkflowRow>(
    `${SELECT_WORKFLOWS} WHERE w.platform_id = $1 AND (w.id = $2 OR w.reference = $2) ORDER BY (w.id = $2) DESC LIMIT 1`,
    [platformId, idOrReference],
  );
}

/** As `getWorkflow` for several, in one statement: the function answers each by platform and id or reference. */
export async function getWorkflowsByName(
  sql: Sql,
  names: readonly { platformId: string; name: string }[],
): Promise<(platformId: string, name: string) => WorkflowRow | null> {
  const rows = await pairwise<WorkflowRow & { asked: string }>(
    sql,
    `SELECT w.*, q.name AS asked FROM unnest($1::text[], $2::text[]) AS q (platform_id, name)
     CROSS JOIN LATERAL (${SELECT_WORKFLOWS} WHERE w.platform_id = q.platform_id AND (w.id = q.name OR w.reference = q.name)
       ORDER BY (w.id = q.name) DESC LIMIT 1) AS w`,
    names.map(({ platformId, name }) => [platformId, name]),
  );
  const found = new Map(rows.map(({ asked, ...row }) => [pairKey(row.platform_id, asked), row]));
  return (platformId, name) => found.get(pairKey(platformId, name)) ?? null;
}

/** As `activeWorkflows` for several platforms and variants, in one statement. */
export async function activeWorkflowsOf(
  sql: Sql,
  wanted: readonly { platformId: string; variant: Variant }[],
): Promise<(platformId: string, variant: Variant) => readonly WorkflowRow[]> {
  const rows = await pairwise<WorkflowRow>(
    sql,
    `SELECT w.* FROM unnest($1::text[], $2::text[]) AS q (platform_id, variant)
     JOIN (${SELECT_WORKFLOWS}) AS w ON w.platform_id = q.platform_id AND w.variant = q.variant
     WHERE w.status = 'ACTIVE' ORDER BY w.id`,
    wanted.map(({ platformId, variant }) => [platformId, variant]),
  );
  const found = new Map<string, WorkflowRow[]>();
  for (const row of rows) {
    const key = pairKey(row.platform_id, row.variant ?? '');
    found.set(key, [...(found.get(key) ?? []), row]);
  }
  return (platformId, variant) => found.get(pairKey(platformId, variant)) ?? [];
}

/** Asks with each pair once, and not at all when there is none. */
async function pairwise<Row>(sql: Sql, text: string, pairs: readonly [string, string][]): Promise<Row[]> {
  if (pairs.length === 0) return [];
  const distinct = [...new Map(pairs.map((pair) => [pairKey(...pair), pair])).values()];
  return sql.rows<Row>(text, [distinct.map(([platformId]) => platformId), distinct.map(([, name]) => name)]);
}

function pairKey(platformId: string, name: string): string {
  return JSON.stringify([platformId, name]);
}

/** Those of the ids that are there, in no order. */
export function getWorkflows(sql: Sql, platformId: string, ids: readonly string[]): Promise<WorkflowRow[]> {
  return sql.rows<WorkflowRow>(`${SELECT_WORKFLOWS} WHERE w.platform_id = $1 AND w.id = ANY ($2)`, [platformId, ids]);
}

/** By its integer id (S-Z1). */
export function workflowOfNumber(sql: Sql, platformId: string, number: number): Promise<WorkflowRow | null> {
  return sql.row<WorkflowRow>(`${SELECT_WORKFLOWS} WHERE w.platform_id = $1 AND w.number = $2`, [platformId, number]);
}

/** As `getWorkflow`, and nobody else changes it until the transaction ends. */
export async function lockWorkflow(tx: Sql, platformId: string, idOrReference: string): Promise<WorkflowRow | null> {
  const found = await tx.row<{ id: string }>(
    `SELECT id FROM workflows WHERE platform_id = $1 AND (id = $2 OR reference = $2)
     ORDER BY (id = $2) DESC LIMIT 1 FOR NO KEY UPDATE`,
    [platformId, idOrReference],
  );
  return found && getWorkflow(tx, platformId, found.id);
}

/** The workflows that could get a run of this variant: all ACTIVE ones, in order of id. */
export function activeWorkflows(sql: Sql, platformId: string, variants: readonly Variant[]): Promise<WorkflowRow[]> {
  return sql.rows<WorkflowRow>(
    `${SELECT_WORKFLOWS} WHERE w.platform_id = $1 AND w.status = 'ACTIVE' AND w.variant = ANY ($2) ORDER BY w.id`,
    [platformId, variants],
  );
}

/** Every workflow of these variants that is not archived, oldest first, at most `limit`. */
export function workflowsOfVariants(
  sql: Sql,
  platformId: string,
  variants: readonly Variant[],
  limit: number,
): Promise<WorkflowRow[]> {
  return sql.rows<WorkflowRow>(
    `${SELECT_WORKFLOWS} WHERE w.platform_id = $1 AND w.status <> 'ARCHIVED' AND w.variant = ANY ($2)
     ORDER BY w.created_at, w.id LIMIT $3`,
    [platformId, variants, limit],
  );
}

/** What matching sees of a workflow. */
export function toMatchable(row: WorkflowRow): MatchableWorkflow {
  return {
    id: row.id,
    status: row.status,
    variant: row.variant,
    periods: row.definition.periods,
    customerIds: row.customer_ids,
    excludedCustomerIds: row.excluded_customer_ids,
    terms: readTerms(row.definition.config, row.settings),
    eventTrigger: row.run_settings.event_trigger,
  };
}

/** Writes how a locked workflow may be started; nothing of it is pinned. */
export async function updateRunSettings(tx: Sql, id: string, settings: RunSettings): Promise<void> {
  await tx.rows('UPDATE workflows SET run_settings = $2, updated_at = clock_timestamp() WHERE id = $1', [
    id,
    JSON.stringify(settings),
  ]);
}

async function insertVersion(tx: Sql, workflowId: string, version: number, definition: Definition): Promise<void> {
  await tx.rows('INSERT INTO workflow_versions (workflow_id, version, definition) VALUES ($1, $2, $3)', [
    workflowId,
    version,
    JSON.stringify(definition),
  ]);
}

function columns(fields: WorkflowFields): unknown[] {
  return [
    fields.reference,
    fields.name,
    fields.description,
    fields.type,
    fields.status,
    fields.variant,
    fields.customer_ids,
    fields.excluded_customer_ids,
    JSON.stringify(fields.settings),
    fields.schedule && JSON.stringify(fields.schedule),
  ];
}
