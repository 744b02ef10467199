import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { obtainTemporal } from '../../../dev/obtain-temporal.js';
import { choosePort } from '../../../dev/ports.js';
import { searchAttributesForCli } from '../../../dev/search-attributes.js';
import { startTemporalServer, type TemporalServer } from '../../../dev/temporal-server.js';
import { killed } from './killed.js';

/** A Temporal server of the test's own, with its data on disk, that may be ill-treated. */
export interface OwnTemporal {
  address: string;
  /** Starts it on the same port and, unless wiped, on the same data. */
  start(options?: { searchAttributes?: boolean }): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** It keeps its port and connections, and answers nothing. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Deletes its data; it must not be running. */
  wipe(): Promise<void>;
  /** Stops it and removes what it left. */
  remove(): Promise<void>;
}

export async function startOwnTemporal(): Promise<OwnTemporal> {
  const obtained = await obtainTemporal({ log: () => undefined });
  if (obtained.kind !== 'binary') throw new Error('These tests kill the server: unset TEMPORAL_ADDRESS.');
  const dataDir = await mkdtemp(join(tmpdir(), 'dunwell-faults-'));
  const port = await choosePort({
    name: 'Temporal',
    flag: '--temporal-port',
    wanted: 0,
    fallback: 0,
    log: () => undefined,
    taken: new Set(),
  });
  let server: TemporalServer | null = null;
  const pid = (): number => {
    if (!server) throw new Error('Temporal is not running.');
    return server.pid;
  };
  const own: OwnTemporal = {
    address: `127.0.0.1:${String(port)}`,
    async start({ searchAttributes = true } = {}) {
      server = await startTemporalServer({
        binary: obtained.path,
        dataDir,
        port,
        uiPort: null,
        searchAttributes: searchAttributes ? searchAttributesForCli() : {},
        namespace: 'default',
        log: () => undefined,
      });
    },
    async kill() {
      await killed(pid());
      server = null;
    },
    freeze() {
      process.kill(pid(), 'SIGSTOP');
      return Promise.resolve();
    },
    thaw() {
      process.kill(pid(), 'SIGCONT');
      return Promise.resolve();
    },
    async wipe() {
      for (const suffix of ['', '-wal', '-shm']) await rm(join(dataDir, `temporal.db${suffix}`), { force: true });
    },
    async remove() {
      if (server) {
        await own.thaw();
        await own.kill();
      }
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  await own.start();
  return own;
}
