import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildrenRecord } from './children.js';
import { lockHolder, takeLock } from './lock.js';

export interface DataDir {
  /** Absolute, without symbolic links: the one name under which the servers know it. */
  path: string;
  children: ChildrenRecord;
  /** Gives the lock back; an ephemeral directory is removed. */
  release(): void;
}

const ephemeralPrefix = 'dunwell-ephemeral-';
const lockName = 'lock';

/**
 * Makes the directory of the embedded servers ready: created, locked against a second start, and free of servers that
 * a killed parent left behind. An ephemeral one lies in the system's temp dir and leaves nothing.
 */
export async function openDataDir(options: {
  dataDir: string;
  ephemeral: boolean;
  log: (line: string) => void;
}): Promise<DataDir> {
  const { log } = options;
  if (options.ephemeral) await removeAbandoned(log);
  const path = options.ephemeral ? createEphemeral() : createPersistent(options.dataDir);
  const unlock = takeLock(
    join(path, lockName),
    ({ pid }) =>
      `${path} is in use by another dunwell dev (pid ${pid}). Stop it, or choose another directory with --data-dir.`,
  );
  const release = () => {
    if (options.ephemeral) rmSync(path, { recursive: true, force: true });
    else unlock();
  };
  try {
    const children = new ChildrenRecord(path);
    await children.stopStale(log);
    return { path, children, release };
  } catch (error) {
    release();
    throw error;
  }
}

function createPersistent(dataDir: string): string {
  try {
    mkdirSync(dataDir, { recursive: true, mode: directoryMode() });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `cannot use the data directory ${dataDir} (${reason}). If another user, such as root, created it: start as that user, delete it, or choose another with --data-dir.`,
      { cause: error },
    );
  }
  return realpathSync(dataDir);
}

function createEphemeral(): string {
  const path = mkdtempSync(join(realpathSync(tmpdir()), ephemeralPrefix));
  chmodSync(path, directoryMode());
  return path;
}

/**
 * Private. But under root PostgreSQL runs as another user, who must be able to pass through (not to list) on the way
 * to its own directory.
 */
function directoryMode(): number {
  return process.getuid?.() === 0 ? 0o711 : 0o700;
}

/** An ephemeral stack whose parent was killed has no next start on its own directory, so any later one cleans up. */
async function removeAbandoned(log: (line: string) => void): Promise<void> {
  const parent = realpathSync(tmpdir());
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(ephemeralPrefix))) {
    const path = join(parent, name);
    let unlock: () => void;
    try {
      accessSync(path, constants.W_OK);
      // Without a lock file the directory is just being created or just being removed by its owner: not abandoned.
      accessSync(join(path, lockName), constants.R_OK);
      if (lockHolder(join(path, lockName))) continue;
      unlock = takeLock(join(path, lockName), () => 'in use');
    } catch {
      continue; // another user's, in use, or already gone: not for us to clean up
    }
    try {
      await new ChildrenRecord(path).stopStale(log);
      rmSync(path, { recursive: true, force: true });
    } catch (error) {
      unlock();
      log(`could not remove the abandoned ${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
