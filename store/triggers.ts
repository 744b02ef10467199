import { Refusal } from '../contracts/refusal.js';
import { inScope } from '../domain/evaluate.js';
import { isWanted, mismatch, type MatchableWorkflow } from '../domain/match.js';
import { samePeriod } from '../domain/period.js';
import type { RunStatus } from '../domain/run.js';
import type { Instant, Period, ResourceType, TriggerType, Variant, WorkflowType } from '../domain/types.js';
import { createAllRuns, type CreatedRuns, type MadeRuns, type RunRequest, type TriggerRow } from './create-runs.js';
import type { Sql } from './database.js';
import { settle, valueOf, type Settled } from './grouped.js';
import type { Platform } from './platforms.js';
import { targetOf } from './target.js';
import { isComplete, lockResources, type LoadedResource } from './resources.js';
import { toldCrossings } from './wallet-watches.js';
import { activeWorkflowsOf, getWorkflowsByName, toMatchable, type WorkflowRow } from './workflows.js';

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

export interface TriggerRun {
  id: string;
  workflow_id: string;
  trigger_id: string;
  status: RunStatus;
  next_step_at: Instant | null;
}

/** A trigger and whose it is. */
export interface Asked {
  platform: Platform;
  request: TriggerRequest;
}

export interface Accepted extends CreatedRuns {
  trigger: TriggerRow;
}

/** Accepts a trigger: matches, plans and stores in one transaction. Once it has answered, nothing is lost. */
export async function acceptTrigger(tx: Sql, platform: Platform, request: TriggerRequest): Promise<Accepted> {
  const [accepted] = await acceptTriggers(tx, [{ platform, request }]);
  return valueOf(accepted);
}

/**
 * The same for several at once, as if they had come one after the other: what is refused writes nothing and leaves the others alone.
 * However many there are, each of locking, reading and writing is one statement.
 */
export async function acceptTriggers(tx: Sql, asked: readonly Asked[]): Promise<Settled<Accepted>[]> {
  const targets = await lockTargets(tx, asked);
  const active = await activeWorkflowsOf(tx, asked.flatMap(matchedBy));
  const judged: Settled<RunRequest>[] = [];
  for (const [place, target] of targets.entries()) {
    const own = asked[place];
    if (!own) continue;
    const one = 'error' in target ? target : settle(() => judge(own, target.value, active));
    judged.push('error' in one ? one : { value: await withCrossings(tx, one.value) });
  }
  const requests = judged.flatMap((one) => ('value' in one ? [one.value] : []));
  const made = (await createAllRuns(tx, requests)).values();
  const results = judged.map((one): Settled<MadeRuns> =>
    'error' in one ? one : (made.next().value ?? { error: new Error('createAllRuns answered too few results') }),
  );
  return withTriggers(tx, asked, results);
}

/** Those whose runs were all there are answered with the trigger that made the oldest. */
async function withTriggers(
  tx: Sql,
  asked: readonly Asked[],
  made: readonly Settled<MadeRuns>[],
): Promise<Settled<Accepted>[]> {
  const missing = made.flatMap((one) => ('value' in one && one.value.trigger === null ? [one.value.triggerId] : []));
  const found = missing.length === 0 ? [] : await getTriggers(tx, missing);
  return made.map((one, place) => {
    if ('error' in one) return one;
    const { platform } = asked[place] ?? {};
    const { triggerId } = one.value;
    const trigger =
      one.value.trigger ?? found.find(({ id, platform_id }) => id === triggerId && platform_id === platform?.id);
    if (!trigger) return { error: Refusal.notFound('WORKFLOW_TRIGGER', triggerId) };
    return { value: { ...one.value, trigger } };
  });
}

/** The workflows that a trigger asks for which names none. */
function matchedBy({ platform, request: { workflowId, variant } }: Asked): { platformId: string; variant: Variant }[] {
  return workflowId === null && variant !== null ? [{ platformId: platform.id, variant }] : [];
}

/** What is to run, or a refusal. */
function judge(
  { platform, request }: Asked,
  { resource, named }: Target,
  active: (platformId: string, variant: Variant) => readonly WorkflowRow[],
): RunRequest {
  const variant = named?.variant ?? request.variant;
  if (variant === null) {
    throw Refusal.missing(request.variantField, 'Name the variant, or a workflow that has one.');
  }
  const workflows = named ? [named] : matching(active(platform.id, variant), request, resource, variant);
  const wanted = workflows.filter(
    (workflow) => request.type === 'MANUAL' || isWanted(variant, resource.facts, toMatchable(workflow).terms),
  );
  const off = named && triggerOff(request, named);
  if (off && request.type === 'MANUAL') throw off;
  const inactive =
    named && named.status !== 'ACTIVE' ? Refusal.operation(`The workflow is ${named.status}.`, 'workflow_id') : null;
  return {
    platform,
    type: request.type,
    variant,
    resource,
    workflows: off ? [] : wanted.filter(({ status }) => status === 'ACTIVE'),
    period: request.period,
    trialEndAt: request.trialEndAt,
    target: request.call ? targetOf(resource, { manual: { variant, user_id: request.call.userId } }) : request.target,
    workflowId: named?.id ?? null,
    ...(request.call && { variables: request.call.variables }),
    // An EVENT that made its run is answered with it for ever, whatever became of the workflow (S-M6).
    refusal: inactive ?? off,
  };
}

async function withCrossings(tx: Sql, request: RunRequest): Promise<RunRequest> {
  const { type, platform, workflows, resource } = request;
  if (type !== 'EVENT' || !resource.facts.wallet) return request;
  return { ...request, crossings: await toldCrossings(tx, platform.id, workflows, resource.facts.wallet) };
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
export async function lockTarget(tx: Sql, platform: Platform, request: TriggerRequest): Promise<void> {
  const [target] = await lockTargets(tx, [{ platform, request }]);
  valueOf(target);
}

/** The workflows are read after the locks: whoever is told that one is ACTIVE now finds it so. */
async function lockTargets(tx: Sql, asked: readonly Asked[]): Promise<Settled<Target>[]> {
  const resources = await lockResources(
    tx,
    asked.map(({ platform, request: { resource } }) => ({ platformId: platform.id, ...resource })),
  );
  const named = await getWorkflowsByName(
    tx,
    asked.flatMap(({ platform, request: { workflowId: name } }) =>
      name === null ? [] : [{ platformId: platform.id, name }],
    ),
  );
  return asked.map(({ platform, request }, place) =>
    settle(() => {
      const resource = resources[place];
      const { type, id, field } = request.resource;
      if (!resource || !isComplete(resource)) throw Refusal.notFound(type, id, field);
      checkFit(request, resource);
      if (request.workflowId === null) return { resource, named: null };
      return { resource, named: checkNamed(named(platform.id, request.workflowId), request, resource) };
    }),
  );
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

function getTriggers(sql: Sql, ids: readonly string[]): Promise<(TriggerRow & { platform_id: string })[]> {
  return sql.rows('SELECT * FROM workflow_triggers WHERE id = ANY ($1)', [ids]);
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
function checkNamed(workflow: WorkflowRow | null, request: TriggerRequest, resource: LoadedResource): WorkflowRow {
  if (!workflow) throw Refusal.notFound('WORKFLOW', request.workflowId ?? '', 'workflow_id');
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

function matching(
  active: readonly WorkflowRow[],
  request: TriggerRequest,
  resource: LoadedResource,
  variant: Variant,
): WorkflowRow[] {
  const customerId = resource.customer?.id ?? '';
  const matchable = (row: WorkflowRow): MatchableWorkflow => ({
    ...toMatchable(row),
    ...(request.type === 'MANUAL' && { eventTrigger: row.run_settings.ondemand_trigger }),
  });
  return active.filter(
    (workflow) => mismatch(matchable(workflow), variant, customerId, request.period, resource.facts) === null,
  );
}
