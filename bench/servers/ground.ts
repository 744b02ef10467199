import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDataDir } from '../../dev/data-dir.js';
import { choosePort } from '../../dev/ports.js';
import { startPostgres } from '../../dev/postgres.js';
import type { ProcessIdentity } from '../../dev/processes.js';
import { Database } from '../../store/database.js';
import { startSink, type Sink } from '../sink/start-sink.js';

/** What all contestants stand on: one PostgreSQL with fsync on, one mail server, one directory for logs and data. */
export interface Ground {
  sink: Sink;
  postgresPid: number;
  /** Of PostgreSQL's own database, for statements about databases. */
  postgres: Database;
  log: (line: string) => void;
  /** A new, empty database. */
  createDatabase(): Promise<OwnDatabase>;
  /** A new directory. */
  createDirectory(name: string): string;
  freePort(name: string): Promise<number>;
  /** Writes a server down, so that it is stopped at the end, or at the next start if this process is killed. */
  record(name: string): { onSpawn: (child: ProcessIdentity) => void; onExit: () => void };
  /** One below 32,768: Temporal stores ports of its members as smallint. */
  lowPort(name: string): Promise<number>;
  stop(): Promise<void>;
}

export interface OwnDatabase {
  url: string;
  db: Database;
  /** Connections that are still open are cut. */
  drop(): Promise<void>;
}

const LOW_PORTS = 21_000;

export async function prepareGround(log: (line: string) => void): Promise<Ground> {
  const directory = await openDataDir({ dataDir: '', ephemeral: true, log });
  const root = directory.path;
  let servers = 0;
  const record: Ground['record'] = (name) => {
    servers += 1;
    const key = `${name} ${String(servers)}`;
    return {
      onSpawn: (child) => {
        directory.children.add(key, child);
      },
      onExit: () => {
        directory.children.remove(key);
      },
    };
  };
  const taken = new Set<number>();
  const freePort = (name: string): Promise<number> =>
    choosePort({ name, flag: 'a port', wanted: 0, fallback: 0, log, taken });
  const server = await startPostgres({
    dataDir: join(root, 'postgres'),
    port: await freePort('PostgreSQL'),
    log,
    ephemeral: true,
    ...record('PostgreSQL'),
  });
  const postgres = new Database(server.url, { maxConnections: 2 });
  const sink = await startSink(join(root, 'sink.log'));
  let [databases, directories] = [0, 0];
  return {
    sink,
    postgresPid: server.pid,
    postgres,
    log,
    freePort,
    record,
    lowPort: (name) =>
      choosePort({ name, flag: 'a port', wanted: undefined, fallback: LOW_PORTS, log: () => undefined, taken }),
    async createDatabase() {
      databases += 1;
      const name = `bench_${String(databases)}`;
      await postgres.rowsOnce(`CREATE DATABASE ${name}`);
      const url = server.url.replace(/[^/]+$/, name);
      const db = new Database(url, { maxConnections: 4, applicationName: 'bench' });
      return {
        url,
        db,
        async drop() {
          await db.close();
          await postgres.rowsOnce(`DROP DATABASE ${name} WITH (FORCE)`);
        },
      };
    },
    createDirectory(name) {
      directories += 1;
      const path = join(root, `${String(directories)}-${name}`);
      mkdirSync(path);
      return path;
    },
    async stop() {
      await sink.stop();
      await postgres.close();
      await server.stop();
      // What is left over when a measure is broken off; otherwise all have ended before.
      await directory.children.stopStale(() => undefined);
      directory.release();
    },
  };
}
