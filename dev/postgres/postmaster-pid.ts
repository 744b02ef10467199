import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { commandLine, identifyProcess, stopProcess } from '../processes.js';

export interface PostmasterPid {
  pid: number;
  /** "starting", "ready", "stopping"; "" when the server has not written it yet. */
  status: string;
}

/** Reads the file in which a PostgreSQL server announces itself in its data; null when there is none. */
export async function readPostmasterPid(clusterPath: string): Promise<PostmasterPid | null> {
  const text = await readFile(pidFile(clusterPath), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const lines = text.split('\n');
  return { pid: Number(lines[0]), status: lines[7]?.trim() ?? '' };
}

/**
 * Stops the server that still runs on this data, or removes the file of one that is gone. A server cannot share its
 * data, and one whose parent was killed would otherwise hold it for ever.
 */
export async function stopStalePostmaster(clusterPath: string, log: (line: string) => void): Promise<void> {
  const found = await readPostmasterPid(clusterPath);
  if (!found) return;
  const server = Number.isInteger(found.pid) && found.pid > 0 ? identifyProcess(found.pid) : null;
  if (server && servesCluster(server.pid, clusterPath)) {
    log(`stopping PostgreSQL (pid ${server.pid}), left running by an earlier start`);
    const stopped = await stopProcess(server, [
      { signal: 'SIGINT', graceMs: 5_000 },
      { signal: 'SIGQUIT', graceMs: 1_000 },
      { signal: 'SIGKILL', graceMs: 2_000 },
    ]);
    if (!stopped) throw new Error(`PostgreSQL (pid ${server.pid}) on ${clusterPath} does not end; kill it by hand`);
  }
  // Left by kill -9. If the pid now belongs to somebody else, PostgreSQL would take that process for its rival.
  await rm(pidFile(clusterPath), { force: true });
}

function servesCluster(pid: number, clusterPath: string): boolean {
  const command = commandLine(pid)?.trim();
  if (!command) return false;
  return basename(command.split(' -D ')[0] ?? '') === 'postgres' && command.includes(clusterPath);
}

function pidFile(clusterPath: string): string {
  return join(clusterPath, 'postmaster.pid');
}
