import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import type { Envelope } from './message.js';

export interface SmtpEntrance {
  port: number;
  stop(): Promise<void>;
}

const maxMessageBytes = 30 * 1024 * 1024;
const closeTimeoutMs = 500;

/** Accepts every mail for anybody, with any login or none, and says yes only after `deliver` has kept it. */
export async function startSmtp(options: {
  port: number;
  deliver: (raw: Buffer, envelope: Envelope) => Promise<void>;
  log: (line: string) => void;
}): Promise<SmtpEntrance> {
  const { deliver, log } = options;
  const server = new SMTPServer({
    name: 'mailbox.localhost',
    banner: 'Dunwell mailbox',
    size: maxMessageBytes,
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: closeTimeoutMs,
    onAuth: (auth, _session, callback) => callback(null, { user: auth.username ?? 'anonymous' }),
    onData: (stream, session, callback) => {
      const envelope: Envelope = {
        from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
        to: session.envelope.rcptTo.map(({ address }) => address),
        username: (session.user as string | undefined) ?? '',
      };
      collect(stream)
        .then((raw) => deliver(raw, envelope))
        .then(
          () => callback(null, 'kept'),
          (error: Error & { responseCode?: number }) => {
            log(`mailbox: a message was refused: ${error.message}`);
            callback(error);
          },
        );
    },
  });
  // Clients that break off are theirs to explain; only a failure to listen concerns us, below.
  server.on('error', (error) => log(`mailbox: SMTP connection: ${error.message}`));
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(options.port, '127.0.0.1', () => resolve());
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
    if (bytes <= maxMessageBytes) chunks.push(chunk);
  }
  if (bytes > maxMessageBytes) {
    throw Object.assign(new Error(`larger than ${maxMessageBytes / 1024 / 1024} MB`), { responseCode: 552 });
  }
  return Buffer.concat(chunks);
}
