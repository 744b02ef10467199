import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { created, createLadder, expectRefusal, refuses, stored, type Json } from './support.js';

const DAYS = [
  { type: 'DAY', value: 7 },
  { type: 'MONTH', value: 1 },
];

/** One of each type and variant, as the contract shapes them. */
const WORKFLOWS: Record<string, Json> = {
  TO_FINAL: { type: 'INVOICE', invoice: { variant: 'TO_FINAL' } },
  OVERDUE: { type: 'INVOICE', invoice: { variant: 'OVERDUE', overdue: { periods: DAYS } } },
  UPCOMING_PAYMENT_REMINDER: {
    type: 'INVOICE',
    invoice: { variant: 'UPCOMING_PAYMENT_REMINDER', upcoming_payment: { periods: DAYS } },
  },
  FAILED_PAYMENT: { type: 'PAYMENT', payment: { variant: 'FAILED_PAYMENT' } },
  FREE_TRIAL_REMINDER: {
    type: 'PRICING_PLAN_SUBSCRIPTION',
    pricing_plan_subscription: { variant: 'FREE_TRIAL_REMINDER', reminder_periods: DAYS },
  },
  WALLET_BALANCE: {
    type: 'WALLET',
    wallet: {
      variant: 'WALLET_BALANCE',
      wallet_balance: { comparator: 'LESS_THAN', threshold: { percentage: '20' } },
    },
  },
};

describe('workflows', () => {
  let h: Api;
  let count = 0;
  beforeAll(async () => {
    h = await createApi();
  });
  afterAll(() => h.stop());

  const reference = (): string => `ref-${String((count += 1))}`;
  const body = (more: Json = {}): Json => ({
    name: 'Ladder',
    reference: reference(),
    status: 'ACTIVE',
    ...WORKFLOWS.OVERDUE,
    ...more,
  });
  const overdue = (periods: unknown): Json => ({ invoice: { variant: 'OVERDUE', overdue: { periods } } });
  const patch = (id: string, change: Json) => h.call('PATCH', `/v1/workflows/${id}`, change);

  describe('create', () => {
    it.each(Object.keys(WORKFLOWS))(
      'creates a %s workflow with its block alone, and gives it back',
      async (variant) => {
        const given = { name: variant, reference: reference(), status: 'ACTIVE', ...WORKFLOWS[variant] };
        // What is said of a change stands in the answer to it alone.
        const { problems: _, ...row } = await created(h, '/v1/workflows', given);
        expect(row).toMatchObject({ ...given, object_type: 'WORKFLOW', version: 1, customer_ids: null });
        expect(row.id).toMatch(/^wkfl_[A-Za-z0-9]{20}$/);
        expect(row.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        expect((await h.call('GET', `/v1/workflows/${row.id as string}`)).body).toEqual(row);
        expect((await h.call('GET', `/v1/workflows/${given.reference}`)).body).toEqual(row);
      },
    );

    it('takes null for absent in every optional field, read-only ones included (S-W3)', async () => {
      const nothing = { object_type: null, id: null, created_at: null, updated_at: null, description: null };
      const blocks = { customer_ids: null, payment: null, pricing_plan_subscription: null, wallet: null };
      const row = await created(h, '/v1/workflows', body({ ...nothing, ...blocks }));
      expect(row.id).toMatch(/^wkfl_/);
    });

    it.each(['DRAFT', 'INACTIVE', 'ACTIVE'])('creates it %s', async (status) => {
      expect((await created(h, '/v1/workflows', body({ status }))).status).toBe(status);
    });

    it('does not create it ARCHIVED (S-D3)', () =>
      refuses(h, ['POST', '/v1/workflows', body({ status: 'ARCHIVED' })], 400, 'INVALID_FIELD', 'status'));

    it('names every missing field at once', async () => {
      const answer = await h.call('POST', '/v1/workflows', {});
      expectRefusal(answer, 400, 'MISSING_FIELD', 'name');
      expect(answer.body.problems.map((problem: Json) => [problem.code, problem.field])).toEqual(
        ['name', 'type', 'reference', 'status'].map((field) => ['MISSING_FIELD', field]),
      );
    });

    it('refuses a reference that is taken, also by an archived workflow (S-D4)', async () => {
      const first = await created(h, '/v1/workflows', body());
      const again = ['POST', '/v1/workflows', body({ reference: first.reference })] as const;
      await refuses(h, again, 409, 'RESOURCE_ALREADY_EXISTS', 'reference');
      await h.call('POST', `/v1/workflows/${first.id as string}/archive`);
      await refuses(h, again, 409, 'RESOURCE_ALREADY_EXISTS', 'reference');
    });

    it('takes references that differ only in case (S-D4)', async () => {
      await created(h, '/v1/workflows', body({ reference: 'Case' }));
      await created(h, '/v1/workflows', body({ reference: 'case' }));
    });

    it('gives a reference to one of many that ask for it at once', async () => {
      const same = body();
      const answers = await Promise.all(Array.from({ length: 10 }, () => h.call('POST', '/v1/workflows', same)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
    });

    it('names unknown fields at any depth, and no read-only ones', async () => {
      const given = body({
        id: 'mine',
        created_at: 'x',
        colour: 1,
        invoice: { ...WORKFLOWS.OVERDUE?.invoice, urgent: true },
      });
      const answer = await h.call('POST', '/v1/workflows', given);
      expect([answer.status, answer.headers['dunwell-ignored-fields']]).toEqual([201, 'invoice.urgent, colour']);
      const quiet = await h.call('POST', '/v1/workflows', body());
      expect(quiet.headers).not.toHaveProperty('dunwell-ignored-fields');
    });

    it('says what of a configuration has no effect, and keeps it', async () => {
      const invoice = { variant: 'TO_FINAL', overdue: { periods: [{ type: 'DAY', value: 2 }] } };
      const body = { name: 'W', type: 'INVOICE', status: 'ACTIVE', reference: 'idle', invoice };
      const row = await created(h, '/v1/workflows', body);
      expect(row.invoice).toEqual(invoice);
      expect(row.problems).toMatchObject([{ code: 'INVALID_FIELD', field: 'invoice.overdue' }]);
      const plain = await created(h, '/v1/workflows', {
        ...body,
        reference: 'plain',
        invoice: { variant: 'TO_FINAL' },
      });
      expect(plain).not.toHaveProperty('problems');
    });

    it.each([
      [{ amount: { quantity: '-5', currency: 'EUR' } }, 'amount.quantity'],
      [{ credits: { quantity: '-5', credit_type_id: 'x' } }, 'credits.quantity'],
    ])('refuses a threshold below zero: %j', (threshold, field) => {
      const wallet = { variant: 'WALLET_BALANCE', wallet_balance: { comparator: 'LESS_THAN', threshold } };
      const body = { name: 'W', type: 'WALLET', status: 'ACTIVE', reference: 'negative', wallet };
      const at = `wallet.wallet_balance.threshold.${field}`;
      return refuses(h, ['POST', '/v1/workflows', body], 400, 'INVALID_FIELD', at);
    });

    const PERIODS = 'invoice.overdue.periods';
    const TOO_LONG = { DAY: 3651, WEEK: 521, MONTH: 121, YEAR: 11 };
    it.each<[string, Json, string, string]>([
      ['a name of the wrong type', { name: 5 }, 'INVALID_FIELD', 'name'],
      ['an empty name', { name: '' }, 'INVALID_FIELD', 'name'],
      ['a name of two lines', { name: 'a\r\nBcc: x@y.example' }, 'INVALID_FIELD', 'name'],
      ['an unknown type', { type: 'QUOTE' }, 'INVALID_FIELD', 'type'],
      ['an unknown status', { status: 'active' }, 'INVALID_FIELD', 'status'],
      ['a status of null', { status: null }, 'MISSING_FIELD', 'status'],
      ['a reference with a slash', { reference: 'a/b' }, 'INVALID_FIELD', 'reference'],
      ['a reference that is a dot', { reference: '.' }, 'INVALID_FIELD', 'reference'],
      ['a reference like an id', { reference: `wkfl_${'a'.repeat(20)}` }, 'INVALID_FIELD', 'reference'],
      ['a customer that can be none', { customer_ids: ['a b'] }, 'INVALID_FIELD', 'customer_ids[0]'],
      ['a reference of 101 characters', { reference: 'r'.repeat(101) }, 'INVALID_FIELD', 'reference'],
      ['customers that are no list', { customer_ids: 'cust_1' }, 'INVALID_FIELD', 'customer_ids'],
      ['a customer that is no text', { customer_ids: ['a', 7] }, 'INVALID_FIELD', 'customer_ids[1]'],
      ['an id of 256 characters', { customer_ids: ['c'.repeat(256)] }, 'INVALID_FIELD', 'customer_ids[0]'],
      ['a block of another type', { wallet: {} }, 'INVALID_FIELD', 'wallet'],
      ['no block', { invoice: null }, 'MISSING_FIELD', 'invoice'],
      ['no variant', { invoice: {} }, 'MISSING_FIELD', 'invoice.variant'],
      ['a variant of another type', { invoice: { variant: 'WALLET_BALANCE' } }, 'INVALID_FIELD', 'invoice.variant'],
      ['no periods', overdue(null), 'MISSING_FIELD', PERIODS],
      ['an empty list of periods', overdue([]), 'MISSING_FIELD', PERIODS],
      [
        '51 periods',
        overdue(Array.from({ length: 51 }, (_, value) => ({ type: 'DAY', value }))),
        'INVALID_FIELD',
        PERIODS,
      ],
      ['a period twice', overdue([DAYS[0], DAYS[1], DAYS[0]]), 'INVALID_FIELD', `${PERIODS}[2]`],
      ['a period without a value', overdue([{ type: 'DAY' }]), 'MISSING_FIELD', `${PERIODS}[0].value`],
      ['a period without a type', overdue([{ value: 1 }]), 'MISSING_FIELD', `${PERIODS}[0].type`],
      ['a period that is null', overdue([null]), 'MISSING_FIELD', `${PERIODS}[0]`],
      ['a negative period', overdue([{ type: 'DAY', value: -1 }]), 'INVALID_FIELD', `${PERIODS}[0].value`],
      ['half a day', overdue([{ type: 'DAY', value: 0.5 }]), 'INVALID_FIELD', `${PERIODS}[0].value`],
      ['a huge period', overdue([{ type: 'DAY', value: 1e300 }]), 'INVALID_FIELD', `${PERIODS}[0].value`],
      ['a period as text', overdue([{ type: 'DAY', value: '7' }]), 'INVALID_FIELD', `${PERIODS}[0].value`],
      ['hours', overdue([{ type: 'HOUR', value: 7 }]), 'INVALID_FIELD', `${PERIODS}[0].type`],
      ...Object.entries(TOO_LONG).map(([type, value]): [string, Json, string, string] => [
        `more than ten years (${type})`,
        overdue([{ type, value }]),
        'INVALID_FIELD',
        `${PERIODS}[0].value`,
      ]),
    ])('refuses %s and stores nothing', (_what, more, code, field) =>
      refuses(h, ['POST', '/v1/workflows', body(more)], 400, code, field),
    );

    it('takes fifty periods, zero days and ten years (S-D2)', async () => {
      const longest = [
        { type: 'DAY', value: 3650 },
        { type: 'WEEK', value: 520 },
        { type: 'MONTH', value: 120 },
        { type: 'YEAR', value: 10 },
      ];
      const periods = [...Array.from({ length: 46 }, (_, value) => ({ type: 'DAY', value })), ...longest];
      const row = await created(h, '/v1/workflows', body(overdue(periods)));
      expect(row.invoice.overdue.periods).toEqual(periods);
    });

    const THRESHOLD = 'wallet.wallet_balance.threshold';
    const eur = { quantity: '10.00', currency: 'EUR' };
    it.each<[string, Json, string, string]>([
      [
        'no comparator',
        { comparator: null, threshold: { percentage: '20' } },
        'MISSING_FIELD',
        'wallet.wallet_balance.comparator',
      ],
      ['another comparator', { comparator: 'GREATER_THAN' }, 'INVALID_FIELD', 'wallet.wallet_balance.comparator'],
      ['no threshold', { threshold: null }, 'MISSING_FIELD', THRESHOLD],
      ['an empty threshold', { threshold: {} }, 'MISSING_FIELD', THRESHOLD],
      ['two thresholds', { threshold: { percentage: '20', amount: eur } }, 'INVALID_FIELD', THRESHOLD],
      ['0 %', { threshold: { percentage: '0.0' } }, 'INVALID_FIELD', `${THRESHOLD}.percentage`],
      ['101 %', { threshold: { percentage: '101' } }, 'INVALID_FIELD', `${THRESHOLD}.percentage`],
      ['a percentage as a number', { threshold: { percentage: 20 } }, 'INVALID_FIELD', `${THRESHOLD}.percentage`],
      [
        'a third of a cent',
        { threshold: { amount: { ...eur, quantity: '0.333' } } },
        'INVALID_FIELD',
        `${THRESHOLD}.amount.quantity`,
      ],
      [
        'money as a float',
        { threshold: { amount: { ...eur, quantity: 10.5 } } },
        'INVALID_FIELD',
        `${THRESHOLD}.amount.quantity`,
      ],
      [
        'a currency that is none',
        { threshold: { amount: { ...eur, currency: 'EUX' } } },
        'INVALID_FIELD',
        `${THRESHOLD}.amount.currency`,
      ],
      [
        'credits that are no number',
        { threshold: { credits: { quantity: 'many', credit_type_id: 'c' } } },
        'INVALID_FIELD',
        `${THRESHOLD}.credits.quantity`,
      ],
    ])('refuses a wallet balance with %s', (_what, change, code, field) => {
      const balance = { comparator: 'LESS_THAN', threshold: { percentage: '20' }, ...change };
      const wallet = { type: 'WALLET', invoice: null, wallet: { variant: 'WALLET_BALANCE', wallet_balance: balance } };
      return refuses(h, ['POST', '/v1/workflows', body(wallet)], 400, code, field);
    });

    it('takes an incomplete DRAFT, which must be whole to leave it (S-D1)', async () => {
      const draft = await created(h, '/v1/workflows', body({ status: 'DRAFT', invoice: null }));
      for (const verb of ['activate', 'deactivate']) {
        await refuses(h, ['POST', `/v1/workflows/${draft.id as string}/${verb}`], 400, 'MISSING_FIELD', 'invoice');
      }
      expect((await patch(draft.id as string, { invoice: { variant: 'TO_FINAL' } })).status).toBe(200);
      expect((await h.call('POST', `/v1/workflows/${draft.id as string}/activate`)).body.status).toBe('ACTIVE');
    });
  });

  describe('transitions (S-D3)', () => {
    const STATES = ['DRAFT', 'ACTIVE', 'INACTIVE', 'ARCHIVED'] as const;
    const ALLOWED: Record<string, readonly string[]> = {
      DRAFT: ['DRAFT', 'ACTIVE', 'INACTIVE', 'ARCHIVED'],
      ACTIVE: ['ACTIVE', 'INACTIVE', 'ARCHIVED'],
      INACTIVE: ['ACTIVE', 'INACTIVE', 'ARCHIVED'],
      ARCHIVED: ['ARCHIVED'],
    };
    const VERBS: Partial<Record<string, string>> = { ACTIVE: 'activate', INACTIVE: 'deactivate', ARCHIVED: 'archive' };
    const inState = async (status: string): Promise<Json> => {
      const row = await created(h, '/v1/workflows', body({ status: status === 'ARCHIVED' ? 'DRAFT' : status }));
      if (status === 'ARCHIVED') await h.call('POST', `/v1/workflows/${row.id as string}/archive`);
      return (await h.call('GET', `/v1/workflows/${row.id as string}`)).body;
    };

    for (const from of STATES)
      for (const to of STATES) {
        const allowed = ALLOWED[from]?.includes(to);
        it(`${allowed ? 'goes' : 'does not go'} from ${from} to ${to}, by PATCH as by its verb`, async () => {
          const ways = [(id: string) => patch(id, { status: to })];
          const verb = VERBS[to];
          if (verb) ways.push((id) => h.call('POST', `/v1/workflows/${id}/${verb}`));
          for (const way of ways) {
            const before = await inState(from);
            const answer = await way(before.id as string);
            const after = await h.call('GET', `/v1/workflows/${before.id as string}`);
            if (allowed) {
              expect([answer.status, answer.body.status]).toEqual([200, to]);
              if (from === to) expect(answer.body).toEqual(before);
            } else {
              expectRefusal(answer, 400, 'INVALID_OPERATION', 'status');
              expect(after.body).toEqual(before);
            }
          }
        });
      }

    it('archives a DRAFT that was never finished', async () => {
      const row = await created(h, '/v1/workflows', body({ status: 'DRAFT', invoice: null }));
      expect((await patch(row.id as string, { status: 'ARCHIVED' })).body.status).toBe('ARCHIVED');
    });

    it('changes nothing else of an archived workflow', async () => {
      const row = await inState('ARCHIVED');
      const path = `/v1/workflows/${row.id as string}`;
      await refuses(h, ['PATCH', path, { name: 'New' }], 400, 'INVALID_OPERATION', 'status');
      await refuses(h, ['PATCH', path, { status: 'ARCHIVED', name: 'New' }], 400, 'INVALID_OPERATION', 'status');
    });
  });

  describe('PATCH (S-W10)', () => {
    it('changes one field and leaves the others', async () => {
      const before = await created(h, '/v1/workflows', body({ description: 'Old', customer_ids: ['a'] }));
      const after = await patch(before.id as string, { name: 'New' });
      expect([after.status, after.body]).toEqual([200, { ...before, name: 'New', updated_at: after.body.updated_at }]);
    });

    it('clears with null, replaces lists and merges objects', async () => {
      const row = await created(
        h,
        '/v1/workflows',
        body({ status: 'DRAFT', description: 'Old', customer_ids: ['a', 'b'] }),
      );
      const cleared = await patch(row.id as string, {
        description: null,
        customer_ids: ['c'],
        invoice: { overdue: { periods: [DAYS[1]] } },
      });
      expect(cleared.body).toMatchObject({
        description: null,
        customer_ids: ['c'],
        invoice: { variant: 'OVERDUE', overdue: { periods: [DAYS[1]] } },
      });
      expect((await patch(row.id as string, { customer_ids: null })).body.customer_ids).toBeNull();
    });

    it('says nothing and does nothing when nothing changes', async () => {
      const { problems: _, ...row } = await created(h, '/v1/workflows', body());
      const before = await stored(h);
      for (const change of [{}, { name: row.name as string }, row]) {
        expect((await patch(row.id as string, change)).body).toEqual(row);
      }
      expect(await stored(h)).toEqual(before);
    });

    it('raises the version only when what is pinned changes (S-D6)', async () => {
      const row = await created(h, '/v1/workflows', body());
      expect((await patch(row.id as string, { name: 'New' })).body.version).toBe(1);
      expect((await patch(row.id as string, overdue([DAYS[0]]))).body.version).toBe(2);
      expect((await patch(row.id as string, { late_policy: 'ALL' })).body.version).toBe(3);
    });

    it('names unknown fields, at any depth', async () => {
      const row = await created(h, '/v1/workflows', body());
      const answer = await patch(row.id as string, { colour: 1, name: 'New', invoice: { urgent: true } });
      expect([answer.status, answer.headers['dunwell-ignored-fields']]).toEqual([200, 'invoice.urgent, colour']);
      expect(answer.body).not.toHaveProperty('colour');
    });

    it.each<[string, Json, string]>([
      ['a required field cleared', { name: null }, 'name'],
      ['its block cleared', { invoice: null }, 'invoice'],
    ])('refuses %s', async (_what, change, field) => {
      const row = await created(h, '/v1/workflows', body());
      await refuses(h, ['PATCH', `/v1/workflows/${row.id as string}`, change], 400, 'MISSING_FIELD', field);
    });

    it('validates the result whole', async () => {
      const row = await created(h, '/v1/workflows', body());
      const path = `/v1/workflows/${row.id as string}`;
      await refuses(h, ['PATCH', path, overdue([])], 400, 'MISSING_FIELD', 'invoice.overdue.periods');
      await refuses(h, ['PATCH', path, { payment: { variant: 'FAILED_PAYMENT' } }], 400, 'INVALID_FIELD', 'payment');
      await refuses(h, ['PATCH', path, []], 400, 'INVALID_FIELD');
    });

    it.each(['DRAFT', 'ACTIVE', 'INACTIVE'])('never changes the type, also not of a %s one (S-D4)', async (status) => {
      const row = await created(h, '/v1/workflows', body({ status }));
      const path = `/v1/workflows/${row.id as string}`;
      await refuses(h, ['PATCH', path, { type: 'PAYMENT' }], 400, 'INVALID_FIELD', 'type');
    });

    it('changes variant and reference while DRAFT, and not any more (S-D4)', async () => {
      const row = await created(h, '/v1/workflows', body({ status: 'DRAFT' }));
      const path = `/v1/workflows/${row.id as string}`;
      const changed = await h.call('PATCH', path, { reference: reference(), invoice: { variant: 'TO_FINAL' } });
      expect(changed.body).toMatchObject({ invoice: { variant: 'TO_FINAL' }, version: 2 });
      for (const verb of ['activate', 'deactivate']) {
        await h.call('POST', `${path}/${verb}`);
        await refuses(h, ['PATCH', path, { invoice: { variant: 'OVERDUE' } }], 400, 'INVALID_FIELD', 'invoice.variant');
        await refuses(h, ['PATCH', path, { reference: reference() }], 400, 'INVALID_FIELD', 'reference');
      }
    });

    it('refuses a reference that is taken', async () => {
      const [one, two] = [
        await createLadder(h, reference()),
        await created(h, '/v1/workflows', body({ status: 'DRAFT' })),
      ];
      const path = `/v1/workflows/${two.id as string}`;
      await refuses(h, ['PATCH', path, { reference: one.reference }], 409, 'RESOURCE_ALREADY_EXISTS', 'reference');
    });

    it('gives a reference to one of two workflows that ask for it at once', async () => {
      for (let round = 0; round < 10; round += 1) {
        const drafts = await Promise.all([1, 2].map(() => created(h, '/v1/workflows', body({ status: 'DRAFT' }))));
        const wanted = reference();
        const answers = await Promise.all(drafts.map((draft) => patch(draft.id as string, { reference: wanted })));
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      }
    });

    it('lets two changes at once follow each other, and loses neither', async () => {
      const row = await created(h, '/v1/workflows', body());
      const changes = [{ name: 'New' }, { description: 'New' }, { customer_ids: ['a'] }, overdue([DAYS[0]])];
      await Promise.all(changes.map((change) => patch(row.id as string, change)));
      expect((await h.call('GET', `/v1/workflows/${row.id as string}`)).body).toMatchObject({
        ...changes[0],
        ...changes[1],
        ...changes[2],
        ...changes[3],
      });
    });
  });

  it.each([
    ['GET', ''],
    ['PATCH', ''],
    ['POST', '/activate'],
    ['POST', '/deactivate'],
    ['POST', '/archive'],
  ])('knows no unknown workflow: %s %s', async (method, rest) => {
    await refuses(
      h,
      [method, `/v1/workflows/wkfl_unknown${rest}`, method === 'PATCH' ? {} : undefined],
      404,
      'RESOURCE_NOT_FOUND',
    );
  });
});
