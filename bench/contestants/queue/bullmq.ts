import { importPackage } from './import-package.js';
import type { Queue } from './queue.js';

interface Closable {
  close(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): void;
}

/** The part of BullMQ that is used. */
interface BullMq {
  Queue: new (
    name: string,
    options: object,
  ) => Closable & { add(name: string, data: object, options: object): Promise<unknown> };
  Worker: new (
    name: string,
    handler: (job: { data: { reminder: number } }) => Promise<void>,
    options: object,
  ) => Closable;
}

const QUEUE = 'reminders';
const CONCURRENCY = 100;

function connectionOf(redisUrl: string): object {
  const { hostname, port } = new URL(redisUrl);
  return { host: hostname, port: Number(port) };
}

const watch = <T extends Closable>(own: T): T => {
  own.on('error', (error) => {
    console.error(error);
  });
  return own;
};

/** BullMQ on Valkey; its jobs lie in memory there. */
const bullMq: Queue = {
  prepare: () => Promise.resolve(),
  async produce({ packages, redisUrl }) {
    const { Queue: Producer } = await importPackage<BullMq>(packages, 'bullmq');
    const queue = watch(new Producer(QUEUE, { connection: connectionOf(redisUrl) }));
    return {
      async accept(reminder, dueAt) {
        const options = { delay: Math.max(0, dueAt - Date.now()), removeOnComplete: true };
        await queue.add('remind', { reminder }, options);
      },
      close: () => queue.close(),
    };
  },
  async work({ packages, redisUrl }, handle) {
    const { Worker } = await importPackage<BullMq>(packages, 'bullmq');
    const options = { connection: connectionOf(redisUrl), concurrency: CONCURRENCY };
    const worker = watch(new Worker(QUEUE, ({ data }) => handle(data.reminder), options));
    return { close: () => worker.close() };
  },
};

export default bullMq;
