import type { Standing } from '../contestants/contestant.js';
import type { Ground } from '../servers/ground.js';
import { untilWaiting } from './until-waiting.js';
import { WIDTH } from './measure.js';

const AHEAD_MS = 1_500;
const STALL_MS = 30_000;
/** Numbers that no measure uses. */
const FROM = 2_000_000;

/** Lets so many reminders go all the way, and forgets their mails. Answers how long one took to be accepted and started, in ms. */
export async function warmUp(ground: Ground, standing: Standing, count: number): Promise<number> {
  const startedAt = performance.now();
  await standing.accept({ from: FROM, count, dueAt: Date.now() + AHEAD_MS, everyMs: 0, width: WIDTH });
  await untilWaiting(standing, count, STALL_MS);
  const eachMs = (performance.now() - startedAt) / count;
  if (!(await ground.sink.until(count, STALL_MS))) throw new Error('The mails of the warm-up did not arrive.');
  await ground.sink.take();
  return eachMs;
}
