import type { Contestant, Standing } from '../contestants/contestant.js';
import type { Heading } from '../book.js';
import { MEASURE, STORE } from '../names.js';
import { residentBytes } from '../processes/usage.js';
import { startEngine, type Engine, type EngineKind } from '../servers/engine.js';
import { WIDTH, type Bench } from './measure.js';
import { untilWaiting } from './until-waiting.js';

const LADDER = [7, 14, 21];
const YEAR_MS = 365 * 86_400_000;
const STALL_MS = 60_000;
const MIB = 1024 ** 2;

/** What reminders cost that only wait, at rising numbers of them: disk in every store, memory of the worker. */
export async function measureWaiting(bench: Bench): Promise<void> {
  const { sizes, engines, contestants } = bench;
  const { lane, floor, queues } = contestants;
  const short = sizes.waiting.slice(0, 2);
  for (const queue of queues) await waitingOnce(bench, queue, null, short);
  if (engines.includes('dev')) {
    await waitingOnce(bench, floor, 'dev', short);
    await waitingOnce(bench, lane, 'dev', sizes.waiting);
  }
  if (engines.includes('postgres')) await waitingOnce(bench, lane, 'postgres', sizes.waitingOnPostgres);
}

async function waitingOnce(
  { ground, book }: Bench,
  contestant: Contestant,
  kind: EngineKind | null,
  steps: readonly number[],
): Promise<void> {
  const engine = kind && (await startEngine(kind, ground));
  const place = { ground, engine, worker: true, ladder: LADDER };
  const standing = await contestant.start(place).catch(async (error: unknown) => {
    await engine?.stop();
    throw error;
  });
  try {
    // Facts are told beforehand, and are not the reminders' cost.
    const all = { from: 0, count: steps.at(-1) ?? 0, dueAt: Date.now() + YEAR_MS, everyMs: 0, width: WIDTH };
    await standing.expect?.(all);
    const empty = await bytesOf(standing, engine);
    let accepted = 0;
    for (const n of steps) {
      await standing.accept({ ...all, from: accepted, count: n - accepted });
      accepted = n;
      await untilWaiting(standing, n, STALL_MS);
      const now = await bytesOf(standing, engine);
      const heading = { contestant: contestant.name, engine: kind ?? 'none', n };
      for (const [store, bytes] of Object.entries(now)) {
        const own: Heading = { ...heading, measure: `${MEASURE.storeBytes}: ${store}`, unit: 'bytes' };
        book.add(own, (bytes - (empty[store] ?? 0)) / n);
      }
      const memory = residentBytes(standing.processes['worker'] ?? 0) / MIB;
      book.add({ ...heading, measure: MEASURE.workerMemory, unit: 'MiB' }, memory);
      ground.log(
        `waiting ${contestant.name} on ${kind ?? 'none'}: ${String(n)} asleep, worker ${memory.toFixed(0)} MiB`,
      );
    }
  } finally {
    await standing.stop();
    await engine?.stop();
  }
}

async function bytesOf(standing: Standing, engine: Engine | null): Promise<Record<string, number>> {
  return {
    ...(await standing.storedBytes()),
    ...(engine && { [STORE.engine]: await engine.storedBytes() }),
  };
}
