import { SMTPServer } from 'smtp-server';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MailSender } from '../../contracts/mail.js';
import { createSmtpSender } from '../../email/smtp-sender.js';
import type { SmtpOptions } from '../../email/smtp-config.js';
import { startFaultServer, type FaultScript, type FaultServer } from '../support/smtp/fault-server.js';
import { sampleMail } from '../support/smtp/sample-mail.js';

let server: FaultServer;
const senders: MailSender[] = [];
const yes = () => Promise.resolve(true);

function sender(options: SmtpOptions = {}, url = server.url): MailSender {
  const made = createSmtpSender({ url, options: { replyTimeoutMs: 300, localName: 'client.test', ...options } });
  senders.push(made);
  return made;
}

beforeEach(async () => {
  server = await startFaultServer();
});
afterEach(async () => {
  await Promise.all(senders.splice(0).map((made) => made.close()));
  await server.close();
});

describe('kept connections', () => {
  it('carry the next mail', async () => {
    const smtp = sender();
    for (let mail = 0; mail < 12; mail += 1) expect(await smtp.send(sampleMail(), yes)).toMatchObject({ kind: 'SENT' });
    expect(server.connections).toBe(1);
    expect(server.received).toHaveLength(12);
  });

  it('are reset after a refused recipient', async () => {
    const smtp = sender({ maxConnections: 1 });
    server.script = { rcpt: () => '550 5.1.1 who?' };
    expect(await smtp.send(sampleMail(), yes)).toMatchObject({ kind: 'REJECTED' });
    server.script = {};
    expect(await smtp.send(sampleMail(), yes)).toMatchObject({ kind: 'SENT' });
    expect(server.connections).toBe(1);
    expect(server.commands).toContain('RSET');
  });

  it('are replaced after their share of mails', async () => {
    const smtp = sender({ maxMessagesPerConnection: 2, maxConnections: 1 });
    for (let mail = 0; mail < 5; mail += 1) await smtp.send(sampleMail(), yes);
    expect(server.connections).toBe(3);
  });

  it.each(['close', 'reset', '421 4.4.2 idle too long'])(
    'that turn out dead (%s) are replaced unnoticed',
    async (end) => {
      const smtp = sender();
      await smtp.send(sampleMail(), yes);
      const mail = () => {
        server.script = {}; // The next connection finds a healthy server.
        return end;
      };
      server.script = { mail };
      const marker = vi.fn(yes);
      expect(await smtp.send(sampleMail(), marker)).toMatchObject({ kind: 'SENT' });
      expect(marker).toHaveBeenCalledTimes(1);
      expect(server.connections).toBe(2);
      expect(server.received).toHaveLength(2);
    },
  );

  it('are replaced once only: a server that is down is not hammered', async () => {
    const smtp = sender();
    await smtp.send(sampleMail(), yes);
    server.script = { mail: 'close' };
    expect(await smtp.send(sampleMail(), yes)).toMatchObject({ kind: 'RETRY', reply: { stage: 'MAIL' } });
    expect(server.connections).toBe(2);
  });

  it('that the server closed in the meantime are not used', async () => {
    const smtp = sender();
    await smtp.send(sampleMail(), yes);
    await server.hangUp();
    expect(await smtp.send(sampleMail(), yes)).toMatchObject({ kind: 'SENT' });
  });

  it('are given up after the idle time', async () => {
    const smtp = sender({ idleTimeoutMs: 20 });
    await smtp.send(sampleMail(), yes);
    await vi.waitFor(() => expect(server.commands.at(-1)).toBe('QUIT'), 1000);
  });
});

describe('the number of connections', () => {
  it('never exceeds the maximum, and every mail gets its turn', async () => {
    const smtp = sender({ maxConnections: 3 });
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => smtp.send(sampleMail(), yes)));
    expect(outcomes.every(({ kind }) => kind === 'SENT')).toBe(true);
    expect(server.connections).toBe(3);
    expect(server.received).toHaveLength(30);
  });

  it('holds a mail back no longer than the time for one send', async () => {
    const smtp = sender({ maxConnections: 1, totalTimeoutMs: 100 });
    let release: (answer: boolean) => void = () => undefined;
    const first = smtp.send(sampleMail(), () => new Promise<boolean>((resolve) => (release = resolve)));
    await vi.waitFor(() => expect(server.commands).toContain('DATA'));
    expect(await smtp.send(sampleMail(), yes)).toMatchObject({
      kind: 'RETRY',
      reply: { stage: 'CONNECT', code: null },
    });
    release(false);
    expect(await first).toEqual({ kind: 'FENCED' });
  });

  it('frees the place of a connection that could not be opened', async () => {
    const smtp = sender({ maxConnections: 1 });
    server.script = { greeting: '554 5.3.2 busy' };
    await smtp.send(sampleMail(), yes);
    server.script = {};
    expect(await smtp.send(sampleMail(), yes)).toMatchObject({ kind: 'SENT' });
  });
});

describe('a server that wants fewer connections', () => {
  const hold = () => {
    let release: (answer: boolean) => void = () => undefined;
    const held = new Promise<boolean>((resolve) => (release = resolve));
    return { held, release: () => release(true) };
  };

  it('gets none for as long as it says, while the open one goes on', async () => {
    const smtp = sender();
    const { held, release } = hold();
    const first = smtp.send(sampleMail(), () => held);
    await vi.waitFor(() => expect(server.commands).toContain('DATA'));
    server.script = { greeting: '421 4.7.0 too many connections, try again in 40 seconds' };
    expect(await smtp.send(sampleMail(), yes)).toMatchObject({
      kind: 'RETRY',
      reply: { code: 421 },
      retryAfterMs: 40_000,
    });
    server.script = {};
    const third = await smtp.send(sampleMail(), yes);
    expect(third).toMatchObject({ kind: 'RETRY', reply: { stage: 'CONNECT', code: null } });
    expect(third.kind === 'RETRY' && third.retryAfterMs).toBeGreaterThan(38_000);
    // It was not asked, so the mail does not wait longer each time.
    expect(third).toMatchObject({ unasked: true });
    expect(server.connections).toBe(2);
    release();
    expect(await first).toMatchObject({ kind: 'SENT' });
    expect(await smtp.send(sampleMail(), yes)).toMatchObject({ kind: 'SENT' });
    expect(server.connections).toBe(2);
  });

  it.each<[string, FaultScript]>([
    ['in its greeting', { greeting: '450 4.3.2 not now' }],
    ['to EHLO', { ehlo: '421 4.3.2 not now' }],
    ['at the login', { auth: '454 4.7.0 too many logins' }],
    ['to MAIL on a new connection', { mail: '421 4.7.0 too many connections' }],
  ])('is left alone for a while after it said so %s, and then no longer', async (_when, script) => {
    const smtp = sender({ backOffMs: 300 }, `smtp://user:pass@127.0.0.1:${server.port}`);
    server.script = script;
    await smtp.send(sampleMail(), yes);
    server.script = {};
    const connections = server.connections;
    expect(await smtp.send(sampleMail(), yes)).toMatchObject({ kind: 'RETRY', reply: { stage: 'CONNECT' } });
    expect(server.connections).toBe(connections);
    if (script.ehlo || script.mail) return; // 421 has a time of its own: half a minute.
    await vi.waitFor(async () => expect(await smtp.send(sampleMail(), yes)).toMatchObject({ kind: 'SENT' }));
  });

  it('is asked again at once when it only closed a connection that had been idle', async () => {
    const smtp = sender();
    await smtp.send(sampleMail(), yes);
    server.script = {
      mail() {
        server.script = {};
        return '421 4.4.2 idle too long';
      },
    };
    expect(await smtp.send(sampleMail(), yes)).toMatchObject({ kind: 'SENT' });
  });
});

describe('close', () => {
  it('lets mails in flight finish, says goodbye and refuses new ones', async () => {
    const smtp = sender();
    const sending = smtp.send(sampleMail(), yes);
    const closing = smtp.close();
    expect(await sending).toMatchObject({ kind: 'SENT' });
    await closing;
    expect(server.commands.at(-1)).toBe('QUIT');
    await expect(smtp.send(sampleMail(), yes)).rejects.toThrow('closed');
  });
});

describe('against a full SMTP server', () => {
  it('sends with STARTTLS and AUTH, and refuses a certificate it cannot check', async () => {
    const messages: string[] = [];
    const smtp = new SMTPServer({
      authMethods: ['PLAIN', 'LOGIN'],
      onAuth: (auth, _session, done) => done(auth.password === 'p@ss' ? null : new Error('no'), { user: 'u' }),
      onData: (stream, _session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => done(messages.push(Buffer.concat(chunks).toString()) ? null : null));
      },
    });
    smtp.on('error', () => undefined);
    await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()));
    const url = `smtp://user:p%40ss@127.0.0.1:${(smtp.server.address() as AddressInfo).port}`;
    const trusting = sender({ requireTls: true, tlsRejectUnauthorized: false, replyTimeoutMs: 3000 }, url);
    expect(await trusting.send(sampleMail(['cc@example.org']), yes)).toMatchObject({ kind: 'SENT' });
    expect(messages).toEqual([sampleMail().raw.toString()]);
    expect(await trusting.send(sampleMail(), () => Promise.resolve(false))).toEqual({ kind: 'FENCED' });
    const strict = sender({ requireTls: true }, url);
    expect(await strict.send(sampleMail(), yes)).toMatchObject({ kind: 'RETRY', reply: { stage: 'STARTTLS' } });
    const wrong = sender({ tlsRejectUnauthorized: false, replyTimeoutMs: 3000 }, url.replace('p%40ss', 'wrong'));
    expect(await wrong.send(sampleMail(), yes)).toMatchObject({ kind: 'PROVIDER_REFUSED', reply: { code: 535 } });
    expect(messages).toHaveLength(1);
    await Promise.all(senders.splice(0).map((made) => made.close()));
    await new Promise<void>((resolve) => smtp.close(() => resolve()));
  });

  it('does not go on without TLS when TLS is required', async () => {
    server.script = { ehlo: '250-fault.test\r\n250 AUTH PLAIN' };
    const smtp = sender({ requireTls: true }, `smtp://user:pass@127.0.0.1:${server.port}`);
    expect(await smtp.send(sampleMail(), yes)).toMatchObject({
      kind: 'PROVIDER_REFUSED',
      reply: { stage: 'STARTTLS' },
    });
    expect(server.commands.some((line) => line.startsWith('AUTH'))).toBe(false);
  });
});

describe('the URL', () => {
  it.each(['http://host', 'smtp://', 'nonsense', 'smtp://user@host', 'smtp://u:%zz@host'])('%s is refused', (url) => {
    expect(() => createSmtpSender({ url })).toThrow(/SMTP URL/);
  });

  it('never shows up in the error', () => {
    expect(() => createSmtpSender({ url: 'http://user:s3cret@host' })).toThrow(/^(?!.*s3cret).*$/);
  });
});
