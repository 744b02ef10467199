import { Networks } from '../../contracts/networks.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { created, refuses, stored, type Json } from './support.js';

const URL_OF = 'https://hooks.example.com/dunwell';
const PASSWORD = { authentication_type: 'PASSWORD', username: 'us', password: 'their-password' };
const API_KEY = { authentication_type: 'API_KEY', api_header_field: 'X-Hook-Key', api_key: 'their-api-key' };

describe('webhooks', () => {
  let h: Api;
  let live: Api;
  let count = 0;
  beforeAll(async () => {
    h = await createApi();
    live = await createApi('LIVE', { webhooks: { allowedNetworks: new Networks(['10.0.0.0/8']) } });
  });
  afterAll(() => Promise.all([h.stop(), live.stop()]));

  const minimal = (more: Json = {}): Json => ({
    name: 'Hook',
    reference: `hook-${String((count += 1))}`,
    url: URL_OF,
    ...more,
  });
  const create = (more: Json = {}): Promise<Json> => created(h, '/v1/webhooks', minimal(more));
  const path = (hook: Json): string => `/v1/webhooks/${hook.id as string}`;
  const patch = (hook: Json, change: Json) => h.call('PATCH', path(hook), change);

  it('need a name, a reference and a URL, and show their secret once', async () => {
    const body = minimal();
    const row = await created(h, '/v1/webhooks', body);
    expect(row).toEqual({
      object_type: 'WEBHOOK',
      id: expect.stringMatching(/^whk_[A-Za-z0-9]{20}$/),
      ...body,
      active: true,
      included_actions: null,
      excluded_actions: null,
      include_previous_data: false,
      authentication_type: 'NONE',
      username: null,
      password: null,
      api_header_field: null,
      api_key: null,
      secret_key: expect.stringMatching(/^whsec_[A-Za-z0-9_-]{43}$/),
      signing_protocol: 'HMAC_SHA256_V1',
      previous_secret_key: null,
      previous_signing_protocol: null,
      secret_rolled_at: null,
      penalty_box: null,
      penalty_box_data: null,
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    });
    const shown = { ...row, secret_key: null };
    expect((await h.call('GET', path(row))).body).toEqual(shown);
    expect((await h.call('GET', '/v1/webhooks?limit=100')).body.data).toContainEqual(shown);
    expect((await patch(row, {})).body).toEqual(shown);
  });

  it.each([PASSWORD, API_KEY])('never show nor store what they authenticate with as it is: %j', async (how) => {
    const row = await create({ ...how, secret_key: 'their-own-secret-key' });
    expect(row).toMatchObject({ ...how, password: null, api_key: null, secret_key: 'their-own-secret-key' });
    const answers = [
      await h.call('GET', path(row)),
      await patch(row, { name: 'New' }),
      await h.call('GET', '/v1/webhooks?limit=100'),
      await h.call('DELETE', path(row)),
    ];
    const rows = await h.db.rowsOnce(`SELECT w::text FROM webhooks w UNION ALL SELECT k::text FROM idempotency_keys k`);
    expect(JSON.stringify([answers.map(({ body }) => body), rows])).not.toMatch(/their-(password|api|own)/);
  });

  it('keep a created secret sealed, also in the answer that is given again', async () => {
    const send = () => h.call('POST', '/v1/webhooks', body, { 'idempotency-key': 'create-hook' });
    const body = minimal();
    const first = await send();
    const again = await send();
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([first.body, 'true']);
    const kept = await h.db.rowsOnce('SELECT k::text FROM idempotency_keys k');
    expect(kept.length).toBeGreaterThan(0);
    expect(JSON.stringify(kept)).not.toContain(first.body.secret_key);
  });

  it.each<[string, Json, string, string?]>([
    ['no URL', { url: null }, 'url', 'MISSING_FIELD'],
    ['another protocol', { url: 'ftp://hooks.example.com' }, 'url'],
    ['no absolute URL', { url: '/hook' }, 'url'],
    ['credentials in the URL', { url: 'https://a:b@hooks.example.com' }, 'url'],
    ['a fragment', { url: `${URL_OF}#` }, 'url'],
    ['a line break in the URL', { url: `${URL_OF}\n` }, 'url'],
    ['a URL without end', { url: `${URL_OF}${'x'.repeat(2_048)}` }, 'url'],
    ['a private address', { url: 'http://10.0.0.1' }, 'url'],
    ['this machine, written otherwise', { url: 'http://0x7f.1/' }, 'url'],
    ['this machine in IPv6', { url: 'http://[::ffff:127.0.0.1]/' }, 'url'],
    ['no name', { name: undefined }, 'name', 'MISSING_FIELD'],
    ['no reference', { reference: '' }, 'reference'],
    ['an unknown action', { included_actions: ['INVOICE.CREATED', 'INVOICE.EATEN'] }, 'included_actions[1]'],
    ['all of an unknown resource', { excluded_actions: ['TEAPOT.*'] }, 'excluded_actions[0]'],
    ['another way to authenticate', { authentication_type: 'OAUTH' }, 'authentication_type'],
    ['a password without a user', { authentication_type: 'PASSWORD', password: 'p' }, 'username', 'MISSING_FIELD'],
    ['a user without a password', { authentication_type: 'PASSWORD', username: 'u' }, 'password', 'MISSING_FIELD'],
    ['a colon in the user', { ...PASSWORD, username: 'a:b' }, 'username'],
    ['an API key without its header', { ...API_KEY, api_header_field: null }, 'api_header_field', 'MISSING_FIELD'],
    ['a header without its API key', { ...API_KEY, api_key: null }, 'api_key', 'MISSING_FIELD'],
    ['fields of another way', { ...API_KEY, username: 'us' }, 'username'],
    ['fields of no way', { api_key: 'k' }, 'api_key'],
    ['a header of ours', { ...API_KEY, api_header_field: 'Dunwell-Signature' }, 'api_header_field'],
    ['a header of the connection', { ...API_KEY, api_header_field: 'transfer-Encoding' }, 'api_header_field'],
    ['no header name', { ...API_KEY, api_header_field: 'X Key' }, 'api_header_field'],
    ['a line break in the API key', { ...API_KEY, api_key: 'k\r\nX-Other: 1' }, 'api_key'],
    ['more than ASCII in the API key', { ...API_KEY, api_key: 'clé' }, 'api_key'],
    ['a short secret', { secret_key: 'fifteen-letters' }, 'secret_key'],
    ['a secret with a space', { secret_key: 'sixteen letters!' }, 'secret_key'],
    ['null for a name', { name: null }, 'name', 'MISSING_FIELD'],
  ])('refuse %s and store nothing', (_what, more, field, code = 'INVALID_FIELD') =>
    refuses(h, ['POST', '/v1/webhooks', minimal(more)], 400, code, field),
  );

  it('have references that are unique', async () => {
    const [one, two] = [await create(), await create()];
    const taken = ['RESOURCE_ALREADY_EXISTS', 'reference'] as const;
    await refuses(h, ['POST', '/v1/webhooks', minimal({ reference: one.reference })], 409, ...taken);
    await refuses(h, ['PATCH', path(two), { reference: one.reference }], 409, ...taken);
    expect((await patch(two, { reference: two.reference })).status).toBe(200);
  });

  it('take every action that is listed, and all of a resource', async () => {
    const { body } = await h.call('GET', '/v1/webhooks/actions');
    expect(Object.keys(body)).toEqual(['data']);
    const listed = (body.data as Json[]).flatMap(({ actions }) => actions as string[]);
    expect(listed).toEqual(expect.arrayContaining(['INVOICE.UPDATED', 'WORKFLOW_RUN.BLOCKED', 'DELIVERY.IN_DOUBT']));
    const all = [...listed, ...(body.data as Json[]).map((one) => `${one.object_type as string}.*`)];
    expect((await create({ included_actions: all })).included_actions).toEqual(all);
  });

  it('list actions by page and in order', async () => {
    const types = async (query: string): Promise<string[]> =>
      ((await h.call('GET', `/v1/webhooks/actions?${query}`)).body.data as Json[]).map((one) => one.object_type);
    const all = await types('');
    expect(all).toEqual([...all].sort());
    expect(await types('limit=2&page=2')).toEqual(all.slice(2, 4));
    expect(await types('order_by=object_type&order_direction=DESC')).toEqual(all.toReversed());
    await refuses(h, ['GET', '/v1/webhooks/actions?order_by=colour'], 400, 'INVALID_FIELD', 'order_by');
  });

  describe('PATCH', () => {
    it('changes what is given and clears what is null', async () => {
      const row = await create({ included_actions: ['INVOICE.*'], active: false });
      const changed = await patch(row, { active: null, included_actions: null, excluded_actions: ['ALERT.CREATED'] });
      expect([changed.status, changed.body]).toEqual([
        200,
        {
          ...row,
          secret_key: null,
          active: true,
          included_actions: null,
          excluded_actions: ['ALERT.CREATED'],
          updated_at: expect.any(String),
        },
      ]);
    });

    it.each([PASSWORD, API_KEY])('keeps every secret when given what GET answers: %j', async (how) => {
      const row = await create(how);
      const before = await stored(h);
      const { body } = await h.call('GET', path(row));
      expect((await patch(row, body)).body).toEqual(body);
      expect(await stored(h)).toEqual(before);
    });

    it('needs the fields of another way to authenticate, and drops those of the one before', async () => {
      const row = await create(PASSWORD);
      const change = { authentication_type: 'API_KEY', api_header_field: 'X-Key' };
      await refuses(h, ['PATCH', path(row), change], 400, 'MISSING_FIELD', 'api_key');
      expect((await patch(row, { ...change, api_key: 'k' })).body).toMatchObject({ ...change, username: null });
      expect((await patch(row, { authentication_type: null })).body).toMatchObject({
        authentication_type: 'NONE',
        api_header_field: null,
      });
      const left = await h.db.rowsOnce('SELECT sealed_password, sealed_api_key FROM webhooks WHERE id = $1', [row.id]);
      expect(left).toEqual([{ sealed_password: null, sealed_api_key: null }]);
    });

    it('is checked like a create', async () => {
      const row = await create(PASSWORD);
      await refuses(h, ['PATCH', path(row), { url: 'http://192.168.0.1' }], 400, 'INVALID_FIELD', 'url');
      await refuses(h, ['PATCH', path(row), { username: null }], 400, 'MISSING_FIELD', 'username');
      await refuses(h, ['PATCH', path(row), { api_key: 'k' }], 400, 'INVALID_FIELD', 'api_key');
    });

    it('names the secret key and unknown fields as ignored', async () => {
      const row = await create();
      const answer = await patch(row, { secret_key: 'another-secret-of-theirs', colour: 'red' });
      expect(answer.headers['dunwell-ignored-fields']).toBe('secret_key, colour');
    });
  });

  it('are gone for good after DELETE, and their reference is free', async () => {
    const row = await create();
    const deleted = await h.call('DELETE', path(row));
    expect([deleted.status, deleted.body]).toEqual([200, { ...row, secret_key: null }]);
    await refuses(h, ['GET', path(row)], 404, 'RESOURCE_NOT_FOUND');
    await create({ reference: row.reference });
  });

  it.each([
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['PATCH', '/secret-key'],
    ['DELETE', '/secret-key'],
    ['POST', '/send-test'],
    ['POST', '/send-penalty-box-payload'],
  ])('are not known by another id: %s …%s', (method, more) => {
    const body = method === 'PATCH' ? {} : undefined;
    return refuses(h, [method, `/v1/webhooks/whk_unknown${more}`, body], 404, 'RESOURCE_NOT_FOUND');
  });

  it('are https only on LIVE platforms, but for networks that are allowed', async () => {
    for (const url of ['http://8.8.8.8/', 'http://127.0.0.1/', 'https://127.0.0.1/']) {
      await refuses(live, ['POST', '/v1/webhooks', minimal({ url })], 400, 'INVALID_FIELD', 'url');
    }
    for (const url of ['https://8.8.8.8/', 'http://10.0.0.1/', 'https://10.0.0.1/', 'http://inside.example/']) {
      await created(live, '/v1/webhooks', minimal({ url }));
    }
    const closed = await createApi('LIVE');
    const plain = minimal({ url: 'http://hooks.example' });
    await refuses(closed, ['POST', '/v1/webhooks', plain], 400, 'INVALID_FIELD', 'url');
    await closed.stop();
  });
});
