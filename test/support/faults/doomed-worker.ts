import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import type { Harness } from '../harness.js';
import { until } from '../until.js';
import { killed } from './killed.js';
import type { StandPointName } from './stand-points.js';
import type { Report } from './standing.js';

/** What a worker process is told. */
export interface WorkerOrder {
  databaseUrl: string;
  temporalAddress: string;
  taskQueue: string;
  bundlePath: string;
  smtpPort: number;
  point: StandPointName;
  /** false = the marker is switched off: what is sent is not marked, and a fence stops nobody. */
  marker: boolean;
  /** Its limits towards the mail server: minutes instead of the product's own. */
  patient: boolean;
}

export interface DoomedWorker {
  /** Waits until so many runs stand at the point; answers their ids on the engine. */
  standing(count: number): Promise<string[]>;
  /** kill -9 */
  kill(): Promise<void>;
  /** SIGSTOP */
  freeze(): void;
  /** SIGCONT; what stood goes on. */
  thaw(): void;
  /** What the sends came to that went on. */
  outcomes: string[];
}

/** A worker process for the harness's task queue that sends through `smtpPort`; its deliveries stop at `point`. */
export function startDoomedWorker(
  h: Harness,
  order: Pick<WorkerOrder, 'smtpPort' | 'point' | 'marker' | 'patient'>,
): DoomedWorker {
  const full: WorkerOrder = {
    ...order,
    databaseUrl: h.databaseUrl,
    temporalAddress: inject('temporalAddress'),
    taskQueue: h.taskQueue,
    bundlePath: inject('workflowBundlePath'),
  };
  const child = fork(fileURLToPath(new URL('worker-process.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, FAULT_ORDER: JSON.stringify(full) },
  });
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const stands = new Set<string>();
  const outcomes: string[] = [];
  child.on('message', (report: Report) => {
    if ('stands' in report) stands.add(report.stands);
    else outcomes.push(report.outcome);
  });
  return {
    outcomes,
    async standing(count) {
      await until(
        `${String(count)} runs stand at ${order.point}`,
        () => {
          if (child.exitCode !== null) throw new Error(`The worker process ended by itself:\n${words}`);
          return stands.size >= count;
        },
        60_000,
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}; ${String(stands.size)} do\n${words}`);
      });
      return [...stands];
    },
    kill: () => killed(child.pid ?? 0),
    freeze: () => void child.kill('SIGSTOP'),
    thaw() {
      child.kill('SIGCONT');
      child.send('go on');
    },
  };
}
