import { reminderOf, type Standing } from '../contestants/contestant.js';
import { MEASURE } from '../names.js';
import { percentile } from '../result.js';
import { startEngine, type EngineKind } from '../servers/engine.js';
import { WIDTH, type Bench } from './measure.js';
import { warmUp } from './warm-up.js';

/** Between two reminders of one contestant; the contestants' lie between each other, so that they share every moment of the machine. */
const EVERY_MS = 400;
const STALL_MS = 15_000;
/** Numbers of the second contestant begin here. */
const SECOND = 500_000;

/** How late a reminder arrives that is due alone: Dunwell and the floor on the same Temporal server at the same time. */
export async function measureIsolated(bench: Bench): Promise<void> {
  for (const kind of bench.engines) {
    for (let round = 0; round < bench.sizes.rounds; round += 1) await isolatedOnce(bench, kind);
  }
}

async function isolatedOnce({ ground, book, sizes, contestants }: Bench, kind: EngineKind): Promise<void> {
  const { isolated: count, isolatedAheadMs: aheadMs } = sizes;
  const engine = await startEngine(kind, ground);
  const standings: Standing[] = [];
  try {
    const both = [contestants.lane, contestants.floor];
    for (const contestant of both) {
      const standing = await contestant.start({ ground, engine, worker: true, ladder: [1] });
      standings.push(standing);
      await warmUp(ground, standing, 20);
    }
    const firstAt = Date.now() + aheadMs;
    const begins = [0, SECOND].map((from, index) => ({ from, dueAt: firstAt + (index * EVERY_MS) / 2 }));
    for (const [index, begin] of begins.entries()) {
      await standings[index]?.accept({ ...begin, count, everyMs: EVERY_MS, width: WIDTH });
    }
    const all = await ground.sink.until(count * both.length, aheadMs + STALL_MS);
    const arrivals = await ground.sink.take();
    if (!all) throw new Error(`isolated: ${String(arrivals.length)} of ${String(count * both.length)} mails arrived.`);
    for (const [index, { name }] of both.entries()) {
      const { from, dueAt } = begins[index] ?? { from: 0, dueAt: 0 };
      const lateness = arrivals
        .map(([to, , atMs]) => ({ number: reminderOf(to) - from, atMs }))
        .filter(({ number }) => number >= 0 && number < count)
        .map(({ number, atMs }) => atMs - (dueAt + number * EVERY_MS));
      const heading = { contestant: name, engine: kind, n: count, unit: 'ms' };
      book.add({ ...heading, measure: MEASURE.isolatedP50 }, percentile(lateness, 0.5));
      book.add({ ...heading, measure: MEASURE.isolatedP99 }, percentile(lateness, 0.99));
      book.add({ ...heading, measure: MEASURE.isolatedMin }, percentile(lateness, 0));
      ground.log(`isolated ${name} on ${kind}: p50 ${String(percentile(lateness, 0.5))} ms`);
    }
  } finally {
    for (const standing of standings) await standing.stop();
    await engine.stop();
  }
}
