import { importPackage } from './import-package.js';
import type { Queue } from './queue.js';

/** The part of pg-boss that is used. */
interface PgBoss {
  start(): Promise<unknown>;
  stop(options: { graceful: boolean; close: boolean; timeout: number }): Promise<void>;
  createQueue(name: string): Promise<void>;
  send(name: string, data: object, options: { startAfter: Date }): Promise<string | null>;
  work(
    name: string,
    options: Record<string, unknown>,
    handler: (jobs: { data: { reminder: number } }[]) => Promise<unknown>,
  ): Promise<string>;
  on(event: 'error', listener: (error: Error) => void): void;
}

const QUEUE = 'reminders';

/** pg-boss, asked as fast as its options allow: several workers, each taking a hundred jobs and going on at once while more are due. */
const WORK = { batchSize: 100, localConcurrency: 4, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true };

async function open(packages: string, databaseUrl: string, supervise: boolean): Promise<PgBoss> {
  const { PgBoss: Boss } = await importPackage<{ PgBoss: new (options: object) => PgBoss }>(packages, 'pg-boss');
  const boss = new Boss({ connectionString: databaseUrl, max: 20, supervise, schedule: false });
  boss.on('error', (error) => {
    console.error(error);
  });
  await boss.start();
  return boss;
}

const stop = (boss: PgBoss): Promise<void> => boss.stop({ graceful: true, close: true, timeout: 5_000 });

const pgBoss: Queue = {
  async prepare({ packages, databaseUrl }) {
    const boss = await open(packages, databaseUrl, false);
    await boss.createQueue(QUEUE);
    await stop(boss);
  },
  async produce({ packages, databaseUrl }) {
    const boss = await open(packages, databaseUrl, false);
    return {
      async accept(reminder, dueAt) {
        await boss.send(QUEUE, { reminder }, { startAfter: new Date(dueAt) });
      },
      close: () => stop(boss),
    };
  },
  async work({ packages, databaseUrl }, handle) {
    const boss = await open(packages, databaseUrl, true);
    await boss.work(QUEUE, WORK, (jobs) => Promise.all(jobs.map(({ data }) => handle(data.reminder))));
    return { close: () => stop(boss) };
  },
};

export default pgBoss;
