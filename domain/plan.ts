import { periodKey } from './period.js';
import type { Reason } from './reasons.js';
import type { Instant, Period } from './types.js';
import { addPeriod } from './zone.js';

/** What happens to steps that lie in the past when a plan is made (S-T4). */
export type LatePolicy = 'LATEST' | 'ALL' | 'NONE';

export interface PlanInput {
  anchorAt: Instant;
  periods: readonly Period[];
  /** +1: the periods follow the anchor (overdue). -1: they lead up to it (trial end, charge date). */
  direction: 1 | -1;
  zone: string;
  latePolicy: LatePolicy;
  now: Instant;
}

/** One move of a step away from its raw instant, and why. */
export interface Shift {
  from: Instant;
  to: Instant;
  reason: ShiftReason;
  /** What people want to know besides: a holiday's name. */
  detail?: string;
}

export type ShiftReason =
  | 'late'
  // The calendar (S-T3).
  | 'send_at'
  | 'weekday'
  | 'weekend'
  | 'holiday'
  | 'quiet_hours'
  // It goes at once after it had to wait (S-T4).
  | 'hold_ended'
  | 'resumed'
  | 'released'
  | 'repaired'
  | 'retried'
  /** An operator sends it now, whatever the calendar says (S-R3). */
  | 'send_now';

export interface PlannedStep {
  /** The periods this step stands for; the first gives it its name (S-D2). */
  periods: readonly Period[];
  rawAt: Instant;
  plannedAt: Instant;
  shifts: readonly Shift[];
  /** Why it will not go; null = it will. */
  skipped: Reason | null;
  /** It lay in the past and goes at once: what the blast guard counts. */
  late: boolean;
}

/**
 * The ladder's steps in the order they go, counted from the anchor, never from the step before (S-T2). The same function
 * plans a trigger, a moved anchor and a simulation.
 */
export function plan(input: PlanInput): PlannedStep[] {
  const rungs = mergeEqualInstants(input);
  if (input.direction === -1 && input.anchorAt < input.now) {
    return rungs.map((rung) => ({ ...rung, skipped: 'anchor_passed' }));
  }
  const newestPast = rungs.findLastIndex((rung) => rung.rawAt <= input.now);
  return rungs.map((rung, index) =>
    rung.rawAt >= input.now ? rung : placeLate(rung, index === newestPast, input.latePolicy, input.now),
  );
}

/** A late step: at once, superseded by a newer one, or not at all. */
function placeLate(rung: PlannedStep, newest: boolean, policy: LatePolicy, now: Instant): PlannedStep {
  if (policy === 'NONE') return { ...rung, skipped: 'late' };
  if (policy === 'LATEST' && !newest) return { ...rung, skipped: 'superseded' };
  return { ...rung, plannedAt: now, shifts: [{ from: rung.rawAt, to: now, reason: 'late' }], late: true };
}

function mergeEqualInstants({ anchorAt, periods, direction, zone }: PlanInput): PlannedStep[] {
  const byInstant = new Map<Instant, Period[]>();
  for (const period of periods) {
    const rawAt = addPeriod(anchorAt, period, direction, zone);
    byInstant.set(rawAt, [...(byInstant.get(rawAt) ?? []), period]);
  }
  return [...byInstant]
    .sort(([a], [b]) => a - b)
    .map(([rawAt, merged]) => ({ periods: merged, rawAt, plannedAt: rawAt, shifts: [], skipped: null, late: false }));
}

/** A step's id inside its run: its first period, or `anchor` for the variants that have one step at their anchor. */
export function stepId(periods: readonly Period[]): string {
  return periods[0] ? periodKey(periods[0]).replace(' ', '-') : 'anchor';
}
