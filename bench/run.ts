import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { Book } from './book.js';
import { chooseContestants } from './contestants/choose.js';
import { evaluateGoals, goalsLine } from './goals.js';
import { CONTESTANT } from './names.js';
import { MEASURES, type MeasureName } from './measures/measures.js';
import { sizesOf } from './sizes.js';
import { writeReport } from './report/write.js';
import { prepareGround } from './servers/ground.js';
import type { EngineKind } from './servers/engine.js';

// `npm run bench`: Dunwell beside what somebody would use instead, on the same work, in one run. Writes bench/results/.
const listOf =
  <Name extends string>(known: readonly Name[]) =>
  (text: string): Name[] =>
    text.split(',').map((name) => {
      const found = known.find((one) => one === name.trim());
      if (found === undefined) throw new Error(`There is no ${name}: ${known.join(', ')}.`);
      return found;
    });
const measureNames = Object.keys(MEASURES) as MeasureName[];
const options = new Command('bench')
  .description('Measures Dunwell beside others. Ratios of one run count; absolute figures are of this machine.')
  .option('--quick', 'smaller numbers, some five minutes on two cores')
  .option('--json <file>', 'writes the results there, too')
  .addOption(new Option('--only <measures>', measureNames.join(',')).argParser(listOf(measureNames)))
  .addOption(new Option('--engines <engines>', 'dev,postgres').argParser(listOf<EngineKind>(['dev', 'postgres'])))
  .addOption(
    new Option(
      '--contestants <names>',
      'those beside Dunwell and the floor: pg-boss,graphile-worker,bullmq (default: all, of a quick run pg-boss)',
    ),
  )
  .option('--rounds <number>', 'how often each is measured', Number)
  .option('--burst <number>', 'reminders due at one instant', Number)
  .option('--out <directory>', 'where the report goes', fileURLToPath(new URL('results', import.meta.url)))
  .parse()
  .opts<{
    quick?: boolean;
    json?: string;
    only?: MeasureName[];
    engines?: EngineKind[];
    contestants?: string;
    rounds?: number;
    burst?: number;
    out: string;
  }>();

const beganAt = performance.now();
const log = (line: string): void => {
  console.log(`${((performance.now() - beganAt) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
};
const { quick = false, only = measureNames, engines = quick ? ['dev'] : ['dev', 'postgres'] } = options;
const book = new Book();
const sizes = sizesOf(options);
const queues = options.contestants?.split(',') ?? (quick ? [CONTESTANT.pgBoss] : null);
if (quick) book.remark('A quick run: smaller numbers, fewer contestants, one round.');
const contestants = await chooseContestants(queues, book, log);
const ground = await prepareGround(log);
const stop = once(() => ground.stop());
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void stop().finally(() => process.exit(1));
  });
}
try {
  for (const name of only) {
    try {
      await MEASURES[name]({ ground, book, sizes, engines, contestants });
    } catch (error) {
      // The others are still worth having; what this one has not measured does not hold.
      book.remark(`${name} ended early: ${error instanceof Error ? error.message : String(error)}`);
      log(`${name} ended early: ${String(error)}`);
    }
  }
} finally {
  await stop();
}
const results = book.results();
const goals = evaluateGoals(results);
const [cpu] = cpus();
const machine = `${String(cpus().length)} cores (${cpu?.model.trim() ?? 'unknown'}), ${String(Math.round(totalmem() / 1024 ** 3))} GB, Node ${process.versions.node}, PostgreSQL with fsync on`;
const text = await writeReport(options.out, { machine, results, goals, remarks: book.remarks }, options.json);
console.log(`\n${text}\n${goalsLine(goals)}`);

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => (done ??= work());
}
