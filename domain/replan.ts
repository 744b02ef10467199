import { plan, stepId, type PlannedStep } from './plan.js';
import { directionOf } from './variants.js';
import { isSent, type Action, type PinnedDefinition, type Step } from './run.js';
import type { Reason } from './reasons.js';
import type { Instant, TriggerType } from './types.js';
import { lastInstantOfAny } from './window.js';
import { addPeriod } from './zone.js';

export interface ReplanInput {
  pinned: PinnedDefinition;
  type: TriggerType;
  anchorAt: Instant;
  zone: string;
  now: Instant;
  /** The steps as they stand; empty for a new run. */
  steps: readonly Step[];
  /** false: late steps are blocked until somebody releases them (S-T4). */
  lateStepsAllowed: boolean;
  /** The ACTIVE actions: their windows say how long after its anchor the one step of an event may go. */
  actions: readonly Action[];
}

/** Steps that an operator or another run has decided about; no new plan takes that back (S-T5). */
const DECIDED: readonly (Reason | null)[] = ['already_sent'];

/**
 * The steps of a run for this anchor and zone. Sent stays sent; what stands earlier in the ladder than a step this run has
 * sent is superseded; everything else is planned anew, in both directions (S-T5).
 */
export function replan(input: ReplanInput): Step[] {
  const { steps, pinned } = input;
  const kept = steps.filter((step) => isSent(step) || step.status === 'FAILED' || DECIDED.includes(step.reason));
  const keptKeys = new Set(kept.flatMap((step) => step.periods.map((period) => stepId([period]))));
  const remaining = pinned.periods.filter((period) => !keptKeys.has(stepId([period])));
  const planned = pinned.periods.length === 0 && kept.length > 0 ? [] : planRemaining(input, remaining);
  const lastSentAt = Math.max(-Infinity, ...kept.filter(isSent).map((step) => ladderAt(step, input)));
  const fresh = planned.map((rung) => toStep(rung, rung.rawAt <= lastSentAt ? 'superseded' : rung.skipped, input));
  const present = new Set([...kept, ...fresh].map((step) => step.id));
  const merged = steps.filter((step) => !present.has(step.id)).map((step) => skip(step, 'superseded'));
  return [...kept, ...fresh, ...merged].sort((a, b) => ladderAt(a, input) - ladderAt(b, input));
}

/** Where a step stands in the ladder as counted from the present anchor: kept steps carry the raw instant of an older one. */
function ladderAt(step: Step, { anchorAt, pinned, zone }: ReplanInput): Instant {
  const period = step.periods[0];
  return period ? addPeriod(anchorAt, period, directionOf(pinned.variant), zone) : step.rawAt;
}

export function skip(step: Step, reason: Reason): Step {
  return { ...step, status: 'SKIPPED', reason };
}

function planRemaining(input: ReplanInput, periods: PinnedDefinition['periods']): PlannedStep[] {
  const { pinned, anchorAt, zone, now } = input;
  const ladder = plan({
    anchorAt,
    periods,
    direction: directionOf(pinned.variant),
    zone,
    latePolicy: pinned.latePolicy,
    now,
  });
  if (pinned.periods.length === 0) return [oneStep(input)];
  if (!pinned.singleStepManual) return ladder;
  return ladder.map((rung) => ({ ...rung, plannedAt: now, shifts: [], skipped: null, late: false }));
}

/**
 * TO_FINAL and its like have one step at their anchor. By hand it goes at once; as an event only within the delivery
 * window of the anchor, the longest of its actions. It counts as late, for the blast guard, when the anchor lies more than an hour back: a normal
 * billing run reports its invoices within that (S-T4).
 */
function oneStep({ anchorAt, type, now, actions }: ReplanInput): PlannedStep {
  const HOUR_MS = 3_600_000;
  const plannedAt = Math.max(anchorAt, now);
  return {
    periods: [],
    rawAt: anchorAt,
    plannedAt: type === 'MANUAL' ? now : plannedAt,
    shifts: [],
    skipped: type === 'EVENT' && now >= lastInstantOfAny(actions, { plannedAt: anchorAt }) ? 'late' : null,
    late: type === 'EVENT' && now - anchorAt > HOUR_MS,
  };
}

function toStep(rung: PlannedStep, skipped: Reason | null, { lateStepsAllowed, type, steps }: ReplanInput): Step {
  const guarded = skipped === null && rung.late && type === 'EVENT' && !lateStepsAllowed;
  const id = stepId(rung.periods);
  return {
    id,
    periods: rung.periods,
    rawAt: rung.rawAt,
    plannedAt: rung.plannedAt,
    shifts: rung.shifts,
    status: skipped ? 'SKIPPED' : guarded ? 'BLOCKED' : 'PLANNED',
    reason: skipped ?? (guarded ? 'blast_guard' : null),
    late: skipped === null && rung.late,
    sentAt: null,
    ledger: steps.find((step) => step.id === id)?.ledger ?? [],
  };
}
