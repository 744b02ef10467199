import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buildMailboxHttp } from './http.js';
import { MessageStore } from './message-store.js';
import { startSmtp } from './smtp.js';

export interface MailboxOptions {
  /** 0 = any free port. */
  smtpPort: number;
  /** 0 = any free port. */
  httpPort: number;
  /** Messages are kept in `mailbox/` below it; without it in memory only. */
  dataDir?: string | undefined;
  log: (line: string) => void;
}

export interface Mailbox {
  /** The page for people, and the base of the API. */
  url: string;
  smtpUrl: string;
  smtpPort: number;
  stop(): Promise<void>;
}

const host = '127.0.0.1';

/** A mail server that keeps every mail and delivers none: what the reminders of a development stack are sent to. */
export async function startMailbox(options: MailboxOptions): Promise<Mailbox> {
  const store = await MessageStore.open(options.dataDir === undefined ? null : join(options.dataDir, 'mailbox'));
  const http = buildMailboxHttp(store);
  const smtp = await startSmtp({
    port: options.smtpPort,
    deliver: (raw, envelope) => store.add(raw, envelope),
    log: options.log,
  });
  try {
    await http.listen({ host, port: options.httpPort });
  } catch (error) {
    await smtp.stop();
    throw error;
  }
  return {
    url: `http://${host}:${(http.server.address() as AddressInfo).port}`,
    smtpUrl: `smtp://${host}:${smtp.port}`,
    smtpPort: smtp.port,
    async stop() {
      await smtp.stop();
      await http.close();
    },
  };
}
