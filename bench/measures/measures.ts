import { measureAccept } from './accept.js';
import { measureBurst } from './burst.js';
import { measureEvents } from './events.js';
import { measureFinished } from './finished.js';
import { measureIsolated } from './isolated.js';
import type { Bench } from './measure.js';
import { measureWaiting } from './waiting.js';

/** What can be measured, in order. */
export const MEASURES = {
  accept: measureAccept,
  isolated: measureIsolated,
  events: measureEvents,
  burst: measureBurst,
  waiting: measureWaiting,
  finished: measureFinished,
} satisfies Record<string, (bench: Bench) => Promise<void>>;

export type MeasureName = keyof typeof MEASURES;
