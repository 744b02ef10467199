import { isDeepStrictEqual } from 'node:util';
import { isClosed, type Evaluation } from '../domain/evaluate.js';
import type { Run, RunStatus, Step } from '../domain/run.js';
import { evaluateGuarded } from './blast-guard.js';
import { carryOut } from './carry-out.js';
import { at, type Sql } from './database.js';
import type { LoadedRun, RunRow } from './run-context.js';
import { stepRecord } from './step-record.js';

/** A run brought up to date inside a transaction. */
export interface AppliedRun {
  row: RunRow;
  evaluation: Evaluation;
  /** Whether the engine has to hear of it: what it waits for is no longer what it was told. */
  changed: boolean;
}

/** As `applyEvaluations`, for one. */
export async function applyEvaluation(tx: Sql, stored: LoadedRun): Promise<AppliedRun> {
  const [applied] = await applyEvaluations(tx, [stored]);
  if (!applied) throw new Error('One run in, none out');
  return applied;
}

/**
 * Asks the domain what each run must look like now and writes the differences, those of all runs in one statement. The caller
 * holds the locks of `lock_runs`.
 */
export async function applyEvaluations(tx: Sql, stored: readonly LoadedRun[]): Promise<AppliedRun[]> {
  const judged: Judged[] = [];
  // One after the other: what one lets go counts in the blast guard's eyes for the next.
  for (const one of stored) judged.push(await judge(tx, one));
  await writeChanges(tx, judged);
  await skipDeliveries(tx, judged);
  return judged;
}

interface Judged extends AppliedRun {
  /** The run's own row differs. */
  touched: boolean;
  changedSteps: readonly Step[];
}

async function judge(tx: Sql, stored: LoadedRun): Promise<Judged> {
  const loaded = stored.pending.length > 0 ? await carryOut(tx, stored) : stored;
  const evaluation = await evaluateGuarded(tx, loaded.context, loaded.platform);
  const next = nextRow(loaded, evaluation);
  const changed = isDifferent(stored.row, next);
  if (changed) next.plan_revision += 1;
  const silent = (['status', 'customer_id', 'anchor_at', 'zone', 'next_step_at'] as const).some(
    (field) => stored.row[field] !== next[field],
  );
  return {
    row: next,
    evaluation,
    changed,
    touched: changed || silent,
    changedSteps: changedSteps(stored.context.run.steps, evaluation.steps),
  };
}

function nextRow({ row }: LoadedRun, evaluation: Evaluation): RunRow {
  const current = evaluation.steps.find((step) => step.id === evaluation.nextStepId) ?? nextOpen(evaluation);
  const closed = isClosed(evaluation.status);
  return {
    ...row,
    status: keepAccepted(row, evaluation.status),
    reason: evaluation.reason,
    stop_reason: evaluation.stopReason,
    anchor_at: evaluation.anchorAt,
    zone: evaluation.zone,
    wake_at: evaluation.wakeAt,
    next_step_id: evaluation.nextStepId,
    next_step_at: closed || evaluation.reason === 'no_anchor' ? null : (current?.plannedAt ?? null),
  };
}

function nextOpen(evaluation: Evaluation): Step | undefined {
  return evaluation.steps.find((step) => step.status === 'PLANNED' || step.status === 'BLOCKED');
}

/** A run that waits is only ACCEPTED until the engine has it (S-R1). */
function keepAccepted(row: RunRow, status: RunStatus): RunStatus {
  return status === 'WAITING' && !row.engine_started ? 'ACCEPTED' : status;
}

/** Whether the engine has a run yet, and whether it is being sent at this moment, are Postgres' to say (S-R1). */
function toldStatus({ status }: RunRow): RunStatus {
  return status === 'SENDING' || status === 'ACCEPTED' ? 'WAITING' : status;
}

function isDifferent(before: RunRow, after: RunRow): boolean {
  return (
    toldStatus(before) !== toldStatus(after) ||
    before.reason !== after.reason ||
    before.stop_reason !== after.stop_reason ||
    before.wake_at !== after.wake_at ||
    before.next_step_id !== after.next_step_id ||
    before.engine_started !== after.engine_started ||
    before.test_clock_id !== after.test_clock_id
  );
}

function changedSteps(before: Run['steps'], after: readonly Step[]): Step[] {
  const known = new Map(before.map((step) => [step.id, step]));
  return after.filter((step, index) => {
    const old = known.get(step.id);
    return (
      old === undefined ||
      before[index]?.id !== step.id ||
      old.status !== step.status ||
      old.reason !== step.reason ||
      old.plannedAt !== step.plannedAt ||
      old.rawAt !== step.rawAt ||
      old.sentAt !== step.sentAt ||
      old.late !== step.late ||
      !isDeepStrictEqual(old.shifts, step.shifts) ||
      old.periods.length !== step.periods.length
    );
  });
}

/** Updates rows of runs, inserts or updates steps. */
async function writeChanges(tx: Sql, judged: readonly Judged[]): Promise<void> {
  const runs = judged.filter(({ touched }) => touched).map(({ row }) => runRecord(row));
  const steps = judged.flatMap(({ row, evaluation, changedSteps: changed }) =>
    changed.map((step) => ({ run_id: row.id, ...stepRecord(step, evaluation.steps.indexOf(step)) })),
  );
  if (runs.length === 0 && steps.length === 0) return;
  await tx.rows(
    `WITH steps AS (
       INSERT INTO run_steps (run_id, id, kind, position, periods, raw_at, planned_at, shifts, status, reason, late, sent_at)
       SELECT s.* FROM jsonb_to_recordset($2) AS s (run_id text, id text, kind text, position integer, periods jsonb,
         raw_at timestamptz(3), planned_at timestamptz(3), shifts jsonb, status text, reason text, late boolean,
         sent_at timestamptz(3))
       ON CONFLICT (run_id, id) DO UPDATE SET position = excluded.position, periods = excluded.periods,
         raw_at = excluded.raw_at, planned_at = excluded.planned_at, shifts = excluded.shifts, status = excluded.status,
         reason = excluded.reason, late = excluded.late, sent_at = excluded.sent_at)
     UPDATE runs r SET customer_id = n.customer_id, test_clock_id = n.test_clock_id, status = n.status, reason = n.reason,
       stop_reason = n.stop_reason, anchor_at = n.anchor_at, zone = n.zone, plan_revision = n.plan_revision,
       wake_at = n.wake_at, next_step_id = n.next_step_id, next_step_at = n.next_step_at, updated_at = clock_timestamp()
     FROM jsonb_to_recordset($1) AS n (id text, customer_id text, test_clock_id text, status text, reason text,
       stop_reason text, anchor_at timestamptz(3), zone text, plan_revision integer, wake_at timestamptz(3),
       next_step_id text, next_step_at timestamptz(3))
     WHERE r.id = n.id`,
    [JSON.stringify(runs), JSON.stringify(steps)],
  );
}

function runRecord(row: RunRow): object {
  const { id, customer_id, test_clock_id, status, reason, stop_reason, zone, plan_revision, next_step_id } = row;
  return {
    ...{ id, customer_id, test_clock_id, status, reason, stop_reason, zone, plan_revision, next_step_id },
    anchor_at: at(row.anchor_at),
    wake_at: at(row.wake_at),
    next_step_at: at(row.next_step_at),
  };
}

/** Deliveries of ended steps that never went are skipped with them. */
async function skipDeliveries(tx: Sql, judged: readonly Judged[]): Promise<void> {
  const left = judged.flatMap(({ row, changedSteps: changed }) =>
    changed
      .filter(({ status }) => status !== 'PLANNED' && status !== 'BLOCKED')
      .filter(({ ledger }) => ledger.some(({ status }) => status === 'PLANNED' || status === 'BLOCKED'))
      .map(({ id, reason }) => ({ run_id: row.id, id, reason })),
  );
  if (left.length === 0) return;
  await tx.rows(
    `UPDATE deliveries d SET status = 'SKIPPED', reason = coalesce(s.reason, 'action_inactive')
     FROM jsonb_to_recordset($1) AS s (run_id text, id text, reason text)
     WHERE d.run_id = s.run_id AND d.step_id = s.id AND d.status IN ('PLANNED', 'BLOCKED')`,
    [JSON.stringify(left)],
  );
}
