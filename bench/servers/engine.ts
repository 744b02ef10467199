import { statSync } from 'node:fs';
import { join } from 'node:path';
import { obtainTemporal } from '../../dev/obtain-temporal.js';
import { searchAttributesForCli } from '../../dev/search-attributes.js';
import { startTemporalServer } from '../../dev/temporal-server.js';
import type { Ground } from './ground.js';
import { startProductionServer } from './production-server.js';

export type EngineKind = 'dev' | 'postgres';

/** A Temporal server of its own for one contestant. */
export interface Engine {
  kind: EngineKind;
  address: string;
  pid: number;
  /** What it keeps on disk, in bytes. */
  storedBytes(): Promise<number>;
  stop(): Promise<void>;
}

export const NAMESPACE = 'default';

/** Starts an empty Temporal server of this kind. */
export async function startEngine(kind: EngineKind, ground: Ground): Promise<Engine> {
  if (kind === 'postgres') return startProductionServer(ground, NAMESPACE);
  const obtained = await obtainTemporal({ log: ground.log, env: { ...process.env, TEMPORAL_ADDRESS: '' } });
  if (obtained.kind !== 'binary') throw new Error('The benchmark needs a Temporal server of its own.');
  const dataDir = ground.createDirectory('temporal');
  const server = await startTemporalServer({
    binary: obtained.path,
    dataDir,
    port: await ground.freePort('Temporal'),
    uiPort: null,
    searchAttributes: searchAttributesForCli(),
    namespace: NAMESPACE,
    log: ground.log,
    ...ground.record('Temporal'),
  });
  const sizeOf = (file: string): number => statSync(join(dataDir, file), { throwIfNoEntry: false })?.size ?? 0;
  return {
    kind,
    address: server.address,
    pid: server.pid,
    storedBytes: () => Promise.resolve(sizeOf('temporal.db') + sizeOf('temporal.db-wal')),
    stop: () => server.stop(),
  };
}
