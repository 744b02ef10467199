import { createHash } from 'node:crypto';
import { engineWorkflowId } from '../contracts/workflow-id.js';
import { isClosed, type Evaluation } from '../domain/evaluate.js';
import { occurredAt } from '../domain/new-run.js';
import { stepId } from '../domain/plan.js';
import type { RunStatus } from '../domain/run.js';
import type { Instant, Period, TriggerType, Variant } from '../domain/types.js';
import { evaluateGuarded } from './blast-guard.js';
import { at, type Sql } from './database.js';
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

export interface CreatedRuns {
  /** The trigger that made these runs: the new one, or that of the oldest run when none is new (S-M6). */
  triggerId: string;
  created: boolean;
  runs: TriggeredRun[];
}

interface Draft {
  id: string;
  workflow: WorkflowRow;
  occurrence: string | null;
  evaluation: Evaluation;
}

/**
 * Creates a trigger and a run for each workflow, with its plan and its outbox row, in the caller's transaction. The caller
 * holds the locks of `lockResource`. An EVENT run that exists already stays as it is; when all do, nothing is written.
 */
export async function createRuns(tx: Sql, request: RunRequest): Promise<CreatedRuns> {
  const existing = request.type === 'EVENT' ? await existingRuns(tx, request) : [];
  const missing = request.workflows.filter((workflow) => !existing.some((run) => run.workflow_id === workflow.id));
  const oldest = existing[0];
  if (missing.length === 0 && oldest) return { triggerId: oldest.trigger_id, created: false, runs: existing };

  const triggerId = await insertTrigger(tx, request);
  const drafts: Draft[] = [];
  for (const workflow of missing) drafts.push(await draft(tx, request, workflow));
  const inserted = await insertRuns(tx, request, triggerId, drafts);
  if (inserted.length < drafts.length) return await afterRace(tx, request, triggerId, drafts, inserted);
  return { triggerId, created: true, runs: [...existing, ...inserted] };
}

/** Another transaction created some of these EVENT runs between our look and our insert. */
async function afterRace(
  tx: Sql,
  request: RunRequest,
  triggerId: string,
  drafts: readonly Draft[],
  inserted: readonly TriggeredRun[],
): Promise<CreatedRuns> {
  const others = (await existingRuns(tx, request)).filter((run) => !drafts.some((own) => own.id === run.id));
  const oldest = others[0];
  if (inserted.length > 0 || !oldest) return { triggerId, created: true, runs: [...others, ...inserted] };
  await tx.rows('DELETE FROM workflow_triggers WHERE id = $1', [triggerId]);
  return { triggerId: oldest.trigger_id, created: false, runs: others };
}

/** The EVENT runs this resource has for the occasion, of whatever became of them and their workflows (S-M6). */
function existingRuns(tx: Sql, request: RunRequest): Promise<TriggeredRun[]> {
  return tx.rows<TriggeredRun>(
    `SELECT id, workflow_id, trigger_id, false AS created, status, next_step_at FROM runs
     WHERE platform_id = $1 AND resource_type = $2 AND resource_id = $3 AND type = 'EVENT'
       AND occurrence = CASE WHEN $5::jsonb IS NULL THEN $4 ELSE $4 || '/' || ($5 ->> workflow_id) END
       AND ($6::text IS NULL OR workflow_id = $6)
     ORDER BY created_at, id`,
    [
      request.platform.id,
      request.resource.type,
      request.resource.id,
      occurrenceOf(request),
      request.crossings ? JSON.stringify(Object.fromEntries(request.crossings)) : null,
      request.workflowId,
    ],
  );
}

/** What makes an EVENT run unique besides workflow and resource: its variant, and the period of a single step or the crossing (S-M6). */
function occurrenceOf({ variant, period, crossings }: RunRequest, workflow?: WorkflowRow): string {
  if (workflow && crossings) {
    const crossing = crossings.get(workflow.id);
    if (crossing === undefined) throw new Error(`${workflow.id} saw no crossing of this wallet.`);
    return `${variant}/${String(crossing)}`;
  }
  return period ? `${variant}/${stepId([period])}` : variant;
}

async function insertTrigger(tx: Sql, request: RunRequest): Promise<string> {
  const id = newId('wtrg');
  const only = request.workflows.length === 1 ? request.workflows[0]?.id : undefined;
  await tx.rows(
    'INSERT INTO workflow_triggers (id, platform_id, type, workflow_id, customer_id, target) VALUES ($1, $2, $3, $4, $5, $6)',
    [
      id,
      request.platform.id,
      request.type,
      request.workflowId ?? only ?? null,
      request.resource.customer?.id ?? null,
      JSON.stringify(request.target),
    ],
  );
  return id;
}

async function draft(tx: Sql, request: RunRequest, workflow: WorkflowRow): Promise<Draft> {
  const id = newId('run');
  const context = await contextOfNewRun(tx, request, workflow, id);
  return {
    id,
    workflow,
    occurrence: request.type === 'EVENT' ? occurrenceOf(request, workflow) : null,
    evaluation: await evaluateGuarded(tx, context, request.platform),
  };
}

async function insertRuns(
  tx: Sql,
  request: RunRequest,
  triggerId: string,
  drafts: readonly Draft[],
): Promise<TriggeredRun[]> {
  const inserted = await tx.rows<TriggeredRun>(
    `INSERT INTO runs (id, platform_id, workflow_id, workflow_version, trigger_id, type, variant, resource_type, resource_id,
       customer_id, occurrence, single_period, due_dates, calendar, trial_end_at, schedule_end_at, occurred_at, test_clock_id, status, reason,
       stop_reason, anchor_at, zone, wake_at, next_step_id, next_step_at, engine_workflow_id, variables)
     SELECT r.* FROM jsonb_to_recordset($1) AS r (id text, platform_id text, workflow_id text, workflow_version integer,
       trigger_id text, type text, variant text, resource_type text, resource_id text, customer_id text, occurrence text,
       single_period jsonb, due_dates text, calendar jsonb, trial_end_at timestamptz(3), schedule_end_at timestamptz(3), occurred_at timestamptz(3), test_clock_id text,
       status text, reason text, stop_reason text, anchor_at timestamptz(3), zone text, wake_at timestamptz(3),
       next_step_id text, next_step_at timestamptz(3), engine_workflow_id text, variables jsonb)
     ON CONFLICT (workflow_id, resource_id, occurrence) WHERE type = 'EVENT' DO NOTHING
     RETURNING id, workflow_id, trigger_id, true AS created, status, next_step_at`,
    [JSON.stringify(drafts.map((own) => runRecord(request, triggerId, own)))],
  );
  const fresh = drafts.filter((own) => inserted.some((run) => run.id === own.id));
  const steps = fresh.flatMap((own) =>
    own.evaluation.steps.map((step, position) => ({ run_id: own.id, ...stepRecord(step, position) })),
  );
  if (steps.length > 0) {
    await tx.rows(
      `INSERT INTO run_steps (run_id, id, kind, position, periods, raw_at, planned_at, shifts, status, reason, late)
       SELECT s.* FROM jsonb_to_recordset($1) AS s (run_id text, id text, kind text, position integer, periods jsonb,
         raw_at timestamptz(3), planned_at timestamptz(3), shifts jsonb, status text, reason text, late boolean)`,
      [JSON.stringify(steps)],
    );
  }
  const open = fresh.filter((own) => !isClosed(own.evaluation.status)).map((own) => own.id);
  if (open.length > 0) {
    await tx.rows(
      `INSERT INTO outbox (kind, subject_id, platform_id, revision) SELECT 'RUN', unnest($1::text[]), $2, 1`,
      [open, request.platform.id],
    );
  }
  return inserted;
}

function runRecord(request: RunRequest, triggerId: string, { id, workflow, occurrence, evaluation }: Draft): object {
  const { platform, resource } = request;
  const path = [platform.id, workflow.reference, resource.id];
  if (request.period) path.push(stepId([request.period]));
  const crossing = request.crossings?.get(workflow.id);
  if (crossing !== undefined) path.push(String(crossing));
  if (request.type === 'MANUAL') path.push(id);
  const waiting = evaluation.steps.find((step) => step.status === 'PLANNED' || step.status === 'BLOCKED');
  const closed = isClosed(evaluation.status);
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
    status: evaluation.status === 'WAITING' ? 'ACCEPTED' : evaluation.status,
    reason: evaluation.reason,
    stop_reason: evaluation.stopReason,
    anchor_at: at(evaluation.anchorAt),
    zone: evaluation.zone,
    wake_at: at(evaluation.wakeAt),
    next_step_id: evaluation.nextStepId,
    next_step_at: closed ? null : at(waiting?.plannedAt ?? null),
    engine_workflow_id: engineWorkflowId(path, (text) => createHash('sha256').update(text).digest('hex').slice(0, 32)),
    variables: request.variables ?? null,
  };
}
