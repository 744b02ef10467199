import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { createLadder, expectRefusal, openInvoice, put, refuses, runsOf, stored, type Json } from './support.js';

const SCHEDULE = { pricing_plan_subscription_id: 'ppsu_x', type: 'TRIAL', end_at: '2990-01-31T00:00:00Z' };
/** A good body of each kind. */
const FACTS: Record<string, Json> = {
  customers: { email: 'ap@acme.example', timezone: 'Europe/Amsterdam', locale: 'nl-NL', reference: 'acme' },
  contacts: { customer_id: 'cust_x', email: 'jo@acme.example' },
  invoices: openInvoice('cust_x'),
  'pricing-plan-subscriptions': { customer_id: 'cust_x', status: 'ACTIVE', name: 'Pro' },
  'pricing-plan-schedules': SCHEDULE,
  payments: {
    customer_id: 'cust_x',
    invoice_id: 'inv_x',
    result: 'REFUSED',
    result_details: { code: 'INSUFFICIENT_FUNDS', reason: 'Insufficient funds' },
    amount: { quantity: '121.00', currency: 'EUR' },
    timestamp: '2026-01-31T09:00:00Z',
  },
  'wallet-types': { reference: 'prepaid', name: 'Prepaid', status: 'ACTIVE', type: 'BALANCE' },
  wallets: {
    customer_id: 'cust_x',
    wallet_type_id: 'waty_x',
    reference: 'wallet-x',
    open_balance: { amount: { quantity: '12.50', currency: 'EUR' } },
    granted: { credits: { quantity: '100', credit_type_id: 'crty_x' } },
  },
};
const REQUIRED: [string, string][] = [
  ['contacts', 'customer_id'],
  ['invoices', 'customer_id'],
  ['invoices', 'status'],
  ['pricing-plan-subscriptions', 'customer_id'],
  ['pricing-plan-schedules', 'pricing_plan_subscription_id'],
  ['payments', 'customer_id'],
  ['payments', 'result'],
  ['wallets', 'customer_id'],
];

describe('billing facts', () => {
  let h: Api;
  let ladder: Json;
  let count = 0;
  beforeAll(async () => {
    h = await createApi();
    await put(h, 'invoices/inv_before', openInvoice('cust_before'));
    await put(h, 'customers/cust_before', {});
    ladder = await createLadder(h, 'ladder');
    await h.call('POST', '/v1/workflows', {
      name: 'Trial',
      type: 'PRICING_PLAN_SUBSCRIPTION',
      reference: 'trial',
      status: 'ACTIVE',
      pricing_plan_subscription: { variant: 'FREE_TRIAL_REMINDER', reminder_periods: [{ type: 'DAY', value: 3 }] },
    });
  });
  afterAll(() => h.stop());

  const fresh = (prefix: string): string => `${prefix}_${String((count += 1))}`;
  const PUT = (path: string, body: Json) => h.call('PUT', `/v1/${path}`, body);
  const GET = (path: string) => h.call('GET', `/v1/${path}`);

  describe('store and get (S-A3)', () => {
    it.each(Object.entries(FACTS))('stores %s: 201 first, 200 after, and gives them back', async (kind, body) => {
      const path = `${kind}/${fresh('id')}`;
      const first = await PUT(path, body);
      expect([first.status, first.body]).toEqual([201, expect.objectContaining(body)]);
      const second = await PUT(path, body);
      expect(second.status).toBe(200);
      expect((await GET(path)).body).toEqual(second.body);
    });

    it('replaces the whole fact: what is absent is gone', async () => {
      const path = `customers/${fresh('cust')}`;
      await put(h, path, { email: 'a@x.example', custom: 1 });
      const after = await put(h, path, { locale: 'nl' });
      expect(after).not.toHaveProperty('email');
      expect(after).not.toHaveProperty('custom');
    });

    it('keeps unknown fields at any depth as they came, and calls none of them ignored', async () => {
      const extra = {
        tags: ['a', { b: null }],
        tax: { rate: 0.21, exempt: false },
        организация: '💸',
        empty: {},
        none: null,
      };
      const answer = await PUT(`invoices/${fresh('inv')}`, openInvoice('cust_x', extra));
      expect(answer.body).toMatchObject(extra);
      expect((await GET(`invoices/${answer.body.id as string}`)).body).toMatchObject(extra);
      expect(answer.headers).not.toHaveProperty('dunwell-ignored-fields');
    });

    it('ignores read-only fields: the id is that of the URL', async () => {
      const id = fresh('cust');
      const answer = await PUT(`customers/${id}`, { id: 'other', object_type: 'INVOICE', created_at: 'long ago' });
      expect(answer.body).toMatchObject({ id, object_type: 'CUSTOMER' });
      expect(answer.body.created_at).toMatch(/Z$/);
    });

    it('takes what a GET answered', async () => {
      for (const [kind, body] of Object.entries(FACTS)) {
        const path = `${kind}/${fresh('id')}`;
        const before = await put(h, path, body);
        const after = await PUT(path, before);
        expect([after.status, after.body]).toEqual([200, before]);
      }
    });

    it('stores instants in UTC, whatever zone they came in (S-W4)', async () => {
      const due = async (due_date: string) =>
        (await put(h, 'invoices/inv_utc', openInvoice('cust_x', { due_date }))).due_date;
      expect(await due('2990-01-31T01:00:00+02:00')).toBe('2990-01-30T23:00:00Z');
      expect(await due('2990-01-31T01:00:00-0230')).toBe('2990-01-31T03:30:00Z');
      expect(await due('2990-01-31T01:00Z')).toBe('2990-01-31T01:00:00Z');
      expect(await due('2990-01-31T01:00:00.987654321Z')).toBe('2990-01-31T01:00:00.987Z');
    });

    it.each(['customers', 'wallets', 'wallet-types'])('finds %s by reference too, but by id first', async (kind) => {
      const [one, two] = [fresh('one'), fresh('two')];
      await put(h, `${kind}/${one}`, { ...FACTS[kind], reference: two });
      expect((await GET(`${kind}/${two}`)).body.id).toBe(one);
      await put(h, `${kind}/${two}`, { ...FACTS[kind], reference: one });
      expect((await GET(`${kind}/${two}`)).body.id).toBe(two);
    });

    it('finds no other kind by reference', async () => {
      await put(h, `contacts/${fresh('cont')}`, { customer_id: 'cust_x', reference: 'contact-reference' });
      expectRefusal(await GET('contacts/contact-reference'), 404, 'RESOURCE_NOT_FOUND');
    });

    it('takes "" for no e-mail, as some billers send it', async () => {
      expect(await put(h, `customers/${fresh('cust')}`, { email: '' })).not.toHaveProperty('email');
    });

    it('leaves out a null that the contract does not allow, and no other', async () => {
      const nulls = { email: null, reference: null, organization: null, timezone: null, unknown: null };
      const path = `customers/${fresh('cust')}`;
      const { timezone, unknown, ...rest } = await put(h, path, nulls);
      expect([timezone, unknown]).toEqual([null, null]);
      for (const field of ['email', 'reference', 'organization']) expect(rest).not.toHaveProperty(field);
      expect((await GET(path)).body).toEqual({ timezone, unknown, ...rest });
    });

    it.each(Object.keys(FACTS))('knows no unknown one: %s', async (kind) =>
      refuses(h, ['GET', `/v1/${kind}/nobody`], 404, 'RESOURCE_NOT_FOUND'),
    );
  });

  describe('what is refused', () => {
    it.each(REQUIRED)('refuses %s without %s, absent or null', async (kind, field) => {
      for (const missing of [undefined, null]) {
        const body = { ...FACTS[kind], [field]: missing };
        await refuses(h, ['PUT', `/v1/${kind}/${fresh('id')}`, body], 400, 'MISSING_FIELD', field);
      }
    });

    const amount = (money: unknown): Json => ({ open_invoice_amount: money });
    it.each<[string, string, Json, string]>([
      ['an unknown zone', 'customers', { timezone: 'Mars/Olympus' }, 'timezone'],
      ['an offset for a zone', 'customers', { timezone: '+02:00' }, 'timezone'],
      ['a zone that is no text', 'invoices', { timezone: 2 }, 'timezone'],
      ['a locale with a line break', 'customers', { locale: 'en\r\n' }, 'locale'],
      ['an address with a header in it', 'customers', { email: 'a@x.example\r\nBcc: b@x.example' }, 'email'],
      ['an address with a name', 'contacts', { email: '"A" <a@x.example>' }, 'email'],
      ['an address that is no text', 'customers', { email: 5 }, 'email'],
      ['an e-mail of spaces', 'customers', { email: '  ' }, 'email'],
      ['a list for a customer', 'invoices', { customer_id: ['cust_x'] }, 'customer_id'],
      ['a customer id with a slash', 'invoices', { customer_id: 'a/b' }, 'customer_id'],
      ['a customer id of 256 characters', 'contacts', { customer_id: 'c'.repeat(256) }, 'customer_id'],
      ['an unknown status', 'invoices', { status: 'PAID' }, 'status'],
      ['paid as text', 'invoices', { paid: 'yes' }, 'paid'],
      ['a date without a zone', 'invoices', { due_date: '2026-01-31T00:00:00' }, 'due_date'],
      ['a date alone', 'invoices', { due_date: '2026-01-31' }, 'due_date'],
      ['the year 1969', 'invoices', { due_date: '1969-12-31T23:59:59Z' }, 'due_date'],
      ['1970 that is 1969 in UTC', 'invoices', { due_date: '1970-01-01T00:00:00+01:00' }, 'due_date'],
      ['the year 3000', 'invoices', { due_date: '3000-01-01T00:00:00Z' }, 'due_date'],
      ['31 February', 'invoices', { due_date: '2026-02-31T00:00:00Z' }, 'due_date'],
      ['29 February of a common year', 'invoices', { due_date: '2027-02-29T00:00:00Z' }, 'due_date'],
      ['month 13', 'invoices', { due_date: '2026-13-01T00:00:00Z' }, 'due_date'],
      ['25 o’clock', 'invoices', { due_date: '2026-01-01T25:00:00Z' }, 'due_date'],
      ['seconds since 1970', 'invoices', { due_date: 1_790_000_000 }, 'due_date'],
      ['a source version that is no instant', 'customers', { updated_at: 'yesterday' }, 'updated_at'],
      ['a third of a cent', 'invoices', amount({ quantity: '1.005', currency: 'EUR' }), 'open_invoice_amount.quantity'],
      ['half a yen', 'invoices', amount({ quantity: '1.5', currency: 'JPY' }), 'open_invoice_amount.quantity'],
      ['a float', 'invoices', amount({ quantity: 1.5, currency: 'EUR' }), 'open_invoice_amount.quantity'],
      ['an exponent', 'invoices', amount({ quantity: '1e2', currency: 'EUR' }), 'open_invoice_amount.quantity'],
      ['a comma', 'invoices', amount({ quantity: '1,50', currency: 'EUR' }), 'open_invoice_amount.quantity'],
      [
        'a currency that is none',
        'invoices',
        amount({ quantity: '1', currency: 'EURO' }),
        'open_invoice_amount.currency',
      ],
      [
        'a currency in lower case',
        'invoices',
        amount({ quantity: '1', currency: 'eur' }),
        'open_invoice_amount.currency',
      ],
      ['money as text', 'invoices', amount('1.00 EUR'), 'open_invoice_amount'],
      ['a script for a link', 'invoices', { pay_invoice_link: { url: 'javascript:alert(1)' } }, 'pay_invoice_link.url'],
      [
        'preferences that are none',
        'customers',
        { notification_preferences: { type: 'INVOICE' } },
        'notification_preferences',
      ],
      ['an unknown result', 'payments', { result: 'FAILED' }, 'result'],
      ['an amount that is none', 'payments', { amount: '5' }, 'amount'],
      ['a payment at no instant', 'payments', { timestamp: '2026-01-31' }, 'timestamp'],
      ['a balance of nothing', 'wallets', { open_balance: {} }, 'open_balance'],
      [
        'a balance in money and in credits',
        'wallets',
        { balance: { amount: FACTS.payments?.amount, credits: FACTS.wallets?.granted.credits } },
        'balance',
      ],
      [
        'money that is a float',
        'wallets',
        { granted: { amount: { quantity: 1, currency: 'EUR' } } },
        'granted.amount.quantity',
      ],
      [
        'credits with an exponent',
        'wallets',
        { reserved_balance: { credits: { quantity: '1e3', credit_type_id: 'c' } } },
        'reserved_balance.credits.quantity',
      ],
      ['an unknown status of a wallet', 'wallets', { status: 'EMPTY' }, 'status'],
      ['an unknown type of wallet type', 'wallet-types', { type: 'PURSE' }, 'type'],
      ['an unknown schedule type', 'pricing-plan-schedules', { type: 'TRY' }, 'type'],
    ])('refuses %s and stores nothing', (_what, kind, more, field) =>
      refuses(h, ['PUT', `/v1/${kind}/${fresh('id')}`, { ...FACTS[kind], ...more }], 400, 'INVALID_FIELD', field),
    );

    it('names every problem at once', async () => {
      const answer = await PUT('invoices/inv_many', { due_date: 'soon', paid: 1, status: 'OLD' });
      expect(
        answer.body.problems.map(({ code, field }: Json) => `${code as string} ${field as string}`).sort(),
      ).toEqual(['INVALID_FIELD due_date', 'INVALID_FIELD paid', 'INVALID_FIELD status', 'MISSING_FIELD customer_id']);
    });

    it('counts decimals by ISO 4217, not by how a currency is shown: forints and pesos have cents', async () => {
      const put = (quantity: string, currency: string) =>
        PUT(`invoices/${fresh('inv')}`, openInvoice('cust_x', { open_invoice_amount: { quantity, currency } }));
      for (const currency of ['HUF', 'COP', 'IDR', 'PKR', 'ALL', 'EUR'])
        expect((await put('1250.50', currency)).status).toBe(201);
      for (const [quantity, currency] of [
        ['1.005', 'KWD'],
        ['5', 'JPY'],
        ['5.00', 'JPY'],
        ['0.1234', 'CLF'],
        ['1.23456', 'XAU'],
        ['-12345678901234567890.12', 'USD'],
      ] as const)
        expect((await put(quantity, currency)).status, quantity + currency).toBe(201);
    });
  });

  describe('the source’s version (S-A3)', () => {
    const at = (day: number): string => `2026-03-0${String(day)}T12:00:00Z`;

    it('answers an older one with what is stored, says so, and changes nothing', async () => {
      const path = `invoices/${fresh('inv')}`;
      const newer = await put(h, path, openInvoice('cust_x', { updated_at: at(2), invoice_number: 'new' }));
      const before = await stored(h);
      const answer = await PUT(path, openInvoice('cust_x', { updated_at: at(1), invoice_number: 'old', paid: true }));
      expect([answer.status, answer.headers['dunwell-stale'], answer.body]).toEqual([200, 'true', newer]);
      expect(await stored(h)).toEqual(before);
    });

    it('does not remember the customer that only an older version names', async () => {
      const path = `invoices/${fresh('inv')}`;
      await put(h, path, openInvoice('cust_x', { updated_at: at(2) }));
      const before = await stored(h);
      expect((await PUT(path, openInvoice(fresh('cust_never'), { updated_at: at(1) }))).status).toBe(200);
      expect(await stored(h)).toEqual(before);
    });

    it('applies an equal one', async () => {
      const path = `customers/${fresh('cust')}`;
      await put(h, path, { updated_at: at(2), locale: 'en' });
      const answer = await PUT(path, { updated_at: '2026-03-02T13:00:00+01:00', locale: 'nl' });
      expect([answer.headers['dunwell-stale'], answer.body.locale]).toEqual([undefined, 'nl']);
    });

    it('applies one without a version, and still refuses what is older than the last that had one', async () => {
      const path = `customers/${fresh('cust')}`;
      await put(h, path, { updated_at: at(2), locale: 'en' });
      expect((await put(h, path, { locale: 'nl' })).locale).toBe('nl');
      expect((await PUT(path, { updated_at: at(1), locale: 'de' })).headers['dunwell-stale']).toBe('true');
      expect((await GET(path)).body.locale).toBe('nl');
    });

    it('ends at the newest of 30 versions that arrive at once in any order', async () => {
      const path = `customers/${fresh('cust')}`;
      const days = Array.from(
        { length: 30 },
        (_, n) => `2026-04-${String(((n * 7) % 30) + 1).padStart(2, '0')}T00:00:00Z`,
      );
      await Promise.all(days.map((updated_at) => PUT(path, { updated_at, reference: updated_at })));
      expect((await GET(path)).body.reference).toBe('2026-04-30T00:00:00Z');
    });
  });

  describe('what is only named (S-A3)', () => {
    it('is not there: a placeholder answers 404 exactly like an unknown one', async () => {
      const customer = fresh('cust');
      await put(h, `contacts/${fresh('cont')}`, { customer_id: customer });
      await put(h, `pricing-plan-schedules/${fresh('pps')}`, { ...SCHEDULE, pricing_plan_subscription_id: customer });
      for (const path of [`customers/${customer}`, `pricing-plan-subscriptions/${customer}`]) {
        expectRefusal(await GET(path), 404, 'RESOURCE_NOT_FOUND');
      }
      expect((await PUT(`customers/${customer}`, {})).status).toBe(201);
    });

    it('makes its invoice unknown to a trigger until it arrives', async () => {
      const [customer, invoice] = [fresh('cust'), fresh('inv')];
      await put(h, `invoices/${invoice}`, openInvoice(customer));
      const trigger = { type: 'MANUAL', workflow_id: ladder.id as string, invoice: { invoice_id: invoice } };
      await refuses(h, ['POST', '/v1/workflow-triggers', trigger], 404, 'RESOURCE_NOT_FOUND', 'invoice.invoice_id');
      await put(h, `customers/${customer}`, {});
      expect((await h.call('POST', '/v1/workflow-triggers', trigger)).status).toBe(201);
    });
  });

  describe('what a change means (S-A3)', () => {
    const runs = (invoice: string) => runsOf(h, `resource_id=${invoice}`);

    it.each([
      ['customer first', ['customers', 'invoices']],
      ['invoice first', ['invoices', 'customers']],
    ])('starts the ladder once, with the last of customer and invoice: %s', async (_what, order) => {
      const [customer, invoice] = [fresh('cust'), fresh('inv')];
      const body: Json = { customers: { email: 'a@x.example' }, invoices: openInvoice(customer) };
      const id: Json = { customers: customer, invoices: invoice };
      const seen: number[] = [];
      for (const kind of order) {
        await put(h, `${kind}/${id[kind] as string}`, body[kind] as Json);
        seen.push((await runs(invoice)).length);
      }
      expect(seen).toEqual([0, 1]);
      expect(await runs(invoice)).toMatchObject([
        { type: 'EVENT', variant: 'OVERDUE', status: 'ACCEPTED', engine: 'PENDING' },
      ]);
    });

    it('starts it exactly once when both arrive at the same moment, 20 times', async () => {
      for (let round = 0; round < 20; round += 1) {
        const [customer, invoice] = [fresh('cust'), fresh('inv')];
        await Promise.all([PUT(`invoices/${invoice}`, openInvoice(customer)), PUT(`customers/${customer}`, {})]);
        expect(await runs(invoice)).toHaveLength(1);
      }
    });

    it('starts one ladder for each of 20 invoices that arrive with their customer', async () => {
      const customer = fresh('cust');
      const invoices = Array.from({ length: 20 }, () => fresh('inv'));
      await Promise.all([
        ...invoices.map((id) => PUT(`invoices/${id}`, openInvoice(customer))),
        PUT(`customers/${customer}`, {}),
      ]);
      const all = await runsOf(h, `customer_id=${customer}&limit=100`);
      expect(all.map((run) => run.resource_id as string).sort()).toEqual([...invoices].sort());
    });

    it('starts it once for 20 equal PUTs at once', async () => {
      const [customer, invoice] = [fresh('cust'), fresh('inv')];
      await put(h, `customers/${customer}`, {});
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => PUT(`invoices/${invoice}`, openInvoice(customer))),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(await runs(invoice)).toHaveLength(1);
    });

    it.each([
      ['schedule, subscription, customer', ['pricing-plan-schedules', 'pricing-plan-subscriptions', 'customers']],
      ['customer, schedule, subscription', ['customers', 'pricing-plan-schedules', 'pricing-plan-subscriptions']],
      ['subscription, customer, schedule', ['pricing-plan-subscriptions', 'customers', 'pricing-plan-schedules']],
    ])('starts a trial’s reminder once, in the order %s', async (_what, order) => {
      const id = fresh('trial');
      const body: Json = {
        customers: {},
        'pricing-plan-subscriptions': { customer_id: id, status: 'ACTIVE' },
        'pricing-plan-schedules': { ...SCHEDULE, pricing_plan_subscription_id: id },
      };
      const seen: number[] = [];
      for (const kind of order) {
        await put(h, `${kind}/${id}`, body[kind] as Json);
        seen.push((await runs(id)).length);
      }
      expect(seen).toEqual([0, 0, 1]);
    });

    it('starts a trial’s reminder once when all three arrive at the same moment, 20 times', async () => {
      for (let round = 0; round < 20; round += 1) {
        const id = fresh('trial');
        await Promise.all([
          PUT(`pricing-plan-schedules/${id}`, { ...SCHEDULE, pricing_plan_subscription_id: id }),
          PUT(`pricing-plan-subscriptions/${id}`, { customer_id: id }),
          PUT(`customers/${id}`, {}),
        ]);
        expect(await runs(id)).toHaveLength(1);
      }
    });

    it('starts nothing for what was there before the workflow (S-D11), also when it is told again', async () => {
      expect(await runs('inv_before')).toEqual([]);
      await put(h, 'invoices/inv_before', openInvoice('cust_before'));
      await put(h, 'customers/cust_before', { email: 'new@x.example' });
      expect(await runs('inv_before')).toEqual([]);
    });

    it('starts nothing new when the same FINAL invoice is told again', async () => {
      const [customer, invoice] = [fresh('cust'), fresh('inv')];
      await put(h, `customers/${customer}`, {});
      await put(h, `invoices/${invoice}`, openInvoice(customer));
      const before = await runs(invoice);
      await put(h, `invoices/${invoice}`, openInvoice(customer, { footnote: 'x' }));
      expect(await runs(invoice)).toEqual(before);
    });

    it('starts nothing for a draft, a paid or a credit invoice, and starts when a draft becomes FINAL', async () => {
      const [customer, invoice] = [fresh('cust'), fresh('inv')];
      await put(h, `customers/${customer}`, {});
      for (const more of [{ status: 'DRAFT' }, { paid: true }, { type: 'CREDIT' }, { due_date: null }]) {
        await put(h, `invoices/${invoice}`, openInvoice(customer, more));
        expect(await runs(invoice)).toEqual([]);
      }
      await put(h, `invoices/${invoice}`, openInvoice(customer));
      expect(await runs(invoice)).toHaveLength(1);
    });

    it('stops the run in the same request that says paid, and moves it in the one that moves the due date', async () => {
      const [customer, invoice] = [fresh('cust'), fresh('inv')];
      await put(h, `customers/${customer}`, {});
      await put(h, `invoices/${invoice}`, openInvoice(customer));
      await put(h, `invoices/${invoice}`, openInvoice(customer, { due_date: '2991-06-01T00:00:00Z' }));
      expect(await runs(invoice)).toMatchObject([{ revision: 2, next_step_at: '2991-06-08T00:00:00.000Z' }]);
      await put(h, `invoices/${invoice}`, openInvoice(customer, { paid: true }));
      expect(await runs(invoice)).toMatchObject([{ status: 'STOPPED', stop_reason: 'paid', next_step_at: null }]);
    });

    it('plans in the customer’s zone, and again when it changes', async () => {
      const [customer, invoice] = [fresh('cust'), fresh('inv')];
      await put(h, `customers/${customer}`, { timezone: 'Europe/Amsterdam' });
      await put(h, `invoices/${invoice}`, openInvoice(customer, { due_date: '2027-03-25T09:00:00Z' }));
      expect(await runs(invoice)).toMatchObject([
        { timezone: 'Europe/Amsterdam', next_step_at: '2027-04-01T08:00:00.000Z' },
      ]);
      await put(h, `customers/${customer}`, { timezone: 'UTC' });
      expect(await runs(invoice)).toMatchObject([{ timezone: 'UTC', next_step_at: '2027-04-01T09:00:00.000Z' }]);
    });
  });
});
