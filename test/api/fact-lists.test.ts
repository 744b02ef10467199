import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApi, type Api } from './api.js';
import { expectRefusal, openInvoice, put, refuses, stranger, type Json } from './support.js';

const LISTS = [
  'customers',
  'contacts',
  'invoices',
  'payments',
  'pricing-plan-subscriptions',
  'pricing-plan-schedules',
  'wallet-types',
  'wallets',
];
const REGION = (value: string): Json => ({ custom_fields: [{ reference: 'region', value }] });

describe('lists of billing facts (S-W7)', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi();
    await put(h, 'customers/c1', { reference: 'acme', email: 'b@x.example', ...REGION('EMEA') });
    await put(h, 'customers/c2', {
      reference: 'globex',
      email: 'a@x.example',
      organization: { legal_name: 'Globex' },
      custom_fields: [{ reference: 'region', values: ['APAC', 'a:b'] }],
    });
    await put(h, 'contacts/t1', { customer_id: 'c1', ...REGION('EMEA') });
    await put(h, 'contacts/t2', { customer_id: 'c2' });
    await put(h, 'invoices/i1', {
      ...openInvoice('c1', { invoice_date: '2026-01-31T10:00:00Z', pricing_plan_subscription_ids: ['s1', 's2'] }),
      billing_entity_id: null,
      lines: [{ text: 'x' }],
    });
    await put(h, 'invoices/i2', openInvoice('c1', { paid: true, invoice_date: '2026-01-31T23:59:59.5Z' }));
    await put(
      h,
      'invoices/i3',
      openInvoice('c2', { status: 'DRAFT', on_hold: true, invoice_date: '2026-02-01T00:00:00Z' }),
    );
    await put(h, 'invoices/i4', openInvoice('c-unknown', { status: 'VOID', paid: null }));
    await put(h, 'payments/p1', { customer_id: 'c1', invoice_id: 'i1', result: 'REFUSED', external_reference: 'x-1' });
    await put(h, 'payments/p2', {
      customer_id: 'c1',
      invoice_id: 'i1',
      result: 'AUTHORIZED',
      external_reference: 'x-2',
    });
    await put(h, 'payments/p3', { customer_id: 'c2', invoice_id: 'i3', result: 'PENDING' });
    await put(h, 'pricing-plan-subscriptions/s1', {
      customer_id: 'c1',
      reference: 'pro',
      status: 'ACTIVE',
      type: 'BILLING',
      variant: 'DEFAULT',
      pricing_plan_subscription_group_id: 'g1',
      forward_customer_id: 'c2',
      pricing_plan_schedule_infos: [{ id: 'h2', note: 'kept' }, { id: 'h-unknown' }],
      ...REGION('EMEA'),
    });
    await put(h, 'pricing-plan-subscriptions/s2', { customer_id: 'c2', status: 'CANCELLED', type: 'QUOTE' });
    await put(h, 'pricing-plan-schedules/h1', { pricing_plan_subscription_id: 's1', start_at: '2026-03-01T00:00:00Z' });
    await put(h, 'pricing-plan-schedules/h2', { pricing_plan_subscription_id: 's1', start_at: '2026-02-01T00:00:00Z' });
    await put(h, 'pricing-plan-schedules/h3', { pricing_plan_subscription_id: 's3', start_at: '2026-01-01T00:00:00Z' });
    await put(h, 'wallet-types/w1', { reference: 'prepaid', name: 'Prepaid', status: 'ACTIVE' });
    await put(h, 'wallet-types/w2', { reference: 'gift', name: 'Gift', status: 'DRAFT' });
    await put(h, 'wallets/v1', { customer_id: 'c1', wallet_type_id: 'w1', reference: 'v-1' });
    await put(h, 'wallets/v2', { customer_id: 'c2', wallet_type_id: 'w3' });
  });
  afterAll(() => h.stop());

  const list = async (path: string): Promise<Json[]> => {
    const answer = await h.call('GET', `/v1/${path}`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body.data as Json[];
  };
  const idsOf = async (path: string) => (await list(path)).map((row) => row.id as string);

  it('never show what is only named', async () => {
    expect(await idsOf('customers')).toEqual(['c2', 'c1']);
    expect(await idsOf('pricing-plan-subscriptions')).toEqual(['s2', 's1']);
    expect(await idsOf('wallet-types')).toEqual(['w2', 'w1']);
  });

  it.each(LISTS)('%s show each fact as it is shown alone, the newest first', async (word) => {
    const rows = await list(word);
    for (const row of rows) expect((await h.call('GET', `/v1/${word}/${row.id as string}`)).body).toEqual(row);
    const ids = rows.map((row) => row.id as string);
    expect(ids).toEqual([...ids].sort().reverse());
    expect(ids.length).toBeGreaterThan(1);
  });

  it.each(LISTS)('%s give each fact once over their pages, in either direction', async (word) => {
    const all = await idsOf(word);
    for (const direction of ['desc', 'asc']) {
      const seen: string[] = [];
      for (let page = 1; page <= all.length; page += 1)
        seen.push(...(await idsOf(`${word}?limit=1&page=${String(page)}&order_direction=${direction}`)));
      expect(seen).toEqual(direction === 'desc' ? all : [...all].reverse());
    }
    const last = (await h.call('GET', `/v1/${word}?limit=1&page=${String(all.length)}`)).body;
    expect(last).toMatchObject({ limit: 1, page: all.length, links: { next: null } });
  });

  it.each<[string, string[]]>([
    ['customers?reference=acme', ['c1']],
    ['customers?reference=ACME', []],
    ['customers?custom_field=region:EMEA', ['c1']],
    ['customers?custom_field=region:APAC', ['c2']],
    ['customers?custom_field=region:a:b', ['c2']],
    ['customers?custom_field=other:EMEA', []],
    ['contacts?customer_id=c1', ['t1']],
    ['contacts?custom_field=region:EMEA', ['t1']],
    ['invoices?customer_id=c1', ['i2', 'i1']],
    ['invoices?statuses[]=DRAFT&statuses[]=VOID', ['i4', 'i3']],
    ['invoices?statuses[]=FINAL', ['i2', 'i1']],
    ['invoices?paid=true', ['i2']],
    ['invoices?paid=false', ['i4', 'i3', 'i1']],
    ['invoices?on_hold=true', ['i3']],
    ['invoices?on_hold=false&paid=false&customer_id=c1', ['i1']],
    ['invoices?pricing_plan_subscription_id=s2', ['i1']],
    ['invoices?invoice_date=2026-01-31..2026-01-31', ['i2', 'i1']],
    ['invoices?invoice_date=2026-02-01', ['i3']],
    ['invoices?invoice_date=..2026-01-31T23:00:00Z', ['i1']],
    ['invoices?invoice_date=2026-01-31T10:00:00Z..2026-01-31T10:00:00Z', ['i1']],
    ['invoices?invoice_date=2026-01-31T23:59:59.5Z..', ['i3', 'i2']],
    ['invoices?invoice_date=2026-01-31T23:59:59.501Z..', ['i3']],
    ['payments?customer_id=c1', ['p2', 'p1']],
    ['payments?invoice_id=i3', ['p3']],
    ['payments?external_reference=x-2', ['p2']],
    ['invoices/i1/payments', ['p2', 'p1']],
    ['invoices/i1/payment-attempts?limit=1', ['p2']],
    ['invoices/i2/payments', []],
    ['pricing-plan-subscriptions?customer_id=c1&reference=pro', ['s1']],
    ['pricing-plan-subscriptions?pricing_plan_subscription_group_id=g1', ['s1']],
    ['pricing-plan-subscriptions?type=QUOTE', ['s2']],
    ['pricing-plan-subscriptions?variant=DEFAULT', ['s1']],
    ['pricing-plan-subscriptions?status=CANCELLED', ['s2']],
    ['pricing-plan-subscriptions?statuses[]=CANCELLED&statuses[]=ACTIVE', ['s2', 's1']],
    ['pricing-plan-subscriptions?custom_field=region:EMEA', ['s1']],
    ['pricing-plan-subscriptions?start_at=2026-02-01..2026-02-01', ['s1']],
    ['pricing-plan-subscriptions?start_at=2026-02-02', []],
    ['pricing-plan-subscriptions?created_at=2000-01-01', ['s2', 's1']],
    ['pricing-plan-subscriptions?created_at=..2000-01-01', []],
    ['pricing-plan-schedules?pricing_plan_subscription_id=s1', ['h2', 'h1']],
    ['wallets?customer_id=c1', ['v1']],
    ['wallets?wallet_type_id=w3', ['v2']],
    ['wallet-types?statuses[]=DRAFT', ['w2']],
  ])('%s', async (path, ids) => {
    expect(await idsOf(path)).toEqual(ids);
  });

  it.each<[string, string[]]>([
    ['customers?order_by=email', ['c1', 'c2']],
    ['customers?order_by=name&order_direction=asc', ['c1', 'c2']],
    ['invoices?order_by=invoice_date', ['i3', 'i2', 'i1', 'i4']],
    ['invoices?order_by=invoice_date&order_direction=asc', ['i4', 'i1', 'i2', 'i3']],
    ['pricing-plan-subscriptions?order_by=start_at', ['s1', 's2']],
    ['pricing-plan-schedules?order_by=start_at', ['h1', 'h2', 'h3']],
    ['wallet-types?order_by=name', ['w1', 'w2']],
  ])('%s: what has none comes last when it descends', async (path, ids) => {
    expect(await idsOf(path)).toEqual(ids);
  });

  it.each<[string, string, string]>([
    ['customers', 'custom_field', 'region'],
    ['customers', 'custom_field', ':EMEA'],
    ['contacts', 'custom_field', 'region:'],
    ['contacts', 'customer_id', ''],
    ['invoices', 'statuses[]', 'PAID'],
    ['invoices', 'paid', 'yes'],
    ['invoices', 'include_lines', '1'],
    ['invoices', 'invoice_date', ''],
    ['invoices', 'invoice_date', '..'],
    ['invoices', 'invoice_date', 'January'],
    ['invoices', 'invoice_date', '2026-02-31'],
    ['invoices', 'invoice_date', '2026-01-01..2026-01-02..2026-01-03'],
    ['invoices', 'invoice_date', '2026-01-01T00:00:00'],
    ['pricing-plan-subscriptions', 'start_at', '2026-01'],
    ['pricing-plan-subscriptions', 'type', 'FREE'],
    ['wallet-types', 'statuses[]', 'OPEN'],
    ...LISTS.map((word) => [word, 'order_by', 'body'] as [string, string, string]),
    ...LISTS.map((word) => [word, 'expand[]', 'platform_id'] as [string, string, string]),
  ])('%s refuse %s=%s', async (word, field, value) => {
    const answer = await h.call('GET', `/v1/${word}?${field}=${value}`);
    expect([answer.status, answer.body.code]).toEqual([400, 'INVALID_FIELD']);
    expect(answer.body.field).toMatch(new RegExp(`^${field.replace('[]', '\\[\\]')}(\\[0\\])?$`));
  });

  it('know no payments of an unknown invoice', () =>
    refuses(h, ['GET', '/v1/invoices/unknown/payments'], 404, 'RESOURCE_NOT_FOUND'));

  it('take include_periods and include_lines, and show invoices whole', async () => {
    const whole = await list('invoices?include_periods=false&include_lines=false');
    expect(whole).toEqual(await list('invoices'));
    expect(whole.at(-1)).toMatchObject({ lines: [{ text: 'x' }] });
    expect(whole.at(-1)).not.toHaveProperty('billing_entity_id');
  });

  describe('expand[] (S-W8)', () => {
    const shown = (path: string) => h.call('GET', `/v1/${path}`).then(({ body }) => body);

    it.each<[string, string, string, string | null]>([
      ['contacts/t1', 'customer_id', 'customer', 'customers/c1'],
      ['invoices/i1', 'customer_id', 'customer', 'customers/c1'],
      ['invoices/i4', 'customer', 'customer', null],
      ['payments/p1', 'invoice_id', 'invoice', 'invoices/i1'],
      ['payments/p1', 'customer_id', 'customer', 'customers/c1'],
      ['pricing-plan-subscriptions/s1', 'forward_customer_id', 'forward_customer', 'customers/c2'],
      ['pricing-plan-subscriptions/s2', 'forward_customer_id', 'forward_customer', null],
      ['pricing-plan-schedules/h1', 'ALL', 'pricing_plan_subscription', 'pricing-plan-subscriptions/s1'],
      ['wallets/v1', 'wallet_type_id', 'wallet_type', 'wallet-types/w1'],
      ['wallets/v2', 'wallet_type_id', 'wallet_type', null],
    ])('puts into %s for %s its %s', async (path, expandPath, field, other) => {
      const expected = other === null ? null : await shown(other);
      expect((await shown(`${path}?expand[]=${expandPath}`))[field]).toEqual(expected);
      const word = path.split('/')[0] ?? '';
      const rows = await list(`${word}?expand[]=${expandPath}`);
      expect(rows.find(({ id }) => path === `${word}/${id as string}`)?.[field]).toEqual(expected);
      expect(await shown(path)).not.toHaveProperty(field);
    });

    it('puts in the subscriptions of an invoice that are there', async () => {
      const { pricing_plan_subscriptions: subscriptions } = await shown('invoices/i1?expand[]=ALL');
      expect(subscriptions).toEqual([
        await shown('pricing-plan-subscriptions/s1'),
        await shown('pricing-plan-subscriptions/s2'),
      ]);
    });

    it('puts schedules into the infos that were sent, and adds the others', async () => {
      const { pricing_plan_schedule_infos: infos } = await shown(
        'pricing-plan-subscriptions/s1?expand[]=pricing_plan_schedule_id',
      );
      expect(infos).toEqual([
        { id: 'h2', note: 'kept', pricing_plan_schedule: await shown('pricing-plan-schedules/h2') },
        { id: 'h-unknown' },
        expect.objectContaining({ id: 'h1', pricing_plan_schedule: await shown('pricing-plan-schedules/h1') }),
      ]);
    });

    it('takes no more statements for many facts than for one', async () => {
      const statements = async (path: string): Promise<number> => {
        const spies = [vi.spyOn(h.db, 'rows'), vi.spyOn(h.db, 'row'), vi.spyOn(h.db, 'rowsOnce')];
        expect((await list(path)).length).toBeGreaterThan(0);
        const count = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
        vi.restoreAllMocks();
        return count;
      };
      const [one, all] = [await statements('payments?expand[]=ALL&limit=1'), await statements('payments?expand[]=ALL')];
      expect([one, all - one]).toEqual([await statements('payments').then((bare) => bare + 2), 0]);
    });

    it('shows nothing of another platform', async () => {
      const theirs = await stranger(h);
      await h.call('PUT', '/v1/payments/p1', { customer_id: 'c1', invoice_id: 'i1', result: 'ERROR' }, theirs);
      const answer = await h.call('GET', '/v1/payments?expand[]=ALL', undefined, theirs);
      expect(answer.body.data).toMatchObject([{ id: 'p1', customer: null, invoice: null }]);
    });

    it('refuses what cannot be expanded', async () => {
      expectRefusal(
        await h.call('GET', '/v1/payments/p1?expand[]=payment_method_id'),
        400,
        'INVALID_FIELD',
        'expand[]',
      );
      expect((await h.call('GET', '/v1/customers?expand[]=ALL')).status).toBe(200);
    });
  });
});
