import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Received {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A real HTTP server on 127.0.0.1 that keeps what it is sent. */
export interface Receiver {
  url: string;
  port: number;
  received: Received[];
  /** How the next requests are answered (default: 204). */
  answer: (response: ServerResponse) => void;
  /** Connections that are open now. */
  connections(): Promise<number>;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const { method = '', url: path = '', headers } = request;
      receiver.received.push({ method, path, headers, body: body.toString('utf8') });
      receiver.answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${String(port)}/hook`,
    port,
    received: [],
    answer: (response) => response.writeHead(204).end(),
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => {
          if (error) reject(error);
          else resolve(count);
        });
      }),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return receiver;
}

/** Which of `secrets` signed what was received, by the rule that receivers are told (S-A2). */
export function signers({ headers, body }: Received, secrets: readonly string[]): string[] {
  const [time = '', ...signatures] = String(headers['dunwell-signature']).split(',');
  const seconds = /^t=(\d+)$/.exec(time)?.[1] ?? '';
  return secrets.filter((secret) => {
    const hex = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
    return signatures.includes(`v1=${hex}`);
  });
}
