import type { DueDates } from './anchor.js';
import type { Calendar } from './calendar.js';
import type { LatePolicy } from './plan.js';
import type { PinnedDefinition } from './run.js';
import type { Period, TriggerType, Variant } from './types.js';
import { traitsOf } from './variants.js';

/** What a run keeps of its workflow for as long as it lives (S-D6). */
export function pin(run: {
  type: TriggerType;
  variant: Variant;
  /** The one period of a trigger for a single step (S-M5). */
  singlePeriod: Period | null;
  periods: readonly Period[];
  latePolicy: LatePolicy;
  dueDates: DueDates;
  calendar: Calendar | null;
}): PinnedDefinition {
  const oneStep = run.singlePeriod !== null || !traitsOf(run.variant).ladder;
  return {
    variant: run.variant,
    periods: run.singlePeriod ? [run.singlePeriod] : run.periods,
    latePolicy: run.latePolicy,
    dueDates: run.dueDates,
    calendar: run.calendar,
    singleStepManual: run.type === 'MANUAL' && oneStep,
  };
}
