import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What the server does at a step: a string is sent as the reply (CRLF added); `hang` says nothing; `close` and `reset`
 * end the connection with a FIN or an RST; `{ half }` writes that much of a reply, no line end, and closes.
 */
type Fault = string | { half: string };

export interface FaultScript {
  greeting?: Fault;
  ehlo?: Fault;
  helo?: Fault;
  auth?: Fault;
  mail?: Fault | (() => Fault);
  rcpt?: (address: string) => Fault;
  data?: Fault;
  /** As soon as the first bytes of the message arrive; the rest is not read. */
  duringData?: Fault;
  afterDot?: Fault | (() => Fault);
}

export interface FaultServer {
  port: number;
  url: string;
  /** The script of connections opened from now on; commands look it up when they come. */
  script: FaultScript;
  /** Every command line, credentials included, in order. */
  commands: string[];
  /** Messages whose final dot arrived, whatever was answered. */
  received: string[];
  /** Bytes of message seen, also without a dot. */
  messageBytes: number;
  connections: number;
  /** Ends every open connection and resolves when the clients have noticed: they have answered the FIN with theirs. */
  hangUp: () => Promise<void>;
  close: () => Promise<void>;
}

/** A raw SMTP server that misbehaves by script. It speaks just enough to be believed. */
export async function startFaultServer(script: FaultScript = {}): Promise<FaultServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: false }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    state.connections += 1;
    converse(socket, state);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const hangUp = async () => {
    const gone = [...sockets].map((socket) => new Promise((resolve) => socket.end().once('close', resolve)));
    await Promise.all(gone);
    await new Promise(setImmediate); // The client is in this process: let its own close event come first.
  };
  const state: FaultServer = {
    port,
    url: `smtp://127.0.0.1:${port}`,
    script,
    commands: [],
    received: [],
    messageBytes: 0,
    connections: 0,
    hangUp,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return state;
}

function converse(socket: Socket, state: FaultServer): void {
  let buffer = '';
  let message: string | null = null;
  play(socket, state.script.greeting ?? '220 fault.test ESMTP');
  socket.on('data', (chunk) => {
    buffer += chunk.toString('latin1');
    for (;;) {
      if (message !== null) {
        state.messageBytes += buffer.length;
        if (state.script.duringData !== undefined) {
          socket.pause();
          return play(socket, state.script.duringData);
        }
        message += buffer;
        buffer = '';
        const end = message.startsWith('.\r\n') ? 0 : message.indexOf('\r\n.\r\n');
        if (end === -1) return;
        state.received.push(message.slice(0, end));
        message = null;
        const { afterDot = '250 2.0.0 taken' } = state.script;
        play(socket, typeof afterDot === 'function' ? afterDot() : afterDot);
        continue;
      }
      const lineEnd = buffer.indexOf('\r\n');
      if (lineEnd === -1) return;
      const line = buffer.slice(0, lineEnd);
      buffer = buffer.slice(lineEnd + 2);
      state.commands.push(line);
      const reply = answer(line, state.script);
      play(socket, reply);
      if (/^DATA$/i.test(line) && typeof reply === 'string' && reply.startsWith('3')) message = '';
    }
  });
}

function answer(line: string, script: FaultScript): Fault {
  const verb = line.split(/[ :]/)[0]?.toUpperCase();
  switch (verb) {
    case 'EHLO':
      return script.ehlo ?? '250-fault.test\r\n250-AUTH PLAIN\r\n250 8BITMIME';
    case 'HELO':
      return script.helo ?? script.ehlo ?? '250 fault.test';
    case 'AUTH':
      return script.auth ?? '235 2.7.0 welcome';
    case 'MAIL':
      return (typeof script.mail === 'function' ? script.mail() : script.mail) ?? '250 2.1.0 ok';
    case 'RCPT':
      return script.rcpt?.(/<(.*)>/.exec(line)?.[1] ?? '') ?? '250 2.1.5 ok';
    case 'DATA':
      return script.data ?? '354 go ahead';
    case 'RSET':
      return '250 2.0.0 flushed';
    case 'QUIT':
      return '221 2.0.0 bye';
    default:
      return '500 5.5.1 what?';
  }
}

function play(socket: Socket, fault: Fault): void {
  if (typeof fault === 'object') return void socket.end(fault.half);
  if (fault === 'hang') return;
  if (fault === 'close') return void socket.destroy();
  if (fault === 'reset') return void socket.resetAndDestroy();
  socket.write(`${fault}\r\n`);
}
