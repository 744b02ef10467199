import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApiKey } from '../../store/api-keys.js';
import { createApi, type Api } from './api.js';
import { created, expectRefusal, refuses, stranger, type Json } from './support.js';

const PATH = '/v1/api-keys';

describe('finding API keys', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi();
    for (const description of ['Billing 100%', 'billing two', 'Shop']) await created(h, PATH, { description });
    await created(h, PATH, { description: 'Billing off', active: false });
  });
  afterAll(() => h.stop());

  const list = async (query = ''): Promise<Json[]> => {
    const answer = await h.call('GET', `${PATH}?${query}`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body.data as Json[];
  };
  const search = (body?: Json, query = '') => h.call('POST', `${PATH}/search?${query}`, body);
  const names = (rows: Json[]): string[] => rows.map(({ description }) => description as string).sort();

  it('lists the newest first, in pages, and never a key', async () => {
    const rows = await list();
    expect(rows[0]?.description).toBe('Billing off');
    expect(rows).toHaveLength(5);
    expect(rows.every(({ api_key }) => api_key === null)).toBe(true);
    const page = (await h.call('GET', `${PATH}?limit=2&page=2&order_by=id&order_direction=asc`)).body;
    expect(page.data.map(({ id }: Json) => id as string)).toEqual(
      rows
        .map(({ id }) => id as string)
        .sort()
        .slice(2, 4),
    );
    expect(page.links.next).toContain('page=3');
  });

  it('filters by active', async () => {
    expect(names(await list('active=false'))).toEqual(['Billing off']);
    expect(await list('active=true')).toHaveLength(4);
    await refuses(h, ['GET', `${PATH}?active=maybe`], 400, 'INVALID_FIELD', 'active');
    await refuses(h, ['GET', `${PATH}?order_by=key_hash`], 400, 'INVALID_FIELD', 'order_by');
  });

  it.each<[string, Json | undefined, string[]]>([
    ['nothing asked', undefined, ['Billing 100%', 'Shop', 'billing two', 'test']],
    [
      'nulls',
      { resource_id: null, username: null, user_type: null, include_inactive: null },
      ['Billing 100%', 'Shop', 'billing two', 'test'],
    ],
    ['part of a description in any case', { username: 'BILLING' }, ['Billing 100%', 'billing two']],
    ['a sign that means something in SQL', { username: '%' }, ['Billing 100%']],
    [
      'inactive ones too',
      { username: 'billing', include_inactive: true },
      ['Billing 100%', 'Billing off', 'billing two'],
    ],
    ['the kind of user', { user_type: 'api', username: 'shop' }, ['Shop']],
    ['another kind of user', { user_type: 'PERSON' }, []],
    ['an unknown id', { resource_id: 'key_unknown' }, []],
  ])('finds by %s', async (_what, body, found) => {
    const answer = await search(body);
    expect([answer.status, names(answer.body.data as Json[])]).toEqual([200, found]);
  });

  it('finds one by its id and answers it as the contract has it, beside the page', async () => {
    const [key] = await list('active=false');
    const {
      data,
      links,
      limit,
      page,
      total_number_of_pages: _pages,
      ...first
    } = (await search({ resource_id: key?.id as string, include_inactive: true })).body;
    expect([data, first]).toEqual([[key], key]);
    expect([limit, page, links]).toMatchObject([50, 1, { previous: null, next: null }]);
    expect((await search({ resource_id: 'key_unknown' })).body).not.toHaveProperty('id');
  });

  it('finds no key of another platform', async () => {
    const theirs = await stranger(h);
    const own = (await list('limit=1'))[0]?.id as string;
    const answer = await h.call('POST', `${PATH}/search`, { resource_id: own }, theirs);
    expect(answer.body.data).toEqual([]);
  });

  it('asks the database once, however many keys there are', async () => {
    const asked = (['rows', 'rowsOnce'] as const).map((name) => vi.spyOn(h.db, name));
    expect((await list()).length).toBeGreaterThan(1);
    // Who asks, and the list.
    expect(asked.map((spy) => spy.mock.calls.length)).toEqual([1, 1]);
    vi.restoreAllMocks();
  });

  it('lets a READ_ONLY key look and search, not make or change', async () => {
    const reader = { 'x-api-key': await createApiKey(h.db, [h.platformId], 'reader', 'READ_ONLY') };
    const id = (await list('limit=1'))[0]?.id as string;
    expect((await h.call('GET', PATH, undefined, reader)).status).toBe(200);
    expect((await h.call('POST', `${PATH}/search`, {}, reader)).status).toBe(200);
    expectRefusal(await h.call('POST', PATH, { role_type: 'READ_ONLY' }, reader), 403, 'USER_NOT_ALLOWED');
    expectRefusal(await h.call('PATCH', `${PATH}/${id}`, {}, reader), 403, 'USER_NOT_ALLOWED');
  });
});
