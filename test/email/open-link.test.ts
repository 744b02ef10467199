import type * as Dns from 'node:dns/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Networks } from '../../contracts/networks.js';
import { openLink } from '../../email/open-link.js';
import { smtpServerConfig, type SmtpConfig } from '../../email/smtp-config.js';
import { loopback } from '../support/mail-connections.js';
import { startFaultServer, type FaultServer } from '../support/smtp/fault-server.js';

const names: Record<string, string[]> = {
  // The server listens on 127.0.0.1 only.
  'second.test': ['127.0.0.2', '127.0.0.1'],
  'both.test': ['127.0.0.1', '127.0.0.1'],
  'none.test': ['127.0.0.2', '127.0.0.3'],
  'private.test': ['10.255.255.1', '127.0.0.1'],
};
vi.mock('node:dns/promises', async (original) => ({
  ...(await original<typeof Dns>()),
  lookup: (host: string) => Promise.resolve((names[host] ?? []).map((address) => ({ address, family: 4 }))),
}));

describe('a host with several addresses', () => {
  let server: FaultServer;
  beforeEach(async () => {
    server = await startFaultServer();
  });
  afterEach(() => server.close());

  const at = (host: string, allowed: Networks = loopback): SmtpConfig =>
    smtpServerConfig({ host, port: server.port, tls: 'NONE', auth: null }, allowed, {});

  it('is reached at the next one when the first takes no connection', async () => {
    const link = await openLink(at('second.test'), 5_000);
    expect(server.connections).toBe(1);
    link.drop();
  });

  it('is not asked again at the next one when it answered and said no', async () => {
    server.script = { greeting: '554 no' };
    await expect(openLink(at('both.test'), 5_000)).rejects.toMatchObject({ stage: 'GREETING' });
    expect(server.connections).toBe(1);
  });

  it('fails with the last one’s error when none takes a connection', async () => {
    await expect(openLink(at('none.test'), 5_000)).rejects.toMatchObject({ stage: 'CONNECT' });
  });

  it('is never connected to where it is not allowed', async () => {
    const link = await openLink(at('private.test'), 5_000);
    expect(server.connections).toBe(1);
    link.drop();
    await expect(openLink(at('private.test', new Networks([])), 5_000)).rejects.toThrow('private network');
    expect(server.connections).toBe(1);
  });
});
