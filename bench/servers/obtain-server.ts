import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheDir } from '../../dev/cache-dir.js';
import { goInstall } from '../../dev/temporal/go-install.js';
import { startProgress } from '../../dev/temporal/progress.js';

const VERSION = '1.32.0';
const MODULE = 'go.temporal.io/server/cmd';

/** The production server and the program that makes its tables, built with Go into the cache directory: some minutes the first time. */
export async function obtainServer(log: (line: string) => void): Promise<{ server: string; sql: string }> {
  const directory = join(cacheDir(), `temporal-server-${VERSION}`);
  const [server, sql] = [join(directory, 'server'), join(directory, 'sql')];
  for (const [program, path] of [
    [server, 'server'],
    [sql, 'tools/sql'],
  ] as const) {
    if (!existsSync(program)) await build(program, `${MODULE}/${path}@v${VERSION}`, log);
  }
  return { server, sql };
}

/** Whoever looks sees no program or a whole one. */
async function build(target: string, module: string, log: (line: string) => void): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const draft = await mkdtemp(join(dirname(target), '.new-'));
  log(`building ${module} with Go (once, some minutes; kept in ${target})`);
  const stopProgress = startProgress(log, (elapsed) => `building ${module}: ${elapsed}`);
  try {
    await goInstall({ module, directory: draft, env: process.env });
    await rename(join(draft, module.replace(/@.*$/, '').split('/').at(-1) ?? ''), target);
  } finally {
    stopProgress();
    await rm(draft, { recursive: true, force: true });
  }
}
