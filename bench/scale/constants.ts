import { CONTESTANT, MEASURE, STORE } from '../names.js';
import type { BenchResult } from '../result.js';
import type { Constants } from './model.js';

/** A figure of the model, and where it comes from. */
export interface Sourced {
  value: number;
  source: string;
}

/** What is taken where the benchmark has not measured it. */
const ASSUMED: Readonly<Record<keyof Constants, Sourced>> = {
  acceptsPerSecond: { value: 1_000, source: 'assumed' },
  startsPerSecond: { value: 400, source: 'assumed; 170 to 430 were seen on two cores' },
  wakesPerSecond: { value: 50, source: 'assumed; 42 to 50 were seen on two cores with PostgreSQL' },
  mailsPerSecond: { value: 300, source: 'assumed' },
  waitingBytes: { value: 2_021, source: 'docs/performance.md, what waiting runs cost' },
  finishedBytes: { value: 1_983, source: 'docs/performance.md, what waiting runs cost' },
  deliveryBytes: { value: 1_406, source: 'docs/performance.md, what waiting runs cost' },
  messageBytes: { value: 3_312, source: 'docs/performance.md, what waiting runs cost' },
  engineBytes: { value: 26_000, source: 'a sleeping workflow with PostgreSQL, without start delay' },
};

const MEASURED: Partial<Record<keyof Constants, { measure: string; contestant: string }>> = {
  acceptsPerSecond: { measure: MEASURE.acceptRate, contestant: CONTESTANT.lane },
  wakesPerSecond: { measure: MEASURE.burstRate, contestant: CONTESTANT.oneByOne },
  mailsPerSecond: { measure: MEASURE.burstRate, contestant: CONTESTANT.lane },
  waitingBytes: { measure: `${MEASURE.storeBytes}: ${STORE.postgres}`, contestant: CONTESTANT.lane },
  engineBytes: { measure: `${MEASURE.storeBytes}: ${STORE.engine}`, contestant: CONTESTANT.lane },
};

/** The model's constants by these results: medians, on the production server and of the largest n where there are several. */
export function constantsOf(results: readonly BenchResult[]): Record<keyof Constants, Sourced> {
  const names = Object.keys(ASSUMED) as (keyof Constants)[];
  return Object.fromEntries(names.map((name) => [name, measured(name, results) ?? ASSUMED[name]])) as Record<
    keyof Constants,
    Sourced
  >;
}

function measured(name: keyof Constants, results: readonly BenchResult[]): Sourced | null {
  const wanted = MEASURED[name];
  const own = results
    .filter(({ measure, contestant }) => measure === wanted?.measure && contestant === wanted.contestant)
    .sort((a, b) => Number(b.engine === 'postgres') - Number(a.engine === 'postgres') || b.n - a.n);
  const [best] = own;
  if (!best) return null;
  const { measure, contestant, engine, n, median } = best;
  return { value: median, source: `${measure}, ${contestant}, engine ${engine}, n = ${n.toLocaleString('en')}` };
}

export function plain(constants: Readonly<Record<keyof Constants, Sourced>>): Constants {
  return Object.fromEntries(
    Object.entries(constants).map(([name, { value }]) => [name, value]),
  ) as unknown as Constants;
}
