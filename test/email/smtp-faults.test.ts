import { describe, expect, it, vi } from 'vitest';
import { createSmtpSender } from '../../email/smtp-sender.js';
import { FAULT_MATRIX, type FaultCase } from '../support/smtp/fault-matrix.js';
import { startFaultServer } from '../support/smtp/fault-server.js';
import { sampleMail } from '../support/smtp/sample-mail.js';

/** Short for a server that keeps us waiting, long for one that answers: a slow machine must not look like a fault. */
const WAITING = { connectTimeoutMs: 2_000, greetingTimeoutMs: 1_000, replyTimeoutMs: 1_000, totalTimeoutMs: 3_000 };
/** What keeps us waiting in the middle of 16 MiB: a slow machine must have come that far before. */
const WAITING_LONGER = { ...WAITING, greetingTimeoutMs: 10_000, replyTimeoutMs: 5_000, totalTimeoutMs: 12_000 };
const ANSWERING = { connectTimeoutMs: 20_000, greetingTimeoutMs: 15_000, replyTimeoutMs: 20_000 };

const yes = () => Promise.resolve(true);
const small = sampleMail();
const large = sampleMail([], 16 * 1024 * 1024);

/** The fault strikes the first mail of a sender, or after `before` good ones on the connection that they left. */
async function strike(fault: FaultCase, maxMessagesPerConnection: number, before: 0 | 1): Promise<void> {
  const server = await startFaultServer();
  const waiting = fault.large ? WAITING_LONGER : WAITING;
  const limits = fault.patience ? waiting : ANSWERING;
  const sender = createSmtpSender({
    url: `smtp://user:s3cret-pass@127.0.0.1:${server.port}`,
    // What comes next shows whether the connection lived, so no server is left alone.
    options: { ...limits, backOffMs: 0, maxConnections: 1, maxMessagesPerConnection, localName: 'client.test' },
  });
  try {
    for (let mail = 0; mail < before; mail += 1) expect(await sender.send(small, yes)).toMatchObject({ kind: 'SENT' });
    server.script = fault.script;
    const marker = vi.fn(yes);
    const outcome = await sender.send(fault.large ? large : small, marker);
    const stage = fault.stage ?? expect.any(String);
    expect(outcome).toMatchObject({ kind: fault.kind, reply: { stage, code: fault.code } });
    expect(JSON.stringify(outcome)).not.toContain('s3cret-pass');
    expect(marker).toHaveBeenCalledTimes(fault.marked ? 1 : 0);
    expect(server.received).toHaveLength(before + fault.received);
    const tried = Math.max(before, 1) + (before === 1 && fault.again ? 1 : 0);
    expect(server.connections, 'connections for the mail').toBe(tried);

    server.script = {};
    expect(await sender.send(small, yes)).toMatchObject({ kind: 'SENT' });
    expect(server.received).toHaveLength(before + fault.received + 1);
    const reused = fault.reused && maxMessagesPerConnection > 1;
    expect(server.connections, 'connections for the next mail').toBe(tried + (reused ? 0 : 1));
  } finally {
    await sender.close();
    await server.close();
  }
}

describe.concurrent('a mail server that fails at any place (S-E5)', () => {
  it.each(FAULT_MATRIX)('without a pool: $name: $kind', (fault) => strike(fault, 1, 0));
  it.each(FAULT_MATRIX)('first on a connection: $name: $kind', (fault) => strike(fault, 100, 0));
  const kept = FAULT_MATRIX.filter(({ setup }) => !setup);
  it.each(kept)('on a kept connection: $name: $kind', (fault) => strike(fault, 100, 1));
});
