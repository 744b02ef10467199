import { disagreementsOf } from '../domain/disagreements.js';
import { explainRun } from '../domain/explain.js';
import type { ExplainedResource, UnmatchedTrigger } from '../domain/explain-text.js';
import { variantsOf } from '../domain/match.js';
import { whyNotMatched, whyNotStarted, type NotMatched } from '../domain/not-matched.js';
import type { ResourceType } from '../domain/types.js';
import type { Sql } from './database.js';
import { isComplete, readResources, type LoadedResource } from './resources.js';
import { readTellableRuns } from './tellable-runs.js';
import { toMatchable, workflowsOfVariants, type WorkflowRow } from './workflows.js';

/** Which resource. */
export interface Named {
  type: ResourceType;
  id: string;
}

const MOST_RUNS = 20;
const MOST_WORKFLOWS = 200;
const MOST_TRIGGERS = 20;

/**
 * Everything there is to tell about these resources, in their order: their runs, the workflows that have none for them and why,
 * the triggers that matched nothing. What is not there is left out. A few statements, however many resources.
 */
export async function explainResources(
  sql: Sql,
  platformId: string,
  named: readonly Named[],
): Promise<ExplainedResource[]> {
  const types = [...new Set(named.map(({ type }) => type))];
  const loaded: LoadedResource[] = [];
  for (const type of types) {
    const ids = named.filter((one) => one.type === type).map(({ id }) => id);
    loaded.push(...(await readResources(sql, platformId, type, ids)));
  }
  const resources = named.flatMap(
    ({ type, id }) => loaded.find((one) => one.type === type && one.id === id && isThere(one)) ?? [],
  );
  const runIds = await runsOf(sql, platformId, resources);
  const shown = runIds.filter(({ place }) => place <= MOST_RUNS);
  const runs = await readTellableRuns(
    sql,
    shown.map(({ id }) => id),
  );
  const workflows = await workflowsOfVariants(sql, platformId, types.flatMap(variantsOf), MOST_WORKFLOWS + 1);
  const triggers = await unmatchedTriggers(sql, platformId, resources);
  return resources.map((resource): ExplainedResource => {
    const { type, id, customer, facts } = resource;
    const own = runIds.filter((run) => isAbout(run, resource));
    const without = workflows
      .slice(0, MOST_WORKFLOWS)
      .filter((workflow) => !own.some((run) => run.workflow_id === workflow.id));
    return {
      type,
      id,
      customerId: customer?.id ?? null,
      disagreements: disagreementsOf(facts.invoice),
      runs: runs.filter((run) => run.resource.type === type && run.resource.id === id).map(explainRun),
      notMatched: without.flatMap((workflow) => notMatched(workflow, resource)),
      unmatchedTriggers: triggers
        .filter((trigger) => isAbout(trigger, resource))
        .map((trigger): UnmatchedTrigger => ({ id: trigger.id, type: trigger.type, at: trigger.created_at })),
      cut: [
        ...(own.length > MOST_RUNS
          ? [`Only ${String(MOST_RUNS)} of ${String(own.length)} runs are shown, open ones first.`]
          : []),
        ...(workflows.length > MOST_WORKFLOWS
          ? [`Only the ${String(MOST_WORKFLOWS)} oldest workflows were looked at.`]
          : []),
      ],
    };
  });
}

/** A placeholder is not there: another fact named it. */
function isThere({ type, facts }: LoadedResource): boolean {
  switch (type) {
    case 'INVOICE':
      return facts.invoice !== null;
    case 'PAYMENT':
      return facts.payment !== null;
    case 'PRICING_PLAN_SCHEDULE':
      return facts.schedule !== null;
    case 'WALLET':
      return facts.wallet !== null;
  }
}

function isAbout(row: { resource_type: ResourceType; resource_id: string }, { type, id }: Named): boolean {
  return row.resource_type === type && row.resource_id === id;
}

function notMatched(workflow: WorkflowRow, resource: LoadedResource): NotMatched[] {
  const { variant, id: workflowId, reference, name, status } = workflow;
  if (variant === null || !variantsOf(resource.type).includes(variant)) return [];
  return [{ workflowId, reference, name, variant, status, ...whyNone(workflow, variant, resource) }];
}

function whyNone(
  workflow: WorkflowRow,
  variant: NotMatched['variant'],
  resource: LoadedResource,
): Pick<NotMatched, 'code' | 'text'> {
  const { customer, facts } = resource;
  if (!customer || !isComplete(resource)) {
    const what = customer ? 'A fact that it needs' : 'Its customer';
    return { code: 'incomplete', text: `${what} is not known yet: nothing matches until it is.` };
  }
  return whyNotMatched(toMatchable(workflow), variant, customer.id, facts) ?? whyNotStarted(facts);
}

interface RunOf {
  id: string;
  workflow_id: string;
  resource_type: ResourceType;
  resource_id: string;
  /** Counted per resource: open ones first, then the newest. */
  place: number;
}

function runsOf(sql: Sql, platformId: string, resources: readonly Named[]): Promise<RunOf[]> {
  return sql.rows<RunOf>(
    `SELECT r.id, r.workflow_id, r.resource_type, r.resource_id, row_number() OVER (
       PARTITION BY r.resource_type, r.resource_id
       ORDER BY r.status IN ('COMPLETED', 'STOPPED'), r.created_at DESC, r.id) AS place
     FROM unnest($2::text[], $3::text[]) AS named (type, id)
     JOIN runs r ON r.platform_id = $1 AND r.resource_type = named.type AND r.resource_id = named.id
     ORDER BY place, r.id`,
    [platformId, resources.map(({ type }) => type), resources.map(({ id }) => id)],
  );
}

interface TriggerOf {
  id: string;
  type: UnmatchedTrigger['type'];
  created_at: number;
  resource_type: ResourceType;
  resource_id: string;
}

/** Accepted, and no workflow matched (S-M2); the newest. */
function unmatchedTriggers(sql: Sql, platformId: string, resources: readonly LoadedResource[]): Promise<TriggerOf[]> {
  return sql.rows<TriggerOf>(
    `SELECT t.id, t.type, t.created_at, named.type AS resource_type, named.id AS resource_id
     FROM workflow_triggers t
     JOIN unnest($3::text[], $4::text[]) AS named (type, id) ON named.id = CASE named.type
       WHEN 'INVOICE' THEN t.target -> 'invoice' ->> 'invoice_id'
       WHEN 'PAYMENT' THEN t.target -> 'payment' ->> 'payment_id'
       WHEN 'WALLET' THEN t.target -> 'wallet' ->> 'wallet_id'
       ELSE t.target -> 'pricing_plan_subscription' ->> 'pricing_plan_schedule_id' END
     WHERE t.platform_id = $1 AND t.customer_id = ANY ($2) AND NOT EXISTS (SELECT FROM runs r WHERE r.trigger_id = t.id)
     ORDER BY t.created_at DESC, t.id LIMIT ${String(MOST_TRIGGERS)}`,
    [
      platformId,
      [...new Set(resources.flatMap(({ customer }) => customer?.id ?? []))],
      resources.map(({ type }) => type),
      resources.map(({ id }) => id),
    ],
  );
}
