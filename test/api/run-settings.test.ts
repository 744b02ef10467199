import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { createWorkflow, expectErrors, openCall, SEED_FIELDS, type Called } from './run-contract-support.js';
import { put, runsOf } from './support.js';

describe('settings of a workflow (S-Z4)', () => {
  let h: Api;
  let called: Called;
  beforeAll(async () => {
    h = await createApi();
    called = await openCall(h);
  });
  afterAll(() => h.stop());

  const path = (id = called.number) => `/workflows/${String(id)}/settings`;
  const set = (body: object, id = called.number) => h.call('PUT', path(id), body);
  const payment = { field_name: 'paymentId', binds_to: 'payment_id' };
  const own = (more: object) => ({
    callout_trigger: true,
    fields: [payment, { field_name: 'x', binds_to: 'variable:x', ...more }],
  });

  it('are off for calls and on for everything else, until somebody sets them', async () => {
    const created = await h.call('POST', '/v1/workflows', {
      name: 'New',
      reference: 'new',
      type: 'PAYMENT',
      status: 'DRAFT',
    });
    expect((await h.call('GET', path(created.body.number as number))).body).toEqual({
      callout_trigger: false,
      ondemand_trigger: true,
      event_trigger: true,
      scheduled_trigger: false,
      interval: null,
      timezone: null,
      fields: [],
    });
  });

  it('are given back whole, and replaced whole', async () => {
    const { number } = await createWorkflow(h, 'whole', own({ datatype: 'Decimal', default: 1.5, callout_id: 'rate' }));
    const field = { object_name: 'Workflow', datatype: 'Text', required: false, default: null, callout_id: null };
    expect((await h.call('GET', path(number))).body.fields).toEqual([
      { ...field, ...payment },
      { ...field, field_name: 'x', binds_to: 'variable:x', datatype: 'Decimal', default: 1.5, callout_id: 'rate' },
    ]);
    expect((await set({ ondemand_trigger: false }, number)).body).toMatchObject({ callout_trigger: false, fields: [] });
  });

  it.each<[string, object, string[]]>([
    [
      'nothing names the payment',
      { callout_trigger: true, fields: [{ field_name: 'a', binds_to: 'customer_id' }] },
      ['fields: The parameters cannot identify what FAILED_PAYMENT is about: one field must bind payment_id.'],
    ],
    [
      'calls without any field',
      { callout_trigger: true },
      ['fields: The parameters cannot identify what FAILED_PAYMENT is about: one field must bind payment_id.'],
    ],
    [
      'a resource of another variant beside it',
      own({ binds_to: 'invoice_id' }),
      ['fields[1].binds_to: FAILED_PAYMENT is about what payment_id names, not invoice_id.'],
    ],
    ['a reserved word', own({ field_name: 'action' }), ["fields[1].field_name: 'action' is a reserved word."]],
    ['a reserved name of the call', own({ callout_id: 'id' }), ["fields[1].callout_id: 'id' is a reserved word."]],
    ['one name for two', own({ callout_id: 'paymentId' }), ['fields[1].callout_id: paymentId stands twice.']],
    ['one target for two', own({ binds_to: 'payment_id' }), ['fields[1].binds_to: payment_id stands twice.']],
    [
      'a default of another type',
      own({ datatype: 'Date', default: '2026-02-30' }),
      ['fields[1].default: must be a date, such as 2026-01-31.'],
    ],
    [
      'an id that is a date',
      { callout_trigger: true, fields: [{ ...payment, datatype: 'Date' }] },
      ['fields[0].datatype: An id is Text or Integer, not Date.'],
    ],
    [
      'the clock without a time',
      { scheduled_trigger: true },
      ['interval: scheduled_trigger needs it.', 'timezone: scheduled_trigger needs it.'],
    ],
  ])('are refused: %s', async (_what, body, titles) => {
    const before = await h.call('GET', path());
    expectErrors(await set(body), 400, titles);
    expect((await h.call('GET', path())).body).toEqual(before.body);
  });

  it('are refused where the form is wrong, naming the field', async () => {
    const answer = await set({ callout_trigger: 'yes', fields: [{ field_name: 'a', binds_to: 'variable:__proto__' }] });
    expect(answer.status).toBe(400);
    const titles = (answer.body.errors as { title: string }[]).map(({ title }) => title);
    expect(titles).toEqual([
      expect.stringMatching(/^callout_trigger: /),
      expect.stringMatching(/^fields\[0\]\.binds_to: must be /),
    ]);
  });

  it('are refused with a field that nobody knows: they replace everything', async () => {
    expectErrors(await set({ callout_trigge: true }), 400, [expect.stringContaining('callout_trigge') as string]);
  });

  it('keep fitting when the variant of a draft changes', async () => {
    const draft = { type: 'INVOICE', status: 'DRAFT', payment: null, invoice: { variant: 'OVERDUE' } };
    const fields = [{ field_name: 'invoiceId', binds_to: 'invoice_id' }];
    await createWorkflow(h, 'draft', { callout_trigger: true, fields }, draft);
    const moved = await h.call('PATCH', '/v1/workflows/draft', { invoice: { variant: 'TO_FINAL' } });
    expect(moved.status).toBe(200);
    const none = await h.call('PATCH', '/v1/workflows/draft', { invoice: { variant: null } });
    expect(none.status).toBe(400);
    expect(none.body).toMatchObject({ code: 'MISSING_FIELD', field: 'variant' });
  });

  describe('datatypes', () => {
    const TYPES: [string, unknown[], unknown[]][] = [
      ['Text', ['a', ' '], [1, true, {}, ['a']]],
      ['Boolean', [true, 'false'], ['yes', 1, {}]],
      ['Integer', [0, '12', -3], [1.5, '1.5', 'x', 2 ** 53, true]],
      ['Decimal', [1.5, '0.10', '-7'], ['1,5', 'x', [], 1e30]],
      ['Date', ['2026-02-28'], ['2026-02-29', '28-02-2026', 20260228]],
      [
        'DateTime-Local',
        ['2026-02-28T09:00', '2026-02-28 09:00:30'],
        ['2026-02-28', '2026-02-28T24:00', '2026-02-28T09:00Z'],
      ],
      ['JSON', [{ a: [1] }, 'text', 0, false, '{"a": 1}'], ['{a}', '[1']],
    ];
    it.each(TYPES)('%s', async (datatype, good, bad) => {
      const { number } = await createWorkflow(h, `typed-${datatype}`, own({ datatype }));
      const run = (x: unknown) => h.call('POST', `/workflows/${String(number)}/run`, { paymentId: 'pay_1', x });
      for (const value of good) expect((await run(value)).status, JSON.stringify(value)).toBe(200);
      for (const value of bad) {
        const answer = await run(value);
        expect(answer.status, JSON.stringify(value)).toBe(400);
        expect(answer.body.errors).toEqual([
          { status: 400, code: 'invalid', title: expect.stringMatching(/^Parameter 'x' must be /) },
        ]);
      }
    });

    it('are kept for the template as what they are, defaults included', async () => {
      const fields = [
        payment,
        { field_name: 'flag', datatype: 'Boolean', binds_to: 'variable:flag' },
        { field_name: 'rate', datatype: 'Decimal', binds_to: 'variable:rate', default: '1.50' },
        { field_name: 'none', binds_to: 'variable:none' },
      ];
      const { number } = await createWorkflow(h, 'kept', { callout_trigger: true, fields });
      const made = await h.call('POST', `/workflows/${String(number)}/run`, { paymentId: 'pay_1', flag: 'true' });
      const [row] = await h.db.rows('SELECT variables FROM runs WHERE number = $1', [made.body.id]);
      expect(row).toEqual({ variables: { flag: true, rate: '1.50' } });
    });
  });

  describe('triggers', () => {
    const trigger = (workflowId: string, type: 'MANUAL' | 'EVENT') =>
      h.call('POST', '/v1/workflow-triggers', {
        type,
        workflow_id: workflowId,
        payment: { payment_id: 'pay_1', [type.toLowerCase()]: { variant: 'FAILED_PAYMENT' } },
      });

    it('ondemand_trigger off: nobody triggers it by hand, a call still runs it', async () => {
      const settings = { callout_trigger: true, ondemand_trigger: false, fields: SEED_FIELDS };
      const { id, number } = await createWorkflow(h, 'by-call-only', settings);
      const answer = await trigger(id, 'MANUAL');
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ code: 'INVALID_OPERATION', field: 'workflow_id' });
      const seed = { accountId: 'cust_1', paymentId: 'pay_1' };
      expect((await h.call('POST', `/workflows/${String(number)}/run`, seed)).status).toBe(200);
    });

    it('event_trigger off: no fact starts it, and explain says so', async () => {
      const { id } = await createWorkflow(h, 'no-events', { event_trigger: false });
      const control = await createWorkflow(h, 'with-events', {});
      await put(h, 'payments/pay_2', {
        customer_id: 'cust_1',
        result: 'REFUSED',
        timestamp: new Date(Date.now()).toISOString(),
      });
      expect(await runsOf(h, `workflow_id=${id}`)).toEqual([]);
      expect(await runsOf(h, `workflow_id=${control.id}`)).toHaveLength(1);
      const answer = await trigger(id, 'EVENT');
      expect(answer.body).toMatchObject({ code: 'INVALID_OPERATION', field: 'workflow_id' });
      const why = await h.call('GET', '/v1/explain?payment_id=pay_2');
      expect(JSON.stringify(why.body)).toContain('Its event_trigger is off');
      expect((await trigger(id, 'MANUAL')).status).toBe(201);
    });
  });
});
