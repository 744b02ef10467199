import { Networks } from '../../contracts/networks.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startReceiver, signers, type Receiver } from '../support/webhooks/receiver.js';
import { createApi, type Api } from './api.js';
import { created, expectRefusal, refuses, stored, type Json } from './support.js';

describe('requests to webhooks, and what they are signed with', () => {
  let h: Api;
  let closed: Api;
  let receiver: Receiver;
  let count = 0;
  beforeAll(async () => {
    h = await createApi('TEST', { webhooks: { allowedNetworks: new Networks(['127.0.0.0/8']), timeoutMs: 500 } });
    closed = await createApi();
  });
  afterAll(() => Promise.all([h.stop(), closed.stop()]));
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.stop());

  const body = (more: Json = {}): Json => ({
    name: 'Hook',
    reference: `hook-${String((count += 1))}`,
    url: receiver.url,
    ...more,
  });
  const create = (more: Json = {}): Promise<Json> => created(h, '/v1/webhooks', body(more));
  const roll = (hook: Json, method = 'PATCH', change?: Json) =>
    h.call(method, `/v1/webhooks/${hook.id as string}/secret-key`, change);
  const sendTest = (hook: Json) => h.call('POST', `/v1/webhooks/${hook.id as string}/send-test`);
  /** Which of these secrets the next request is signed with. */
  const signedBy = async (hook: Json, ...secrets: Json[]): Promise<string[]> => {
    expect((await sendTest(hook)).body.successful).toBe(true);
    const got = receiver.received.at(-1);
    const signatures = String(got?.headers['dunwell-signature']).split('v1=').length - 1;
    const by = got
      ? signers(
          got,
          secrets.map((one) => one.secret_key as string),
        )
      : [];
    expect(by).toHaveLength(signatures);
    return by;
  };

  it.each([
    [{ authentication_type: 'PASSWORD', username: 'u', password: 'p' }, 'password'],
    [{ authentication_type: 'API_KEY', api_header_field: 'X-K', api_key: 'k' }, 'api_key'],
  ])('does not send a stored credential to another server: %j', async (authentication, field) => {
    const hook = await create(authentication);
    const change = { url: 'https://elsewhere.example/hook' };
    await refuses(h, ['PATCH', `/v1/webhooks/${hook.id as string}`, change], 400, 'MISSING_FIELD', field);
    const again = await h.call('PATCH', `/v1/webhooks/${hook.id as string}`, { ...change, [field]: 'new' });
    expect(again.status).toBe(200);
    const same = await h.call('PATCH', `/v1/webhooks/${hook.id as string}`, { url: `${change.url}/2` });
    expect(same.status).toBe(200);
  });

  it('send-test posts an event that the shown secret verifies', async () => {
    const hook = await create({ active: false, authentication_type: 'API_KEY', api_header_field: 'X-K', api_key: 'k' });
    const before = await stored(h);
    const answer = await sendTest(hook);
    expect([answer.status, answer.body]).toEqual([
      200,
      { successful: true, message: 'The webhook answered with status 204.' },
    ]);
    expect(await stored(h)).toEqual(before);
    const [got] = receiver.received;
    if (!got) throw new Error('Nothing was received.');
    expect(signers(got, [hook.secret_key as string])).toEqual([hook.secret_key]);
    const event = JSON.parse(got.body) as Json;
    expect(event).toEqual({
      object_type: 'WEBHOOK_EVENT',
      id: expect.stringMatching(/^whev_[A-Za-z0-9]{20}$/),
      type: 'WEBHOOK.TEST',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      platform_id: h.platformId,
      data: { object_type: 'WEBHOOK', id: hook.id, name: 'Hook', reference: hook.reference },
    });
    expect(got.headers).toMatchObject({ 'x-k': 'k', 'dunwell-webhook-id': hook.id, 'dunwell-event-id': event.id });
  });

  it('test-connection posts to what is not stored, and stores nothing', async () => {
    const before = await stored(h);
    const secret = 'a-secret-of-their-own';
    const answer = await h.call('POST', '/v1/webhooks/test-connection', body({ secret_key: secret }));
    expect([answer.status, answer.body.successful]).toEqual([200, true]);
    const [got] = receiver.received;
    expect(got && signers(got, [secret])).toEqual([secret]);
    expect(got?.headers).not.toHaveProperty('dunwell-webhook-id');
    expect(await stored(h)).toEqual(before);
  });

  it.each<[string, Receiver['answer'], RegExp]>([
    [
      'refuses',
      (response) => response.writeHead(500).end('secret of theirs'),
      /^The webhook answered with status 500\.$/,
    ],
    ['sends elsewhere', (response) => response.writeHead(302, { location: '/else' }).end(), /status 302/],
    ['does not answer', () => undefined, /within 0.5 seconds/],
  ])('answers 200 when the target %s', async (_what, behaviour, message) => {
    receiver.answer = behaviour;
    const hook = await create();
    for (const answer of [await sendTest(hook), await h.call('POST', '/v1/webhooks/test-connection', body())]) {
      expect([answer.status, answer.body]).toEqual([
        200,
        { successful: false, message: expect.stringMatching(message) },
      ]);
    }
    expect(receiver.received).toHaveLength(2);
  });

  it('test-connection is checked like a create', async () => {
    const test = '/v1/webhooks/test-connection';
    await refuses(h, ['POST', test, body({ url: 'ftp://x.example' })], 400, 'INVALID_FIELD', 'url');
    await refuses(h, ['POST', test, body({ authentication_type: 'PASSWORD' })], 400, 'MISSING_FIELD', 'username');
    await refuses(closed, ['POST', test, body()], 400, 'INVALID_FIELD', 'url');
  });

  it('sends nothing to a name that leads to this machine, unless it is allowed', async () => {
    const url = `http://localhost:${String(receiver.port)}/`;
    const answer = await closed.call('POST', '/v1/webhooks/test-connection', body({ url }));
    expect([answer.status, answer.body]).toEqual([
      200,
      { successful: false, message: expect.stringMatching(/^localhost is not an address of the public internet/) },
    ]);
    const hook = await created(closed, '/v1/webhooks', body({ url }));
    const tested = await closed.call('POST', `/v1/webhooks/${hook.id as string}/send-test`);
    expect(tested.body).toEqual(answer.body);
    expect(receiver.received).toEqual([]);
  });

  it('sends one request however often it is asked with one key', async () => {
    const hook = await create();
    const key = { 'idempotency-key': 'test-once' };
    const ask = () => h.call('POST', `/v1/webhooks/${hook.id as string}/send-test`, undefined, key);
    expect((await ask()).body).toEqual((await ask()).body);
    expect(receiver.received).toHaveLength(1);
  });

  it('signs twice after a roll, for a day', async () => {
    const first = await create();
    expect(await signedBy(first, first)).toHaveLength(1);
    const rolled = await roll(first);
    expect([rolled.status, rolled.body]).toEqual([
      200,
      {
        ...first,
        secret_key: expect.stringMatching(/^whsec_/),
        previous_signing_protocol: 'HMAC_SHA256_V1',
        secret_rolled_at: expect.stringMatching(/Z$/),
        updated_at: expect.any(String),
      },
    ]);
    expect(rolled.body.secret_key).not.toBe(first.secret_key);
    expect(await signedBy(first, first, rolled.body)).toEqual([first.secret_key, rolled.body.secret_key]);
    await h.db.rowsOnce(`UPDATE webhooks SET previous_ends_at = previous_ends_at - interval '24 hours' WHERE id = $1`, [
      first.id,
    ]);
    expect(await signedBy(first, first, rolled.body)).toEqual([rolled.body.secret_key]);
    const { body: shown } = await h.call('GET', `/v1/webhooks/${first.id as string}`);
    expect(shown).toMatchObject({ secret_key: null, previous_signing_protocol: null });
  });

  it('ends the secret before the last one with the next roll', async () => {
    const first = await create();
    const second = (await roll(first)).body;
    const third = (await roll(first, 'PATCH', { secret_key: 'their-own-third-secret' })).body;
    expect(third.secret_key).toBe('their-own-third-secret');
    expect(await signedBy(first, first, second, third)).toEqual([second.secret_key, third.secret_key]);
  });

  it('rolls to a given secret, names what else was given, and refuses one that is in use', async () => {
    const hook = await create();
    const answer = await roll(hook, 'PATCH', { secret_key: 'their-own-new-secret', name: 'Other', url: null });
    expect([answer.status, answer.body.name, answer.headers['dunwell-ignored-fields']]).toEqual([
      200,
      'Hook',
      'name, url',
    ]);
    for (const secret of ['their-own-new-secret', hook.secret_key as string]) {
      expectRefusal(await roll(hook, 'PATCH', { secret_key: secret }), 400, 'INVALID_FIELD', 'secret_key');
    }
    expectRefusal(await roll(hook, 'PATCH', { secret_key: 'short' }), 400, 'INVALID_FIELD', 'secret_key');
  });

  it('ends every secret at once by DELETE, and is never without one', async () => {
    const first = await create();
    const second = (await roll(first)).body;
    const removed = await roll(first, 'DELETE');
    expect([removed.status, removed.body]).toMatchObject([200, { previous_signing_protocol: null }]);
    expect(await signedBy(first, first, second, removed.body)).toEqual([removed.body.secret_key]);
  });

  it('rolls once however often it is asked with one key', async () => {
    const hook = await create();
    const ask = () =>
      h.call('PATCH', `/v1/webhooks/${hook.id as string}/secret-key`, {}, { 'idempotency-key': 'roll' });
    const [one, two] = [await ask(), await ask()];
    expect(two.body).toEqual(one.body);
    expect(await signedBy(hook, hook, one.body)).toHaveLength(2);
  });

  it('has nothing to send again while it is not in the penalty box', async () => {
    const hook = await create();
    const again = `/v1/webhooks/${hook.id as string}/send-penalty-box-payload`;
    await refuses(h, ['POST', again], 400, 'INVALID_OPERATION');
    expect(receiver.received).toEqual([]);
  });
});
