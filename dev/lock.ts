import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { identifyProcess, isRunning, type ProcessIdentity } from './processes.js';

/**
 * Takes the lock file or throws saying who holds it. The lock names a process, not just a file: when that process is
 * gone (kill -9, power cut) the lock is stale and is taken over. Returns the function that gives the lock back.
 */
export function takeLock(file: string, busyMessage: (holder: ProcessIdentity) => string): () => void {
  const self = identifyProcess(process.pid);
  if (!self) throw new Error('cannot read the start time of this process (is /proc mounted, or ps installed?)');
  const content = JSON.stringify({ ...self, nonce: randomBytes(8).toString('hex') });
  const draft = `${file}.${self.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    // A few rounds only: each lost round means that another starter won, and then it is alive and we report it.
    for (let round = 0; round < 5; round++) {
      if (linkIfAbsent(draft, file)) return () => release(file, content);
      const present = readLock(file);
      if (present === null) continue;
      const holder = parseHolder(present);
      if (holder && isRunning(holder)) throw new Error(busyMessage(holder));
      removeStale(file, present);
    }
    throw new Error(`${file} keeps changing hands; is something starting again and again on this data dir?`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The process that holds the lock; null when nobody does. */
export function lockHolder(file: string): ProcessIdentity | null {
  const holder = parseHolder(readLock(file) ?? '');
  return holder && isRunning(holder) ? holder : null;
}

/** A hard link appears at once with its content, so nobody ever reads a lock that is half written. */
function linkIfAbsent(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Two starters may find the same stale lock; the slower one must not remove the lock the quicker one has just taken. */
function removeStale(file: string, staleContent: string): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readLock(aside) !== staleContent) linkIfAbsent(aside, file);
  rmSync(aside, { force: true });
}

function release(file: string, content: string): void {
  if (readLock(file) === content) rmSync(file, { force: true });
}

function readLock(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function parseHolder(content: string): ProcessIdentity | null {
  try {
    const { pid, startToken } = JSON.parse(content) as Partial<ProcessIdentity>;
    return typeof pid === 'number' && typeof startToken === 'string' ? { pid, startToken } : null;
  } catch {
    return null; // not something we wrote; nobody can hold it
  }
}
