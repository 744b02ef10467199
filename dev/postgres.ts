import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import type { ProcessIdentity } from './processes.js';
import { spawnServer, type SpawnedServer } from './spawn-server.js';
import { usableBinaries } from './postgres/binaries.js';
import { prepareCluster, type Cluster } from './postgres/cluster.js';
import { readPostmasterPid, stopStalePostmaster } from './postgres/postmaster-pid.js';
import { postgresEnvironment } from './postgres/server-user.js';

export interface PostgresOptions {
  /** The stack's data dir; the cluster lies in `postgres/` below it, or is recorded there (see cluster.ts). */
  dataDir: string;
  port: number;
  log: (line: string) => void;
  /** No fsync: about twice as fast, and a power cut may destroy the data. For tests. Default false. */
  fastForTests?: boolean;
  /** On stop, also removes a cluster that had to be placed outside the data dir. Default false. */
  ephemeral?: boolean;
  onSpawn?: (child: ProcessIdentity) => void;
  onExit?: () => void;
}

export interface EmbeddedPostgres {
  /** Names the empty-at-first database `dunwell`, with its owner's password. */
  url: string;
  port: number;
  pid: number;
  stop(): Promise<void>;
}

/** Crash recovery after kill -9 counts as starting, and may replay up to a gigabyte of log. */
const startTimeoutMs = 60_000;

/**
 * Starts a real PostgreSQL from the binaries that npm installed, on 127.0.0.1 only. A server that a killed parent left
 * running on the same data is stopped first; the data survives restarts and kill -9.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  await mkdir(options.dataDir, { recursive: true });
  const cluster = await prepareCluster(options);
  await stopStalePostmaster(cluster.path, options.log);
  const server = await spawnReady(cluster, options);
  const { user, password, database } = cluster.login;
  return {
    url: `postgres://${user}:${password}@127.0.0.1:${options.port}/${database}`,
    port: options.port,
    pid: server.pid,
    async stop() {
      await server.stop();
      if (options.ephemeral) await cluster.remove();
    },
  };
}

async function spawnReady(cluster: Cluster, options: PostgresOptions): Promise<SpawnedServer> {
  const { postgres } = await usableBinaries(cluster.serverUser, options.log);
  const server = spawnServer({
    name: 'PostgreSQL',
    command: postgres,
    args: ['-D', cluster.path, ...settings(options)],
    env: postgresEnvironment(),
    cwd: cluster.path,
    logFile: join(options.dataDir, 'postgres.log'),
    user: cluster.serverUser,
    // SIGINT is the fast shutdown (does not wait for clients), SIGQUIT the immediate one (recovers at the next start).
    stopSteps: [
      { signal: 'SIGINT', graceMs: 4_500 },
      { signal: 'SIGQUIT', graceMs: 500 },
      { signal: 'SIGKILL', graceMs: 2_000 },
    ],
    log: options.log,
    onSpawn: options.onSpawn,
    onExit: options.onExit,
  });
  try {
    // What pg_ctl waits for, too: the server itself writes into this file that it accepts connections.
    await server.whenReady(async () => {
      const running = await readPostmasterPid(cluster.path);
      return running?.pid === server.pid && running.status === 'ready';
    }, startTimeoutMs);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function settings({ port, fastForTests }: PostgresOptions): string[] {
  const values: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // Sockets have path length limits and a shared directory; TCP on loopback is all we need.
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
    synchronous_commit: 'on',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    log_checkpoints: 'off',
    ...(fastForTests ? { fsync: 'off', full_page_writes: 'off' } : {}),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
