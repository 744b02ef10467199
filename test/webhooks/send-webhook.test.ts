import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Networks } from '../../contracts/networks.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebhookEvent, WebhookOutcome } from '../../contracts/webhook-events.js';
import {
  createWebhookSender,
  type Authentication,
  type WebhookSenderOptions,
  type WebhookTarget,
} from '../../webhooks/send-webhook.js';
import { startReceiver, signers, type Receiver } from '../support/webhooks/receiver.js';
import { until } from '../support/until.js';

const EVENT: WebhookEvent = {
  object_type: 'WEBHOOK_EVENT',
  id: 'whev_1',
  type: 'WEBHOOK.TEST',
  created_at: '2026-01-01T00:00:00Z',
  platform_id: 'plat_1',
  data: { text: 'naïve € 💸' },
};
const AT = Date.parse('2026-01-01T00:00:00Z');
const LOOPBACK = new Networks(['127.0.0.0/8']);

describe('sending a webhook (S-A2)', () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.stop());

  const send = (
    target: Partial<WebhookTarget> = {},
    options: WebhookSenderOptions = { allowedNetworks: LOOPBACK },
  ): Promise<WebhookOutcome> =>
    createWebhookSender(options)(
      { id: 'whk_1', url: receiver.url, authentication: { type: 'NONE' }, secrets: ['s1'], needsTls: false, ...target },
      EVENT,
      AT,
    );
  const at = (host: string, protocol = 'http'): string => `${protocol}://${host}:${String(receiver.port)}/hook`;
  const resolving = (addresses: string[], log: string[] = []): WebhookSenderOptions => ({
    allowedNetworks: LOOPBACK,
    resolve: (host, done) => {
      log.push(host);
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    },
  });

  it('posts the event, signed by every secret, over a connection that it closes', async () => {
    expect(await send({ secrets: ['s1', 's2'] })).toEqual({
      successful: true,
      status: 204,
      refused: false,
      message: 'The webhook answered with status 204.',
    });
    const [got, ...more] = receiver.received;
    if (!got) throw new Error('Nothing was received.');
    expect(more).toEqual([]);
    expect(JSON.parse(got.body)).toEqual(EVENT);
    expect(got).toMatchObject({ method: 'POST', path: '/hook' });
    expect(got.headers).toMatchObject({
      host: `127.0.0.1:${String(receiver.port)}`,
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(got.body)),
      connection: 'close',
      'dunwell-webhook-id': 'whk_1',
      'dunwell-event-id': 'whev_1',
      'dunwell-signature': expect.stringMatching(/^t=1767225600,v1=[0-9a-f]{64},v1=[0-9a-f]{64}$/),
    });
    expect(got.headers).not.toHaveProperty('authorization');
    expect(signers(got, ['s1', 'another', 's2'])).toEqual(['s1', 's2']);
    await until('the connection is closed', async () => (await receiver.connections()) === 0);
  });

  it.each<[Authentication, string, string]>([
    [{ type: 'PASSWORD', username: 'us', password: 'p:ä' }, 'authorization', `Basic ${btoa('us:p:\u00c3\u00a4')}`],
    [{ type: 'API_KEY', header: 'X-Hook-Key', key: 'k 1' }, 'x-hook-key', 'k 1'],
    [{ type: 'API_KEY', header: 'Authorization', key: 'Bearer t' }, 'authorization', 'Bearer t'],
  ])('shows who it is: %j', async (authentication, header, value) => {
    await send({ authentication });
    expect(receiver.received[0]?.headers[header]).toBe(value);
  });

  it('follows no redirect', async () => {
    receiver.answer = (response) => response.writeHead(307, { location: at('127.0.0.1') }).end();
    expect(await send()).toMatchObject({ successful: false, status: 307, message: expect.stringContaining('307') });
    expect(receiver.received).toHaveLength(1);
  });

  it('is not held up by an answer that is none', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const outcome = await send(
      { url: `http://127.0.0.1:${String(port)}/` },
      { allowedNetworks: LOOPBACK, timeoutMs: 1_000 },
    );
    expect(outcome).toMatchObject({ successful: false, status: null, message: expect.stringContaining('answer') });
    server.close();
  });

  it.each<[string, Receiver['answer']]>([
    ['does not answer', () => undefined],
    ['does not end its answer', (response) => response.writeHead(200).write('…')],
  ])('gives up on one that %s', async (_what, answer) => {
    receiver.answer = answer;
    const outcome = await send({}, { allowedNetworks: LOOPBACK, timeoutMs: 150 });
    expect(outcome).toEqual({
      successful: false,
      status: null,
      refused: false,
      message: 'There was no whole answer within 0.15 seconds.',
    });
    await until('the connection is closed', async () => (await receiver.connections()) === 0);
  });

  it('gives up on a name that nobody looks up', async () => {
    const never: WebhookSenderOptions = { resolve: () => undefined, timeoutMs: 150 };
    expect((await send({ url: at('hooks.example') }, never)).message).toMatch(/within 0.15 seconds/);
  });

  it('reads no more than 64 kB of an answer', async () => {
    let sent = 0;
    receiver.answer = (response) => {
      const more = (): void => {
        while (!response.destroyed && sent < 50_000_000) {
          sent += 65_536;
          if (!response.write(Buffer.alloc(65_536))) return;
        }
      };
      response.writeHead(200);
      response.on('drain', more);
      more();
    };
    expect(await send()).toMatchObject({ successful: true, status: 200 });
    await until('the connection is closed', async () => (await receiver.connections()) === 0);
    expect(sent).toBeLessThan(50_000_000);
  });

  it.each<[string, string, RegExp]>([
    ['closes at once', '127.0.0.1', /closed before there was an answer/],
    ['speaks something else', '127.0.0.1', /not HTTP/],
  ])('says so of one that %s', async (what, host, message) => {
    receiver.answer = ({ socket }) =>
      what === 'closes at once' ? socket?.destroy() : socket?.end('220 smtp ready\r\n');
    expect(await send({ url: at(host) })).toMatchObject({ successful: false, message: expect.stringMatching(message) });
  });

  it('says so of one that is not there, and of one without TLS', async () => {
    expect((await send({ url: at('127.0.0.1', 'https') })).message).toMatch(/TLS/);
    await receiver.stop();
    expect((await send()).message).toBe('The connection was refused.');
    receiver = await startReceiver();
  });

  it('says so of a name that does not exist', async () => {
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
    const unknown: WebhookSenderOptions = { resolve: (_host, done) => done(error, []) };
    expect((await send({ url: at('nobody.example') }, unknown)).message).toBe('The host name is not known.');
  });

  it.each(['127.0.0.1', '2130706433', '127.0.0.1.', 'localhost'])(
    'sends nothing to this machine as %s, unless it is allowed',
    async (host) => {
      const outcome = await send({ url: at(host) }, {});
      expect(outcome).toMatchObject({ successful: false, status: null, refused: true });
      expect(outcome.message).toMatch(/is not an address of the public internet/);
      expect(receiver.received).toEqual([]);
    },
  );

  it('sends nothing to a name with any address that may not be called', async () => {
    for (const addresses of [['127.0.0.1', '10.0.0.1'], ['127.0.0.1', '::1'], ['8.8.8.8', '169.254.169.254'], []]) {
      const outcome = await send({ url: at('mixed.example') }, resolving(addresses));
      expect(outcome.message).toBe(
        'mixed.example is not an address of the public internet, and not in an allowed network.',
      );
    }
    expect(receiver.received).toEqual([]);
  });

  it('connects to the very address that was checked: the name is looked up once', async () => {
    const asked: string[] = [];
    // This machine's resolver knows no such name: a second look-up could not have found the receiver.
    expect((await send({ url: at('rebind.example') }, resolving(['127.0.0.1'], asked))).successful).toBe(true);
    expect(asked).toEqual(['rebind.example']);
    expect(receiver.received[0]?.headers.host).toBe(`rebind.example:${String(receiver.port)}`);
  });

  it('sends without TLS only to allowed networks when TLS is needed', async () => {
    expect((await send({ needsTls: true })).successful).toBe(true);
    const outside = await send({ url: at('plain.example'), needsTls: true }, resolving(['8.8.8.8']));
    expect(outside.message).toBe('plain.example is not in an allowed network: use https.');
  });
});
