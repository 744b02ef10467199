import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MailSender, SendOutcome, SmtpStage } from '../../contracts/mail.js';
import { createSmtpSender } from '../../email/smtp-sender.js';
import { startFaultServer, type FaultScript, type FaultServer } from '../support/smtp/fault-server.js';
import { sampleMail } from '../support/smtp/sample-mail.js';

let server: FaultServer;
let sender: MailSender;
const yes = () => Promise.resolve(true);

function senderFor(url: string): MailSender {
  const timeouts = { connectTimeoutMs: 400, greetingTimeoutMs: 150, replyTimeoutMs: 150, totalTimeoutMs: 2000 };
  return createSmtpSender({ url, options: { ...timeouts, localName: 'client.test' } });
}

beforeEach(async () => {
  server = await startFaultServer();
  sender = senderFor(`smtp://user:s3cret-pass@127.0.0.1:${server.port}`);
});
afterEach(async () => {
  await sender.close();
  await server.close();
});

interface Case {
  name: string;
  script: FaultScript;
  kind: SendOutcome['kind'];
  stage: SmtpStage;
  code: number | null;
  /** Whole messages, dot included, that the server has seen. */
  received: number;
  bodyBytes?: number;
}

const forTo = (fault: string) => (address: string) => (address === 'to@example.org' ? fault : '250 ok');
/** Answers that are none. What a server plainly refuses, or never answers, is in smtp-faults.test.ts. */
const cases: Case[] = [
  { name: '250 to DATA', script: { data: '250 ok' }, kind: 'RETRY', stage: 'DATA', code: null, received: 0 },
  {
    name: '250 while the message is being sent',
    script: { duringData: '250 2.0.0 hasty' },
    kind: 'RETRY',
    stage: 'DATA',
    code: 250,
    received: 0,
    bodyBytes: 16 * 1024 * 1024,
  },
  ...[{ half: '250-2.0.0 a\r\n' }, 'hello', '2hello'].map((afterDot) => ({
    name: `${JSON.stringify(afterDot)} after the dot`,
    script: { afterDot },
    kind: 'IN_DOUBT' as const,
    stage: 'FINAL_DOT' as const,
    code: null,
    received: 1,
  })),
];

describe('the outcome of a send (S-E5)', () => {
  it.each(cases)('$name is $kind', async ({ script, kind, stage, code, received, bodyBytes }) => {
    server.script = script;
    const outcome = await sender.send(sampleMail([], bodyBytes), yes);
    expect(outcome).toMatchObject({ kind, reply: { stage, code } });
    expect(server.received).toHaveLength(received);
    expect(server.connections).toBe(1);
    expect(JSON.stringify(outcome)).not.toContain('s3cret-pass');
  });

  it('a good one is SENT, with the message byte for byte and its dots unstuffed', async () => {
    const outcome = await sender.send(sampleMail(), yes);
    expect(outcome).toEqual({
      kind: 'SENT',
      reply: { stage: 'FINAL_DOT', code: 250, enhanced: '2.0.0', text: 'taken' },
      refused: [],
    });
    expect(`${server.received[0]?.replace('\r\n..dots', '\r\n.dots')}\r\n`).toBe(sampleMail().raw.toString());
  });

  it('a refused connection is RETRY', async () => {
    await server.close();
    const outcome = await sender.send(sampleMail(), yes);
    expect(outcome).toMatchObject({ kind: 'RETRY', reply: { stage: 'CONNECT', code: null } });
    server = await startFaultServer();
  });

  it('5.1.1 for the To tells of an unknown mailbox, another 550 does not', async () => {
    server.script = { rcpt: forTo('550-5.1.1 No such\r\n550 5.1.1 user here') };
    const outcome = await sender.send(sampleMail(), yes);
    expect(outcome).toMatchObject({ kind: 'REJECTED', unknownMailbox: true });
    expect(outcome).toMatchObject({ reply: { code: 550, enhanced: '5.1.1', text: 'No such user here' } });
    server.script = { rcpt: forTo('550 User unknown') };
    expect(await sender.send(sampleMail(), yes)).toMatchObject({ kind: 'REJECTED', unknownMailbox: false });
  });

  it('5.1.1 after the dot blames the To only when it is the only recipient', async () => {
    server.script = { afterDot: '550 5.1.1 no such user' };
    expect(await sender.send(sampleMail(), yes)).toMatchObject({ unknownMailbox: true });
    expect(await sender.send(sampleMail(['cc@example.org']), yes)).toMatchObject({ unknownMailbox: false });
  });

  it('a refused CC is left out and recorded', async () => {
    server.script = { rcpt: (address) => (address.startsWith('cc') ? '550 5.1.1 who?' : '250 ok') };
    const outcome = await sender.send(sampleMail(['cc@example.org', 'bcc@example.org']), yes);
    expect(outcome).toMatchObject({
      kind: 'SENT',
      refused: [{ address: 'cc@example.org', reply: { stage: 'RCPT', code: 550, enhanced: '5.1.1', text: 'who?' } }],
    });
    expect(server.received).toHaveLength(1);
  });

  it.each([
    ['refused', '550 5.1.1 who?', 'REJECTED', ''],
    ['deferred', '450 4.2.0 later', 'RETRY', ''],
    ['refused by a pipelining server', '550 5.1.1 who?', 'REJECTED', '250-fault.test\r\n250 PIPELINING'],
  ])('a To that is %s keeps the message from its CC', async (_name, reply, kind, ehlo) => {
    server.script = { rcpt: forTo(reply), ...(ehlo === '' ? {} : { ehlo }) };
    const marker = vi.fn(yes);
    expect(await sender.send(sampleMail(['cc@example.org']), marker)).toMatchObject({ kind, reply: { stage: 'RCPT' } });
    expect(marker).not.toHaveBeenCalled();
    expect(server.messageBytes).toBe(0);
    expect(server.received).toEqual([]);
  });

  it.each([
    ['Greylisted, please try again in 300 seconds', 300_000],
    ['come back in 2 minutes', 120_000],
    ['come back in 00:05:00', 300_000],
    ['wait 86400 s', 14_400_000],
    ['try later', 60_000],
  ])('the hint "%s" gives %s ms', async (words, retryAfterMs) => {
    server.script = { rcpt: forTo(`450 4.7.1 ${words}`) };
    expect(await sender.send(sampleMail(), yes)).toMatchObject({ kind: 'RETRY', retryAfterMs });
  });

  it('masks credentials that the server repeats', async () => {
    const base64 = Buffer.from('\0user\0s3cret-pass').toString('base64');
    server.script = { auth: `535 5.7.8 refused ${base64} s3cret-pass` };
    expect(await sender.send(sampleMail(), yes)).toMatchObject({ reply: { text: 'refused *** ***' } });
  });
});
