import type { Reason } from './reasons.js';
import { isOpen, type Action, type Step } from './run.js';
import type { Instant } from './types.js';
import { addPeriod } from './zone.js';

const DAY_MS = 86_400_000;
const LONGEST_MS = 7 * DAY_MS;

/** How long a step may still go, and what it is called when it no longer may. */
export interface DeliveryWindow {
  /** The first instant at which it may not go any more; Infinity = no end. */
  endsAt: Instant;
  reason: Reason;
}

/** When an action's mail may no longer go, by its integration alone: seven days after the planned instant unless it says otherwise. */
export function lastInstantOf({ deliveryWindow }: Action, { plannedAt }: Pick<Step, 'plannedAt'>): Instant {
  return deliveryWindow === null ? plannedAt + LONGEST_MS : addPeriod(plannedAt, deliveryWindow, 1, 'UTC');
}

/** When a step that leads up to an anchor may no longer go: at the anchor; the step on the anchor itself a day later. */
export function lastAnnouncement(rawAt: Instant, anchorAt: Instant): Instant {
  return rawAt < anchorAt ? anchorAt : anchorAt + DAY_MS;
}

/** The same of several actions: the longest window decides. Without any action, seven days. */
export function lastInstantOfAny(actions: readonly Action[], step: Pick<Step, 'plannedAt'>): Instant {
  if (actions.length === 0) return step.plannedAt + LONGEST_MS;
  return Math.max(...actions.map((action) => lastInstantOf(action, step)));
}

/**
 * Until the next step of the run is due, at most seven days after the planned instant or as long as the integrations of its
 * actions say (S-T7): two reminders at once help nobody, however long a window is. A step that leads up to an
 * anchor also ends with it, because announcing what has passed helps nobody; one on the anchor itself has a day. What the blast
 * guard holds waits for a person, and only its successor ends that.
 */
export function deliveryWindow(
  step: Step,
  steps: readonly Step[],
  direction: 1 | -1,
  anchorAt: Instant,
  actions: readonly Action[] = [],
): DeliveryWindow {
  const next = steps
    .filter((other) => other.kind === 'RUNG' && isOpen(other) && other.plannedAt > step.plannedAt)
    .reduce((earliest, other) => Math.min(earliest, other.plannedAt), Infinity);
  const ownEnd = Math.min(next, lastInstantOfAny(actions, step));
  const anchorEnd = direction === 1 ? Infinity : lastAnnouncement(step.rawAt, anchorAt);
  if (step.reason === 'blast_guard' && next <= anchorEnd) return { endsAt: next, reason: 'superseded' };
  if (step.reason === 'blast_guard') return { endsAt: anchorEnd, reason: 'anchor_passed' };
  return anchorEnd < ownEnd
    ? { endsAt: anchorEnd, reason: 'anchor_passed' }
    : { endsAt: ownEnd, reason: 'delivery_window_passed' };
}
