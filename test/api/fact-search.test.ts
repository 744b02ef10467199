import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { openInvoice, put, refuses, type Json } from './support.js';

describe('searches for billing facts (S-W8)', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi();
    await put(h, 'customers/c1', {
      reference: 'acme',
      email: 'ap@acme.example',
      organization: { legal_name: 'Acme 100% B.V.' },
      custom_fields: [{ reference: 'region', value: 'EMEA' }],
    });
    await put(h, 'customers/c2', {
      reference: 'jo',
      email: 'JO@people.example',
      individual: { name: { first_name: 'Jo', infix: 'van', last_name: 'Acmeer' } },
      custom_fields: [{ reference: 'region', values: ['APAC', 'LATAM'] }, { reference: 'EMEA' }],
    });
    await put(h, 'invoices/i1', openInvoice('c1', { invoice_number: '2026-0042', paid: true, type: 'STANDARD' }));
    await put(
      h,
      'invoices/i2',
      openInvoice('c2', { invoice_number: '2025-0042', pricing_plan_subscription_ids: ['s1'] }),
    );
    await put(h, 'invoices/i3', openInvoice('c3', { status: 'DRAFT', purchase_order_number: 'PO 2026' }));
    await put(h, 'pricing-plan-subscriptions/s1', { customer_id: 'c1', name: 'Pro plan', status: 'ACTIVE' });
    await put(h, 'pricing-plan-subscriptions/s2', { customer_id: 'c2', name: 'Basic', description: 'Not pro' });
  });
  afterAll(() => h.stop());

  const search = async (word: string, body?: Json, query = ''): Promise<string[]> => {
    const answer = await h.call('POST', `/v1/${word}/search${query}`, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return (answer.body.data as Json[]).map((row) => row.id as string);
  };
  const text = (name: string | null, value: string, more: Json = {}): Json => ({
    search_fields: [{ name, value, ...more }],
  });
  const filter = (name: string, ...values: string[]): Json => ({ filter_fields: [{ name, values }] });
  const custom = (reference: string, ...values: string[]): Json => ({
    filter_fields: [{ name: 'custom_field', reference, values }],
  });

  it.each<[string, Json | undefined, string[]]>([
    ['customers', undefined, ['c2', 'c1']],
    ['customers', {}, ['c2', 'c1']],
    ['customers', text('name', 'acme'), ['c2', 'c1']],
    ['customers', text('name', 'acme', { wildcard_start: false }), ['c1']],
    ['customers', text('name', 'acme', { ignore_case: false }), []],
    ['customers', text('name', 'Jo van Acmeer', { wildcard_start: false, wildcard_end: false }), ['c2']],
    ['customers', text('name', '100%'), ['c1']],
    ['customers', text('name', '1_0'), []],
    ['customers', text(null, 'people'), ['c2']],
    ['customers', text('reference', 'acm'), []],
    ['customers', text('reference', 'acme'), ['c1']],
    ['customers', custom('region', 'EMEA'), ['c1']],
    ['customers', custom('region', 'EMEA', 'LATAM'), ['c2', 'c1']],
    ['customers', custom('EMEA', 'region'), []],
    ['customers', { ...text('name', 'acme'), ...custom('region', 'APAC') }, ['c2']],
    ['invoices', text('invoice_number', '0042'), ['i2', 'i1']],
    ['invoices', text(null, '2026'), ['i3', 'i1']],
    ['invoices', filter('paid', 'true'), ['i1']],
    ['invoices', filter('paid', 'false'), ['i3', 'i2']],
    ['invoices', filter('status', 'DRAFT', 'FINAL'), ['i3', 'i2', 'i1']],
    ['invoices', filter('customer_id', 'c3'), ['i3']],
    ['invoices', filter('pricing_plan_subscription_ids', 's1', 's9'), ['i2']],
    ['invoices', { selection_rule_fields: [{ name: 'type', value: 'STANDARD' }] }, ['i1']],
    ['pricing-plan-subscriptions', text('name', 'pro'), ['s1']],
    ['pricing-plan-subscriptions', text(null, 'pro'), ['s2', 's1']],
    ['pricing-plan-subscriptions', filter('status', 'ACTIVE'), ['s1']],
  ])('%s %j', async (word, body, ids) => {
    expect(await search(word, body)).toEqual(ids);
  });

  it('pages, orders and expands like a list', async () => {
    expect(await search('invoices', {}, '?order_by=invoice_number&order_direction=asc&limit=2&page=2')).toEqual(['i1']);
    expect(await search('invoices', {}, '?include_periods=true&include_lines=true&limit=1')).toEqual(['i3']);
    const { body } = await h.call('POST', '/v1/invoices/search?expand[]=customer_id', filter('id', 'i1', 'i3'));
    expect(body).toMatchObject({
      data: [
        { id: 'i3', customer: null },
        { id: 'i1', customer: { reference: 'acme', object_type: 'CUSTOMER' } },
      ],
      page: 1,
      links: { next: null },
    });
  });

  it.each<[string, Json, string, string]>([
    ['customers', text('invoice_number', '1'), 'INVALID_FIELD', 'search_fields[0].name'],
    ['customers', text('custom_field', '1'), 'INVALID_FIELD', 'search_fields[0].name'],
    ['customers', filter('__proto__', '1'), 'INVALID_FIELD', 'filter_fields[0].name'],
    ['customers', filter('custom_field', '1'), 'MISSING_FIELD', 'filter_fields[0].reference'],
    ['customers', custom('region'), 'MISSING_FIELD', 'filter_fields[0].value'],
    [
      'invoices',
      { selection_rule_fields: [{ name: 'custom_field', value: 'x' }] },
      'INVALID_FIELD',
      'selection_rule_fields[0].name',
    ],
    ['invoices', { filter_fields: [{ name: 'paid' }] }, 'MISSING_FIELD', 'filter_fields[0].value'],
  ])('refuses %s %j', (word, body, code, field) => refuses(h, ['POST', `/v1/${word}/search`, body], 400, code, field));
});
