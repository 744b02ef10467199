import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { created, put, refuses, stored, type Json } from './support.js';

const PATH = '/v1/alert-rules';

describe('a change of an alert rule', () => {
  let h: Api;
  let count = 0;
  beforeAll(async () => {
    h = await createApi();
    await put(h, 'customers/cust_1', {});
  });
  afterAll(() => h.stop());

  const threshold = { number: '80' };
  const rule = (status: string, more: Json = {}): Promise<Json> =>
    created(h, PATH, {
      reference: `rule-${String((count += 1))}`,
      type: 'ENTITLEMENT',
      status,
      entitlement: { feature_id: 'feat_1', comparator: 'EQUALS', threshold },
      ...more,
    });
  const archived = async (): Promise<Json> => (await h.call('DELETE', path(await rule('ACTIVE')))).body;
  const path = (row: Json): string => `${PATH}/${row.id as string}`;
  const patch = (row: Json, body: Json) => h.call('PATCH', path(row), body);

  it('leaves alone what it does not name, and clears what is null', async () => {
    const row = await rule('ACTIVE', { name: 'Old', customer_ids: ['cust_1'], trigger_type: 'STATIC' });
    const answer = await patch(row, { name: null, customer_ids: null, entitlement: { comparator: 'LESS_THAN' } });
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        ...row,
        name: null,
        customer_ids: null,
        entitlement: { ...row.entitlement, comparator: 'LESS_THAN' },
        updated_at: answer.body.updated_at,
      },
    ]);
    expect((await h.call('GET', path(row))).body).toEqual(answer.body);
  });

  it('puts one form of the threshold in the place of another only when the other goes', async () => {
    const row = await rule('ACTIVE');
    const both = { entitlement: { threshold: { percentage: '80' } } };
    await refuses(h, ['PATCH', path(row), both], 400, 'INVALID_FIELD', 'entitlement.threshold');
    const instead = { entitlement: { threshold: { percentage: '80', number: null } } };
    expect((await patch(row, instead)).body.entitlement.threshold).toEqual({ percentage: '80' });
  });

  it('names what it ignored', async () => {
    const row = await rule('DRAFT');
    const answer = await patch(row, { name: 'x', customers: [], id: 'alru_mine', entitlement: { feature: {} } });
    expect([answer.status, answer.headers['dunwell-ignored-fields']]).toEqual([200, 'entitlement.feature, customers']);
  });

  it.each<[string, Json]>([
    ['nothing', {}],
    ['what is there', { status: 'ACTIVE', entitlement: { threshold } }],
  ])('that says %s changes nothing', async (_what, body) => {
    const row = await rule('ACTIVE');
    const before = await stored(h);
    expect((await patch(row, body)).body).toEqual(row);
    expect(await stored(h)).toEqual(before);
  });

  it.each([
    ['DRAFT', 'ACTIVE'],
    ['DRAFT', 'ARCHIVED'],
    ['ACTIVE', 'ARCHIVED'],
  ])('goes from %s to %s', async (from, to) => {
    expect((await patch(await rule(from), { status: to })).body.status).toBe(to);
  });

  it('does not go back, nor out of ARCHIVED', async () => {
    const active = await rule('ACTIVE');
    for (const status of ['DRAFT', null]) {
      await refuses(h, ['PATCH', path(active), { status }], 400, 'INVALID_OPERATION', 'status');
    }
    const gone = await archived();
    for (const body of [
      { status: 'ACTIVE' },
      { status: 'DRAFT' },
      { name: 'x' },
      { type: 'INVOICE', entitlement: null },
    ]) {
      await refuses(h, ['PATCH', path(gone), body], 400, 'INVALID_OPERATION', 'status');
    }
    expect((await patch(gone, { status: 'ARCHIVED' })).body).toEqual(gone);
  });

  it('never changes the type, and the reference only of a DRAFT', async () => {
    const draft = await rule('DRAFT');
    const invoice = { type: 'INVOICE', entitlement: null };
    await refuses(h, ['PATCH', path(draft), invoice], 400, 'INVALID_FIELD', 'type');
    const answer = await patch(draft, { status: 'ACTIVE', reference: `${draft.reference as string}-new` });
    expect(answer.body).toMatchObject({ status: 'ACTIVE', reference: `${draft.reference as string}-new` });
    await refuses(h, ['PATCH', path(draft), { reference: 'other' }], 400, 'INVALID_FIELD', 'reference');
  });

  it.each<[string, Json, number, string, string]>([
    ['a foreign block', { invoice: {} }, 400, 'INVALID_FIELD', 'invoice'],
    ['the block away', { entitlement: null }, 400, 'MISSING_FIELD', 'entitlement'],
    ['the reference away', { reference: null }, 400, 'MISSING_FIELD', 'reference'],
    ['DEPRECATED', { status: 'DEPRECATED' }, 400, 'INVALID_FIELD', 'status'],
    ['an unknown customer', { customer_ids: ['cust_x'] }, 404, 'RESOURCE_NOT_FOUND', 'customer_ids[0]'],
    [
      'a negative number',
      { entitlement: { threshold: { number: '-1' } } },
      400,
      'INVALID_FIELD',
      'entitlement.threshold.number',
    ],
  ])('is checked like a create: %s', async (_what, body, status, code, field) => {
    await refuses(h, ['PATCH', path(await rule('ACTIVE')), body], status, code, field);
  });

  it('by DELETE archives it, once and for all', async () => {
    for (const status of ['DRAFT', 'ACTIVE']) {
      const row = await rule(status);
      const first = await h.call('DELETE', path(row));
      expect([first.status, first.body]).toEqual([
        200,
        { ...row, status: 'ARCHIVED', updated_at: first.body.updated_at },
      ]);
      const before = await stored(h);
      const second = await h.call('DELETE', path(row));
      expect([second.status, second.body]).toEqual([200, first.body]);
      expect(await stored(h)).toEqual(before);
    }
  });

  it('by DELETE leaves its reference taken and its alerts where they are', async () => {
    const row = await rule('ACTIVE');
    const ids = { platform_id: h.platformId, alert_rule_id: row.id as string, customer_id: 'cust_1' };
    const alert = await created(h, '/v1/alerts', { ...ids, type: 'ENTITLEMENT', alert_data: {} });
    const gone = (await h.call('DELETE', path(row))).body;
    const expanded = await h.call('GET', `/v1/alerts/${alert.id as string}?expand[]=alert_rule_id`);
    expect(expanded.body).toEqual({ ...alert, alert_rule: gone });
    const again = { reference: row.reference as string, type: 'INVOICE' };
    await refuses(h, ['POST', PATH, again], 409, 'RESOURCE_ALREADY_EXISTS', 'reference');
  });
});
