import type { Reason } from './reasons.js';
import type { Step } from './run.js';
import type { Instant } from './types.js';

const DAY_MS = 86_400_000;
const LONGEST_MS = 7 * DAY_MS;

/** How long a step may still go, and what it is called when it no longer may. */
export interface DeliveryWindow {
  /** The first instant at which it may not go any more; Infinity = no end. */
  endsAt: Instant;
  reason: Reason;
}

/**
 * Until the next step of the run is due, at most seven days after the planned instant (S-T7). A step that leads up to an
 * anchor also ends with it, because announcing what has passed helps nobody; one on the anchor itself has a day. What the blast
 * guard holds waits for a person, and only its successor ends that.
 */
export function deliveryWindow(
  step: Step,
  steps: readonly Step[],
  direction: 1 | -1,
  anchorAt: Instant,
): DeliveryWindow {
  const next = steps
    .filter((other) => (other.status === 'PLANNED' || other.status === 'BLOCKED') && other.plannedAt > step.plannedAt)
    .reduce((earliest, other) => Math.min(earliest, other.plannedAt), Infinity);
  if (step.reason === 'blast_guard') return { endsAt: next, reason: 'superseded' };
  const ownEnd = Math.min(next, step.plannedAt + LONGEST_MS);
  const anchorEnd = direction === 1 ? Infinity : step.rawAt < anchorAt ? anchorAt : anchorAt + DAY_MS;
  return anchorEnd < ownEnd
    ? { endsAt: anchorEnd, reason: 'anchor_passed' }
    : { endsAt: ownEnd, reason: 'delivery_window_passed' };
}
