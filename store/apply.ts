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

/**
 * Asks the domain what the run must look like now and writes the difference. The caller holds the locks of `lockRunContext`.
 */
export async function applyEvaluation(tx: Sql, stored: LoadedRun): Promise<AppliedRun> {
  const loaded = stored.pending.length > 0 ? await carryOut(tx, stored) : stored;
  const evaluation = await evaluateGuarded(tx, loaded.context, loaded.platform);
  const next = nextRow(loaded, evaluation);
  const changed = isDifferent(stored.row, next);
  if (changed) next.plan_revision += 1;
  const steps = changedSteps(stored.context.run.steps, evaluation.steps);
  const silent = (['status', 'customer_id', 'anchor_at', 'zone', 'next_step_at'] as const).some(
    (field) => stored.row[field] !== next[field],
  );
  if (changed || silent) {
    await updateRun(tx, next);
  }
  if (steps.length > 0) await writeSteps(tx, next.id, evaluation.steps, steps);
  const ended = steps.filter(({ status }) => status !== 'PLANNED' && status !== 'BLOCKED');
  const left = ended.filter(({ ledger }) => ledger.some(({ status }) => status === 'PLANNED' || status === 'BLOCKED'));
  if (left.length > 0) await skipDeliveries(tx, next.id, left);
  return { row: next, evaluation, changed };
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

async function updateRun(tx: Sql, row: RunRow): Promise<void> {
  await tx.rows(
    `UPDATE runs SET customer_id = $2, test_clock_id = $3, status = $4, reason = $5, stop_reason = $6, anchor_at = $7,
       zone = $8, plan_revision = $9, wake_at = $10, next_step_id = $11, next_step_at = $12, updated_at = clock_timestamp()
     WHERE id = $1`,
    [
      row.id,
      row.customer_id,
      row.test_clock_id,
      row.status,
      row.reason,
      row.stop_reason,
      at(row.anchor_at),
      row.zone,
      row.plan_revision,
      at(row.wake_at),
      row.next_step_id,
      at(row.next_step_at),
    ],
  );
}

/** Inserts or updates the given steps, all in one statement. */
async function writeSteps(tx: Sql, runId: string, all: readonly Step[], steps: readonly Step[]): Promise<void> {
  const rows = steps.map((step) => stepRecord(step, all.indexOf(step)));
  await tx.rows(
    `INSERT INTO run_steps (run_id, id, kind, position, periods, raw_at, planned_at, shifts, status, reason, late, sent_at)
     SELECT $1, s.* FROM jsonb_to_recordset($2) AS s (id text, kind text, position integer, periods jsonb, raw_at timestamptz(3),
       planned_at timestamptz(3), shifts jsonb, status text, reason text, late boolean, sent_at timestamptz(3))
     ON CONFLICT (run_id, id) DO UPDATE SET position = excluded.position, periods = excluded.periods,
       raw_at = excluded.raw_at, planned_at = excluded.planned_at, shifts = excluded.shifts, status = excluded.status,
       reason = excluded.reason, late = excluded.late, sent_at = excluded.sent_at`,
    [runId, JSON.stringify(rows)],
  );
}

/** Deliveries of an ended step that never went are skipped with it. */
async function skipDeliveries(tx: Sql, runId: string, steps: readonly Step[]): Promise<void> {
  await tx.rows(
    `UPDATE deliveries d SET status = 'SKIPPED', reason = coalesce(s.reason, 'action_inactive') FROM jsonb_to_recordset($2) AS s (id text, reason text)
     WHERE d.run_id = $1 AND d.step_id = s.id AND d.status IN ('PLANNED', 'BLOCKED')`,
    [runId, JSON.stringify(steps.map(({ id, reason }) => ({ id, reason })))],
  );
}
