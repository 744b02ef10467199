import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../store/api-keys.js';
import { createPlatform } from '../../store/platforms.js';
import { createApi, type Api } from './api.js';
import { created, expectRefusal, type Json } from './support.js';

const PATH = '/v1/api-keys';

describe('changing an API key', () => {
  let h: Api;
  let second: string;
  let ownId: string;
  /** A key of both TEST platforms, calling for the first. */
  let both: Record<string, string>;
  beforeAll(async () => {
    h = await createApi();
    second = (await createPlatform(h.db, 'Second', 'TEST')).id;
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
  const patch = (key: Json, body: Json, headers?: Record<string, string>) =>
    h.call('PATCH', `${PATH}/${key.id as string}`, body, headers);
  const works = async (headers: Record<string, string>): Promise<number> =>
    (await h.call('GET', '/v1/platform', undefined, headers)).status;
  const serving = (...ids: string[]): Json => ({ account_memberships: ids.map((account_id) => ({ account_id })) });

  it('changes what it names and leaves the rest (S-W10)', async () => {
    const key = await create({ description: 'Old', expires_at: '2990-01-31T00:00:00.250Z' });
    const renamed = await patch(key, { description: 'New', api_key: 'dw_mine', id: 'key_mine', entity_id: 'x' });
    expect([renamed.status, renamed.body]).toEqual([200, { ...key, description: 'New' }]);
    expect(renamed.headers['dunwell-ignored-fields']).toBe('api_key, entity_id');
    expect((await patch(key, { description: null, expires_at: null })).body).toEqual({
      ...key,
      description: null,
      expires_at: null,
    });
  });

  it('switches a key off and on, in either word, at once', async () => {
    const key = await create();
    const headers = await shown(key);
    for (const [off, on] of [
      [{ active: false }, { active: true }],
      [{ status: 'INACTIVE' }, { status: 'ACTIVE' }],
      [
        { active: null, status: 'INACTIVE' },
        { active: true, status: null },
      ],
    ]) {
      expect((await patch(key, off ?? {})).body).toMatchObject({ active: false, status: 'INACTIVE' });
      expect(await works(headers)).toBe(401);
      expect((await patch(key, on ?? {})).body).toMatchObject({ active: true, status: 'ACTIVE' });
      expect(await works(headers)).toBe(200);
    }
    expectRefusal(await patch(key, { active: false, status: 'ACTIVE' }), 400, 'INVALID_FIELD', 'status');
  });

  it('refuses an expired key at once, and lets it be described still', async () => {
    const key = await create({ expires_at: '2990-01-31T00:00:00Z' });
    const headers = await shown(key);
    expect(await works(headers)).toBe(200);
    await h.db.rows(`UPDATE api_keys SET expires_at = clock_timestamp() WHERE id = $1`, [key.id]);
    expect(await works(headers)).toBe(401);
    expect((await patch(key, { description: 'expired' })).status).toBe(200);
    expect((await patch(key, { expires_at: '2991-01-31T00:00:00Z' })).status).toBe(200);
    expect(await works(headers)).toBe(200);
  });

  it('lowers a role, at once', async () => {
    const key = await create();
    const headers = await shown(key);
    const lowered = await patch(key, { role_type: 'READ_ONLY' });
    expect(lowered.body).toMatchObject({ role_type: 'READ_ONLY', account_memberships: [{ type: 'USER' }] });
    expectRefusal(await h.call('PATCH', '/v1/platform', {}, headers), 403, 'USER_NOT_ALLOWED');
  });

  it('moves a key to other platforms of the caller', async () => {
    const key = await create();
    const headers = await shown(key);
    const moved = await patch(key, serving(second), both);
    expect(moved.body).toMatchObject({ account_memberships: [{ account_id: second }] });
    expect((await h.call('GET', '/v1/platform', undefined, headers)).body.id).toBe(second);
    expectRefusal(await patch(key, {}), 404, 'RESOURCE_NOT_FOUND');
  });

  it.each<[Json, string]>([
    [{ status: null }, 'status'],
    [{ active: null }, 'status'],
    [{ active: null, status: null }, 'status'],
    [{ role_type: null }, 'role_type'],
    [{ account_memberships: null }, 'account_memberships'],
  ])('does not fall back to a default by %j', async (body, field) => {
    const key = await create({ role_type: 'READ_ONLY', active: false });
    expectRefusal(await patch(key, body), 400, 'MISSING_FIELD', field);
    expect((await h.call('GET', `${PATH}/${key.id as string}`)).body).toEqual(key);
  });

  it('does not let anybody lock themselves out', async () => {
    const own = { id: ownId };
    expectRefusal(await patch(own, { active: false }), 400, 'INVALID_OPERATION', 'status');
    expectRefusal(await patch(own, { role_type: 'READ_ONLY' }), 400, 'INVALID_OPERATION', 'role_type');
    expect((await patch(own, { description: 'mine' })).status).toBe(200);
    const moved = await h.call('POST', PATH, serving(h.platformId, second), both);
    const { api_key } = (await decrypt(moved.body, both)).body;
    const headers = { 'x-api-key': api_key as string, 'x-platform-id': h.platformId };
    expectRefusal(await patch(moved.body, serving(second), headers), 400, 'INVALID_OPERATION', 'account_memberships');
  });

  it('gives no key that outlives the one it was made with, and does not lift its own end', async () => {
    const end = '2990-01-31T00:00:00Z';
    const key = await create({ expires_at: end });
    const own = await shown(key);
    for (const expires_at of [null, '2991-01-31T00:00:00Z']) {
      expectRefusal(await patch(key, { expires_at }, own), 403, 'USER_NOT_ALLOWED', 'expires_at');
      expectRefusal(await h.call('POST', PATH, { expires_at }, own), 403, 'USER_NOT_ALLOWED', 'expires_at');
    }
    expect((await h.call('POST', PATH, { expires_at: end }, own)).status).toBe(201);
    expect((await patch(key, { description: 'still the same' }, own)).status).toBe(200);
  });
});
