import { setTimeout as pause } from 'node:timers/promises';
import { reminderOf, type Contestant, type Standing } from '../contestants/contestant.js';
import type { Heading } from '../book.js';
import { MEASURE } from '../names.js';
import { cpuSeconds } from '../processes/usage.js';
import { percentile } from '../result.js';
import { startEngine, type Engine, type EngineKind } from '../servers/engine.js';
import { measureComposing } from './composing.js';
import { WIDTH, type Bench } from './measure.js';
import { untilWaiting } from './until-waiting.js';
import { warmUp } from './warm-up.js';

/** A reminder of its own, due so long after the burst. */
const ISOLATED_AFTER_MS = 3_000;
const MOST_WARM_UP = 300;
const STALL_MS = 60_000;
/** How much longer than estimated everything may take to be accepted and started before it is due. */
const SPARE = 1.3;
const SPARE_MS = 5_000;
const ATTEMPTS = 3;

/** Many reminders due at one instant, and one more a little later: contestants in turn, each on servers of its own. */
export async function measureBurst(bench: Bench): Promise<void> {
  const { sizes, engines, contestants } = bench;
  const { lane, oneByOne, floor, queues } = contestants;
  const paces = new Map<string, number>();
  for (let round = 0; round < sizes.rounds; round += 1) {
    await measureComposing(bench);
    for (const queue of queues) await repeated(bench, queue, null, sizes.burst, paces);
    if (engines.includes('dev')) {
      for (const contestant of [lane, oneByOne, floor]) await repeated(bench, contestant, 'dev', sizes.burst, paces);
    }
    if (engines.includes('postgres')) {
      await repeated(bench, lane, 'postgres', sizes.burst, paces);
      for (const own of [oneByOne, floor]) await repeated(bench, own, 'postgres', sizes.burstOnPostgres, paces);
    }
  }
}

/** Again, later, when not all were waiting at the instant. */
async function repeated(
  bench: Bench,
  contestant: Contestant,
  kind: EngineKind | null,
  n: number,
  paces: Map<string, number>,
): Promise<void> {
  const key = `${contestant.name} on ${kind ?? 'none'}`;
  for (let attempt = 1; ; attempt += 1) {
    const lateMs = await burstOnce(bench, contestant, kind, n, paces.get(key) ?? null, (eachMs) =>
      paces.set(key, eachMs),
    );
    if (lateMs <= 0) return;
    const text = `burst ${key}: not all ${String(n)} were waiting at the instant (${(lateMs / 1_000).toFixed(1)} s late)`;
    bench.ground.log(`${text}; once more, with a later one`);
    if (attempt === ATTEMPTS) throw new Error(text);
  }
}

/** Answers how much later than the instant the last reminder was waiting, in ms; nothing is noted down when that is positive. */
async function burstOnce(
  { ground, book }: Bench,
  contestant: Contestant,
  kind: EngineKind | null,
  n: number,
  knownMs: number | null,
  learn: (eachMs: number) => void,
): Promise<number> {
  const { sink } = ground;
  const engine = kind && (await startEngine(kind, ground));
  const standing = await contestant
    .start({ ground, engine, worker: true, ladder: [1] })
    .catch(async (error: unknown) => {
      await engine?.stop();
      throw error;
    });
  try {
    const warmed = Math.min(MOST_WARM_UP, Math.ceil(n / 5));
    const warmMs = await warmUp(ground, standing, warmed);
    const before = cpuOf(standing, ground, engine);
    const beganAt = Date.now();
    const dueAt = Math.ceil((beganAt + n * (knownMs ?? warmMs) * SPARE + SPARE_MS) / 1_000) * 1_000;
    await standing.accept({ from: 0, count: n, dueAt, everyMs: 0, width: WIDTH });
    await standing.accept({ from: n, count: 1, dueAt: dueAt + ISOLATED_AFTER_MS, everyMs: 0, width: 1 });
    await untilWaiting(standing, n + 1 + warmed, STALL_MS);
    const waitedAt = Date.now();
    learn((waitedAt - beganAt) / n);
    if (waitedAt >= dueAt - 500) {
      await sink.until(n + 1, STALL_MS);
      await sink.take();
      return waitedAt - dueAt + 500;
    }
    await pause(dueAt - Date.now() - 300);
    const asleep = cpuOf(standing, ground, engine);
    if (!(await sink.until(n + 1, STALL_MS + ISOLATED_AFTER_MS))) {
      throw new Error(`burst ${contestant.name}: ${String(await sink.count())} of ${String(n + 1)} mails arrived.`);
    }
    const after = cpuOf(standing, ground, engine);
    await checkRecorded(standing, n + 1 + warmed);
    const arrivals = await sink.take();
    const lateness = latenessOf(arrivals, n, dueAt);
    const heading = { contestant: contestant.name, engine: kind ?? 'none', n };
    noteBurst(book.add.bind(book), heading, lateness);
    for (const name of Object.keys(after)) {
      const spent = (from: Cpu, to: Cpu): number => (((to[name] ?? 0) - (from[name] ?? 0)) / n) * 1_000;
      const unit = 's per 1,000';
      book.add({ ...heading, measure: `${MEASURE.cpuBefore}: ${name}`, unit }, spent(before, asleep));
      book.add({ ...heading, measure: `${MEASURE.cpuDue}: ${name}`, unit }, spent(asleep, after));
    }
    ground.log(
      `burst ${contestant.name} on ${kind ?? 'none'}: ${(percentile(lateness.burst, 1) / 1_000).toFixed(1)} s, isolated ${String(lateness.isolated)} ms`,
    );
    return 0;
  } finally {
    await standing.stop();
    await engine?.stop();
  }
}

interface Lateness {
  burst: number[];
  isolated: number;
}

/** Every reminder arrived once, none twice, or this throws. */
function latenessOf(arrivals: readonly (readonly [string, string, number])[], n: number, dueAt: number): Lateness {
  const numbers = arrivals.map(([to]) => reminderOf(to));
  const [different, deliveries] = [new Set(numbers), new Set(arrivals.map(([, delivery]) => delivery))];
  if (different.size !== n + 1 || arrivals.length !== n + 1 || deliveries.size !== n + 1) {
    throw new Error(
      `${String(arrivals.length)} mails of ${String(deliveries.size)} deliveries for ${String(n + 1)} reminders arrived.`,
    );
  }
  const isolated = arrivals.find(([to]) => reminderOf(to) === n)?.[2] ?? NaN;
  const burst = arrivals.filter(([to]) => reminderOf(to) !== n).map(([, , atMs]) => atMs - dueAt);
  return { burst, isolated: isolated - dueAt - ISOLATED_AFTER_MS };
}

/** A mail is recorded a moment after it has arrived. */
async function checkRecorded(standing: Standing, count: number): Promise<void> {
  const until = performance.now() + STALL_MS;
  while ((await standing.sent()) < count) {
    if (performance.now() > until)
      throw new Error(`${String(await standing.sent())} of ${String(count)} are recorded.`);
    await pause(100);
  }
  const wrong = await standing.wrong();
  if (wrong > 0) throw new Error(`${String(wrong)} reminders are recorded as something else than sent.`);
}

function noteBurst(
  add: (heading: Heading, value: number) => void,
  heading: Pick<Heading, 'contestant' | 'engine' | 'n'>,
  { burst, isolated }: Lateness,
): void {
  const lastMs = percentile(burst, 1);
  add({ ...heading, measure: MEASURE.burstTime, unit: 's' }, lastMs / 1_000);
  add({ ...heading, measure: MEASURE.burstRate, unit: '/s' }, (burst.length / lastMs) * 1_000);
  add({ ...heading, measure: MEASURE.burstP50, unit: 'ms' }, percentile(burst, 0.5));
  add({ ...heading, measure: MEASURE.burstP99, unit: 'ms' }, percentile(burst, 0.99));
  add({ ...heading, measure: MEASURE.burstMax, unit: 'ms' }, lastMs);
  add({ ...heading, measure: MEASURE.burstIsolated, unit: 'ms' }, isolated);
}

type Cpu = Record<string, number>;

function cpuOf(standing: Standing, { postgresPid, sink }: Bench['ground'], engine: Engine | null): Cpu {
  const pids = {
    ...standing.processes,
    ...(engine && { temporal: engine.pid }),
    postgres: postgresPid,
    sink: sink.pid,
  };
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuSeconds(pid)]));
}
