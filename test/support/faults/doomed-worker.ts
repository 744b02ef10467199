import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import type { Harness } from '../harness.js';

/** Where the worker kills itself while it sends its first mail. */
export type KillPoint = 'BEFORE_MARKER' | 'AFTER_MARKER' | 'AFTER_ANSWER' | 'AFTER_ANSWER_WITHOUT_MARKER';

export interface DoomedWorker {
  /** Resolves with the signal that ended it; rejects when it ended in any other way. */
  died: Promise<NodeJS.Signals>;
  /** Ends it, if it still lives. */
  end(): void;
}

/** A worker process for the harness's task queue that dies at `point`. */
export function startDoomedWorker(h: Harness, point: KillPoint): DoomedWorker {
  const script = fileURLToPath(new URL('worker-process.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', script], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: {
      ...process.env,
      FAULT_DATABASE_URL: h.databaseUrl,
      FAULT_TEMPORAL_ADDRESS: inject('temporalAddress'),
      FAULT_TASK_QUEUE: h.taskQueue,
      FAULT_SMTP_URL: h.smtpUrl,
      FAULT_BUNDLE: inject('workflowBundlePath'),
      FAULT_KILL_POINT: point,
    },
  });
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words += chunk.toString();
  });
  const died = new Promise<NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (signal) resolve(signal);
      else reject(new Error(`The worker process ended by itself with ${String(code)}:\n${words}`));
    });
  });
  // Whoever waits for it sees the failure; until then it must not end the test run.
  died.catch(() => undefined);
  return { died, end: () => void child.kill('SIGKILL') };
}
