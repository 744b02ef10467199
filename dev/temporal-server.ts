import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ProcessIdentity } from './processes.js';
import { spawnServer, type SpawnedServer } from './spawn-server.js';
import { missingSearchAttributes, temporalReady } from './temporal/server-ready.js';

export type SearchAttributeType = 'Keyword' | 'Text' | 'Int' | 'Double' | 'Bool' | 'Datetime' | 'KeywordList';

export interface TemporalServerOptions {
  /** Path of the `temporal` program, from obtainTemporal. */
  binary: string;
  /** Holds the log, and the database unless `inMemory`. */
  dataDir: string;
  /** Keeps nothing on disk: for tests. Default false. */
  inMemory?: boolean;
  port: number;
  /** null = without the web page. */
  uiPort: number | null;
  searchAttributes: Record<string, SearchAttributeType>;
  /** Created if missing; `default` always exists. */
  namespace: string;
  log: (line: string) => void;
  onSpawn?: (child: ProcessIdentity) => void;
  onExit?: () => void;
}

export interface TemporalServer {
  address: string;
  uiUrl: string | null;
  pid: number;
  stop(): Promise<void>;
}

const host = '127.0.0.1';
const databaseName = 'temporal.db';
const startTimeoutMs = 45_000;

/** Starts Temporal's development server on 127.0.0.1 and waits until a worker could start on it. */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  const { dataDir, port, uiPort, namespace } = options;
  const address = `${host}:${port}`;
  const existed = !options.inMemory && existsSync(join(dataDir, databaseName));
  const server = spawnServer({
    name: 'Temporal',
    command: options.binary,
    args: serverArguments(options),
    env: environment(),
    cwd: dataDir,
    logFile: join(dataDir, 'temporal.log'),
    user: null,
    stopSteps: [
      { signal: 'SIGTERM', graceMs: 5_000 },
      { signal: 'SIGKILL', graceMs: 2_000 },
    ],
    log: options.log,
    onSpawn: options.onSpawn,
    onExit: options.onExit,
  });
  try {
    await server.whenReady(() => temporalReady(address, namespace), startTimeoutMs);
    await waitForSearchAttributes(server, address, existed, options);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    address,
    uiUrl: uiPort === null ? null : `http://${host}:${uiPort}`,
    pid: server.pid,
    stop: () => server.stop(),
  };
}

/**
 * The server's own option for search attributes is heeded only when it creates the namespace. On an existing database
 * those added by a newer release have to be registered; a worker that uses an unknown one fails.
 */
async function waitForSearchAttributes(
  server: SpawnedServer,
  address: string,
  existed: boolean,
  { searchAttributes, namespace, binary, log }: TemporalServerOptions,
): Promise<void> {
  let registered = !existed;
  await server.whenReady(async () => {
    const missing = await missingSearchAttributes(address, namespace, Object.keys(searchAttributes));
    if (missing.length === 0) return true;
    if (registered) return false; // they become visible some milliseconds later
    registered = true;
    log(`registering search attributes: ${missing.join(', ')}`);
    const definitions = missing.flatMap((name) => ['--name', name, '--type', searchAttributes[name] ?? 'Keyword']);
    const command = ['operator', 'search-attribute', 'create', '--address', address, '--namespace', namespace];
    await promisify(execFile)(binary, [...command, ...definitions], { env: environment(), timeout: startTimeoutMs });
    return false;
  }, startTimeoutMs);
}

function serverArguments(options: TemporalServerOptions): string[] {
  const { dataDir, port, uiPort, namespace, searchAttributes } = options;
  const storage = [
    ...['--db-filename', join(dataDir, databaseName)],
    // Without these two every write waits for the disk and the server is four times slower.
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
  ];
  return [
    ...['server', 'start-dev', '--ip', host, '--port', String(port)],
    ...['--namespace', namespace, '--log-level', 'error', '--log-format', 'text'],
    ...(uiPort === null ? ['--headless'] : ['--ui-ip', host, '--ui-port', String(uiPort)]),
    ...(options.inMemory ? [] : storage),
    ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
}

/** Without TEMPORAL_*: those are for clients of some cluster and would change what this server does. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}
