import { chmod, lstat, mkdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDir } from '../cache-dir.js';
import { canEnter, type ServerUser } from './server-user.js';

/**
 * A directory outside the clone that the server's user can enter, for what cannot stay inside. For an ordinary user
 * that is the cache; under root a place of the machine, because root's home is usually closed to everybody else.
 */
export async function machineDir(user: ServerUser | null): Promise<string> {
  if (!user) {
    await mkdir(cacheDir(), { recursive: true, mode: 0o700 });
    return cacheDir();
  }
  const candidates = ['/var/lib/dunwell', join(tmpdir(), 'dunwell-root'), '/tmp/dunwell-root'];
  for (const candidate of candidates) if (await ours(candidate, user)) return realpath(candidate);
  throw new Error(
    `PostgreSQL runs as user id ${user.uid} under root, and none of ${candidates.join(', ')} can be used for it. Start as an ordinary user.`,
  );
}

/** In a directory open to all, somebody else may have made one of that name: then it is not to be trusted. */
async function ours(directory: string, user: ServerUser): Promise<boolean> {
  try {
    await mkdir(directory, { recursive: true });
    const entry = await lstat(directory);
    if (!entry.isDirectory() || entry.uid !== 0) return false;
    await chmod(directory, 0o755);
  } catch {
    return false; // read-only or not a directory: the next candidate
  }
  return canEnter(user, directory);
}
