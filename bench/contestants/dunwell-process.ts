import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnServer } from '../../dev/spawn-server.js';
import type { Ground } from '../servers/ground.js';

export interface DunwellProcess {
  pid: number;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILT = join(ROOT, 'dist/cli/dunwell.js');
const START_TIMEOUT_MS = 60_000;

/** `dunwell api` or `dunwell worker` as it is built, ready. */
export async function startDunwell(options: {
  command: 'api' | 'worker';
  port: number;
  env: Record<string, string>;
  directory: string;
  ground: Pick<Ground, 'log' | 'record'>;
}): Promise<DunwellProcess> {
  const { command, port, env, directory, ground } = options;
  if (!existsSync(BUILT)) throw new Error('The benchmark runs what is built: `npm run build` first.');
  const { PATH = '', HOME = '' } = process.env;
  const server = spawnServer({
    name: `dunwell ${command}`,
    command: process.execPath,
    args: [BUILT, command],
    env: { PATH, HOME, ...env, HOST: '127.0.0.1', [command === 'api' ? 'PORT' : 'HEALTH_PORT']: String(port) },
    cwd: ROOT,
    logFile: join(directory, `${command}.log`),
    user: null,
    stopSteps: [
      { signal: 'SIGTERM', graceMs: 3_000 },
      { signal: 'SIGKILL', graceMs: 5_000 },
    ],
    log: ground.log,
    ...ground.record(`dunwell ${command}`),
  });
  try {
    await server.whenReady(() => isReady(port), START_TIMEOUT_MS);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { pid: server.pid, stop: () => server.stop() };
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${String(port)}/readyz`)).ok;
  } catch {
    return false; // not listening yet: asked again until the time is up
  }
}
