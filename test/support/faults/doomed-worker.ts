import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import type { Harness } from '../harness.js';
import { until } from '../until.js';
import { killed } from './killed.js';
import type { StandPointName } from './stand-points.js';
import type { Report } from './standing.js';

/** Deliveries that stop at the same point: those of the invoices `{name}_0`, `{name}_1`, … */
export interface Group {
  name: string;
  point: StandPointName;
  /** false = for controls: what is sent is not marked, and a fence stops nobody. */
  marker: boolean;
  /** Waits minutes for the mail server instead of the product’s own limits. */
  patient: boolean;
  /** A mail server of their own. */
  smtpPort: number;
}

/** What a worker process is told. */
export interface WorkerOrder {
  databaseUrl: string;
  temporalAddress: string;
  taskQueue: string;
  bundlePath: string;
  groups: readonly Group[];
}

export interface DoomedWorker {
  /** Waits until so many runs of each group stand at its point. */
  standing(count: number): Promise<void>;
  /** The engine’s ids of the runs of a group that stand. */
  standingOf(group: string): string[];
  /** What the sends of a group came to that went on. */
  outcomesOf(group: string): string[];
  /** kill -9 */
  kill(): Promise<void>;
  /** SIGSTOP */
  freeze(): void;
  /** SIGCONT; what stood goes on. */
  thaw(): void;
}

/** A worker process for the harness’s task queue; it may hold a hundred deliveries, as the product’s does. */
export function startDoomedWorker(h: Harness, groups: readonly Group[]): DoomedWorker {
  const order: WorkerOrder = {
    databaseUrl: h.databaseUrl,
    temporalAddress: inject('temporalAddress'),
    taskQueue: h.taskQueue,
    bundlePath: inject('workflowBundlePath'),
    groups,
  };
  const child = fork(fileURLToPath(new URL('worker-process.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, FAULT_ORDER: JSON.stringify(order) },
  });
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const reports: Report[] = [];
  child.on('message', (report: Report) => reports.push(report));
  const standingOf = (group: string): string[] => [
    ...new Set(reports.filter((one) => one.group === group && one.outcome === undefined).map(({ run }) => run)),
  ];
  return {
    standingOf,
    outcomesOf: (group) => reports.flatMap((one) => (one.group === group && one.outcome ? [one.outcome] : [])),
    async standing(count) {
      const ready = (): boolean => {
        if (child.exitCode !== null) throw new Error(`The worker process ended by itself:\n${words}`);
        return groups.every(({ name }) => standingOf(name).length >= count);
      };
      await until(`${String(count)} of each group stand`, ready, 120_000).catch((error: unknown) => {
        const counts = groups.map(({ name }) => `${name} ${String(standingOf(name).length)}`);
        throw new Error(`${String(error)}: ${counts.join(', ')}\n${words}`);
      });
    },
    kill: () => killed(child.pid ?? 0),
    freeze: () => void child.kill('SIGSTOP'),
    thaw() {
      child.kill('SIGCONT');
      child.send('go on');
    },
  };
}
