import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { choosePort } from '../../dev/ports.js';
import { startPostgres } from '../../dev/postgres.js';
import { Database } from '../../store/database.js';
import { migrate } from '../../store/migrate.js';
import { descriptions } from './documents.js';
import { fuzz, FULL, QUICK } from './fuzz.js';
import { installSchemathesis } from './schemathesis.js';
import { startTarget } from './target.js';

interface Options {
  seed: number;
  maxExamples?: number;
  quick: boolean;
  only: string;
}

// `npm run fuzz`: a PostgreSQL of its own, the API, and schemathesis against it.
const { seed, maxExamples, quick, only } = new Command('fuzz')
  .description('Looks for requests that break the API, or answers that are not as described.')
  .option('--seed <number>', 'the same cases again', Number, Math.floor(Math.random() * 1e6))
  .option('--max-examples <number>', 'cases per operation and phase', Number)
  .option('--quick', 'what CI runs: less than a minute', false)
  .option('--only <text>', 'only descriptions with this in their name', '')
  .parse()
  .opts<Options>();

const log = (line: string): void => {
  console.log(line);
};
const missing = await installSchemathesis(log);
if (missing !== null) log(`Skipped: fuzzing. ${missing}.`);
else await fuzzAll();

async function fuzzAll(): Promise<void> {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stopping.abort());
  const bounds = quick ? QUICK : FULL;
  const options = { ...bounds, seed, maxExamples: maxExamples ?? bounds.maxExamples, signal: stopping.signal };
  log(`--seed ${String(seed)} --max-examples ${String(options.maxExamples)}`);

  const directory = await mkdtemp(join(tmpdir(), 'dunwell-fuzz-postgres-'));
  // PostgreSQL may run as another user than this.
  await chmod(directory, 0o711);
  const port = await choosePort({ name: 'PostgreSQL', flag: '', wanted: 0, fallback: 0, log, taken: new Set() });
  const postgres = await startPostgres({ dataDir: directory, port, log, fastForTests: true, ephemeral: true });
  try {
    await migrate(postgres.url);
    const db = new Database(postgres.url);
    const target = await startTarget(db);
    for (const described of descriptions(log).filter(({ name }) => name.includes(only))) {
      const { good, output, seconds, statuses } = await fuzz(described, target, options);
      log(`${good ? '✔' : '✘'} ${described.name}  ${String(seconds)} s  ${JSON.stringify(statuses)}`);
      if (!good) {
        log(output);
        process.exitCode = 1;
      }
    }
    await target.stop();
    await db.close();
  } finally {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
