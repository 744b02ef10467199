import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What the server does at a step: a string is sent as the reply (CRLF added), and a 421 closes the connection behind it (RFC
 * 5321 §3.8); `hang` says nothing; `tarpit` begins a reply and adds a line to it for ever; `close` and `reset` end the
 * connection with a FIN or an RST; `{ half }` writes that much of a reply, no line end, and closes.
 */
export type Fault = string | { half: string };

/** By the To of the mail at hand, empty while there is none; undefined = all is well. */
type FaultOf = Fault | ((to: string) => Fault | undefined);

export interface FaultScript {
  greeting?: FaultOf;
  ehlo?: Fault;
  helo?: Fault;
  starttls?: Fault;
  /** Instead of a TLS handshake, once STARTTLS was answered with 220. */
  handshake?: Fault;
  auth?: Fault;
  mail?: FaultOf;
  rcpt?: (address: string) => Fault | undefined;
  data?: FaultOf;
  /** As soon as the first bytes of the message arrive; the rest is not read. */
  duringData?: Fault;
  afterDot?: FaultOf;
}

/** Between two lines of a tarpit. */
const DRIP_MS = 50;

export interface FaultServer {
  port: number;
  url: string;
  /** The script of connections opened from now on; commands look it up when they come. */
  script: FaultScript;
  /** Every command line, credentials included, in order. */
  commands: string[];
  /** Messages whose final dot arrived, whatever was answered. */
  received: string[];
  /** Those of them that it took: the dot was answered with 2xx. */
  taken: string[];
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
    taken: [],
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
  let to = '';
  let shakesHands = false;
  play(socket, faultFor(state.script.greeting, to) ?? '220 fault.test ESMTP');
  socket.on('data', (chunk) => {
    if (shakesHands) return play(socket, state.script.handshake ?? 'close');
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
        const whole = message.slice(0, end);
        message = null;
        const reply = faultFor(state.script.afterDot, to) ?? '250 2.0.0 taken';
        state.received.push(whole);
        if (typeof reply === 'string' && reply.startsWith('2')) state.taken.push(whole);
        play(socket, reply);
        continue;
      }
      const lineEnd = buffer.indexOf('\r\n');
      if (lineEnd === -1) return;
      const line = buffer.slice(0, lineEnd);
      buffer = buffer.slice(lineEnd + 2);
      state.commands.push(line);
      if (/^MAIL/i.test(line)) to = '';
      if (/^RCPT/i.test(line)) to ||= addressIn(line);
      const reply = answer(line, state.script, to);
      play(socket, reply);
      shakesHands = line === 'STARTTLS' && typeof reply === 'string' && reply.startsWith('220');
      if (/^DATA$/i.test(line) && typeof reply === 'string' && reply.startsWith('3')) message = '';
    }
  });
}

function answer(line: string, script: FaultScript, to: string): Fault {
  const verb = line.split(/[ :]/)[0]?.toUpperCase();
  switch (verb) {
    case 'EHLO':
      return script.ehlo ?? '250-fault.test\r\n250-AUTH PLAIN\r\n250 8BITMIME';
    case 'HELO':
      return script.helo ?? script.ehlo ?? '250 fault.test';
    case 'STARTTLS':
      return script.starttls ?? '502 5.5.1 no TLS here';
    case 'AUTH':
      return script.auth ?? '235 2.7.0 welcome';
    case 'MAIL':
      return faultFor(script.mail, to) ?? '250 2.1.0 ok';
    case 'RCPT':
      return script.rcpt?.(addressIn(line)) ?? '250 2.1.5 ok';
    case 'DATA':
      return faultFor(script.data, to) ?? '354 go ahead';
    case 'RSET':
      return '250 2.0.0 flushed';
    case 'QUIT':
      return '221 2.0.0 bye';
    default:
      return '500 5.5.1 what?';
  }
}

function faultFor(fault: FaultOf | undefined, to: string): Fault | undefined {
  return typeof fault === 'function' ? fault(to) : fault;
}

function addressIn(line: string): string {
  return /<(.*)>/.exec(line)?.[1] ?? '';
}

function play(socket: Socket, fault: Fault): void {
  if (typeof fault === 'object') return void socket.end(fault.half);
  if (fault === 'hang') return;
  if (fault === 'tarpit') return drip(socket);
  if (fault === 'close') return void socket.destroy();
  if (fault === 'reset') return void socket.resetAndDestroy();
  if (fault.startsWith('421')) return void socket.end(`${fault}\r\n`);
  socket.write(`${fault}\r\n`);
}

function drip(socket: Socket): void {
  const timer = setInterval(() => socket.write('250-one moment\r\n'), DRIP_MS);
  socket.once('close', () => clearInterval(timer));
}
