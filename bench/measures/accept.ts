import { startEngine } from '../servers/engine.js';
import type { Contestant } from '../contestants/contestant.js';
import { CONTESTANT, MEASURE } from '../names.js';
import { percentile } from '../result.js';
import { WIDTH, type Bench } from './measure.js';

const LADDER = [7, 14, 21];
const WARM_UP = 2_000;
const YEAR_MS = 365 * 86_400_000;

/** How fast reminders of three steps are taken: Dunwell through HTTP, queues by a call in their own process; nothing sends meanwhile. */
export async function measureAccept(bench: Bench): Promise<void> {
  const { contestants, sizes } = bench;
  const queues = contestants.queues.filter(({ name }) => name !== CONTESTANT.compose);
  for (let round = 0; round < sizes.rounds; round += 1) {
    for (const contestant of [contestants.lane, ...queues]) await acceptOnce(bench, contestant, false);
  }
  for (let round = 0; round < sizes.rounds; round += 1) await acceptOnce(bench, contestants.lane, true);
}

/** `starting`: an engine and a worker are there, and runs are started while others are accepted. */
async function acceptOnce({ ground, book, sizes }: Bench, contestant: Contestant, starting: boolean): Promise<void> {
  const engine = starting ? await startEngine('dev', ground) : null;
  try {
    const standing = await contestant.start({ ground, engine, worker: starting, ladder: LADDER });
    try {
      const reminders = { dueAt: Date.now() + YEAR_MS, everyMs: 0, width: WIDTH };
      await standing.accept({ ...reminders, from: 1_000_000, count: Math.min(WARM_UP, sizes.accept) });
      const { latencies, wallMs } = await standing.accept({ ...reminders, from: 0, count: sizes.accept });
      const [rate, p50, p99] = starting
        ? [MEASURE.startingRate, MEASURE.startingP50, MEASURE.startingP99]
        : [MEASURE.acceptRate, MEASURE.acceptP50, MEASURE.acceptP99];
      const heading = { contestant: contestant.name, engine: engine?.kind ?? 'none', n: sizes.accept };
      const perSecond = (sizes.accept / wallMs) * 1_000;
      book.add({ ...heading, measure: rate, unit: '/s' }, perSecond);
      book.add({ ...heading, measure: p50, unit: 'ms' }, percentile(latencies, 0.5));
      book.add({ ...heading, measure: p99, unit: 'ms' }, percentile(latencies, 0.99));
      ground.log(`accept ${contestant.name}${starting ? ', starts meanwhile' : ''}: ${perSecond.toFixed(0)}/s`);
    } finally {
      await standing.stop();
    }
  } finally {
    await engine?.stop();
  }
}
