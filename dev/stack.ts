import { openDataDir, type DataDir } from './data-dir.js';
import { startMailbox } from './mailbox/mailbox.js';
import { obtainTemporal } from './obtain-temporal.js';
import { choosePorts, type StackPorts } from './stack-ports.js';
import { startPostgres } from './postgres.js';
import { startTemporalServer, type SearchAttributeType } from './temporal-server.js';

export interface StackOptions {
  /** Where the servers keep their data; made if missing. Not used when `ephemeral`. */
  dataDir: string;
  /** Keeps nothing: a temporary directory, removed by stop(). */
  ephemeral: boolean;
  /** A missing one is the default or the next free port above it; 0 is any free port; any other must be free. */
  ports: StackPorts;
  /** Registered on the Temporal server before it counts as started. */
  searchAttributes: Record<string, SearchAttributeType>;
  /** Default: "default". */
  namespace?: string;
  log: (line: string) => void;
  /** Without Temporal's web page. Default false. */
  headless?: boolean;
  /** Gives up safety against power cuts for speed. Default false. */
  fastForTests?: boolean;
}

export interface Stack {
  dataDir: string;
  databaseUrl: string;
  temporalAddress: string;
  /** null when headless, or when the server is not ours (TEMPORAL_ADDRESS). */
  temporalUiUrl: string | null;
  smtpUrl: string;
  mailboxUrl: string;
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL, Temporal and the mailbox, side by side, on 127.0.0.1. Either all three run when it resolves, or
 * none. They do not hear Ctrl-C: the application drains first and then calls stop().
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const directory = await openDataDir(options);
  const running: Stoppable[] = [];
  const keep = <T extends Stoppable>(server: T): T => {
    running.push(server);
    return server;
  };
  try {
    const ports = await choosePorts(options);
    const [postgres, temporal, mailbox] = await allOrFirstError([
      startPostgres({
        dataDir: directory.path,
        port: ports.postgres,
        log: options.log,
        fastForTests: options.fastForTests ?? false,
        ephemeral: options.ephemeral,
        ...record(directory, 'PostgreSQL'),
      }).then(keep),
      startTemporal(directory, ports, options).then(keep),
      startMailbox({
        smtpPort: ports.smtp,
        httpPort: ports.mailbox,
        dataDir: options.ephemeral ? undefined : directory.path,
        log: options.log,
      }).then(keep),
    ]);
    return {
      dataDir: directory.path,
      databaseUrl: postgres.url,
      temporalAddress: temporal.address,
      temporalUiUrl: temporal.uiUrl,
      smtpUrl: mailbox.smtpUrl,
      mailboxUrl: mailbox.url,
      stop: () => stopAll(running, directory),
    };
  } catch (error) {
    await stopAll(running, directory);
    throw error;
  }
}

interface Stoppable {
  stop(): Promise<void>;
}

interface TemporalEndpoint extends Stoppable {
  address: string;
  uiUrl: string | null;
}

async function startTemporal(
  directory: DataDir,
  ports: Record<keyof StackPorts, number>,
  options: StackOptions,
): Promise<TemporalEndpoint> {
  const { log, searchAttributes, headless = false, namespace = 'default' } = options;
  const obtained = await obtainTemporal({ log });
  if (obtained.kind === 'running') {
    log(`using the Temporal server at ${obtained.address} (TEMPORAL_ADDRESS)`);
    return { address: obtained.address, uiUrl: null, stop: () => Promise.resolve() };
  }
  return startTemporalServer({
    binary: obtained.path,
    dataDir: directory.path,
    inMemory: options.ephemeral,
    port: ports.temporal,
    uiPort: headless ? null : ports.temporalUi,
    searchAttributes,
    namespace,
    log,
    ...record(directory, 'Temporal'),
  });
}

function record({ children }: DataDir, name: string): Pick<Parameters<typeof startPostgres>[0], 'onSpawn' | 'onExit'> {
  return { onSpawn: (child) => children.add(name, child), onExit: () => children.remove(name) };
}

/** Like Promise.all, but waits until each has settled: one that starts late must not be left running. */
async function allOrFirstError<T extends readonly unknown[]>(starting: {
  [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  const results = await Promise.allSettled(starting);
  const errors = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown);
  if (errors.length > 1) throw new AggregateError(errors, errors.map((error) => (error as Error).message).join('\n'));
  if (errors.length === 1) throw errors[0];
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T;
}

/** Safe to call twice. Gives the directory back even if a server does not end. */
async function stopAll(running: Stoppable[], directory: DataDir): Promise<void> {
  try {
    await allOrFirstError(running.splice(0).map((server) => server.stop()));
  } finally {
    directory.release();
  }
}
