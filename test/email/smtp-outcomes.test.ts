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
  received?: number;
  bodyBytes?: number;
}

const forTo = (fault: string) => (address: string) => (address === 'to@example.org' ? fault : '250 ok');
const big = 16 * 1024 * 1024;

const cases: Case[] = [
  { name: '421 greeting', script: { greeting: '421 4.3.2 busy' }, kind: 'RETRY', stage: 'GREETING', code: 421 },
  {
    name: '554 greeting',
    script: { greeting: '554 5.7.1 no' },
    kind: 'PROVIDER_REFUSED',
    stage: 'GREETING',
    code: 554,
  },
  { name: 'silent greeting', script: { greeting: 'hang' }, kind: 'RETRY', stage: 'GREETING', code: null },
  { name: 'close instead of greeting', script: { greeting: 'close' }, kind: 'RETRY', stage: 'GREETING', code: null },
  { name: '5xx to EHLO and HELO', script: { ehlo: '550 no' }, kind: 'PROVIDER_REFUSED', stage: 'EHLO', code: 550 },
  { name: '4xx to EHLO', script: { ehlo: '421 4.3.0 later' }, kind: 'RETRY', stage: 'EHLO', code: 421 },
  { name: 'silence after EHLO', script: { ehlo: 'hang' }, kind: 'RETRY', stage: 'EHLO', code: null },
  { name: '535 to AUTH', script: { auth: '535 5.7.8 bad' }, kind: 'PROVIDER_REFUSED', stage: 'AUTH', code: 535 },
  { name: '454 to AUTH', script: { auth: '454 4.7.0 later' }, kind: 'RETRY', stage: 'AUTH', code: 454 },
  { name: 'reset at AUTH', script: { auth: 'reset' }, kind: 'RETRY', stage: 'AUTH', code: null },
  { name: '5xx to MAIL', script: { mail: '530 5.7.0 no' }, kind: 'PROVIDER_REFUSED', stage: 'MAIL', code: 530 },
  { name: '4xx to MAIL', script: { mail: '451 4.3.0 later' }, kind: 'RETRY', stage: 'MAIL', code: 451 },
  { name: 'close at MAIL', script: { mail: 'close' }, kind: 'RETRY', stage: 'MAIL', code: null },
  { name: '450 to the To', script: { rcpt: forTo('450 4.2.0 grey') }, kind: 'RETRY', stage: 'RCPT', code: 450 },
  { name: '550 to the To', script: { rcpt: forTo('550 5.7.1 no') }, kind: 'REJECTED', stage: 'RCPT', code: 550 },
  { name: '421 at RCPT', script: { rcpt: forTo('421 4.3.2 bye') }, kind: 'RETRY', stage: 'RCPT', code: 421 },
  { name: 'silence at RCPT', script: { rcpt: () => 'hang' }, kind: 'RETRY', stage: 'RCPT', code: null },
  { name: '552 to DATA', script: { data: '552 5.2.2 full' }, kind: 'REJECTED', stage: 'DATA', code: 552 },
  { name: '451 to DATA', script: { data: '451 4.3.0 later' }, kind: 'RETRY', stage: 'DATA', code: 451 },
  { name: '250 to DATA', script: { data: '250 ok' }, kind: 'RETRY', stage: 'DATA', code: null },
  { name: 'reset at DATA', script: { data: 'reset' }, kind: 'RETRY', stage: 'DATA', code: null },
  {
    name: 'close while the message is being sent',
    script: { duringData: 'close' },
    kind: 'RETRY',
    stage: 'DATA',
    code: null,
    bodyBytes: big,
  },
  {
    name: 'reset while the message is being sent',
    script: { duringData: 'reset' },
    kind: 'RETRY',
    stage: 'DATA',
    code: null,
    bodyBytes: big,
  },
  {
    name: 'no reading of the message',
    script: { duringData: 'hang' },
    kind: 'RETRY',
    stage: 'DATA',
    code: null,
    bodyBytes: big,
  },
  {
    name: '552 while the message is being sent',
    script: { duringData: '552 5.3.4 too big' },
    kind: 'REJECTED',
    stage: 'DATA',
    code: 552,
    bodyBytes: big,
  },
  {
    name: '250 while the message is being sent',
    script: { duringData: '250 2.0.0 hasty' },
    kind: 'RETRY',
    stage: 'DATA',
    code: 250,
    bodyBytes: big,
  },
  {
    name: '5xx after the dot',
    script: { afterDot: '554 5.7.1 spam' },
    kind: 'REJECTED',
    stage: 'FINAL_DOT',
    code: 554,
    received: 1,
  },
  {
    name: '4xx after the dot',
    script: { afterDot: '451 4.7.1 later' },
    kind: 'RETRY',
    stage: 'FINAL_DOT',
    code: 451,
    received: 1,
  },
  {
    name: '421 after the dot',
    script: { afterDot: '421 4.3.2 bye' },
    kind: 'RETRY',
    stage: 'FINAL_DOT',
    code: 421,
    received: 1,
  },
  {
    name: 'silence after the dot',
    script: { afterDot: 'hang' },
    kind: 'IN_DOUBT',
    stage: 'FINAL_DOT',
    code: null,
    received: 1,
  },
  {
    name: 'close after the dot',
    script: { afterDot: 'close' },
    kind: 'IN_DOUBT',
    stage: 'FINAL_DOT',
    code: null,
    received: 1,
  },
  {
    name: 'reset after the dot',
    script: { afterDot: 'reset' },
    kind: 'IN_DOUBT',
    stage: 'FINAL_DOT',
    code: null,
    received: 1,
  },
  {
    name: 'half a yes after the dot',
    script: { afterDot: { half: '250 2.0' } },
    kind: 'IN_DOUBT',
    stage: 'FINAL_DOT',
    code: null,
    received: 1,
  },
  {
    name: 'half a no after the dot',
    script: { afterDot: { half: '550 5.0.0 n' } },
    kind: 'IN_DOUBT',
    stage: 'FINAL_DOT',
    code: null,
    received: 1,
  },
  {
    name: 'half of several lines after the dot',
    script: { afterDot: { half: '250-2.0.0 a\r\n' } },
    kind: 'IN_DOUBT',
    stage: 'FINAL_DOT',
    code: null,
    received: 1,
  },
  {
    name: 'garbage after the dot',
    script: { afterDot: 'hello' },
    kind: 'IN_DOUBT',
    stage: 'FINAL_DOT',
    code: null,
    received: 1,
  },
  {
    name: 'a yes-like garbage after the dot',
    script: { afterDot: '2hello' },
    kind: 'IN_DOUBT',
    stage: 'FINAL_DOT',
    code: null,
    received: 1,
  },
];

describe('the outcome of a send (S-E5)', () => {
  it.each(cases)('$name is $kind', async ({ script, kind, stage, code, received = 0, bodyBytes }) => {
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
