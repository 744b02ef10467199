import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { machineDir } from './machine-dir.js';
import { canEnter, type ServerUser } from './server-user.js';

/** Written to `postgres.json` in the data dir. */
export interface ClusterRecord {
  path: string;
  /** Loopback is open to every user of the machine, and a PostgreSQL superuser may run programs: hence a password. */
  password: string;
}

interface StoredRecord {
  password: string;
  /** Set only when the cluster lies outside the data dir; `dataDir` is whose it is. */
  outside?: { path: string; dataDir: string };
}

/** The cluster recorded for this data dir; null when there is none. */
export async function readRecord(dataDir: string): Promise<ClusterRecord | null> {
  const stored = await readStored(dataDir);
  if (!stored) return null;
  if (!stored.outside) return { path: insidePath(dataDir), password: stored.password };
  const { path, dataDir: owner } = stored.outside;
  // A copied data dir must not share the original's cluster; a moved one takes its cluster along.
  if (owner !== dataDir && (await readStored(owner))?.outside?.path === path) return null;
  return { path, password: stored.password };
}

export async function writeRecord(dataDir: string, { path, password }: ClusterRecord): Promise<void> {
  const stored: StoredRecord = path === insidePath(dataDir) ? { password } : { password, outside: { path, dataDir } };
  const file = recordFile(dataDir);
  await writeFile(`${file}.new`, JSON.stringify(stored, null, 2) + '\n', { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Inside the data dir when the server's user can reach that, else a place of the machine that he can. */
export async function chooseClusterPath(
  dataDir: string,
  runner: ServerUser | null,
  log: (line: string) => void,
): Promise<ClusterRecord> {
  const password = randomBytes(12).toString('hex');
  if (!runner || (await canEnter(runner, dataDir))) return { path: insidePath(dataDir), password };
  // The hash lets us find, and so clear away, the cluster of a data dir that was deleted and is being made again.
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const path = join(await machineDir(runner), `data-${hash}`);
  log(`PostgreSQL runs as user id ${runner.uid} under root, who cannot enter ${dataDir}; its data goes to ${path}`);
  return { path, password };
}

function insidePath(dataDir: string): string {
  return join(dataDir, 'postgres');
}

function recordFile(dataDir: string): string {
  return join(dataDir, 'postgres.json');
}

async function readStored(dataDir: string): Promise<StoredRecord | null> {
  if (!existsSync(recordFile(dataDir))) return null;
  return JSON.parse(await readFile(recordFile(dataDir), 'utf8')) as StoredRecord;
}
