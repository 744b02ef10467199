import { REOPENABLE } from '../domain/reasons.js';
import type { ResourceType } from '../domain/types.js';
import { applyEvaluation } from './apply.js';
import type { Sql } from './database.js';
import { TEMPLATE_OF_ACTION } from './email-templates.js';
import { enqueueFanOut, enqueueRun } from './outbox.js';
import { readRunContext } from './run-context.js';

/** Whose runs a change concerns. */
export type TouchScope =
  | { kind: 'RESOURCE'; type: ResourceType; id: string }
  /** Its own runs, and those about payments for it. */
  | { kind: 'INVOICE'; id: string }
  | { kind: 'CUSTOMER'; id: string }
  /** Those of them whose mail could not be made: what it lacked may be there now. */
  | { kind: 'CUSTOMER_MAIL'; id: string }
  | { kind: 'SUBSCRIPTION'; id: string }
  /** Every run of it: the zone of those who have none themselves, or where PDFs come from. */
  | { kind: 'PLATFORM'; id: string; newPdfSource?: boolean }
  | { kind: 'WORKFLOW'; id: string }
  /** The runs of a workflow that wait for a repair (S-R2). */
  | { kind: 'BLOCKED'; workflowId: string }
  /** The same of every workflow with an action that sends through this integration. */
  | { kind: 'INTEGRATION'; id: string }
  /** The runs of a customer that wait for somebody who can be mailed (S-E6). */
  | { kind: 'UNREACHED'; customerId: string }
  /** The same of every customer who has one of these addresses (lower case), or a contact who has. */
  | { kind: 'ADDRESS'; addresses: readonly string[] }
  /** The same of every workflow with an action whose mail is made from one of these templates. */
  | { kind: 'TEMPLATE'; names: readonly string[] };

/** Above this many runs a change is carried to them page by page in the background; claims read Postgres, so nothing waits for it. */
export const INLINE_LIMIT = 100;

/** Neither COMPLETED nor STOPPED. */
const OPEN = 'is_open';

/** `$n` is the integration's id. */
const ofIntegration = (n: number): string => `workflow_id IN (SELECT a.workflow_id FROM workflow_actions a
  WHERE a.platform_id = $1 AND a.status <> 'ARCHIVED' AND a.send_email_to_customer ->> 'integration_id' = $${String(n)})`;

/** Customers; `$n` are addresses. */
const ofAddress = (
  n: number,
): string => `SELECT id FROM customers WHERE platform_id = $1 AND lower(btrim(body ->> 'email')) = ANY ($${String(n)})
  UNION SELECT customer_id FROM contacts WHERE platform_id = $1 AND lower(btrim(body ->> 'email')) = ANY ($${String(n)})`;
const OF_ADDRESS = ofAddress(2);
/** `$n` are the names of templates. */
const ofTemplate = (n: number): string => `workflow_id IN (SELECT a.workflow_id FROM workflow_actions a
  JOIN workflows w ON w.id = a.workflow_id
  WHERE a.platform_id = $1 AND a.status <> 'ARCHIVED' AND ${TEMPLATE_OF_ACTION} = ANY ($${String(n)}))`;

/** Also what is due about now: a claim under way may be about to find the very cause that was just repaired. */
const REPAIRABLE = `(status = 'BLOCKED' OR test_clock_id IS NOT NULL OR wake_at <= clock_timestamp() + interval '5 seconds')`;

const retryAtOnceText = (whose: string): string => `
  UPDATE deliveries SET retry_at = NULL WHERE status = 'BLOCKED' AND retry_at IS NOT NULL AND run_id IN (
    SELECT id FROM runs WHERE platform_id = $1 AND ${OPEN} AND status = 'BLOCKED' AND ${whose})`;
const RETRY_WORKFLOW = retryAtOnceText('workflow_id = $2');
const RETRY_INTEGRATION = retryAtOnceText(ofIntegration(2));

/** A mail that could not be made from the facts and its template: a change of either may be the repair. */
const UNMADE = `status = 'BLOCKED' AND retry_at IS NOT NULL AND reason IN ('variable_missing', 'template_missing')`;
const remakeAtOnceText = (whose: string): string => `
  UPDATE deliveries SET retry_at = NULL WHERE ${UNMADE}
    AND run_id IN (SELECT id FROM runs WHERE platform_id = $1 AND ${OPEN} AND ${whose})`;
const REMAKE_CUSTOMER = remakeAtOnceText('customer_id = $2');
const REMAKE_TEMPLATE = remakeAtOnceText(ofTemplate(2));
const REFETCH_PLATFORM = `
  UPDATE deliveries SET retry_at = NULL WHERE platform_id = $1 AND status = 'BLOCKED' AND retry_at IS NOT NULL AND reason = 'no_pdf'`;

/** Runs that a change of their resource can still move: open ones, and closed ones that facts can reopen (S-R6); never a wallet's. */
const MOVABLE = `(${OPEN} OR resource_type <> 'WALLET' AND (status <> 'STOPPED' OR stop_reason IN (${REOPENABLE.map((reason) => `'${reason}'`).join(', ')})))`;

/**
 * Looks at every run of the scope again, in the caller's transaction, and queues for the engine those that changed. Answers
 * their ids. A change that alters no plan wakes nobody.
 */
export async function touchRuns(tx: Sql, platformId: string, scope: TouchScope): Promise<string[]> {
  await retryAtOnce(tx, platformId, scope);
  if (isResourceScope(scope)) return reviewRuns(tx, await runsOfResource(tx, platformId, scope));
  const ids = await openRuns(tx, platformId, scope, INLINE_LIMIT + 1);
  if (ids.length > INLINE_LIMIT && (scope.kind === 'CUSTOMER' || scope.kind === 'PLATFORM')) {
    await enqueueFanOut(tx, scope.kind, platformId, scope.id);
    return [];
  }
  if (ids.length > INLINE_LIMIT && scope.kind === 'CUSTOMER_MAIL') {
    await enqueueFanOut(tx, 'CUSTOMER', platformId, scope.id);
    return [];
  }
  if (ids.length > INLINE_LIMIT && (scope.kind === 'WORKFLOW' || scope.kind === 'BLOCKED')) {
    await enqueueFanOut(tx, 'WORKFLOW', platformId, scope.kind === 'WORKFLOW' ? scope.id : scope.workflowId);
    return [];
  }
  if (ids.length > INLINE_LIMIT && (scope.kind === 'INTEGRATION' || scope.kind === 'TEMPLATE')) {
    const [text, value] =
      scope.kind === 'INTEGRATION' ? [WORKFLOWS_OF_INTEGRATION, scope.id] : [WORKFLOWS_OF_TEMPLATE, scope.names];
    const workflows = await tx.rows<{ workflow_id: string }>(text, [platformId, value]);
    for (const { workflow_id } of workflows) await enqueueFanOut(tx, 'WORKFLOW', platformId, workflow_id);
    return [];
  }
  if (ids.length > INLINE_LIMIT && scope.kind === 'UNREACHED') {
    await enqueueFanOut(tx, 'CUSTOMER', platformId, scope.customerId);
    return [];
  }
  if (ids.length > INLINE_LIMIT && scope.kind === 'ADDRESS') {
    const customers = await tx.rows<{ id: string }>(`SELECT id FROM (${OF_ADDRESS}) owners (id) ORDER BY id`, [
      platformId,
      scope.addresses,
    ]);
    for (const { id } of customers) await enqueueFanOut(tx, 'CUSTOMER', platformId, id);
    return [];
  }
  return reviewRuns(tx, ids);
}

const workflowsText = (whose: string): string =>
  `SELECT DISTINCT workflow_id FROM workflow_actions WHERE platform_id = $1 AND ${whose} ORDER BY workflow_id`;
const WORKFLOWS_OF_INTEGRATION = workflowsText(ofIntegration(2));
const WORKFLOWS_OF_TEMPLATE = workflowsText(ofTemplate(2));

/** What waits for its next try, because no fact repairs it or a mail could not be made, need not wait any longer: that may be what was repaired. */
async function retryAtOnce(tx: Sql, platformId: string, scope: TouchScope): Promise<void> {
  switch (scope.kind) {
    case 'BLOCKED':
      await tx.rows(RETRY_WORKFLOW, [platformId, scope.workflowId]);
      return;
    case 'INTEGRATION':
      await tx.rows(RETRY_INTEGRATION, [platformId, scope.id]);
      return;
    case 'TEMPLATE':
      await tx.rows(REMAKE_TEMPLATE, [platformId, scope.names]);
      return;
    case 'CUSTOMER':
    case 'CUSTOMER_MAIL':
      await tx.rows(REMAKE_CUSTOMER, [platformId, scope.id]);
      return;
    case 'PLATFORM':
      if (scope.newPdfSource) await tx.rows(REFETCH_PLATFORM, [platformId]);
      return;
    case 'RESOURCE':
    case 'INVOICE':
    case 'SUBSCRIPTION': // In the statement that finds their runs.
    case 'WORKFLOW': // Nothing of a mail has changed.
    case 'UNREACHED':
    case 'ADDRESS': // What is suppressed has no next try: it is judged anew.
  }
}

type ResourceScope = TouchScope & { kind: 'RESOURCE' | 'INVOICE' | 'SUBSCRIPTION' };

/** The resources a change of facts concerns: type and id. */
const CONCERNED: Record<ResourceScope['kind'], string> = {
  RESOURCE: `SELECT $3::text AS type, $2::text AS id`,
  INVOICE: `SELECT 'INVOICE' AS type, $2::text AS id UNION ALL
    SELECT 'PAYMENT', id FROM payments WHERE platform_id = $1 AND body ->> 'invoice_id' = $2`,
  SUBSCRIPTION: `SELECT 'PRICING_PLAN_SCHEDULE' AS type, id FROM pricing_plan_schedules
    WHERE platform_id = $1 AND pricing_plan_subscription_id = $2`,
};

/**
 * The runs about one thing are few, and all of them are looked at before the change is answered. What it concerns is found
 * first and on its own (MATERIALIZED): a planner that sees both may walk through all runs there are. In the same statement, mails
 * of theirs that could not be made are made again.
 */
async function runsOfResource(tx: Sql, platformId: string, scope: ResourceScope): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(
    `WITH concerned AS MATERIALIZED (${CONCERNED[scope.kind]}), theirs AS MATERIALIZED (
       SELECT r.id FROM concerned c JOIN runs r ON r.platform_id = $1 AND r.resource_type = c.type AND r.resource_id = c.id
       WHERE ${MOVABLE}), remade AS (
       UPDATE deliveries SET retry_at = NULL WHERE run_id IN (SELECT id FROM theirs) AND ${UNMADE})
     SELECT id FROM theirs ORDER BY id`,
    [platformId, scope.id, ...(scope.kind === 'RESOURCE' ? [scope.type] : [])],
  );
  return rows.map(({ id }) => id);
}

function isResourceScope(scope: TouchScope): scope is ResourceScope {
  return Object.hasOwn(CONCERNED, scope.kind);
}

/** The runs of one page of a fan-out, in order of id after `cursor`; each is then reviewed in a transaction of its own. */
export function fanOutPage(
  sql: Sql,
  platformId: string,
  scope: TouchScope & { kind: 'CUSTOMER' | 'WORKFLOW' | 'PLATFORM' },
  cursor: string,
  limit: number,
): Promise<string[]> {
  return openRuns(sql, platformId, scope, limit, cursor);
}

/** All runs are locked before the first is looked at, so that claims and changes wait for each other in one order. */
export async function reviewRuns(tx: Sql, ids: readonly string[]): Promise<string[]> {
  const changed: string[] = [];
  await tx.rows('SELECT lock_runs($1)', [ids]);
  for (const id of ids) {
    const loaded = await readRunContext(tx, id);
    if (!loaded) continue;
    const applied = await applyEvaluation(tx, loaded);
    if (!applied.changed) continue;
    await enqueueRun(tx, applied.row);
    changed.push(id);
  }
  return changed;
}

type WideScope = Exclude<TouchScope, ResourceScope>;

async function openRuns(sql: Sql, platformId: string, scope: WideScope, limit: number, cursor = ''): Promise<string[]> {
  const [condition, values] = conditionOf(scope);
  const rows = await sql.rows<{ id: string }>(
    `SELECT id FROM runs WHERE platform_id = $1 AND id > $2 AND ${condition} ORDER BY id LIMIT $3`,
    [platformId, cursor, limit, ...values],
  );
  return rows.map(({ id }) => id);
}

function conditionOf(scope: WideScope): [string, unknown[]] {
  switch (scope.kind) {
    case 'CUSTOMER':
      return [`${OPEN} AND customer_id = $4`, [scope.id]];
    case 'WORKFLOW':
      return [`${OPEN} AND workflow_id = $4`, [scope.id]];
    case 'PLATFORM':
      return [OPEN, []];
    case 'BLOCKED':
      return [`${OPEN} AND workflow_id = $4 AND ${REPAIRABLE}`, [scope.workflowId]];
    case 'CUSTOMER_MAIL':
      return [`${OPEN} AND customer_id = $4 AND ${REPAIRABLE}`, [scope.id]];
    case 'INTEGRATION':
      return [`${OPEN} AND ${ofIntegration(4)} AND ${REPAIRABLE}`, [scope.id]];
    case 'UNREACHED':
      return [`${OPEN} AND customer_id = $4 AND ${REPAIRABLE}`, [scope.customerId]];
    case 'ADDRESS':
      return [`${OPEN} AND customer_id IN (${ofAddress(4)}) AND ${REPAIRABLE}`, [scope.addresses]];
    case 'TEMPLATE':
      return [`${OPEN} AND ${ofTemplate(4)} AND ${REPAIRABLE}`, [scope.names]];
  }
}
