import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cliVersion } from './cli-version.js';

/**
 * Lets `produce` make a program in a temporary directory, checks that it runs, and moves it to `target` in one step:
 * whoever looks sees no program or a whole one, also when two starters do this at the same time.
 */
export async function placeProgram(target: string, produce: (draftDir: string) => Promise<string>): Promise<string> {
  await mkdir(dirname(target), { recursive: true });
  const draftDir = await mkdtemp(join(dirname(target), '.new-'));
  try {
    const program = await produce(draftDir);
    await chmod(program, 0o755);
    await cliVersion(program);
    await rename(program, target);
    return target;
  } finally {
    await rm(draftDir, { recursive: true, force: true });
  }
}
