import { setTimeout as pause } from 'node:timers/promises';
import type { Standing } from '../contestants/contestant.js';

const LOOK_MS = 250;

/** Until so many reminders wait where they will be woken from; throws when no more came for `stallMs`. */
export async function untilWaiting(standing: Standing, count: number, stallMs: number): Promise<void> {
  let [seen, changedAt] = [-1, performance.now()];
  for (;;) {
    const now = await standing.waiting();
    if (now >= count) return;
    if (now !== seen) [seen, changedAt] = [now, performance.now()];
    else if (performance.now() - changedAt > stallMs) {
      throw new Error(`Only ${String(now)} of ${String(count)} reminders were told to the engine.`);
    }
    await pause(LOOK_MS);
  }
}
