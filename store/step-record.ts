import { stepId } from '../domain/plan.js';
import type { Step } from '../domain/run.js';
import { at } from './database.js';

/** A step as a row of `run_steps`, for `jsonb_to_recordset`. */
export function stepRecord(step: Step, position: number): object {
  return {
    id: step.id,
    kind: step.kind,
    position,
    periods: isNamed(step) ? null : step.periods,
    raw_at: at(step.rawAt),
    planned_at: at(step.plannedAt),
    shifts: step.shifts,
    status: step.status,
    reason: step.reason,
    late: step.late,
    sent_at: at(step.sentAt),
  };
}

/** Whether it is about the one period that its id names: `step_periods` reads it from there. */
function isNamed({ id, periods }: Step): boolean {
  return periods.length === 1 && stepId(periods) === id;
}
