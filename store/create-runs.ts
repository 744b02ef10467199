import { createHash } from 'node:crypto';
import type { Refusal } from '../contracts/refusal.js';
import { engineWorkflowId } from '../contracts/workflow-id.js';
import { isClosed, type Evaluation } from '../domain/evaluate.js';
import { occurredAt } from '../domain/new-run.js';
import { stepId } from '../domain/plan.js';
import type { RunStatus } from '../domain/run.js';
import type { Instant, Period, TriggerType, Variant } from '../domain/types.js';
import { evaluateGuarded } from './blast-guard.js';
import { at, type Sql } from './database.js';
import type { Settled } from './grouped.js';
import { newId } from './ids.js';
import { calendarOf, contextOfNewRun } from './new-run.js';
import type { Platform } from './platforms.js';
import type { LoadedResource } from './resources.js';
import { stepRecord } from './step-record.js';
import type { Crossings } from './wallet-watches.js';
import type { WorkflowRow } from './workflows.js';

export interface RunRequest {
  platform: Platform;
  type: TriggerType;
  variant: Variant;
  resource: LoadedResource;
  /** The workflows that get a run, in order of id. */
  workflows: readonly WorkflowRow[];
  /** A single step of the ladder (S-M5). */
  period: Period | null;
  trialEndAt: Instant | null;
  /** WALLET_BALANCE events: which crossing it is, by workflow. */
  crossings?: Crossings;
  /** The contract's target block, stored with the trigger. */
  target: Record<string, unknown>;
  /** The workflow the caller named, if any. */
  workflowId: string | null;
  /** What the caller gave for the template, by name. */
  variables?: Record<string, unknown>;
  /** Why nothing is written when no workflow is to run and none has run for the occasion. */
  refusal?: Refusal | null;
}

/** One run of a trigger, as answered to the caller (S-M2). */
export interface TriggeredRun {
  id: string;
  workflow_id: string;
  trigger_id: string;
  created: boolean;
  status: RunStatus;
  next_step_at: Instant | null;
}

/** A stored trigger. */
export interface TriggerRow {
  id: string;
  type: TriggerType;
  workflow_id: string | null;
  customer_id: string | null;
  /** The contract's target block. */
  target: Record<string, unknown>;
  created_at: Instant;
}

export interface CreatedRuns {
  /** The trigger that made these runs: the new one, or that of the oldest run when none is new (S-M6). */
  triggerId: string;
  created: boolean;
  runs: TriggeredRun[];
}

/** What one of several requests came to: what the caller is answered, and the trigger's row when it is new. */
export interface MadeRuns extends CreatedRuns {
  trigger: TriggerRow | null;
}

/** A new run, to be inserted. */
interface Draft {
  id: string;
  workflow: WorkflowRow;
  occurrence: string | null;
  evaluation: Evaluation;
}

/** A request that makes a trigger. */
interface Drafted {
  request: RunRequest;
  triggerId: string;
  drafts: Draft[];
}

/** An EVENT run that is there, or was drafted for a request before. */
interface EventRun extends TriggeredRun {
  occurrence: string;
}

/** Creates a trigger and its runs, as `createAllRuns` does for one request. */
export async function createRuns(tx: Sql, request: RunRequest): Promise<CreatedRuns> {
  const [made] = await createAllRuns(tx, [request]);
  if (!made) throw new Error('createAllRuns answered nothing');
  if ('error' in made) throw made.error;
  return made.value;
}

/**
 * Creates for each request a trigger and a run for each workflow, with its plan and its outbox row, in the caller's transaction, as
 * if the requests had come one after the other. The caller holds the locks of `lockResources`. An EVENT run that exists already stays
 * as it is; when all do, nothing is written. One that another transaction makes meanwhile is a unique key taken: the transaction is
 * repeated and finds it.
 */
export async function createAllRuns(tx: Sql, requests: readonly RunRequest[]): Promise<Settled<MadeRuns>[]> {
  const known = await existingRuns(tx, requests);
  const made: Settled<MadeRuns>[] = [];
  const drafted: Drafted[] = [];
  for (const [index, request] of requests.entries()) {
    const existing = eventsOf(request, known[index] ?? []);
    const missing = request.workflows.filter((workflow) => !existing.some((run) => run.workflow_id === workflow.id));
    const oldest = existing[0];
    if (missing.length === 0 && oldest) {
      made.push({
        value: { triggerId: oldest.trigger_id, created: false, runs: existing.map(answered), trigger: null },
      });
    } else if (missing.length === 0 && request.refusal) {
      made.push({ error: request.refusal });
    } else {
      const own: Drafted = { request, triggerId: newId('wtrg'), drafts: [] };
      for (const workflow of missing) own.drafts.push(await draft(tx, request, workflow));
      drafted.push(own);
      const runs = own.drafts.map((one) => triggered(own.triggerId, one));
      for (const [later, other] of requests.entries()) {
        if (later > index && isSameOccasion(request, other))
          known[later]?.push(...runs.map((run) => ({ ...run, created: false })));
      }
      made.push({
        value: { triggerId: own.triggerId, created: true, runs: [...existing, ...runs].map(answered), trigger: null },
      });
    }
  }
  const triggers = await insertAll(tx, drafted);
  return made.map((one) => {
    if ('error' in one) return one;
    return { value: { ...one.value, trigger: triggers.get(one.value.triggerId) ?? null } };
  });
}

/** Whether an EVENT run of the one can be what the other asks for. */
function isSameOccasion(one: RunRequest, other: RunRequest): boolean {
  return (
    one.type === 'EVENT' &&
    other.type === 'EVENT' &&
    one.platform.id === other.platform.id &&
    one.resource.type === other.resource.type &&
    one.resource.id === other.resource.id
  );
}

/** Those of a resource's EVENT runs that are about the occasion, of whatever became of them and their workflows (S-M6). */
function eventsOf(request: RunRequest, runs: readonly EventRun[]): EventRun[] {
  if (request.type !== 'EVENT') return [];
  return runs.filter(
    ({ workflow_id: id, occurrence }) =>
      (request.workflowId === null || request.workflowId === id) && occurrence === occurrenceAt(request, id),
  );
}

/** The EVENT runs of each request's resource, oldest first. */
async function existingRuns(tx: Sql, requests: readonly RunRequest[]): Promise<EventRun[][]> {
  const places = requests.flatMap((request, place) => (request.type === 'EVENT' ? [{ place, request }] : []));
  const found: EventRun[][] = requests.map(() => []);
  if (places.length === 0) return found;
  const rows = await tx.rows<EventRun & { place: number }>(
    `SELECT q.place, r.id, r.workflow_id, r.trigger_id, false AS created, r.status, r.next_step_at, r.occurrence
     FROM unnest($1::integer[], $2::text[], $3::text[], $4::text[]) AS q (place, platform_id, type, id)
     JOIN runs r ON r.platform_id = q.platform_id AND r.resource_type = q.type AND r.resource_id = q.id AND r.type = 'EVENT'
     ORDER BY r.created_at, r.id`,
    [
      places.map(({ place }) => place),
      places.map(({ request }) => request.platform.id),
      places.map(({ request }) => request.resource.type),
      places.map(({ request }) => request.resource.id),
    ],
  );
  for (const { place, ...run } of rows) found[place]?.push(run);
  return found;
}

function answered({ id, workflow_id, trigger_id, created, status, next_step_at }: EventRun): TriggeredRun {
  return { id, workflow_id, trigger_id, created, status, next_step_at };
}

/** What makes an EVENT run unique besides workflow and resource: its variant, and the period of a single step or the crossing (S-M6). */
function occurrenceAt({ variant, period, crossings }: RunRequest, workflowId: string): string | null {
  if (crossings) {
    const crossing = crossings.get(workflowId);
    return crossing === undefined ? null : `${variant}/${String(crossing)}`;
  }
  return period ? `${variant}/${stepId([period])}` : variant;
}

async function draft(tx: Sql, request: RunRequest, workflow: WorkflowRow): Promise<Draft> {
  const id = newId('run');
  const occurrence = request.type === 'EVENT' ? occurrenceAt(request, workflow.id) : null;
  if (request.crossings && occurrence === null) throw new Error(`${workflow.id} saw no crossing of this wallet.`);
  const context = await contextOfNewRun(tx, request, workflow, id);
  return { id, workflow, occurrence, evaluation: await evaluateGuarded(tx, context, request.platform) };
}

/** A later request for the same occasion finds it there, and has not made it. */
function triggered(triggerId: string, { id, workflow, occurrence, evaluation }: Draft): EventRun {
  return {
    id,
    workflow_id: workflow.id,
    trigger_id: triggerId,
    created: true,
    status: statusOf(evaluation),
    next_step_at: nextStepAt(evaluation),
    occurrence: occurrence ?? '',
  };
}

/** Everything in one statement; runs in order of what makes them unique, so that transactions with the same ones wait in one order. */
async function insertAll(tx: Sql, drafted: readonly Drafted[]): Promise<ReadonlyMap<string, TriggerRow>> {
  if (drafted.length === 0) return new Map();
  const triggers = drafted.map(triggerRecord);
  const runs = drafted
    .flatMap(({ request, triggerId, drafts }) => drafts.map((own) => ({ request, triggerId, own })))
    .sort((a, b) => compare(uniqueOf(a), uniqueOf(b)));
  const steps = runs.flatMap(({ own }) =>
    own.evaluation.steps.map((step, position) => ({ run_id: own.id, ...stepRecord(step, position) })),
  );
  const open = runs.filter(({ own }) => !isClosed(own.evaluation.status));
  const rows = await tx.rows<{ id: string; created_at: Instant }>(INSERT_ALL, [
    JSON.stringify(triggers),
    JSON.stringify(runs.map(({ request, triggerId, own }) => runRecord(request, triggerId, own))),
    JSON.stringify(steps),
    open.map(({ own }) => own.id),
    open.map(({ request }) => request.platform.id),
  ]);
  const created = new Map(rows.map((row) => [row.id, row.created_at]));
  return new Map(
    triggers.map(({ platform_id: _, ...trigger }) => [
      trigger.id,
      { ...trigger, created_at: created.get(trigger.id) ?? 0 },
    ]),
  );
}

/** What is written last here is carried out first: a run before its steps. */
const INSERT_ALL = `
  WITH t AS (
    INSERT INTO workflow_triggers (id, platform_id, type, workflow_id, customer_id, target)
    SELECT t.* FROM jsonb_to_recordset($1) AS t (id text, platform_id text, type text, workflow_id text, customer_id text, target jsonb)
    RETURNING id, created_at
  ), o AS (
    INSERT INTO outbox (kind, subject_id, platform_id, revision)
    SELECT 'RUN', o.id, o.platform_id, 1 FROM unnest($4::text[], $5::text[]) AS o (id, platform_id)
  ), s AS (
    INSERT INTO run_steps (run_id, id, kind, position, periods, raw_at, planned_at, shifts, status, reason, late)
    SELECT s.* FROM jsonb_to_recordset($3) AS s (run_id text, id text, kind text, position integer, periods jsonb,
      raw_at timestamptz(3), planned_at timestamptz(3), shifts jsonb, status text, reason text, late boolean)
  ), r AS (
    INSERT INTO runs (id, platform_id, workflow_id, workflow_version, trigger_id, type, variant, resource_type, resource_id,
      customer_id, occurrence, single_period, due_dates, calendar, trial_end_at, schedule_end_at, occurred_at, test_clock_id, status, reason,
      stop_reason, anchor_at, zone, wake_at, next_step_id, next_step_at, engine_workflow_id, variables)
    SELECT r.* FROM jsonb_to_recordset($2) AS r (id text, platform_id text, workflow_id text, workflow_version integer,
      trigger_id text, type text, variant text, resource_type text, resource_id text, customer_id text, occurrence text,
      single_period jsonb, due_dates text, calendar jsonb, trial_end_at timestamptz(3), schedule_end_at timestamptz(3), occurred_at timestamptz(3), test_clock_id text,
      status text, reason text, stop_reason text, anchor_at timestamptz(3), zone text, wake_at timestamptz(3),
      next_step_id text, next_step_at timestamptz(3), engine_workflow_id text, variables jsonb)
  )
  SELECT id, created_at FROM t`;

function uniqueOf({ request, own }: { request: RunRequest; own: Draft }): string {
  return JSON.stringify([own.workflow.id, request.resource.id, own.occurrence]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function triggerRecord({ request, triggerId }: Drafted): Omit<TriggerRow, 'created_at'> & { platform_id: string } {
  const only = request.workflows.length === 1 ? request.workflows[0]?.id : undefined;
  return {
    id: triggerId,
    platform_id: request.platform.id,
    type: request.type,
    workflow_id: request.workflowId ?? only ?? null,
    customer_id: request.resource.customer?.id ?? null,
    target: request.target,
  };
}

function statusOf({ status }: Evaluation): RunStatus {
  return status === 'WAITING' ? 'ACCEPTED' : status;
}

function nextStepAt({ status, steps }: Evaluation): Instant | null {
  const waiting = steps.find((step) => step.status === 'PLANNED' || step.status === 'BLOCKED');
  return isClosed(status) ? null : (waiting?.plannedAt ?? null);
}

function runRecord(request: RunRequest, triggerId: string, { id, workflow, occurrence, evaluation }: Draft): object {
  const { platform, resource } = request;
  const path = [platform.id, workflow.reference, resource.id];
  if (request.period) path.push(stepId([request.period]));
  const crossing = request.crossings?.get(workflow.id);
  if (crossing !== undefined) path.push(String(crossing));
  if (request.type === 'MANUAL') path.push(id);
  return {
    id,
    platform_id: platform.id,
    workflow_id: workflow.id,
    workflow_version: workflow.version,
    trigger_id: triggerId,
    type: request.type,
    variant: request.variant,
    resource_type: resource.type,
    resource_id: resource.id,
    customer_id: resource.customer?.id,
    occurrence,
    single_period: request.period,
    due_dates: platform.due_dates,
    calendar: calendarOf(workflow, platform),
    trial_end_at: at(request.trialEndAt),
    schedule_end_at: at(resource.facts.schedule?.endAt ?? null),
    occurred_at: at(occurredAt(resource.facts, resource.now)),
    test_clock_id: resource.testClockId,
    status: statusOf(evaluation),
    reason: evaluation.reason,
    stop_reason: evaluation.stopReason,
    anchor_at: at(evaluation.anchorAt),
    zone: evaluation.zone,
    wake_at: at(evaluation.wakeAt),
    next_step_id: evaluation.nextStepId,
    next_step_at: at(nextStepAt(evaluation)),
    engine_workflow_id: engineWorkflowId(path, (text) => createHash('sha256').update(text).digest('hex').slice(0, 32)),
    variables: request.variables ?? null,
  };
}
