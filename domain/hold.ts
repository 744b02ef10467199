import type { RunContext } from './run.js';
import type { Instant } from './types.js';

type Holds = Pick<RunContext, 'holds' | 'now'>;

/** Whether a hold is in force (S-C6). */
export function isHeld({ holds, now }: Holds): boolean {
  return holds.some(({ until }) => until === null || until > now);
}

/** When the last hold in force runs out by itself; null = somebody has to end one. */
export function heldUntil({ holds, now }: Holds): Instant | null {
  const ends = holds.filter(({ until }) => until === null || until > now).map(({ until }) => until ?? Infinity);
  const last = Math.max(...ends);
  return Number.isFinite(last) ? last : null;
}
