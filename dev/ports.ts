import { connect, createServer, type AddressInfo } from 'node:net';

export interface PortRequest {
  /** What the port is for, in words for people: "PostgreSQL". */
  name: string;
  /** The option that sets it, for the error: "--postgres-port". */
  flag: string;
  /** What the user asked for; 0 = any free port; undefined = the default. */
  wanted: number | undefined;
  /** The default. When it is taken the next free port above it is used. */
  fallback: number;
  log: (line: string) => void;
  /** Ports already promised to others of this stack; the chosen one is added. */
  taken: Set<number>;
}

const host = '127.0.0.1';
const attempts = 200;
const highestPort = 65_535;

/**
 * Chooses a loopback port. An explicit port is a promise to somebody (a bookmark, a configuration), so when it is taken
 * that is an error; a default is only a convenience, so it moves on and says so.
 */
export async function choosePort(request: PortRequest): Promise<number> {
  const port = request.wanted === undefined ? await nextFree(request) : await exactly(request, request.wanted);
  request.taken.add(port);
  return port;
}

async function exactly({ name, flag, taken }: PortRequest, wanted: number): Promise<number> {
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > highestPort) {
    throw new Error(`${flag} ${wanted}: a port is a whole number from 0 (any free one) to ${highestPort}`);
  }
  if (wanted === 0) return anyFree(taken);
  if (taken.has(wanted))
    throw new Error(`${flag} ${wanted}: the same port is already used for another server of this stack`);
  const state = await probe(wanted);
  if (state === 'free') return wanted;
  if (state === 'taken') {
    throw new Error(
      `${flag} ${wanted}: port ${wanted} for ${name} is taken by another program. Stop it, choose another port, or use ${flag} 0 for any free one.`,
    );
  }
  throw new Error(
    `${flag} ${wanted}: not allowed to listen on port ${wanted} for ${name} (${state}). Choose a port above 1023.`,
  );
}

async function nextFree({ name, flag, fallback, log, taken }: PortRequest): Promise<number> {
  for (let port = fallback; port < fallback + attempts && port <= highestPort; port++) {
    if (taken.has(port) || (await probe(port)) !== 'free') continue;
    if (port !== fallback) log(`port ${fallback} is taken; ${name} uses ${port} (set another with ${flag})`);
    return port;
  }
  throw new Error(`no free port for ${name} from ${fallback} to ${fallback + attempts - 1}; set one with ${flag}`);
}

async function anyFree(taken: Set<number>): Promise<number> {
  for (;;) {
    const port = await listenOnce(0);
    if (typeof port === 'string') throw new Error(`no port can be listened on at ${host} (${port})`);
    if (!taken.has(port)) return port;
  }
}

/** "free", "taken", or the system's error code when listening is not allowed at all. */
async function probe(port: number): Promise<string> {
  // Some systems let us listen on 127.0.0.1 although another program already listens on all addresses.
  if (await answers(port)) return 'taken';
  const result = await listenOnce(port);
  if (typeof result === 'number') return 'free';
  return result === 'EADDRINUSE' ? 'taken' : result;
}

function listenOnce(port: number): Promise<number | string> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => {
      const { port: bound } = server.address() as AddressInfo;
      server.close(() => resolve(bound));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 1_000 });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true));
    socket.once('timeout', () => done(false));
    socket.once('error', () => done(false));
  });
}
