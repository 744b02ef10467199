import { setTimeout as pause } from 'node:timers/promises';
import type { DunwellStanding } from '../contestants/dunwell.js';
import { MEASURE } from '../names.js';
import { percentile } from '../result.js';
import { startEngine } from '../servers/engine.js';
import { claimSteps } from '../../store/claim.js';
import { explainAsked } from '../../store/explained.js';
import { copyFinishedRun } from './copy-finished-run.js';
import { WIDTH, type Bench } from './measure.js';
import { warmUp } from './warm-up.js';

const SAMPLES = 200;
const WARM_UP = 20;
const AHEAD_MS = 3_000;
const STALL_MS = 30_000;

/** What the database takes to answer when very many runs have finished: a list, an explanation, a claim. */
export async function measureFinished(bench: Bench): Promise<void> {
  const { ground, book, sizes, contestants } = bench;
  const engine = await startEngine('dev', ground);
  const { lane } = contestants;
  const standing = await lane.start({ ground, engine, worker: true, ladder: [1] }).catch(async (error: unknown) => {
    await engine.stop();
    throw error;
  });
  try {
    await warmUp(ground, standing, 1);
    await untilFinished(standing);
    await standing.stopWorker();
    await copyFinishedRun(standing.facts.db, sizes.finished, ground.log);
    const heading = { contestant: lane.name, engine: 'none', n: sizes.finished, unit: 'ms' };
    const measured = {
      [MEASURE.list]: await timed((index) =>
        standing.facts.call('GET', `/v1/workflow-runs?limit=50&page=${String(1 + (index % 5))}`),
      ),
      [MEASURE.explain]: await timed((index) => explainOne(standing, (index * 7_919) % sizes.finished)),
      [MEASURE.claim]: await claimLatencies(standing),
    };
    for (const [measure, latencies] of Object.entries(measured)) {
      book.add({ ...heading, measure }, percentile(latencies, 0.99));
      book.add({ ...heading, measure: measure.replace('p99', 'p50') }, percentile(latencies, 0.5));
      ground.log(`${measure}: ${percentile(latencies, 0.99).toFixed(1)} ms`);
    }
  } finally {
    await standing.stop();
    await engine.stop();
  }
}

async function untilFinished({ facts }: DunwellStanding): Promise<void> {
  const until = performance.now() + STALL_MS;
  while ((await facts.count(`SELECT count(*) FROM runs WHERE status = 'COMPLETED'`)) === 0) {
    if (performance.now() > until) throw new Error('The run that is to be copied does not end.');
    await pause(100);
  }
}

async function explainOne({ facts, platformId }: DunwellStanding, index: number): Promise<void> {
  const explained = await explainAsked(facts.db, platformId, { kind: 'INVOICE', id: `inv_f${String(index)}` }, []);
  if (explained?.resources.length !== 1) throw new Error('There is nothing to explain.');
}

/** Due runs that nobody has taken: each is claimed as a worker does it. */
async function claimLatencies(standing: DunwellStanding): Promise<number[]> {
  const { facts } = standing;
  const count = SAMPLES + WARM_UP;
  const dueAt = Date.now() + AHEAD_MS;
  await standing.accept({ from: 0, count, dueAt, everyMs: 0, width: WIDTH });
  await pause(Math.max(0, dueAt + 500 - Date.now()));
  const runs = await facts.db.rowsOnce<{ id: string; step: string; revision: number }>(
    `SELECT id, next_step_id AS step, plan_revision AS revision FROM runs WHERE status IN ('ACCEPTED', 'WAITING')`,
  );
  return timed(async (index) => {
    const run = runs[index];
    if (!run) throw new Error('There are too few due runs.');
    const { id: runId, step: stepId, revision } = run;
    const [claim] = await claimSteps(facts.db, [{ runId, stepId, revision, routeCheck: () => null }]);
    if (claim?.value?.deliveries.length !== 1) throw new Error('A due run could not be claimed.');
  });
}

/** Milliseconds of each call, one after the other, without the first ones. */
async function timed(work: (index: number) => Promise<unknown>): Promise<number[]> {
  const latencies: number[] = [];
  for (let index = 0; index < SAMPLES + WARM_UP; index += 1) {
    const startedAt = performance.now();
    await work(index);
    if (index >= WARM_UP) latencies.push(performance.now() - startedAt);
  }
  return latencies;
}
