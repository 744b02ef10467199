import { Refusal } from '../contracts/refusal.js';
import { inScope } from '../domain/evaluate.js';
import { isWanted, mismatch, type MatchableWorkflow } from '../domain/match.js';
import { samePeriod } from '../domain/period.js';
import type { RunStatus } from '../domain/run.js';
import type { Instant, Period, ResourceType, TriggerType, Variant, WorkflowType } from '../domain/types.js';
import { createRuns, type CreatedRuns } from './create-runs.js';
import type { Sql } from './database.js';
import type { Platform } from './platforms.js';
import { targetOf } from './target.js';
import { isComplete, lockResource, type LoadedResource } from './resources.js';
import { toldCrossings } from './wallet-watches.js';
import { activeWorkflows, getWorkflow, toMatchable, type WorkflowRow } from './workflows.js';

/** A trigger as the caller asks for it, already checked for its form. */
export interface TriggerRequest {
  type: TriggerType;
  workflowId: string | null;
  customerId: string | null;
  /** null = taken from the workflow (S-M1). */
  variant: Variant | null;
  targetType: WorkflowType;
  resource: { type: ResourceType; id: string; field: string };
  /** The subscription the caller named beside its schedule. */
  subscriptionId: string | null;
  /** The wallet type the caller named beside its wallet. */
  walletTypeId: string | null;
  period: Period | null;
  trialEndAt: Instant | null;
  /** Of a call by number: its values for the template, by name. It asks for `callout_trigger`, not for the other two (S-Z4). */
  call?: { variables: Record<string, unknown>; userId: string };
  /** The contract's target block, stored as given. */
  target: Record<string, unknown>;
  /** Paths in the request, for errors. */
  variantField: string;
  periodField: string;
}

export interface TriggerRow {
  id: string;
  type: TriggerType;
  workflow_id: string | null;
  customer_id: string | null;
  target: Record<string, unknown>;
  created_at: Instant;
}

export interface TriggerRun {
  id: string;
  workflow_id: string;
  trigger_id: string;
  status: RunStatus;
  next_step_at: Instant | null;
}

/** Accepts a trigger: matches, plans and stores in one transaction. Once it has answered, nothing is lost. */
export async function acceptTrigger(tx: Sql, platform: Platform, request: TriggerRequest): Promise<CreatedRuns> {
  const { resource, named } = await lockTarget(tx, platform, request);
  const variant = named?.variant ?? request.variant;
  if (variant === null) {
    throw Refusal.missing(request.variantField, 'Name the variant, or a workflow that has one.');
  }
  const workflows = named ? [named] : await matching(tx, platform.id, request, resource, variant);
  const wanted = workflows.filter(
    (workflow) => request.type === 'MANUAL' || isWanted(variant, resource.facts, toMatchable(workflow).terms),
  );
  const off = named && triggerOff(request, named);
  if (off && request.type === 'MANUAL') throw off;
  const runnable = off ? [] : wanted.filter(({ status }) => status === 'ACTIVE');
  const result = await createRuns(tx, {
    platform,
    type: request.type,
    variant,
    resource,
    workflows: runnable,
    period: request.period,
    trialEndAt: request.trialEndAt,
    ...(request.type === 'EVENT' &&
      resource.facts.wallet && { crossings: await toldCrossings(tx, platform.id, runnable, resource.facts.wallet) }),
    target: request.call ? targetOf(resource, { manual: { variant, user_id: request.call.userId } }) : request.target,
    workflowId: named?.id ?? null,
    ...(request.call && { variables: request.call.variables }),
  });
  // An EVENT that made its run is answered with it for ever, whatever became of the workflow (S-M6).
  if (named && named.status !== 'ACTIVE' && result.runs.length === 0) {
    throw Refusal.operation(`The workflow is ${named.status}.`, 'workflow_id');
  }
  if (off && result.runs.length === 0) throw off;
  return result;
}

/** The switch that keeps a named workflow from being triggered this way. */
function triggerOff({ type, call }: TriggerRequest, { run_settings: settings }: WorkflowRow): Refusal | null {
  if (call) return null;
  const name = type === 'MANUAL' ? 'ondemand_trigger' : 'event_trigger';
  return settings[name] ? null : Refusal.operation(`The ${name} of the workflow is off.`, 'workflow_id');
}

/** What a trigger is about, locked, and the workflow it names. */
interface Target {
  resource: LoadedResource;
  named: WorkflowRow | null;
}

/** Throws when a trigger names nothing, or what does not belong together. */
export async function lockTarget(tx: Sql, platform: Platform, request: TriggerRequest): Promise<Target> {
  const { type, id, field } = request.resource;
  const resource = await lockResource(tx, platform.id, type, id);
  if (!resource || !isComplete(resource)) throw Refusal.notFound(type, id, field);
  checkFit(request, resource);
  const named = request.workflowId === null ? null : await namedWorkflow(tx, platform.id, request, resource);
  return { resource, named };
}

/** Throws when there is no such customer. */
export async function checkCustomer(sql: Sql, platformId: string, id: string): Promise<void> {
  const found = await sql.row('SELECT FROM customers WHERE platform_id = $1 AND id = $2 AND body IS NOT NULL', [
    platformId,
    id,
  ]);
  if (!found) throw Refusal.notFound('CUSTOMER', id, 'customer_id');
}

export function getTrigger(sql: Sql, platformId: string, id: string): Promise<TriggerRow | null> {
  return sql.row<TriggerRow>('SELECT * FROM workflow_triggers WHERE platform_id = $1 AND id = $2', [platformId, id]);
}

/** The runs these triggers made. */
export function runsOfTriggers(sql: Sql, triggerIds: readonly string[]): Promise<TriggerRun[]> {
  return sql.rows<TriggerRun>(
    'SELECT id, workflow_id, trigger_id, status, next_step_at FROM runs WHERE trigger_id = ANY ($1) ORDER BY created_at, id',
    [triggerIds],
  );
}

function checkFit(request: TriggerRequest, resource: LoadedResource): void {
  if (request.customerId !== null && request.customerId !== resource.customer?.id) {
    throw Refusal.invalid('customer_id', 'The resource belongs to another customer.');
  }
  const subscription = resource.facts.subscription?.id;
  if (request.subscriptionId !== null && request.subscriptionId !== subscription) {
    throw Refusal.invalid(
      'pricing_plan_subscription.pricing_plan_subscription_id',
      'The schedule belongs to another subscription.',
    );
  }
  const walletType = resource.facts.wallet?.walletTypeId ?? null;
  if (request.walletTypeId !== null && request.walletTypeId !== walletType) {
    throw Refusal.invalid('wallet.wallet_type_id', 'The wallet is of another type.');
  }
}

/** The workflow the caller named must be able to run for this resource (S-M2). */
async function namedWorkflow(
  tx: Sql,
  platformId: string,
  request: TriggerRequest,
  resource: LoadedResource,
): Promise<WorkflowRow> {
  const id = request.workflowId ?? '';
  const workflow = await getWorkflow(tx, platformId, id);
  if (!workflow) throw Refusal.notFound('WORKFLOW', id, 'workflow_id');
  if (workflow.type !== request.targetType) {
    throw Refusal.invalid('workflow_id', `The workflow is of type ${workflow.type}.`);
  }
  if (request.variant !== null && workflow.variant !== request.variant) {
    throw Refusal.invalid(request.variantField, `The workflow’s variant is ${workflow.variant ?? 'not set'}.`);
  }
  if (!inScope(toMatchable(workflow), resource.customer?.id ?? '')) {
    throw Refusal.invalid('workflow_id', 'The customer is outside the scope of the workflow.');
  }
  const { period } = request;
  if (period !== null && workflow.variant !== 'OVERDUE') {
    throw Refusal.invalid(request.periodField, 'Only OVERDUE is triggered for one period.');
  }
  if (period !== null && !workflow.definition.periods.some((own) => samePeriod(own, period))) {
    throw Refusal.invalid(request.periodField, 'The workflow has no such period.');
  }
  return workflow;
}

async function matching(
  tx: Sql,
  platformId: string,
  request: TriggerRequest,
  resource: LoadedResource,
  variant: Variant,
): Promise<WorkflowRow[]> {
  const active = await activeWorkflows(tx, platformId, [variant]);
  const customerId = resource.customer?.id ?? '';
  const matchable = (row: WorkflowRow): MatchableWorkflow => ({
    ...toMatchable(row),
    ...(request.type === 'MANUAL' && { eventTrigger: row.run_settings.ondemand_trigger }),
  });
  return active.filter(
    (workflow) => mismatch(matchable(workflow), variant, customerId, request.period, resource.facts) === null,
  );
}
