import { importPackage } from './import-package.js';
import type { Queue } from './queue.js';

/** The part of graphile-worker that is used. */
interface GraphileWorker {
  makeWorkerUtils: (options: { connectionString: string }) => Promise<{
    migrate(): Promise<void>;
    addJob(task: string, payload: object, options: { runAt: Date }): Promise<unknown>;
    release(): Promise<void>;
  }>;
  run: (options: object) => Promise<{ stop(): Promise<void>; promise: Promise<void> }>;
}

const TASK = 'remind';

/** As its own documentation sets it for throughput: a local queue that takes many jobs at once, and ends of jobs told in batches. */
const WORKER = {
  concurrentJobs: 100,
  maxPoolSize: 20,
  pollInterval: 500,
  localQueue: { size: 500 },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
};

const open = (packages: string): Promise<GraphileWorker> => importPackage(packages, 'graphile-worker');

const graphileWorker: Queue = {
  async prepare({ packages, databaseUrl }) {
    const { makeWorkerUtils } = await open(packages);
    const utils = await makeWorkerUtils({ connectionString: databaseUrl });
    await utils.migrate();
    await utils.release();
  },
  async produce({ packages, databaseUrl }) {
    const { makeWorkerUtils } = await open(packages);
    const utils = await makeWorkerUtils({ connectionString: databaseUrl });
    return {
      async accept(reminder, dueAt) {
        await utils.addJob(TASK, { reminder }, { runAt: new Date(dueAt) });
      },
      close: () => utils.release(),
    };
  },
  async work({ packages, databaseUrl }, handle) {
    const { run } = await open(packages);
    const runner = await run({
      noHandleSignals: true,
      taskList: { [TASK]: ({ reminder }: { reminder: number }) => handle(reminder) },
      preset: { worker: { ...WORKER, connectionString: databaseUrl } },
    });
    return { close: () => runner.stop() };
  },
};

export default graphileWorker;
