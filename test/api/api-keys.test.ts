import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../store/api-keys.js';
import { createPlatform } from '../../store/platforms.js';
import { until } from '../support/until.js';
import { createApi, type Api } from './api.js';
import { created, expectRefusal, refuses, stranger, type Json } from './support.js';

const PATH = '/v1/api-keys';

describe('API keys (S-W13)', () => {
  let h: Api;
  let second: string;
  let live: string;
  let ownId: string;
  /** A key of both TEST platforms, calling for the first. */
  let both: Record<string, string>;
  beforeAll(async () => {
    h = await createApi();
    second = (await createPlatform(h.db, 'Second', 'TEST')).id;
    live = (await createPlatform(h.db, 'Live', 'LIVE')).id;
    ownId = ((await h.call('GET', PATH)).body.data as Json[])[0]?.id as string;
    const key = await createApiKey(h.db, [h.platformId, second], 'both');
    both = { 'x-api-key': key, 'x-platform-id': h.platformId };
  });
  afterAll(() => h.stop());

  const create = (more: Json = {}): Promise<Json> => created(h, PATH, more);
  const decrypt = (key: Json, headers?: Record<string, string>) =>
    h.call('GET', `${PATH}/${key.id as string}/decrypt`, undefined, headers);
  const shown = async (key: Json): Promise<Record<string, string>> => ({
    'x-api-key': (await decrypt(key)).body.api_key as string,
  });
  const works = async (headers: Record<string, string>): Promise<number> =>
    (await h.call('GET', '/v1/platform', undefined, headers)).status;
  const readOnly = async (): Promise<Record<string, string>> => ({
    'x-api-key': await createApiKey(h.db, [h.platformId], 'reader', 'READ_ONLY'),
  });
  const serving = (...ids: string[]): Json => ({ account_memberships: ids.map((account_id) => ({ account_id })) });

  it('answers everything but the key itself', async () => {
    const key = await create({ description: 'Billing' });
    expect(key).toEqual({
      object_type: 'API_KEY',
      id: expect.stringMatching(/^key_[A-Za-z0-9]{20}$/),
      client_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
      api_key: null,
      entity_id: h.platformId,
      created_at: expect.stringMatching(/Z$/),
      active: true,
      status: 'ACTIVE',
      description: 'Billing',
      account_memberships: [
        {
          object_type: 'ACCOUNT_MEMBERSHIP',
          id: `${key.id as string}:${h.platformId}`,
          account_id: h.platformId,
          account_reference: 'Test',
          environment: 'TEST',
          account: {
            id: h.platformId,
            reference: 'Test',
            account_type_code: 'PLATFORM',
            environment: 'TEST',
            account_group_id: h.platformId,
            parent_id: null,
            platform_id: h.platformId,
          },
          type: 'ADMIN',
          role_ids: [],
          roles: null,
        },
      ],
      team_memberships: null,
      role_type: 'ADMINISTRATOR',
      expires_at: null,
    });
    expect((await h.call('GET', `${PATH}/${key.id as string}`)).body).toEqual(key);
  });

  it('takes back what it answered', async () => {
    const key = await create({ description: 'Again', role_type: 'READ_ONLY', expires_at: '2990-01-31T00:00:00Z' });
    const again = await create(key);
    const said = ({ role_type, status, expires_at, description }: Json): Json => [
      role_type,
      status,
      expires_at,
      description,
    ];
    expect(said(again)).toEqual(said(key));
    expect(again.id).not.toBe(key.id);
  });

  describe('decrypt', () => {
    it('shows a key once, and the key works', async () => {
      const key = await create();
      const answer = await decrypt(key);
      expect([answer.status, answer.body]).toEqual([200, { ...key, api_key: expect.stringMatching(/^dw_[\w-]{39}$/) }]);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(await works({ 'x-api-key': answer.body.api_key as string })).toBe(200);
      expectRefusal(await decrypt(key), 400, 'INVALID_OPERATION');
    });

    it('shows it to one of five who ask at once', async () => {
      const key = await create();
      // All five are held at the row, so that each has read what it may read before any goes on.
      const asking = await h.db.transaction(async (tx) => {
        await tx.rows('SELECT FROM api_keys WHERE id = $1 FOR UPDATE', [key.id]);
        const asked = Array.from({ length: 5 }, () => decrypt(key));
        const waiting = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        await until('five wait', async () => (await h.db.row<{ count: number }>(waiting))?.count === 5);
        return { asked };
      });
      const answers = await Promise.all(asking.asked);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400]);
    });

    it('leaves neither the key nor its sealed text behind', async () => {
      const key = await create();
      const row = async (): Promise<string> =>
        JSON.stringify(await h.db.rows('SELECT sealed_key, api_keys::text FROM api_keys WHERE id = $1', [key.id]));
      const before = await row();
      const { api_key } = (await decrypt(key)).body;
      expect(before).not.toContain(api_key);
      expect(before).not.toContain('"sealed_key":null');
      expect(await row()).toContain('"sealed_key":null');
    });

    it('is not spent by a HEAD request', async () => {
      const key = await create();
      const head = await h.app.inject({
        method: 'HEAD',
        url: `${PATH}/${key.id as string}/decrypt`,
        headers: { 'x-api-key': h.apiKey },
      });
      expect(head.statusCode).toBe(404);
      expect((await decrypt(key)).status).toBe(200);
    });

    it('has nothing to show of a key made on the command line', async () =>
      expectRefusal(await decrypt({ id: ownId }), 400, 'INVALID_OPERATION'));

    it('does not let a READ_ONLY key lift itself, and shows it a READ_ONLY one', async () => {
      const [strong, weak] = [await create(), await create({ role_type: 'READ_ONLY' })];
      const reader = await readOnly();
      expectRefusal(await decrypt(strong, reader), 403, 'USER_NOT_ALLOWED');
      expect((await decrypt(weak, reader)).body.api_key).toMatch(/^dw_/);
      expect((await decrypt(strong)).status).toBe(200);
    });
  });

  describe('what is refused', () => {
    it.each<[string, () => Json, number, string, string]>([
      ['an invitation', () => ({ status: 'INVITED' }), 400, 'INVALID_FIELD', 'status'],
      ['a revoked invitation', () => ({ status: 'INVITE_REVOKED' }), 400, 'INVALID_FIELD', 'status'],
      ['two words that disagree', () => ({ active: true, status: 'INACTIVE' }), 400, 'INVALID_FIELD', 'status'],
      ['an unknown role', () => ({ role_type: 'OWNER' }), 400, 'INVALID_FIELD', 'role_type'],
      ['two lines', () => ({ description: 'a\nb' }), 400, 'INVALID_FIELD', 'description'],
      ['257 characters', () => ({ description: 'x'.repeat(257) }), 400, 'INVALID_FIELD', 'description'],
      ['an end that has passed', () => ({ expires_at: '2026-01-01T00:00:00Z' }), 400, 'INVALID_FIELD', 'expires_at'],
      ['an end without a zone', () => ({ expires_at: '2990-01-01T00:00:00' }), 400, 'INVALID_FIELD', 'expires_at'],
      [
        'one platform twice',
        () => serving(h.platformId, h.platformId),
        400,
        'INVALID_FIELD',
        'account_memberships[1].account_id',
      ],
      [
        'a membership of nothing',
        () => ({ account_memberships: [{ type: 'ADMIN' }] }),
        400,
        'MISSING_FIELD',
        'account_memberships[0].account_id',
      ],
      [
        'a platform of somebody else',
        () => serving(h.platformId, second),
        403,
        'USER_NOT_ALLOWED',
        'account_memberships[1].account_id',
      ],
      [
        'a platform that does not exist, likewise',
        () => serving('plat_unknown'),
        403,
        'USER_NOT_ALLOWED',
        'account_memberships[0].account_id',
      ],
    ])('%s', async (_what, body, status, code, field) => {
      const count = async (): Promise<unknown> => h.db.rows('SELECT count(*) FROM api_keys');
      const before = await count();
      await refuses(h, ['POST', PATH, body()], status, code, field);
      expect(await count()).toEqual(before);
    });

    it('TEST and LIVE in one key, though the caller may use both', async () => {
      const key = await createApiKey(h.db, [h.platformId, live], 'old');
      const headers = { 'x-api-key': key, 'x-platform-id': h.platformId };
      const answer = await h.call('POST', PATH, serving(h.platformId, live), headers);
      expectRefusal(answer, 400, 'INVALID_FIELD', 'account_memberships[1].account_id');
    });
  });

  describe('who sees a key', () => {
    it('shows one of several platforms only to whoever serves them all', async () => {
      const key = (await h.call('POST', PATH, serving(h.platformId, second), both)).body;
      expect(key.account_memberships.map((one: Json) => one.account_id)).toEqual([h.platformId, second]);
      const path = `${PATH}/${key.id as string}`;
      expect((await h.call('GET', path, undefined, both)).status).toBe(200);
      expect((await h.call('GET', path, undefined, { ...both, 'x-platform-id': second })).body.entity_id).toBe(second);
      for (const [method, suffix, body] of [
        ['GET', ''],
        ['GET', '/decrypt'],
        ['PATCH', '', {}],
      ] as const) {
        expectRefusal(await h.call(method, path + suffix, body), 404, 'RESOURCE_NOT_FOUND');
      }
      const ids = ((await h.call('GET', `${PATH}?limit=100`)).body.data as Json[]).map(({ id }) => id as string);
      expect(ids).not.toContain(key.id);
    });

    it('answers a key of another platform exactly like one that does not exist', async () => {
      const theirs = await stranger(h);
      const key = await create();
      for (const [method, suffix, body] of [
        ['GET', ''],
        ['GET', '/decrypt'],
        ['PATCH', '', { active: false }],
      ] as const) {
        const ask = async (id: string): Promise<string> => {
          const { status, body: answer } = await h.call(method, `${PATH}/${id}${suffix}`, body, theirs);
          return JSON.stringify([status, answer]).replaceAll(id, '<id>');
        };
        expect(await ask(key.id as string)).toBe(await ask('key_unknown'));
        expect(await ask(key.id as string)).toContain('404');
      }
      expect(await works(await shown(key))).toBe(200);
    });
  });
});
