import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { takeReport, type ReportPorts } from './take-report.js';

export interface BounceListener {
  port: number;
  /** Waits for the mails under way. */
  stop(): Promise<void>;
}

/** Reports quote the mail they are about; ours are far smaller. */
const LARGEST_BYTES = 2 * 1024 * 1024;
const MOST_CLIENTS = 50;
const MOST_RECIPIENTS = 20;
const SOCKET_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 5_000;

/**
 * A mail server for return paths and for nothing else (`BOUNCE_SMTP_LISTEN`): it takes mail for addresses that we made, reads it
 * as a report, and never sends any. 4xx when it could not be kept, so that it is offered again. Throws when the port is taken.
 */
export async function startBounceListener(
  { host, port }: { host: string; port: number },
  ports: ReportPorts,
): Promise<BounceListener> {
  const { returnPaths, log } = ports;
  const server = new SMTPServer({
    banner: 'Dunwell bounces',
    size: LARGEST_BYTES,
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    maxClients: MOST_CLIENTS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    closeTimeout: CLOSE_TIMEOUT_MS,
    onRcptTo({ address }, { envelope }, callback) {
      if (envelope.rcptTo.length >= MOST_RECIPIENTS) return callback(refusal(452, 'Too many recipients'));
      const known = returnPaths.isBase(address) || returnPaths.read(address) !== null;
      return known ? callback() : callback(refusal(550, 'No such return path'));
    },
    onData(stream, { envelope }, callback) {
      collect(stream)
        .then((raw) =>
          takeReport(
            ports,
            raw,
            envelope.rcptTo.map(({ address }) => address),
          ),
        )
        .then(
          (what) => callback(null, what),
          (error: Error & { responseCode?: number }) => {
            log.error({ error: error.message }, 'a mail to a return path was not taken');
            callback(error.responseCode ? error : refusal(451, 'Not kept, try again later'));
          },
        );
    },
  });
  // Clients that break off are theirs to explain; only a failure to listen concerns us, below.
  server.on('error', (error) => log.warn({ error: error.message }, 'a connection for return paths broke'));
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

async function collect(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Too long: read on to the end without keeping it, because the answer can only be given after the final dot.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= LARGEST_BYTES) chunks.push(chunk);
  }
  if (bytes > LARGEST_BYTES) throw refusal(552, 'Larger than 2 MB');
  return Buffer.concat(chunks);
}

function refusal(responseCode: number, message: string): Error & { responseCode: number } {
  return Object.assign(new Error(message), { responseCode });
}
