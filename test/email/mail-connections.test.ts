import { createServer, type AddressInfo, type Server } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import type { EmailProvider, ProviderAuthentication } from '../../contracts/email-provider.js';
import { Networks } from '../../contracts/networks.js';
import { createMailConnections } from '../../email/mail-connections.js';
import { providerServer } from '../../email/provider-server.js';
import { loopback } from '../support/mail-connections.js';

const login = { username_password: { username: 'mailer', password: 'corr3ct-horse' } };
const mail = createMailConnections(loopback, { totalTimeoutMs: 3_000 });

describe('testing a connection', () => {
  const open: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
  });

  /** A real SMTP server that knows one login. */
  async function smtp(
    options: SMTPServerOptions = {},
  ): Promise<{ port: number; logins: string[]; sessions: number[] }> {
    const logins: string[] = [];
    const sessions: number[] = [];
    const server = new SMTPServer({
      allowInsecureAuth: true,
      disableReverseLookup: true,
      ...options,
      onAuth(auth, _session, done) {
        logins.push(auth.username ?? '');
        const right = auth.username === 'mailer' && auth.password === login.username_password.password;
        done(right ? null : new Error(`No ${auth.password ?? ''} here`), right ? { user: 'mailer' } : undefined);
      },
      onClose: () => void sessions.push(1),
    });
    server.on('error', () => undefined);
    const inner = server.listen(0, '127.0.0.1');
    await new Promise((resolve) => inner.once('listening', resolve));
    open.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
    return { port: (inner.address() as AddressInfo).port, logins, sessions };
  }

  const at = (port: number, tls: 'STARTTLS' | 'TLS' | 'NONE' = 'NONE', host = '127.0.0.1'): EmailProvider => ({
    variant: 'SMTP',
    smtp: { host, port, tls },
  });

  it('logs in and says so', async () => {
    const { port, logins } = await smtp();
    const message = `Connected to 127.0.0.1:${String(port)} without TLS and logged in.`;
    expect(await mail.test(at(port), login)).toEqual({ successful: true, message });
    expect(logins).toEqual(['mailer']);
  });

  it('needs no login where there is none to give', async () => {
    const { port, logins } = await smtp({ authOptional: true });
    expect((await mail.test(at(port), {})).successful).toBe(true);
    expect(logins).toEqual([]);
  });

  it.each(['STARTTLS', 'TLS'] as const)('makes a %s connection, for a name too', async (tls) => {
    const { port } = await smtp({ secure: tls === 'TLS' });
    const trusting = createMailConnections(loopback, { totalTimeoutMs: 3_000, tlsRejectUnauthorized: false });
    expect(await trusting.test(at(port, tls, 'localhost'), login)).toMatchObject({
      successful: true,
      message: `Connected to localhost:${String(port)} with TLS and logged in.`,
    });
    // Its certificate is nobody's: without being told to trust it, it is refused.
    const strict = await mail.test(at(port, tls), login);
    expect(strict).toMatchObject({ successful: false, message: expect.stringContaining('no TLS connection') });
  });

  it('says that the login was refused, without the password that the server repeats', async () => {
    const { port } = await smtp();
    const wrong = { username_password: { username: 'mailer', password: 'wr0ng-horse' } };
    const answer = await mail.test(at(port), wrong);
    expect(answer).toMatchObject({ successful: false, message: expect.stringContaining('the login was refused (535') });
    expect(answer.message).not.toContain('wr0ng');
  });

  it('does not go on without the TLS it asked for, and shows no password to a server without', async () => {
    const { port, logins } = await smtp({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    const answer = await mail.test(at(port, 'STARTTLS'), login);
    expect(answer).toMatchObject({ successful: false, message: expect.stringContaining('no TLS connection') });
    expect(logins).toEqual([]);
  });

  it('says that a server offers no login', async () => {
    const { port } = await smtp({ disabledCommands: ['AUTH'], authOptional: true });
    const answer = await mail.test(at(port), login);
    expect(answer).toMatchObject({ successful: false, message: expect.stringContaining('offers no login') });
  });

  it('says that the connection was refused', async () => {
    const { port } = await smtp();
    await open.pop()?.();
    const answer = await mail.test(at(port), login);
    expect(answer).toMatchObject({ successful: false, message: expect.stringContaining('the connection was refused') });
  });

  it('says that there is no such host', async () => {
    const answer = await mail.test(at(25, 'TLS', 'nowhere.invalid'), login);
    expect(answer).toEqual({ successful: false, message: 'nowhere.invalid:25: the host was not found.' });
  });

  it('gives up on a server that never says a word', { timeout: 5_000 }, async () => {
    const silent: Server = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    open.push(() => new Promise((resolve) => silent.close(resolve)));
    const impatient = createMailConnections(loopback, { totalTimeoutMs: 200 });
    const answer = await impatient.test(at((silent.address() as AddressInfo).port), login);
    expect(answer).toMatchObject({ successful: false, message: expect.stringContaining('no answer in time') });
  });

  it('connects to no private network that is not allowed, by address or by name', async () => {
    const { port, logins } = await smtp();
    const guarded = createMailConnections(new Networks(['10.0.0.0/8']), { totalTimeoutMs: 3_000 });
    for (const host of ['127.0.0.1', 'localhost', '::ffff:127.0.0.1', '::1']) {
      const answer = await guarded.test(at(port, 'NONE', host), login);
      expect(answer, host).toMatchObject({ successful: false, message: expect.stringContaining('private network') });
      expect(guarded.objection(host, 'TLS'), host).toContain('private network');
    }
    expect(logins).toEqual([]);
  });

  it('has nothing to test for SYSTEM', async () => {
    expect((await mail.test({ variant: 'SYSTEM' }, {})).successful).toBeNull();
  });
});

it('allows no plain connection to the internet', () => {
  expect(mail.objection('8.8.8.8', 'NONE')).toContain('private networks only');
  expect(mail.objection('8.8.8.8', 'STARTTLS')).toBeNull();
  expect(mail.objection('smtp.example.com', 'NONE')).toBeNull();
});

describe('the server of a provider', () => {
  const api_key = { value: 'SG.key' };
  it.each<[string, EmailProvider, ProviderAuthentication, object | null]>([
    ['SYSTEM', { variant: 'SYSTEM' }, {}, null],
    ['MAILGUN', { variant: 'MAILGUN' }, login, { host: 'smtp.mailgun.org', port: 587, tls: 'STARTTLS' }],
    ['MAILGUN in the EU', { variant: 'MAILGUN', mailgun: { region: 'EU' } }, login, { host: 'smtp.eu.mailgun.org' }],
    [
      'SENDGRID',
      { variant: 'SENDGRID' },
      { api_key },
      { host: 'smtp.sendgrid.net', port: 587, tls: 'STARTTLS', auth: { user: 'apikey', pass: 'SG.key' } },
    ],
    ['SMTP', { variant: 'SMTP', smtp: { host: 'x.example' } }, {}, { port: 587, tls: 'STARTTLS', auth: null }],
    ['SMTP by TLS', { variant: 'SMTP', smtp: { host: 'x.example', tls: 'TLS' } }, login, { port: 465, tls: 'TLS' }],
  ])('%s', (_what, provider, authentication, server) => {
    if (server === null) expect(providerServer(provider, authentication)).toBeNull();
    else expect(providerServer(provider, authentication)).toMatchObject(server);
  });
});
