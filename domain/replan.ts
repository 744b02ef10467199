import { nextAllowed } from './calendar.js';
import { plan, stepId, type PlannedStep } from './plan.js';
import { directionOf } from './variants.js';
import { isOpen, isSent, isWish, type Action, type PinnedDefinition, type Step } from './run.js';
import { samePeriod } from './period.js';
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
const DECIDED: readonly (Reason | null)[] = ['already_sent', 'skipped_by_operator', 'dropped'];

/**
 * The steps of a run for this anchor and zone. Sent stays sent; what stands earlier in the ladder than a step this run has
 * sent is superseded; everything else is planned anew, in both directions (S-T5).
 */
export function replan(input: ReplanInput): Step[] {
  const { pinned } = input;
  const extras = input.steps.filter(({ kind }) => kind === 'EXTRA');
  const steps = input.steps.filter(({ kind }) => kind === 'RUNG');
  const kept = steps.filter(isKept).map((step) => recounted(step, input));
  const keptKeys = new Set(kept.flatMap((step) => step.periods.map((period) => stepId([period]))));
  const remaining = pinned.periods.filter((period) => !keptKeys.has(stepId([period])));
  const planned = pinned.periods.length === 0 && kept.length > 0 ? [] : planRemaining(input, remaining);
  const lastSentAt = Math.max(-Infinity, ...kept.filter(isSent).flatMap((step) => standsAt(step, input)));
  const overtaken = (rung: PlannedStep): boolean =>
    rung.rawAt <= lastSentAt || (rung.late && rung.rawAt < newestDecided(kept, input));
  const fresh = planned.map((rung) => toStep(rung, overtaken(rung) ? 'superseded' : rung.skipped, input));
  const present = new Set([...kept, ...fresh].map((step) => step.id));
  const gone = steps.filter((step) => !present.has(step.id)).map((step) => skip(step, whyGone(step, pinned)));
  const rungs = [...kept, ...fresh, ...gone].sort((a, b) => ladderAt(a, input) - ladderAt(b, input));
  return [...rungs, ...extras];
}

/** LATEST lets only the newest past rung go, also when it has been skipped, refused or sent elsewhere meanwhile (S-T4). */
function newestDecided(kept: readonly Step[], input: ReplanInput): Instant {
  if (input.pinned.latePolicy !== 'LATEST') return -Infinity;
  return Math.max(-Infinity, ...kept.flatMap((step) => standsAt(step, input)).filter((at) => at <= input.now));
}

/** Sent, or somebody has decided about it. */
function isKept(step: Step): boolean {
  const wished = isWish(step) && isOpen(step);
  return isSent(step) || step.status === 'FAILED' || DECIDED.includes(step.reason) || wished;
}

/** What still goes has its place by the present anchor, also when a person decided when; what was sent keeps the one it had. */
function recounted(step: Step, input: ReplanInput): Step {
  return isOpen(step) && !isSent(step) ? { ...step, rawAt: ladderAt(step, input) } : step;
}

/** Merged into another step that now falls on the same instant, or not in the ladder any more. */
function whyGone(step: Step, { periods }: PinnedDefinition): Reason {
  const still = step.periods.some((own) => periods.some((period) => samePeriod(own, period)));
  return still ? 'superseded' : 'period_removed';
}

/** Where a step stands in the ladder as counted from the present anchor: kept steps carry the raw instant of an older one. */
function ladderAt(step: Step, input: ReplanInput): Instant {
  return standsAt(step, input)[0] ?? step.rawAt;
}

/** Where each of its periods stands now: sent as one, they may have parted since. */
function standsAt(step: Step, { anchorAt, pinned, zone }: ReplanInput): Instant[] {
  if (step.periods.length === 0) return [step.rawAt];
  return step.periods.map((period) => addPeriod(anchorAt, period, directionOf(pinned.variant), zone));
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
    // A person's wish goes at once, whatever the calendar says (S-T4).
    calendar: pinned.singleStepManual ? null : pinned.calendar,
    now,
  });
  if (pinned.periods.length === 0) return [oneStep(input)];
  if (!pinned.singleStepManual) return ladder;
  return ladder.map((rung) => ({ ...rung, plannedAt: now, shifts: [], skipped: null, late: false }));
}

/**
 * TO_FINAL and its like have one step at their anchor. By hand it goes at once; as an event at the first allowed instant, only
 * within the delivery window of the anchor, the longest of its actions. It counts as late, for the blast guard, when the anchor
 * lies more than an hour back: a normal billing run reports its invoices within that (S-T4).
 */
function oneStep({ anchorAt, type, now, pinned, zone, actions, steps }: ReplanInput): PlannedStep {
  const HOUR_MS = 3_600_000;
  const late = type === 'EVENT' && now - anchorAt > HOUR_MS;
  // One that is kept waiting for this anchor (a hold, the calendar) is not late because something else is planned anew.
  const waits = steps.some((step) => isOpen(step) && step.rawAt === anchorAt);
  const { at, shifts } =
    type === 'MANUAL' ? { at: now, shifts: [] } : nextAllowed(Math.max(anchorAt, now), pinned.calendar, zone);
  return {
    periods: [],
    rawAt: anchorAt,
    plannedAt: at,
    shifts: late && shifts.length > 0 ? [{ from: anchorAt, to: now, reason: 'late' }, ...shifts] : shifts,
    skipped: type === 'EVENT' && !waits && now >= lastInstantOfAny(actions, { plannedAt: anchorAt }) ? 'late' : null,
    late,
  };
}

function toStep(rung: PlannedStep, skipped: Reason | null, { lateStepsAllowed, type, steps }: ReplanInput): Step {
  const guarded = skipped === null && rung.late && type === 'EVENT' && !lateStepsAllowed;
  const id = stepId(rung.periods);
  return {
    id,
    kind: 'RUNG',
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
