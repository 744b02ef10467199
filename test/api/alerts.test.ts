import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlatform } from '../../store/platforms.js';
import { createApi, type Api } from './api.js';
import { created, expectRefusal, put, refuses, stored, stranger, type Json } from './support.js';

const PATH = '/v1/alerts';
const amount = { quantity: '12.50', currency: 'EUR' };

describe('alerts', () => {
  let h: Api;
  let overdue: Json;
  let usage: Json;
  beforeAll(async () => {
    h = await createApi();
    await put(h, 'customers/cust_1', { email: 'a@x.example', reference: 'acme' });
    await put(h, 'customers/cust_2', {});
    await put(h, 'contacts/cont_1', { customer_id: 'cust_named' });
    overdue = await created(h, '/v1/alert-rules', { reference: 'overdue', type: 'INVOICE', customer_ids: ['cust_2'] });
    usage = await created(h, '/v1/alert-rules', { reference: 'usage', type: 'ENTITLEMENT' });
  });
  afterAll(() => h.stop());

  const alert = (more: Json = {}): Json => ({
    platform_id: h.platformId,
    alert_rule_id: overdue.id as string,
    customer_id: 'cust_1',
    type: 'INVOICE',
    alert_data: {},
    ...more,
  });
  const ofUsage = (data: unknown): Json =>
    alert({ alert_rule_id: usage.id as string, type: 'ENTITLEMENT', alert_data: data });

  it('need no more than the contract’s example, an empty alert_data included (S-W11)', async () => {
    const row = await created(h, PATH, alert());
    expect(row).toEqual({
      ...alert(),
      object_type: 'ALERT',
      id: expect.stringMatching(/^alrt_[A-Za-z0-9]{20}$/),
      data_trigger_reference: null,
      created_at: expect.stringMatching(/Z$/),
    });
    expect((await h.call('GET', `${PATH}/${row.id as string}`)).body).toEqual(row);
    expect((await h.call('GET', PATH)).body.data).toContainEqual(row);
  });

  const entitlement = {
    pricing_plan_subscription_id: 'ppsu_unknown',
    entitlement_value: { number: '100' },
    threshold_value: { amount },
    used_value: { number: '-0.5', amount },
  };
  it('give back what was given (S-A1)', async () => {
    const invoice = {
      id: 'inv_unknown',
      overdue: { due_date: '2026-01-31T00:00:00Z', overdue_period: { type: 'DAY', value: 30 } },
    };
    const body = alert({ data_trigger_reference: 'evt 1', alert_data: { invoice } });
    expect(await created(h, PATH, body)).toMatchObject(body);
    expect((await created(h, PATH, ofUsage({ entitlement }))).alert_data).toEqual({ entitlement });
    expect((await created(h, PATH, ofUsage({ entitlement: {}, invoice: null }))).alert_data).toEqual({
      entitlement: {},
    });
  });

  it('answer a due date in UTC', async () => {
    const data = { invoice: { overdue: { due_date: '2026-01-31T01:00:00.5+01:00' } } };
    const row = await created(h, PATH, alert({ alert_data: data }));
    expect(row.alert_data.invoice.overdue.due_date).toBe('2026-01-31T00:00:00Z');
  });

  it('can be of a rule that is a DRAFT, archived or about other customers: only what happened counts', async () => {
    const rule = await created(h, '/v1/alert-rules', { reference: 'gone', type: 'INVOICE', customer_ids: ['cust_2'] });
    await h.call('DELETE', `/v1/alert-rules/${rule.id as string}`);
    await created(h, PATH, alert({ alert_rule_id: rule.id as string }));
  });

  const used = (value: unknown): Json => ({ alert_data: { entitlement: { used_value: value } } });
  const AT = 'alert_data.entitlement.used_value';
  const due = (value: unknown): Json => ({ alert_data: { invoice: { overdue: value } } });
  it.each<[string, Json, number, string, string]>([
    ['no platform', { platform_id: null }, 400, 'MISSING_FIELD', 'platform_id'],
    ['no rule', { alert_rule_id: undefined }, 400, 'MISSING_FIELD', 'alert_rule_id'],
    ['an unknown rule', { alert_rule_id: 'alru_unknown' }, 404, 'RESOURCE_NOT_FOUND', 'alert_rule_id'],
    ['a rule’s reference', { alert_rule_id: 'overdue' }, 404, 'RESOURCE_NOT_FOUND', 'alert_rule_id'],
    ['no customer', { customer_id: null }, 400, 'MISSING_FIELD', 'customer_id'],
    ['an unknown customer', { customer_id: 'cust_x' }, 404, 'RESOURCE_NOT_FOUND', 'customer_id'],
    ['a customer that is only named', { customer_id: 'cust_named' }, 404, 'RESOURCE_NOT_FOUND', 'customer_id'],
    ['no type', { type: null }, 400, 'MISSING_FIELD', 'type'],
    ['an unknown type', { type: 'WALLET' }, 400, 'INVALID_FIELD', 'type'],
    ['another type than its rule', { type: 'ENTITLEMENT' }, 400, 'INVALID_FIELD', 'type'],
    ['no data', { alert_data: null }, 400, 'MISSING_FIELD', 'alert_data'],
    ['a list of data', { alert_data: [] }, 400, 'INVALID_FIELD', 'alert_data'],
    ['the other type’s data', used({}), 400, 'INVALID_FIELD', 'alert_data.entitlement'],
    ['a number', used({ number: 1 }), 400, 'INVALID_FIELD', `${AT}.number`],
    ['no decimal', used({ number: '1e9' }), 400, 'INVALID_FIELD', `${AT}.number`],
    ['a huge number', used({ number: '9'.repeat(25) }), 400, 'INVALID_FIELD', `${AT}.number`],
    [
      'a third of a cent',
      used({ amount: { ...amount, quantity: '0.003' } }),
      400,
      'INVALID_FIELD',
      `${AT}.amount.quantity`,
    ],
    ['a date without a zone', due({ due_date: '2026-01-31T00:00:00' }), 400, 'INVALID_FIELD', dueAt('due_date')],
    [
      'half a day',
      due({ overdue_period: { type: 'DAY', value: 0.5 } }),
      400,
      'INVALID_FIELD',
      dueAt('overdue_period.value'),
    ],
    ['a reference of two lines', { data_trigger_reference: 'a\nb' }, 400, 'INVALID_FIELD', 'data_trigger_reference'],
  ])('refuse %s', async (_what, more, status, code, field) => {
    await refuses(h, ['POST', PATH, alert(more)], status, code, field);
  });

  it('name what is not there', async () => {
    const rule = await h.call('POST', PATH, alert({ alert_rule_id: 'alru_x', customer_id: 'cust_x' }));
    expect(rule.body).toMatchObject({ resource_type: 'ALERT_RULE', resource_id: 'alru_x' });
    const customer = await h.call('POST', PATH, alert({ customer_id: 'cust_x' }));
    expect(customer.body).toMatchObject({ resource_type: 'CUSTOMER', resource_id: 'cust_x' });
  });

  it('do not tell whether another platform exists', async () => {
    const other = await createPlatform(h.db, 'Other', 'TEST');
    const before = await stored(h);
    const [real, unknown] = await Promise.all(
      [other.id, 'plat_unknown'].map((id) => h.call('POST', PATH, alert({ platform_id: id }))),
    );
    expectRefusal(real as NonNullable<typeof real>, 400, 'INVALID_FIELD', 'platform_id');
    expect([unknown?.status, unknown?.body]).toEqual([400, real?.body]);
    expect(await stored(h)).toEqual(before);
  });

  it('keep nothing of the expanded objects in a body', async () => {
    const body = alert({ customer: { type: 'INDIVIDUAL' }, alert_rule: { reference: 'x' }, object_type: 'ALERT' });
    const answer = await h.call('POST', PATH, body);
    expect([answer.status, answer.headers['dunwell-ignored-fields']]).toEqual([201, 'customer, alert_rule']);
    expect(answer.body).not.toHaveProperty('customer');
    expect(answer.body).not.toHaveProperty('alert_rule');
  });

  it.each(['PATCH', 'PUT', 'DELETE'])('cannot be changed: %s', async (method) => {
    const row = await created(h, PATH, alert());
    const before = await stored(h);
    expect((await h.call(method, `${PATH}/${row.id as string}`, { type: 'ENTITLEMENT' })).status).toBe(404);
    expect(await stored(h)).toEqual(before);
  });

  it('that are unknown are not found', () => refuses(h, ['GET', `${PATH}/alrt_unknown`], 404, 'RESOURCE_NOT_FOUND'));

  it('are listed newest first, and by customer', async () => {
    const own = await createApi();
    await put(own, 'customers/cust_1', {});
    await put(own, 'customers/cust_2', {});
    const rule = await created(own, '/v1/alert-rules', { reference: 'r', type: 'INVOICE' });
    const raise = (customer: string): Promise<Json> =>
      created(
        own,
        PATH,
        alert({ platform_id: own.platformId, alert_rule_id: rule.id as string, customer_id: customer }),
      );
    const [a, b, c] = [await raise('cust_1'), await raise('cust_2'), await raise('cust_1')];
    const list = async (query: string): Promise<Json[]> =>
      (await own.call('GET', `${PATH}${query}`)).body.data as Json[];
    expect(await list('')).toEqual([c, b, a]);
    expect(await list('?customer_id=cust_1')).toEqual([c, a]);
    expect(await list('?customer_id=cust_1&limit=1&page=2')).toEqual([a]);
    expect(await list('?customer_id=cust_x')).toEqual([]);
    expect((await list('?order_by=id&order_direction=asc')).map(({ id }) => id)).toEqual([a.id, b.id, c.id].sort());
    expectRefusal(await own.call('GET', `${PATH}?order_by=type`), 400, 'INVALID_FIELD', 'order_by');
    expect((await own.call('GET', PATH, undefined, await stranger(own))).body.data).toEqual([]);
    await own.stop();
  });

  describe('expand', () => {
    it('puts in customer and rule as they are answered themselves', async () => {
      const row = await created(h, PATH, alert());
      const both = {
        customer: (await h.call('GET', '/v1/customers/cust_1')).body,
        alert_rule: (await h.call('GET', `/v1/alert-rules/${overdue.id as string}`)).body,
      };
      const wanted: [string, Json][] = [
        ['expand[]=ALL', both],
        ['expand[]=customer_id&expand[]=alert_rule_id', both],
        ['expand[]=customer_id', { customer: both.customer }],
        ['expand[]=alert_rule_id', { alert_rule: both.alert_rule }],
      ];
      for (const [query, inside] of wanted) {
        const answer = await h.call('GET', `${PATH}/${row.id as string}?${query}`);
        expect(answer.body).toEqual({ ...row, ...inside });
        expect((await h.call('GET', `${PATH}?${query}`)).body.data).toContainEqual({ ...row, ...inside });
      }
    });

    it.each(['alert_rule.customer_ids', 'platform_id', 'constructor'])('refuses %s', async (name) => {
      const row = await created(h, PATH, alert());
      for (const path of [PATH, `${PATH}/${row.id as string}`]) {
        expectRefusal(await h.call('GET', `${path}?expand[]=${name}`), 400, 'INVALID_FIELD', 'expand[]');
      }
    });
  });
});

function dueAt(field: string): string {
  return `alert_data.invoice.overdue.${field}`;
}
