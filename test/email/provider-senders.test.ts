import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MailProvider } from '../../contracts/email-provider.js';
import type { MailSender, SendOutcome } from '../../contracts/mail.js';
import { Networks } from '../../contracts/networks.js';
import { newEncryptionKey, Vault } from '../../store/vault.js';
import { ProviderSenders } from '../../worker/provider-senders.js';
import { loopback } from '../support/mail-connections.js';
import { startFaultServer, type FaultServer } from '../support/smtp/fault-server.js';
import { sampleMail } from '../support/smtp/sample-mail.js';
import { testVault } from '../support/vault.js';

const yes = (): Promise<boolean> => Promise.resolve(true);

describe('the senders of integrations', () => {
  let server: FaultServer;
  let senders: ProviderSenders;
  beforeEach(async () => {
    server = await startFaultServer();
    senders = new ProviderSenders(testVault, loopback);
  });
  afterEach(async () => {
    await senders.close();
    await server.close();
  });

  const via = (id: string, version = 1): MailProvider => ({
    id,
    version,
    provider: { variant: 'SMTP', smtp: { host: '127.0.0.1', port: server.port, tls: 'NONE' } },
    sealedAuthentication: testVault.seal(JSON.stringify({ username_password: { username: 'a', password: id } }), id),
  });
  const senderOf = (provider: MailProvider): MailSender => {
    const route = senders.route(provider);
    if (!route || !('sender' in route)) throw new Error(JSON.stringify(route));
    return route.sender;
  };
  const send = (provider: MailProvider): Promise<SendOutcome> => senderOf(provider).send(sampleMail(), yes);

  it('keep their connections, each for its own', async () => {
    for (const id of ['int_1', 'int_1', 'int_2', 'int_1']) expect(await send(via(id))).toMatchObject({ kind: 'SENT' });
    expect(server.connections).toBe(2);
  });

  it('are made anew when the integration has changed', async () => {
    await send(via('int_1'));
    await send(via('int_1', 2));
    expect(server.connections).toBe(2);
  });

  it('do not take turns while mails of two versions are on their way', async () => {
    for (const version of [1, 2, 1, 2, 1]) expect(await send(via('int_1', version))).toMatchObject({ kind: 'SENT' });
    expect(server.connections).toBe(2);
  });

  it('serve a mail whose integration changed after its way was chosen', async () => {
    const before = senderOf(via('int_1'));
    await send(via('int_1', 2));
    expect(await before.send(sampleMail(), yes)).toMatchObject({ kind: 'SENT' });
  });

  it('are a bounded number: one that had to go comes back', async () => {
    const first = senderOf(via('int_0'));
    for (let index = 1; index <= 150; index += 1) senderOf(via(`int_${String(index)}`));
    expect(await first.send(sampleMail(), yes)).toMatchObject({ kind: 'SENT' });
  });

  it('are none for SYSTEM', () => {
    expect(senders.route({ ...via('int_1'), provider: { variant: 'SYSTEM' } })).toBeNull();
  });

  it.each<[string, Partial<MailProvider>]>([
    ['sealed with another key', { sealedAuthentication: new Vault([newEncryptionKey()]).seal('{}', 'int_1') }],
    ['sealed for another integration', { id: 'int_2' }],
    ['of an integration that lacks its server', { provider: { variant: 'SMTP' } }],
  ])('are none for credentials %s: the mail waits', (_what, change) => {
    expect(senders.route({ ...via('int_1'), ...change })).toEqual({ blocked: 'no_provider' });
  });

  it('connect to no private network that is not allowed', async () => {
    senders = new ProviderSenders(testVault, new Networks([]));
    expect(await send(via('int_1'))).toMatchObject({
      kind: 'RETRY',
      reply: { text: expect.stringContaining('private') },
    });
    expect(server.connections).toBe(0);
  });
});
