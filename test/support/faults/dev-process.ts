import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DevFile } from '../../../cli/dev.js';
import { isRunning, type ProcessIdentity } from '../../../dev/processes.js';
import { until } from '../until.js';
import { killed } from './killed.js';
import type { Answer } from '../call.js';

const ANY_PORTS = [
  '--port',
  '--mailbox-port',
  '--smtp-port',
  '--temporal-port',
  '--temporal-ui-port',
  '--postgres-port',
];

/** `dunwell dev` in a process of its own. */
export interface DevProcess {
  file: DevFile;
  call<Body = Record<string, any>>(method: string, path: string, body?: unknown): Promise<Answer<Body>>;
  /** kill -9 of the process alone; its servers live on, as they would. */
  killNine(): Promise<void>;
  /** Asks it to end and waits. */
  stop(): Promise<void>;
}

/** Starts it on a data directory and waits until it is ready. */
export async function startDev(dataDir: string): Promise<DevProcess> {
  const path = join(dataDir, 'dev.json');
  const before = await writtenAt(path);
  const script = fileURLToPath(new URL('../../../cli/dunwell.ts', import.meta.url));
  const ports = ANY_PORTS.flatMap((flag) => [flag, '0']);
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', script, 'dev', '--no-demo', '--data-dir', dataDir, ...ports],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let words = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const ended = exitOf(child);
  await until(
    'dunwell dev is ready',
    async () => {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`dunwell dev ended:\n${words}`);
      return words.includes('Ready.') && (await writtenAt(path)) !== before;
    },
    90_000,
  ).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`${String(error)}\n${words}`);
  });
  const file = JSON.parse(readFileSync(path, 'utf8')) as DevFile;
  return {
    file,
    async call<Body>(method: string, route: string, body?: unknown) {
      const response = await fetch(`${file.api_url}${route}`, {
        method,
        headers: { 'x-api-key': file.api_key, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, headers: {}, body: (await response.json()) as Body };
    },
    async killNine() {
      await killed(child.pid ?? 0);
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The servers of a data directory that are written down as its children and still run. */
export function livingServers(dataDir: string): ProcessIdentity[] {
  const text = readFileSync(join(dataDir, 'children.json'), 'utf8');
  return Object.values(JSON.parse(text) as Record<string, ProcessIdentity>).filter(isRunning);
}

function exitOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

async function writtenAt(path: string): Promise<number | null> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
}
