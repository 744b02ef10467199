import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir } from '../../dev/cache-dir.js';

const VERSION = '4.32.5';
const INSTALL_LIMIT_MS = 300_000;
const execute = promisify(execFile);

/** Kept beside the other programs, in a Python environment of its own. */
const home = join(cacheDir(), `schemathesis-${VERSION}`);

export interface Outcome {
  good: boolean;
  output: string;
}

/** Installs schemathesis where it is not yet; answers why it cannot, null = it is there. */
export async function installSchemathesis(log: (line: string) => void): Promise<string | null> {
  if (existsSync(join(home, 'installed'))) return null;
  try {
    await execute('python3', ['-c', 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10)']);
  } catch {
    return 'it needs Python 3.10 or newer, with venv';
  }
  log(`installing schemathesis ${VERSION} in ${home}`);
  await rm(home, { recursive: true, force: true });
  await mkdir(cacheDir(), { recursive: true });
  await execute('python3', ['-m', 'venv', home]);
  try {
    const pip = ['--quiet', '--disable-pip-version-check', '--retries', '1', `schemathesis==${VERSION}`];
    await execute(join(home, 'bin', 'pip'), ['install', ...pip], { timeout: INSTALL_LIMIT_MS });
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    return `pip did not install schemathesis ${VERSION}: ${String(error).slice(0, 300)}`;
  }
  await writeFile(join(home, 'installed'), '');
  return null;
}

/** One run of its command line. Its output says how to repeat each failing request. */
export async function runSchemathesis(
  args: readonly string[],
  limitMs: number,
  signal?: AbortSignal,
): Promise<Outcome> {
  const options = { timeout: limitMs, signal, maxBuffer: 256 * 1_048_576 };
  try {
    const { stdout } = await execute(join(home, 'bin', 'st'), [...args], options);
    return { good: true, output: stdout };
  } catch (error) {
    if (signal?.aborted) throw error;
    const { stdout = '', stderr = '', killed } = error as { stdout?: string; stderr?: string; killed?: boolean };
    const late = killed ? `\nStopped after ${String(limitMs / 1_000)} s.` : '';
    return { good: false, output: stdout + stderr + late };
  }
}
