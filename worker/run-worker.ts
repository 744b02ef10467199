import { setTimeout as pause } from 'node:timers/promises';
import {
  NativeConnection,
  type NativeConnectionOptions,
  type Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { createActivities } from '../activities/create-activities.js';
import type { ActivityPorts, Mailer } from '../activities/ports.js';
import type { Logger } from '../contracts/logger.js';
import type { EngineClient } from '../engine/client.js';
import { createBurstWatch } from '../engine/burst-watch.js';
import { Courier } from '../engine/courier.js';
import { createDispatcher } from '../engine/dispatcher.js';
import { registerSearchAttributes } from '../engine/register.js';
import { createScheduleKeeper } from '../engine/schedule-keeper.js';
import { createWatchdog, type WatchdogOptions } from '../engine/watchdog.js';
import type { Database } from '../store/database.js';
import { createLedger, type Ledger } from '../store/ledger.js';
import type { MessageKeeping } from '../store/messages.js';
import { takeShare } from '../store/rate-limits.js';
import { createWebhookWorker, createWorker } from './create-worker.js';
import { RateLimiter } from './rate-limiter.js';
import { installQuietRuntime } from './quiet-runtime.js';

export interface RunWorkerOptions {
  db: Database;
  /** Default: that of `db`. */
  ledger?: Ledger;
  engine: EngineClient;
  connection: NativeConnectionOptions;
  namespace: string;
  taskQueue: string;
  mailer: Mailer;
  messages: MessageKeeping;
  /** Absent = no PDF is fetched: platforms with a billing source wait (`no_pdf`). */
  fetchPdf?: ActivityPorts['fetchPdf'];
  /** Absent = no event is posted: it waits for a worker that does. */
  postRunEvent?: ActivityPorts['postRunEvent'];
  /** How long a webhook is left alone that did not take an event, the first time (default: 2 minutes). */
  webhookRetryMs?: number | undefined;
  log: Logger;
  workflowBundle: WorkflowBundleWithSourceMap;
  /** false = steps that are due together are sent by their own executions only. Default true. */
  burstLane?: boolean;
  /** Sleeping workflows kept in memory (default: as many as suit it). */
  maxCachedWorkflows?: number | undefined;
  watchdog?: Pick<WatchdogOptions, 'everyMs' | 'graceMs' | 'closedEveryMs'>;
}

/** A worker process at work: polls Temporal, carries the outbox, watches for what the engine lost. */
export interface RunningWorker {
  /** Search attributes exist and the worker polls. */
  isReady(): boolean;
  /** Resolves when it is ready for the first time. */
  ready: Promise<void>;
  /** Drains: no new work is taken, what is under way ends within the grace time. */
  stop(): Promise<void>;
}

const RESTART_PAUSE_MS = 1_000;
/** Longer than the worker's grace time for activities that are under way. */
const STOP_MS = 15_000;

/**
 * Starts the worker and keeps it: while Temporal is away, or has lost its data, everything else goes on and the worker is made
 * again until it stands.
 */
export function runWorker(options: RunWorkerOptions): RunningWorker {
  const { db, engine, taskQueue, log } = options;
  installQuietRuntime();
  const courier = new Courier({ db, engine, taskQueue, log });
  const loops = [
    createDispatcher({ db, courier, log }),
    createWatchdog({ db, engine, taskQueue, log, ...options.watchdog }),
    createScheduleKeeper({ db, engine, taskQueue, log, everyMs: options.watchdog?.closedEveryMs }),
    ...(options.burstLane === false ? [] : [createBurstWatch({ db, engine, taskQueue, log })]),
  ];
  const pace = new RateLimiter({ take: (...wish) => takeShare(db, ...wish) });
  const stopped = new AbortController();
  const activities = createActivities({
    db,
    stopping: stopped.signal,
    ledger: options.ledger ?? createLedger(db),
    pace,
    mailer: options.mailer,
    messages: options.messages,
    fetchPdf: options.fetchPdf ?? fetchNothing,
    postRunEvent: options.postRunEvent ?? postNothing,
    webhookRetryMs: options.webhookRetryMs,
    tellSoon: (kind, ids) => {
      courier.tellSoon(kind, ids);
    },
    log,
  });

  // An event waits on its own queue for somebody who posts; an attempt that cannot would be lost to it.
  const kinds = options.postRunEvent ? [createWorker, createWebhookWorker] : [createWorker];

  let workers: Worker[] = [];
  let becameReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    becameReady = resolve;
  });

  const shutdown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };

  const once = async (): Promise<void> => {
    const connection = await NativeConnection.connect(options.connection);
    const running: Promise<void>[] = [];
    try {
      await registerSearchAttributes(engine);
      for (const make of kinds) {
        const worker = await make({ ...options, connection, activities });
        workers.push(worker);
        const run = worker.run();
        // Its error is told below, also if it comes before anybody waits for it.
        run.catch(() => undefined);
        running.push(run);
        if (stopped.signal.aborted) return;
      }
      becameReady();
      await Promise.race(running);
    } finally {
      // One does not go on without the other, and the connection outlives them.
      shutdown();
      await Promise.allSettled(running);
      workers = [];
      await connection.close();
    }
  };

  const supervise = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      try {
        await once();
      } catch (error) {
        log.error({ error: String(error) }, 'the Temporal worker stopped; it is made again');
      }
      if (!stopped.signal.aborted)
        await pause(RESTART_PAUSE_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };

  for (const loop of loops) loop.start();
  const supervised = supervise();
  return {
    ready,
    isReady: () => workers.length === kinds.length && workers.every((worker) => worker.getState() === 'RUNNING'),
    async stop() {
      stopped.abort();
      pace.close();
      shutdown();
      // Connecting to a server that does not answer cannot be cut short; nothing is lost by not waiting for it.
      await Promise.race([supervised, pause(STOP_MS, undefined, { ref: false })]);
      await Promise.all(loops.map((loop) => loop.stop()));
      await courier.drain();
    },
  };
}

const fetchNothing: ActivityPorts['fetchPdf'] = () =>
  Promise.resolve({ kind: 'NONE', why: 'This worker fetches no PDFs.' });

/** Nobody asks it: without `postRunEvent` there is no worker on the queue of webhooks. */
const postNothing: ActivityPorts['postRunEvent'] = () => Promise.reject(new Error('This worker posts to no webhooks.'));
