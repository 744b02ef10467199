import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { spawnServer } from '../../dev/spawn-server.js';
import { temporalReady } from '../../dev/temporal/server-ready.js';
import { createEngineClient } from '../../engine/client.js';
import type { Engine } from './engine.js';
import type { Ground, OwnDatabase } from './ground.js';
import { obtainServer } from './obtain-server.js';
import { tableBytes } from './table-bytes.js';

const START_TIMEOUT_MS = 60_000;
const RETENTION_S = 86_400;
/** As few as its own default in a container has; more would only cost on two cores. */
const SHARDS = 4;
const SERVICES = ['FRONTEND', 'HISTORY', 'MATCHING', 'WORKER'] as const;

/** Temporal's production server, all four services in one process, on two new databases of the same PostgreSQL. */
export async function startProductionServer(ground: Ground, namespace: string): Promise<Engine> {
  const programs = await obtainServer(ground.log);
  const directory = ground.createDirectory('temporal');
  const stores = [await ground.createDatabase(), await ground.createDatabase()] as const;
  const drop = async (): Promise<void> => {
    for (const store of stores) await store.drop();
  };
  try {
    const [main, visibility] = stores;
    await makeTables(programs.sql, main, 'temporal');
    await makeTables(programs.sql, visibility, 'visibility');
    const ports = await servicePorts(ground);
    const address = `127.0.0.1:${ports.FRONTEND_GRPC_PORT ?? ''}`;
    const config = join(directory, 'dynamic.yaml');
    writeFileSync(config, '{}\n');
    const { hostname, port, username, password } = new URL(main.url);
    const server = spawnServer({
      name: 'Temporal',
      command: programs.server,
      args: ['--allow-no-auth', 'start'],
      env: {
        PATH: process.env['PATH'] ?? '',
        DB: 'postgres12',
        POSTGRES_SEEDS: hostname,
        DB_PORT: port,
        POSTGRES_USER: username,
        POSTGRES_PWD: password,
        DBNAME: nameOf(main),
        VISIBILITY_DBNAME: nameOf(visibility),
        NUM_HISTORY_SHARDS: String(SHARDS),
        BIND_ON_IP: '127.0.0.1',
        DYNAMIC_CONFIG_FILE_PATH: config,
        LOG_LEVEL: 'error',
        ...ports,
      },
      cwd: directory,
      logFile: join(directory, 'temporal.log'),
      user: null,
      stopSteps: [
        { signal: 'SIGTERM', graceMs: 5_000 },
        { signal: 'SIGKILL', graceMs: 5_000 },
      ],
      log: ground.log,
      ...ground.record('Temporal'),
    });
    try {
      let registered = false;
      await server.whenReady(async () => {
        registered ||= await registerNamespace(address, namespace);
        return registered && (await temporalReady(address, namespace));
      }, START_TIMEOUT_MS);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return {
      kind: 'postgres',
      address,
      pid: server.pid,
      async storedBytes() {
        const sizes = await Promise.all(stores.map((store) => tableBytes(store.db)));
        return sizes.reduce((sum, bytes) => sum + bytes, 0);
      },
      async stop() {
        await server.stop();
        await drop();
      },
    };
  } catch (error) {
    await drop();
    throw error;
  }
}

const nameOf = ({ url }: OwnDatabase): string => new URL(url).pathname.slice(1);

async function makeTables(program: string, store: OwnDatabase, schema: 'temporal' | 'visibility'): Promise<void> {
  const { hostname, port, username, password } = new URL(store.url);
  const where = ['--plugin', 'postgres12', '--ep', hostname, '-p', port, '-u', username, '--pw', password];
  const run = (...args: string[]) => promisify(execFile)(program, [...where, '--db', nameOf(store), ...args]);
  await run('setup-schema', '-v', '0.0');
  await run('update-schema', '--schema-name', `postgresql/v12/${schema}`);
}

async function servicePorts(ground: Ground): Promise<Record<string, string>> {
  const ports: Record<string, string> = {};
  for (const service of SERVICES) {
    ports[`${service}_GRPC_PORT`] = String(await ground.freePort(service));
    ports[`${service}_MEMBERSHIP_PORT`] = String(await ground.lowPort(service));
  }
  ports['FRONTEND_HTTP_PORT'] = String(await ground.freePort('FRONTEND'));
  return ports;
}

/** False while the server does not answer yet. */
async function registerNamespace(address: string, namespace: string): Promise<boolean> {
  const engine = createEngineClient({ connection: { address }, namespace, callTimeoutMs: 2_000 });
  try {
    await engine.call((client) =>
      client.workflowService.registerNamespace({
        namespace,
        workflowExecutionRetentionPeriod: { seconds: RETENTION_S as never },
      }),
    );
    return true;
  } catch (error) {
    return (error as { code?: number }).code === 6; // ALREADY_EXISTS, gRPC status codes
  } finally {
    await engine.close();
  }
}
