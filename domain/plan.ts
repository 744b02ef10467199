import { lastAllowed, nextAllowed, type Calendar, type Placed } from './calendar.js';
import { periodKey } from './period.js';
import type { Reason } from './reasons.js';
import type { Instant, Period } from './types.js';
import { lastAnnouncement } from './window.js';
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
  /** null = every instant is allowed. */
  calendar: Calendar | null;
  now: Instant;
}

/** One move of a step away from its raw instant, and why. */
export interface Shift {
  from: Instant;
  to: Instant;
  reason: ShiftReason;
  /** The holiday: `Christmas Day, NL`, several joined by `; `. */
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
  | 'resent'
  | 'repaired'
  /** It could not be sent at its instant: nobody was there to do it. */
  | 'delayed'
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
  const { now, latePolicy, calendar, zone } = input;
  const shifted = rungs.map((rung): PlannedStep => {
    const { at, shifts } = byCalendar(rung.rawAt, input);
    return { ...rung, plannedAt: at, shifts };
  });
  const newestPast = shifted.findLastIndex(({ plannedAt }) => plannedAt <= now);
  const atOnce = atOnceFrom(now, calendar, zone);
  const placed = shifted.map((rung, index) =>
    rung.plannedAt >= now ? rung : placeLate(rung, index === newestPast, latePolicy, now, atOnce),
  );
  return onePerInstant(
    placed.map((rung) => (announcesThePast(rung, input) ? drop(rung, 'anchor_passed') : rung)),
    now,
  );
}

/** The first instant from now on that the calendar allows: what "at once" means (S-T4). Looked for only when asked. */
function atOnceFrom(now: Instant, calendar: Calendar | null, zone: string): () => Placed {
  let placed: Placed | null = null;
  return () => (placed ??= nextAllowed(now, calendar, zone));
}

/**
 * Where the calendar puts a raw instant (S-T3). Going back it stops at now, while the raw instant is still ahead, and at the
 * anchor of a step that follows it: nothing is overdue before it is due. There it goes on to the next allowed instant.
 */
function byCalendar(rawAt: Instant, { anchorAt, direction, calendar, zone, now }: PlanInput): Placed {
  const shift = calendar?.shift ?? (direction === 1 ? 'NEXT' : 'PREVIOUS');
  if (shift === 'NEXT') return nextAllowed(rawAt, calendar, zone);
  const back = lastAllowed(rawAt, calendar, zone);
  const earliest = Math.max(rawAt >= now ? now : -Infinity, direction === 1 ? anchorAt : -Infinity);
  return back.at >= earliest ? back : forwardFrom(rawAt, nextAllowed(earliest, calendar, zone), calendar, zone);
}

/** Nothing is allowed between the floor and the raw instant but parts of a minute, so the moves are those from the raw instant. */
function forwardFrom(rawAt: Instant, { at }: Placed, calendar: Calendar | null, zone: string): Placed {
  const forward = nextAllowed(rawAt, calendar, zone);
  const [first] = forward.shifts;
  if (at === forward.at || !first) return forward;
  return { at, shifts: [{ ...first, to: at }] };
}

/** A late step: at once, superseded by a newer one, or not at all. */
function placeLate(
  rung: PlannedStep,
  newest: boolean,
  policy: LatePolicy,
  now: Instant,
  atOnce: () => Placed,
): PlannedStep {
  if (policy === 'NONE') return drop(rung, 'late');
  if (policy === 'LATEST' && !newest) return drop(rung, 'superseded');
  const { at, shifts } = atOnce();
  return { ...rung, plannedAt: at, shifts: [{ from: rung.rawAt, to: now, reason: 'late' }, ...shifts], late: true };
}

/** What leads up to an anchor goes before it; the step on the anchor itself may go within a day after it, as its window has it. */
function announcesThePast({ rawAt, plannedAt, skipped }: PlannedStep, { direction, anchorAt }: PlanInput): boolean {
  return direction === -1 && skipped === null && plannedAt >= lastAnnouncement(rawAt, anchorAt);
}

/**
 * Of steps that come to stand at one instant, or the wrong way round (a move back ends with a whole minute), the last rung goes
 * (S-D2). Late ones under ALL go beside each other, and those that
 * go right now also beside one that is due at this very moment.
 */
function onePerInstant(rungs: readonly PlannedStep[], now: Instant): PlannedStep[] {
  return rungs.map((rung, index) => {
    const overtaken = rungs
      .slice(index + 1)
      .some(
        (later) =>
          !later.skipped && later.plannedAt <= rung.plannedAt && !(rung.late && (later.late || rung.plannedAt === now)),
      );
    return overtaken && !rung.skipped ? drop(rung, 'superseded') : rung;
  });
}

function drop(rung: PlannedStep, skipped: Reason): PlannedStep {
  return { ...rung, skipped, late: false };
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
