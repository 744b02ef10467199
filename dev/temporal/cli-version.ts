import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Asks the program for its version line; rejects when it is not a Temporal CLI or does not answer in time. */
export async function cliVersion(path: string): Promise<string> {
  const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: answerTimeoutMs });
  if (!stdout.startsWith('temporal version'))
    throw new Error(`${path} is not the Temporal CLI (it says "${stdout.slice(0, 80).trim()}")`);
  return stdout.trim();
}

/** Server 1.29.1. The last version that Go can build without a checkout: later ones need a module that is not published. */
export const pinnedCliVersion = '1.5.1';

/** Generous: the program is 200 MB and the disk may be cold. */
const answerTimeoutMs = 30_000;
