import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { bounceCommand } from '../../cli/bounce.js';
import { readWorkerConfig } from '../../cli/config.js';
import { createReturnPaths } from '../../email/return-path.js';
import { eventsOf } from '../../store/delivery-events.js';
import { newEncryptionKey, Vault } from '../../store/vault.js';
import { startBounceListener, type BounceListener } from '../../worker/bounce-listener.js';
import { createMailer } from '../../worker/create-mailer.js';
import { createApi, type Api } from '../api/api.js';
import { sentDelivery } from '../api/sent-delivery.js';
import type { Json } from '../api/support.js';
import { sendMail } from '../dev/send-mail.js';
import { silentLog } from '../support/harness.js';
import { loopback } from '../support/mail-connections.js';
import { startFaultServer } from '../support/smtp/fault-server.js';
import { sampleMail } from './bounce-samples.js';
import { sampleRequest } from './sample-request.js';

const KEY = newEncryptionKey();
const vault = new Vault([KEY]);
const returnPaths = createReturnPaths('bounces@mail.example', (text) => vault.marks(text));

describe('bounces that come by mail (S-E6)', () => {
  let h: Api;
  let delivery: string;
  let path: string;
  let listener: BounceListener;
  beforeAll(async () => {
    h = await createApi('LIVE');
    delivery = await sentDelivery(h);
    path = returnPaths.of(delivery);
    listener = await startBounceListener({ host: '127.0.0.1', port: 0 }, { db: h.db, returnPaths, log: silentLog });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    await h.db.rows('DELETE FROM suppressions');
    await h.db.rows('DELETE FROM delivery_events');
  });
  afterAll(async () => {
    await listener.stop();
    await h.stop();
  });

  const suppressed = async (): Promise<Json[]> => (await h.call('GET', '/v1/suppressions')).body.data as Json[];
  const offer = (raw: Buffer, to = [path]) => sendMail(listener.port, { from: '', to, raw: raw.toString() });

  it('a hard one suppresses its recipient and is noted on the mail, once however often it comes', async () => {
    const bounce = sampleMail('Postfix, no such user', { path });
    for (let time = 0; time < 2; time += 1) expect(await offer(bounce)).toContain('recorded');
    expect(await suppressed()).toMatchObject([
      { email: 'ap@acme.example', reason: 'HARD_BOUNCE', source: 'DSN', status_code: '5.1.1', delivery_id: delivery },
    ]);
    expect(await eventsOf(h.db, delivery)).toMatchObject([
      { kind: 'BOUNCED', address: 'ap@acme.example', source: 'DSN', status_code: '5.1.1' },
    ]);
  });

  it('one that names its recipient a thousand times, or says what nobody says, is noted once', async () => {
    const bounce = sampleMail('Postfix, no such user', { path }).toString();
    const block = 'Final-Recipient: rfc822; ap@acme.example\r\nAction: ';
    const many = `${block}constructor\r\n\r\n${`${block}failed\r\nStatus: 5.1.1\r\n\r\n`.repeat(1_000)}Final-Recipient:`;
    expect(await offer(Buffer.from(bounce.replace('Final-Recipient:', many)))).toContain('recorded');
    expect(await eventsOf(h.db, delivery)).toMatchObject([{ kind: 'BOUNCED', address: 'ap@acme.example' }]);
  });

  it('a soft one is noted and suppresses nobody', async () => {
    await offer(sampleMail('Exchange, a mailbox that is full', { path }));
    expect(await suppressed()).toEqual([]);
    expect(await eventsOf(h.db, delivery)).toMatchObject([{ kind: 'BOUNCED', status_code: '5.2.2' }]);
  });

  it('suppresses nobody whom the mail did not go to', async () => {
    const forged = sampleMail('Postfix, no such user', { path, to: 'rival@other.example' });
    expect(await offer(forged)).toContain('ignored');
    expect(await suppressed()).toEqual([]);
  });

  it('takes a complaint at the address of feedback loops by the return path that it quotes, and not otherwise', async () => {
    expect(await offer(sampleMail('a complaint'), ['bounces@mail.example'])).toContain('ignored');
    expect(await suppressed()).toEqual([]);
    expect(await offer(sampleMail('a complaint', { path }), ['bounces@mail.example'])).toContain('recorded');
    expect(await suppressed()).toMatchObject([{ email: 'ap@acme.example', reason: 'COMPLAINT', source: 'FEEDBACK' }]);
  });

  it.each(['a vacation notice', 'qmail, in plain words', 'nothing'])('takes %s and ignores it', async (name) => {
    expect(await offer(sampleMail(name, { path }))).toMatch(/^250.*ignored/);
    expect(await suppressed()).toEqual([]);
  });

  it('takes mail for nobody else: it is no relay', async () => {
    const bounce = sampleMail('Postfix, no such user', { path });
    for (const to of [
      'ap@acme.example',
      'postmaster@mail.example',
      path.replace(/\.[0-9a-f]{16}@/, '.0123456789abcdef@'),
    ]) {
      await expect(offer(bounce, [to])).rejects.toThrow(/^550/);
    }
  });

  it('refuses what is too large', async () => {
    await expect(offer(Buffer.alloc(2_200_000, 'x\n'))).rejects.toThrow(/^552/);
  });

  it('has a mail that it cannot keep offered again', async () => {
    const broken = { ...h.db, row: () => Promise.reject(new Error('Connection terminated')) } as unknown as Api['db'];
    const away = await startBounceListener({ host: '127.0.0.1', port: 0 }, { db: broken, returnPaths, log: silentLog });
    const raw = sampleMail('Postfix, no such user', { path }).toString();
    await expect(sendMail(away.port, { from: '', to: [path], raw })).rejects.toThrow(/^451/);
    await away.stop();
  });

  describe('dunwell bounce', () => {
    const pipe = async (raw: Buffer, env: Record<string, string> = {}, recipient?: string): Promise<string> => {
      const printed: string[] = [];
      vi.spyOn(console, 'log').mockImplementation((line: string) => printed.push(line));
      vi.spyOn(console, 'error').mockImplementation(() => undefined);
      vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([raw]) as unknown as typeof process.stdin);
      const all = {
        DATABASE_URL: h.databaseUrl,
        ENCRYPTION_KEYS: KEY,
        BOUNCE_ADDRESS: 'bounces@mail.example',
        LOG_LEVEL: 'silent',
      };
      for (const [name, value] of Object.entries({ ...all, ...env })) vi.stubEnv(name, value);
      await bounceCommand(recipient === undefined ? {} : { recipient });
      const code = process.exitCode ?? 0;
      process.exitCode = 0;
      return `${String(code)} ${printed.join('')}`;
    };
    const headless = Buffer.from(sampleMail('Postfix, no such user', { path: 'somebody@mail.example' }).toString());

    it('reads a header of one endless word in no time', async () => {
      const startedAt = performance.now();
      expect(await pipe(Buffer.from(`Delivered-To: ${'a'.repeat(100_000)}\r\n\r\nx`))).toBe('0 ignored');
      expect(performance.now() - startedAt).toBeLessThan(3_000);
    });

    it.each<[string, () => Promise<string>]>([
      ['the mail’s own headers', () => pipe(sampleMail('Postfix, no such user', { path }))],
      ['--recipient', () => pipe(headless, {}, path)],
      ['ORIGINAL_RECIPIENT', () => pipe(headless, { ORIGINAL_RECIPIENT: path })],
    ])('reads one mail, whose return path is in %s', async (_where, run) => {
      expect(await run()).toBe('0 recorded');
      expect(await suppressed()).toMatchObject([{ email: 'ap@acme.example' }]);
    });

    it('ignores what says nothing, and asks to be called again when it cannot keep it', async () => {
      expect(await pipe(headless)).toBe('0 ignored');
      expect(await pipe(sampleMail('a vacation notice', { path }))).toBe('0 ignored');
      const away = { DATABASE_URL: 'postgres://nobody:x@127.0.0.1:1/none' };
      expect(await pipe(sampleMail('Postfix, no such user', { path }), away)).toBe('75 ');
      expect(await pipe(sampleMail('Postfix, no such user', { path }), { BOUNCE_ADDRESS: 'nowhere' })).toBe('75 ');
    });
  });

  it('mails of the operator’s own way out have a return path of their own, their sender and Message-ID stay', async () => {
    const server = await startFaultServer();
    const mailer = createMailer({
      smtpUrl: server.url,
      testSmtpUrl: null,
      from: { name: null, email: 'billing@test.example' },
      vault,
      networks: loopback,
      returnPaths,
    });
    const mail = await mailer.compose(sampleRequest({}, { deliveryId: delivery }));
    const route = mailer.route('LIVE', [], 'ap@acme.example', null);
    if ('blocked' in route) throw new Error(route.blocked);
    expect(await route.sender.send(mail, () => Promise.resolve(true))).toMatchObject({ kind: 'SENT' });
    await mailer.close();
    await server.close();
    expect(server.commands.find((line) => line.startsWith('MAIL'))).toContain(`<${path}>`);
    expect(server.received[0]).toContain('From: Acme <billing@acme.example.com>');
    expect(server.received[0]).toContain(`Message-ID: <${delivery}@test.example>`);
  });
});

describe('the configuration of bounces', () => {
  const base = { DATABASE_URL: 'postgres://localhost/x', ENCRYPTION_KEYS: KEY };
  it.each([
    ['0.0.0.0:2525', { host: '0.0.0.0', port: 2525 }],
    ['[::1]:25', { host: '::1', port: 25 }],
  ])('listens at %s', (text, expected) => {
    const config = readWorkerConfig({ ...base, BOUNCE_ADDRESS: 'b@mail.example', BOUNCE_SMTP_LISTEN: text });
    expect(config.BOUNCE_SMTP_LISTEN).toEqual(expected);
  });

  it.each<[Record<string, string>, string]>([
    [{ BOUNCE_SMTP_LISTEN: '2525', BOUNCE_ADDRESS: 'b@mail.example' }, 'BOUNCE_SMTP_LISTEN: must be host:port'],
    [{ BOUNCE_SMTP_LISTEN: 'x:99999', BOUNCE_ADDRESS: 'b@mail.example' }, 'BOUNCE_SMTP_LISTEN: must be host:port'],
    [{ BOUNCE_SMTP_LISTEN: 'x:25' }, 'BOUNCE_ADDRESS: is required with BOUNCE_SMTP_LISTEN'],
    [{ BOUNCE_ADDRESS: 'mail.example' }, 'BOUNCE_ADDRESS: there is no @'],
    [{ BOUNCE_ADDRESS: `${'x'.repeat(23)}@mail.example` }, 'BOUNCE_ADDRESS: has more than 22 characters before the @'],
  ])('says what is wrong with %j', (env, problem) => {
    expect(() => readWorkerConfig({ ...base, ...env })).toThrow(problem);
  });
});
