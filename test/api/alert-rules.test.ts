import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { created, expectRefusal, put, refuses, stored, stranger, type Json } from './support.js';

const PATH = '/v1/alert-rules';
const amount = (quantity: string, currency = 'EUR'): Json => ({ amount: { quantity, currency } });

describe('alert rules', () => {
  let h: Api;
  let count = 0;
  beforeAll(async () => {
    h = await createApi();
    await put(h, 'customers/cust_1', { email: 'a@x.example', reference: 'acme' });
    await put(h, 'customers/cust_2', { test_clock_id: null });
    // Names a customer that has not arrived: a placeholder.
    await put(h, 'contacts/cont_1', { customer_id: 'cust_named' });
  });
  afterAll(() => h.stop());

  const reference = (): string => `rule-${String((count += 1))}`;
  const overdue = (more: Json = {}): Json => ({
    reference: reference(),
    type: 'INVOICE',
    status: 'ACTIVE',
    invoice: { variant: 'OVERDUE', overdue: { comparator: 'GREATER_THAN', threshold: { type: 'DAY', value: 30 } } },
    ...more,
  });
  const usage = (threshold: unknown, more: Json = {}): Json => ({
    reference: reference(),
    type: 'ENTITLEMENT',
    status: 'ACTIVE',
    entitlement: { feature_id: 'feat_1', comparator: 'GREATER_THAN_OR_EQUALS', threshold },
    ...more,
  });
  const path = (rule: Json): string => `${PATH}/${rule.id as string}`;

  it('need only a reference and a type, and are DRAFT then', async () => {
    const body = { reference: reference(), type: 'INVOICE' };
    const rule = await created(h, PATH, body);
    expect(rule).toEqual({
      ...body,
      object_type: 'ALERT_RULE',
      id: expect.stringMatching(/^alru_[A-Za-z0-9]{20}$/),
      name: null,
      description: null,
      status: 'DRAFT',
      customer_ids: null,
      trigger_type: null,
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    });
    expect((await h.call('GET', path(rule))).body).toEqual(rule);
    expect((await h.call('GET', PATH)).body.data).toContainEqual(rule);
  });

  it('take everything of the contract and give it back', async () => {
    const body = overdue({
      name: 'Late',
      description: 'x',
      trigger_type: 'DYNAMIC',
      customer_ids: ['cust_2', 'cust_1'],
    });
    expect(await created(h, PATH, body)).toMatchObject(body);
    const nulls = { entitlement: null, name: null, customer_ids: null, trigger_type: null };
    expect(await created(h, PATH, overdue(nulls))).not.toHaveProperty('entitlement');
    expect((await created(h, PATH, overdue({ customer_ids: [] }))).customer_ids).toBeNull();
  });

  it.each([
    [{ number: '0' }],
    [{ number: '1.5' }],
    [{ number: '9'.repeat(24) }],
    [{ percentage: '120' }],
    [amount('100.00')],
    [amount('100', 'JPY')],
  ] as [Json][])('take the threshold %j as it was given', async (threshold) => {
    const rule = await created(h, PATH, usage({ percentage: null, ...threshold }));
    expect(rule.entitlement.threshold).toEqual(threshold);
  });

  it.each(
    'EQUALS NOT_EQUALS IN NOT_IN GREATER_THAN GREATER_THAN_OR_EQUALS LESS_THAN LESS_THAN_OR_EQUALS EMPTY NOT_EMPTY CONTAINS NOT_CONTAINS'.split(
      ' ',
    ),
  )('compare by %s', async (comparator) => {
    const rule = await created(h, PATH, usage(null, { entitlement: { comparator }, status: 'DRAFT' }));
    expect(rule.entitlement).toEqual({ comparator });
    const whole = { entitlement: { feature_id: 'feat_1', comparator, threshold: { number: '1' } } };
    expect((await created(h, PATH, usage(null, whole))).entitlement).toEqual(whole.entitlement);
  });

  it('need no threshold to compare with nothing', async () => {
    await created(h, PATH, usage(null, { entitlement: { feature_id: 'feat_1', comparator: 'NOT_EMPTY' } }));
  });

  const AT = 'entitlement.threshold';
  it.each<[string, unknown, string]>([
    ['two forms', { number: '1', percentage: '1' }, AT],
    ['a number beside an amount', { number: '1', ...amount('1') }, AT],
    ['no decimal', { number: '1e3' }, `${AT}.number`],
    ['a JSON number', { number: 5 }, `${AT}.number`],
    ['a negative number', { number: '-1' }, `${AT}.number`],
    ['a huge number', { number: '9'.repeat(25) }, `${AT}.number`],
    ['a negative percentage', { percentage: '-1' }, `${AT}.percentage`],
    ['more than 1000 %', { percentage: '1000.1' }, `${AT}.percentage`],
    ['a negative amount', amount('-1'), `${AT}.amount.quantity`],
    ['half a yen', amount('0.5', 'JPY'), `${AT}.amount.quantity`],
    ['an unknown currency', amount('1', 'EURO'), `${AT}.amount.currency`],
    ['a list', [], AT],
  ])('refuse %s for a threshold, also in a DRAFT', async (_what, threshold, field) => {
    await refuses(h, ['POST', PATH, usage(threshold)], 400, 'INVALID_FIELD', field);
    await refuses(h, ['POST', PATH, usage(threshold, { status: 'DRAFT' })], 400, 'INVALID_FIELD', field);
  });

  const bare = { comparator: 'EQUALS' };
  it.each<[string, Json, string]>([
    ['ENTITLEMENT', {}, 'entitlement'],
    ['ENTITLEMENT', { entitlement: { ...bare, threshold: { number: '1' } } }, 'entitlement.feature_id'],
    ['ENTITLEMENT', { entitlement: { feature_id: 'f', threshold: { number: '1' } } }, 'entitlement.comparator'],
    ['ENTITLEMENT', { entitlement: { feature_id: 'f', ...bare } }, 'entitlement.threshold'],
    ['ENTITLEMENT', { entitlement: { feature_id: 'f', ...bare, threshold: {} } }, 'entitlement.threshold'],
    ['INVOICE', { invoice: null }, 'invoice'],
    ['INVOICE', { invoice: { overdue: { ...bare, threshold: { type: 'DAY', value: 1 } } } }, 'invoice.variant'],
    ['INVOICE', { invoice: { variant: 'OVERDUE' } }, 'invoice.overdue.comparator'],
    ['INVOICE', { invoice: { variant: 'OVERDUE', overdue: bare } }, 'invoice.overdue.threshold'],
  ])('cannot be ACTIVE while incomplete: %s %j', async (type, blocks, field) => {
    const body = { reference: reference(), type, ...blocks };
    await refuses(h, ['POST', PATH, { ...body, status: 'ACTIVE' }], 400, 'MISSING_FIELD', field);
    const draft = await created(h, PATH, body);
    await refuses(h, ['PATCH', path(draft), { status: 'ACTIVE' }], 400, 'MISSING_FIELD', field);
  });

  it.each<[string, Json, number, string, string]>([
    ['no reference', { reference: null }, 400, 'MISSING_FIELD', 'reference'],
    ['a reference with a space', { reference: 'a b' }, 400, 'INVALID_FIELD', 'reference'],
    ['a reference of 101 characters', { reference: 'x'.repeat(101) }, 400, 'INVALID_FIELD', 'reference'],
    ['no type', { type: null }, 400, 'MISSING_FIELD', 'type'],
    ['an unknown type', { type: 'WALLET' }, 400, 'INVALID_FIELD', 'type'],
    ['DEPRECATED', { status: 'DEPRECATED' }, 400, 'INVALID_FIELD', 'status'],
    ['to begin ARCHIVED', { status: 'ARCHIVED' }, 400, 'INVALID_FIELD', 'status'],
    ['an unknown trigger type', { trigger_type: 'MANUAL' }, 400, 'INVALID_FIELD', 'trigger_type'],
    ['a name of two lines', { name: 'a\nb' }, 400, 'INVALID_FIELD', 'name'],
    ['a description of 257 characters', { description: 'x'.repeat(257) }, 400, 'INVALID_FIELD', 'description'],
    ['the block of the other type', { entitlement: {} }, 400, 'INVALID_FIELD', 'entitlement'],
    ['another variant', { invoice: { variant: 'TO_FINAL' } }, 400, 'INVALID_FIELD', 'invoice.variant'],
    [
      'a fraction of a day',
      { invoice: { overdue: { threshold: { type: 'DAY', value: 1.5 } } } },
      400,
      'INVALID_FIELD',
      'invoice.overdue.threshold.value',
    ],
    ['an unknown customer', { customer_ids: ['cust_1', 'cust_x'] }, 404, 'RESOURCE_NOT_FOUND', 'customer_ids[1]'],
    ['a customer that is only named', { customer_ids: ['cust_named'] }, 404, 'RESOURCE_NOT_FOUND', 'customer_ids[0]'],
    ['a customer’s reference', { customer_ids: ['acme'] }, 404, 'RESOURCE_NOT_FOUND', 'customer_ids[0]'],
  ])('refuse %s', async (_what, more, status, code, field) => {
    await refuses(h, ['POST', PATH, overdue(more)], status, code, field);
  });

  it('name the customer that is not there', async () => {
    const { body } = await h.call('POST', PATH, overdue({ customer_ids: ['cust_x'] }));
    expect(body).toMatchObject({ resource_type: 'CUSTOMER', resource_id: 'cust_x' });
  });

  it('name every problem at once', async () => {
    const body = { reference: reference(), type: 'INVOICE', status: 'ACTIVE', entitlement: {}, invoice: {} };
    const { problems } = (await h.call('POST', PATH, body)).body;
    expect(problems.map(({ field }: Json) => field)).toEqual([
      'entitlement',
      'invoice.variant',
      'invoice.overdue.comparator',
      'invoice.overdue.threshold',
    ]);
  });

  it('keep nothing of the expanded objects and unknown fields in a body', async () => {
    const body = overdue({ customers: [{ type: 'ORGANIZATION' }], id: 'alru_mine', colour: 'red' });
    const answer = await h.call('POST', PATH, body);
    expect(answer.headers['dunwell-ignored-fields']).toBe('customers, colour');
    expect(answer.body.id).not.toBe('alru_mine');
    expect(answer.body).not.toHaveProperty('customers');
    const entitlement = { feature_id: 'feat_1', feature: { reference: 'f' } };
    const rule = await created(h, PATH, usage(null, { entitlement, status: 'DRAFT' }));
    expect(rule.entitlement).toEqual({ feature_id: 'feat_1' });
  });

  it('have a reference of their own on each platform, however many ask at once', async () => {
    const body = overdue();
    const answers = await Promise.all([1, 2, 3].map(() => h.call('POST', PATH, body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    await refuses(h, ['POST', PATH, body], 409, 'RESOURCE_ALREADY_EXISTS', 'reference');
    expect((await h.call('POST', PATH, body, await stranger(h))).status).toBe(201);
    const draft = await created(h, PATH, overdue({ status: 'DRAFT' }));
    const taken = { reference: body.reference as string };
    await refuses(h, ['PATCH', path(draft), taken], 409, 'RESOURCE_ALREADY_EXISTS', 'reference');
  });

  it.each(['GET', 'PATCH', 'DELETE'])('that are unknown are not found: %s', async (method) => {
    const rule = await created(h, PATH, overdue());
    for (const id of ['alru_unknown', rule.reference as string]) {
      const request = [method, `${PATH}/${id}`, method === 'PATCH' ? {} : undefined] as const;
      await refuses(h, request, 404, 'RESOURCE_NOT_FOUND');
    }
  });

  describe('expand', () => {
    it('puts in the customers as they are answered themselves', async () => {
      const rule = await created(h, PATH, overdue({ customer_ids: ['cust_2', 'cust_1'] }));
      const everybody = await created(h, PATH, overdue());
      const customers = await Promise.all(
        ['cust_2', 'cust_1'].map(async (id) => (await h.call('GET', `/v1/customers/${id}`)).body),
      );
      for (const name of ['customer_ids', 'customers', 'ALL']) {
        expect((await h.call('GET', `${path(rule)}?expand[]=${name}`)).body).toEqual({ ...rule, customers });
        const { data } = (await h.call('GET', `${PATH}?expand[]=${name}`)).body;
        expect(data).toContainEqual({ ...rule, customers });
        expect(data).toContainEqual({ ...everybody, customers: [] });
      }
    });

    it.each(['entitlement.feature_id', 'feature_id', 'customer_id', '__proto__', ''])('refuses %j', async (name) => {
      const rule = await created(h, PATH, overdue());
      for (const place of [PATH, path(rule)]) {
        const answer = await h.call('GET', `${place}?expand[]=${name}`);
        expectRefusal(answer, 400, 'INVALID_FIELD', 'expand[]');
      }
    });
  });

  it('are listed in any of their orders', async () => {
    const own = await createApi();
    const rule = (name: string | null, text: string): Promise<Json> =>
      created(own, PATH, { reference: text, type: 'INVOICE', name });
    const [a, b, c] = [await rule('M', 'b'), await rule('A', 'c'), await rule('Z', 'a')];
    const order = async (query: string): Promise<string[]> =>
      ((await own.call('GET', `${PATH}?${query}`)).body.data as Json[]).map(({ id }) => id as string);
    expect(await order('')).toEqual([c.id, b.id, a.id]);
    expect(await order('order_by=name&order_direction=asc')).toEqual([b.id, a.id, c.id]);
    expect(await order('order_by=reference&order_direction=desc')).toEqual([b.id, a.id, c.id]);
    expect(await order('order_by=id&order_direction=asc')).toEqual([a.id, b.id, c.id].sort());
    expect(await order('limit=1&page=2')).toEqual([b.id]);
    expectRefusal(await own.call('GET', `${PATH}?order_by=status`), 400, 'INVALID_FIELD', 'order_by');
    expect((await own.call('GET', PATH, undefined, await stranger(own))).body.data).toEqual([]);
    expect(await stored(own)).toMatchObject({ alert_rules: expect.stringMatching(/^3:/) });
    await own.stop();
  });
});
