import { SEND_RETRY } from '../contracts/engine.js';

/** A claim that is repeated at once would only find the same. */
const LEAST_MS = 1_000;

/**
 * When a step is tried again, in ms: not before any server's own delay, and doubling each time where none said more; within the
 * window. `times` counts how often it was tried, this time included.
 */
export function retryDelayMs(
  failed: readonly { retryAfterMs: number | null }[],
  times: number,
  windowMs: number,
): number {
  const { initialMs, coefficient, maximumMs } = SEND_RETRY;
  const own = Math.min(initialMs * coefficient ** (times - 1), maximumMs);
  return withinWindow(Math.max(own, ...failed.map(({ retryAfterMs }) => retryAfterMs ?? 0)), windowMs);
}

/** At the end of the delivery window at the latest: somebody has to come back then and say that it has passed (S-T7). */
export function withinWindow(delayMs: number, windowMs: number): number {
  return Math.ceil(Math.max(Math.min(delayMs, windowMs), LEAST_MS));
}
