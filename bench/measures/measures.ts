import { measureAccept } from './accept.js';
import { measureBurst } from './burst.js';
import { measureIsolated } from './isolated.js';
import type { Bench } from './measure.js';

/** What can be measured, in order. */
export const MEASURES = {
  accept: measureAccept,
  isolated: measureIsolated,
  burst: measureBurst,
} satisfies Record<string, (bench: Bench) => Promise<void>>;

export type MeasureName = keyof typeof MEASURES;
