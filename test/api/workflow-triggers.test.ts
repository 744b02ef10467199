import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import {
  created,
  createLadder,
  expectRefusal,
  openInvoice,
  put,
  refuses,
  runsOf,
  stored,
  type Json,
} from './support.js';

const PATH = '/v1/workflow-triggers';
const NO_BLOCKS = { invoice: null, payment: null, pricing_plan_subscription: null, wallet: null };

describe('workflow triggers', () => {
  let h: Api;
  let ladder: Json;
  let other: Json;
  let toFinal: Json;
  let trial: Json;
  let count = 0;

  beforeAll(async () => {
    h = await createApi();
    await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
    await put(h, 'customers/cust_2', { email: 'ap@other.example' });
    await put(h, 'pricing-plan-subscriptions/ppsu_1', { customer_id: 'cust_1', status: 'ACTIVE' });
    await put(h, 'pricing-plan-schedules/pps_1', {
      pricing_plan_subscription_id: 'ppsu_1',
      type: 'TRIAL',
      end_at: '2990-01-31T00:00:00Z',
    });
    // The invoices come first: creating a workflow starts nothing for what is there already (S-D11).
    for (const id of ['inv_open', 'inv_manual', 'inv_event', 'inv_period', 'inv_scope']) {
      await put(h, `invoices/${id}`, openInvoice('cust_1'));
    }
    await put(h, 'invoices/inv_paid', openInvoice('cust_1', { paid: true }));
    await put(h, 'invoices/inv_other', openInvoice('cust_2'));
    ladder = await createLadder(h, 'ladder');
    other = await createLadder(h, 'scoped', [7, 14], { customer_ids: ['cust_2'] });
    toFinal = await created(h, '/v1/workflows', {
      name: 'Final',
      type: 'INVOICE',
      reference: 'to-final',
      status: 'ACTIVE',
      invoice: { variant: 'TO_FINAL' },
    });
    trial = await created(h, '/v1/workflows', {
      name: 'Trial',
      type: 'PRICING_PLAN_SUBSCRIPTION',
      reference: 'trial',
      status: 'ACTIVE',
      pricing_plan_subscription: { variant: 'FREE_TRIAL_REMINDER', reminder_periods: [{ type: 'DAY', value: 3 }] },
    });
  });
  afterAll(() => h.stop());

  const trigger = (body: Json) => h.call('POST', PATH, body);
  const manual = (id: string, block: Json = { variant: 'OVERDUE' }, more: Json = {}): Json => ({
    type: 'MANUAL',
    invoice: { invoice_id: id, manual: block },
    ...more,
  });
  const event = (id: string, block: Json = { variant: 'OVERDUE' }, more: Json = {}): Json => ({
    type: 'EVENT',
    invoice: { invoice_id: id, event: block },
    ...more,
  });
  const freshInvoice = async (more: Json = {}): Promise<string> => {
    const id = `inv_fresh_${String((count += 1))}`;
    // A DRAFT raises no event of its own.
    await put(h, `invoices/${id}`, openInvoice('cust_1', { status: 'DRAFT', ...more }));
    return id;
  };

  describe('the contract’s own requests (S-W11)', () => {
    it.each<[string, () => Json]>([
      [
        'an invoice',
        () => ({
          invoice: {
            invoice_id: 'inv_manual',
            event: null,
            manual: { user_id: null, variant: 'OVERDUE', overdue: null },
          },
        }),
      ],
      [
        'an invoice at one period',
        () => ({
          workflow_id: ladder.id as string,
          invoice: {
            invoice_id: 'inv_manual',
            event: null,
            manual: { user_id: null, variant: 'OVERDUE', overdue: { period: { type: 'DAY', value: 15 } } },
          },
        }),
      ],
      [
        'a trial',
        () => ({
          customer_id: 'cust_1',
          pricing_plan_subscription: {
            pricing_plan_subscription_id: 'ppsu_1',
            pricing_plan_schedule_id: 'pps_1',
            trial_end_at: '2991-03-01T12:00:00+01:00',
            event: null,
            manual: { user_id: null, variant: 'FREE_TRIAL_REMINDER' },
          },
        }),
      ],
    ])('starts a run by hand for %s', async (_what, block) => {
      const answer = await trigger({ object_type: null, id: null, type: 'MANUAL', ...NO_BLOCKS, ...block() });
      expect(answer.status, JSON.stringify(answer.body)).toBe(201);
      expect(answer.body).toMatchObject({ object_type: 'WORKFLOW_TRIGGER', type: 'MANUAL', customer_id: 'cust_1' });
      expect(answer.body.id).toMatch(/^wtrg_[A-Za-z0-9]{20}$/);
      expect(answer.body.runs).toEqual([
        {
          id: expect.stringMatching(/^run_/),
          workflow_id: answer.body.workflow_id,
          created: true,
          status: 'ACCEPTED',
          next_step_at: expect.any(String),
        },
      ]);
      expect((await h.call('GET', `${PATH}/${answer.body.id as string}`)).body).toEqual(answer.body);
    });

    it.each<[string, Json, string, string]>([
      [
        'a payment',
        { payment: { payment_id: 'pay_1', event: null, manual: { user_id: null, variant: 'FAILED_PAYMENT' } } },
        'PAYMENT',
        'payment.payment_id',
      ],
      [
        'a wallet',
        {
          wallet: {
            wallet_type_id: 'waty_1',
            wallet_id: 'wall_1',
            customer_reference: null,
            wallet_reference: null,
            event: null,
          },
        },
        'WALLET',
        'wallet.wallet_id',
      ],
    ])('understands %s, and says that it knows none such', async (_what, block, type, field) => {
      const answer = await trigger({ type: 'MANUAL', ...NO_BLOCKS, ...block });
      expectRefusal(answer, 404, 'RESOURCE_NOT_FOUND', field);
      expect(answer.body.resource_type).toBe(type);
    });

    it('takes a wallet by hand, though the contract has no manual block for it (S-M8)', async () => {
      const wallet = { wallet_id: 'wall_1', manual: { variant: 'WALLET_BALANCE' } };
      expectRefusal(await trigger({ type: 'MANUAL', wallet }), 404, 'RESOURCE_NOT_FOUND', 'wallet.wallet_id');
      expectRefusal(await trigger({ type: 'EVENT', wallet }), 400, 'INVALID_FIELD', 'wallet.manual');
    });

    it('refuses a trigger of nothing', () =>
      refuses(h, ['POST', PATH, { type: 'MANUAL' }], 400, 'MISSING_FIELD', 'invoice'));
  });

  describe('what is refused', () => {
    it.each<[string, () => Json, number, string, string]>([
      ['no type', () => ({ ...manual('inv_open'), type: undefined }), 400, 'MISSING_FIELD', 'type'],
      ['an unknown type', () => ({ ...manual('inv_open'), type: 'AUTO' }), 400, 'INVALID_FIELD', 'type'],
      ['only null blocks', () => ({ type: 'EVENT', ...NO_BLOCKS }), 400, 'MISSING_FIELD', 'invoice'],
      [
        'two targets',
        () => manual('inv_open', {}, { payment: { payment_id: 'pay_1' } }),
        400,
        'INVALID_FIELD',
        'payment',
      ],
      [
        'EVENT with a manual block',
        () => ({ ...manual('inv_open'), type: 'EVENT' }),
        400,
        'INVALID_FIELD',
        'invoice.manual',
      ],
      [
        'MANUAL with an event block',
        () => ({ ...event('inv_open'), type: 'MANUAL' }),
        400,
        'INVALID_FIELD',
        'invoice.event',
      ],
      ['no variant and no workflow', () => manual('inv_open', {}), 400, 'MISSING_FIELD', 'invoice.manual.variant'],
      [
        'an unknown variant',
        () => manual('inv_open', { variant: 'SOON' }),
        400,
        'INVALID_FIELD',
        'invoice.manual.variant',
      ],
      [
        'a period of another variant',
        () => manual('inv_open', { variant: 'TO_FINAL', overdue: { period: { type: 'DAY', value: 7 } } }),
        400,
        'INVALID_FIELD',
        'invoice.manual.overdue',
      ],
      ['no invoice', () => ({ type: 'MANUAL', invoice: { manual: {} } }), 400, 'MISSING_FIELD', 'invoice.invoice_id'],
      [
        'an invoice that is no text',
        () => ({ type: 'MANUAL', invoice: { invoice_id: 7 } }),
        400,
        'INVALID_FIELD',
        'invoice.invoice_id',
      ],
      ['an endless id', () => manual('x'.repeat(900_000)), 400, 'INVALID_FIELD', 'invoice.invoice_id'],
      ['an unknown invoice', () => manual('inv_unknown'), 404, 'RESOURCE_NOT_FOUND', 'invoice.invoice_id'],
      [
        'an unknown workflow',
        () => manual('inv_open', {}, { workflow_id: 'wkfl_unknown' }),
        404,
        'RESOURCE_NOT_FOUND',
        'workflow_id',
      ],
      [
        'a workflow of another type',
        () => manual('inv_open', {}, { workflow_id: trial.id as string }),
        400,
        'INVALID_FIELD',
        'workflow_id',
      ],
      [
        'another variant than the workflow’s',
        () => manual('inv_open', { variant: 'OVERDUE' }, { workflow_id: toFinal.id as string }),
        400,
        'INVALID_FIELD',
        'invoice.manual.variant',
      ],
      [
        'a customer out of the workflow’s scope',
        () => manual('inv_open', {}, { workflow_id: other.id as string }),
        400,
        'INVALID_FIELD',
        'workflow_id',
      ],
      [
        'another customer than the invoice’s (S-M3)',
        () => manual('inv_open', undefined, { customer_id: 'cust_2' }),
        400,
        'INVALID_FIELD',
        'customer_id',
      ],
      [
        'a trial end without a zone',
        () => ({
          type: 'MANUAL',
          pricing_plan_subscription: { pricing_plan_schedule_id: 'pps_1', trial_end_at: '2990-01-01T00:00:00' },
        }),
        400,
        'INVALID_FIELD',
        'pricing_plan_subscription.trial_end_at',
      ],
      [
        'the schedule of another subscription',
        () => ({
          type: 'MANUAL',
          pricing_plan_subscription: {
            pricing_plan_schedule_id: 'pps_1',
            pricing_plan_subscription_id: 'ppsu_2',
            manual: { variant: 'FREE_TRIAL_REMINDER' },
          },
        }),
        400,
        'INVALID_FIELD',
        'pricing_plan_subscription.pricing_plan_subscription_id',
      ],
      [
        'an unknown schedule',
        () => ({ type: 'EVENT', pricing_plan_subscription: { pricing_plan_schedule_id: 'pps_9' } }),
        404,
        'RESOURCE_NOT_FOUND',
        'pricing_plan_subscription.pricing_plan_schedule_id',
      ],
    ])('refuses %s and stores nothing', (_what, body, status, code, field) =>
      refuses(h, ['POST', PATH, body()], status, code, field),
    );

    it.each(['DRAFT', 'INACTIVE', 'ARCHIVED'])('refuses a workflow that is %s (S-M2)', async (status) => {
      const workflow = await createLadder(h, `not-active-${status}`, [7], {
        status: status === 'ARCHIVED' ? 'DRAFT' : status,
      });
      if (status === 'ARCHIVED') await h.call('POST', `/v1/workflows/${workflow.id as string}/archive`);
      await refuses(
        h,
        ['POST', PATH, manual('inv_open', {}, { workflow_id: workflow.id })],
        400,
        'INVALID_OPERATION',
        'workflow_id',
      );
    });

    it('refuses a period the workflow lacks, where it stands', () =>
      refuses(
        h,
        [
          'POST',
          PATH,
          manual('inv_open', { overdue: { period: { type: 'DAY', value: 8 } } }, { workflow_id: ladder.id }),
        ],
        400,
        'INVALID_FIELD',
        'invoice.manual.overdue.period',
      ));
  });

  describe('matching (S-M2)', () => {
    it('takes the variant from the workflow, named by id or reference', async () => {
      for (const workflow_id of [ladder.id, ladder.reference] as string[]) {
        const answer = await trigger({ type: 'MANUAL', workflow_id, invoice: { invoice_id: 'inv_manual' } });
        expect([answer.status, answer.body.workflow_id]).toEqual([201, ladder.id]);
      }
    });

    it('starts every ACTIVE workflow that fits, and names it when it was one', async () => {
      const one = await trigger(manual('inv_open'));
      expect(one.body).toMatchObject({ workflow_id: ladder.id, runs: [{ workflow_id: ladder.id }] });
      const two = await trigger(manual('inv_other'));
      expect(two.body).not.toHaveProperty('workflow_id');
      expect(two.body.runs.map((run: Json) => run.workflow_id).sort()).toEqual([ladder.id, other.id].sort());
    });

    it('records a trigger that matches nothing: 201 without runs, each time', async () => {
      const body = manual('inv_open', { variant: 'UPCOMING_PAYMENT_REMINDER' });
      const answers = [
        await trigger(body),
        await trigger({ ...body, ...event('inv_open', { variant: 'UPCOMING_PAYMENT_REMINDER' }) }),
        await trigger(event('inv_paid')),
      ];
      for (const answer of answers) {
        expect([answer.status, answer.body.runs]).toEqual([201, []]);
        expect((await h.call('GET', `${PATH}/${answer.body.id as string}`)).body.runs).toEqual([]);
      }
    });

    it('ends a MANUAL run that is not eligible at once, and says why (S-C1)', async () => {
      const draft = await freshInvoice();
      const answer = await trigger(manual(draft));
      expect(answer.body.runs).toMatchObject([{ created: true, status: 'STOPPED' }]);
      expect(await runsOf(h, `resource_id=${draft}`)).toMatchObject([{ stop_reason: 'not_eligible', reason: null }]);
    });

    it('lets an excluded customer out of the scope', async () => {
      const workflow = await createLadder(h, 'excluding', [3], { excluded_customer_ids: ['cust_1'] });
      await refuses(
        h,
        ['POST', PATH, manual('inv_scope', {}, { workflow_id: workflow.id })],
        400,
        'INVALID_FIELD',
        'workflow_id',
      );
      const answer = await trigger(manual('inv_other', {}, { workflow_id: workflow.id as string }));
      expect(answer.body.runs).toHaveLength(1);
      await h.call('POST', `/v1/workflows/${workflow.id as string}/archive`);
    });

    it('plans one step for a period, and the whole ladder without (S-M5)', async () => {
      const id = await freshInvoice({ status: 'FINAL', due_date: null });
      await put(h, `invoices/${id}`, openInvoice('cust_1', { due_date: '2991-01-01T00:00:00Z' }));
      await trigger(manual(id, { variant: 'OVERDUE', overdue: { period: { type: 'DAY', value: 15 } } }));
      await trigger(manual(id));
      const steps = (await runsOf(h, `resource_id=${id}&workflow_id=${ladder.id as string}`)).map((run) =>
        run.steps.map((step: Json) => step.period.value),
      );
      expect(steps).toEqual(expect.arrayContaining([[15], [7, 15, 30]]));
    });

    it('counts from the trial end of the trigger, which wins over the schedule’s (S-M3)', async () => {
      const block = {
        pricing_plan_schedule_id: 'pps_1',
        trial_end_at: '2992-05-10T12:00:00Z',
        manual: { variant: 'FREE_TRIAL_REMINDER' },
      };
      const answer = await trigger({ type: 'MANUAL', pricing_plan_subscription: block });
      expect(answer.body.runs).toMatchObject([{ next_step_at: '2992-05-07T12:00:00.000Z' }]);
    });

    it('keeps the target as it was given, without nulls and with whose wish it was (S-M4)', async () => {
      const answer = await trigger(manual('inv_open', { user_id: null, variant: 'OVERDUE', overdue: null }));
      expect(answer.body.invoice).toEqual({
        invoice_id: 'inv_open',
        manual: { user_id: expect.stringMatching(/^key_/), variant: 'OVERDUE' },
      });
      expect(answer.body).not.toHaveProperty('payment');
    });
  });

  describe('how often (S-M6)', () => {
    it('starts one run for 50 equal EVENT triggers at once: one 201, then 200 with the same trigger', async () => {
      const answers = await Promise.all(Array.from({ length: 50 }, () => trigger(event('inv_event'))));
      expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(49).fill(200), 201]);
      expect(new Set(answers.map(({ body }) => body.id as string)).size).toBe(1);
      expect(answers.flatMap(({ body }) => body.runs.filter((run: Json) => run.created))).toHaveLength(1);
      expect(await runsOf(h, 'resource_id=inv_event')).toHaveLength(1);
      expect(
        await h.db.rows('SELECT 1 FROM workflow_triggers WHERE target::text LIKE $1', ['%inv_event%']),
      ).toHaveLength(1);
    });

    it('starts a run of its own for each of 20 equal MANUAL triggers at once', async () => {
      const id = await freshInvoice({ status: 'FINAL', due_date: null });
      const answers = await Promise.all(Array.from({ length: 20 }, () => trigger(manual(id))));
      expect(new Set(answers.map(({ body }) => body.runs[0].id as string)).size).toBe(20);
      expect(answers.every(({ status }) => status === 201)).toBe(true);
    });

    it('takes each period as an occasion of its own', async () => {
      const at = (value: number) =>
        event('inv_period', { variant: 'OVERDUE', overdue: { period: { type: 'DAY', value } } });
      expect((await trigger(at(7))).status).toBe(201);
      expect((await trigger(at(15))).status).toBe(201);
      expect((await trigger(at(7))).status).toBe(200);
      expect((await trigger(event('inv_period'))).status).toBe(201);
      expect(await runsOf(h, 'resource_id=inv_period')).toHaveLength(3);
    });

    it('answers the trigger that a fact made', async () => {
      const id = await freshInvoice();
      await put(h, `invoices/${id}`, openInvoice('cust_1'));
      const [run] = await runsOf(h, `resource_id=${id}&workflow_id=${ladder.id as string}`);
      const before = await stored(h);
      const answer = await trigger(event(id));
      expect([answer.status, answer.body.id]).toEqual([200, run?.trigger_id]);
      expect(answer.body.runs).toMatchObject([{ id: run?.id, created: false }]);
      expect(await stored(h)).toEqual(before);
    });

    it('adds the run of a workflow that came later, beside the one that is there', async () => {
      const id = await freshInvoice();
      await put(h, `invoices/${id}`, openInvoice('cust_1'));
      const later = await createLadder(h, 'later', [1]);
      const answer = await trigger(event(id));
      expect(answer.status).toBe(201);
      expect(answer.body.runs.map((run: Json) => [run.workflow_id, run.created])).toEqual(
        expect.arrayContaining([
          [ladder.id, false],
          [later.id, true],
        ]),
      );
      await h.call('POST', `/v1/workflows/${later.id as string}/archive`);
    });

    it('does not start again what was finished', async () => {
      const id = await freshInvoice();
      await put(h, `invoices/${id}`, openInvoice('cust_1'));
      await put(h, `invoices/${id}`, openInvoice('cust_1', { status: 'VOID' }));
      await trigger(event(id));
      await put(h, `invoices/${id}`, openInvoice('cust_1', { status: 'ARCHIVED' }));
      await trigger(event(id));
      expect(await runsOf(h, `resource_id=${id}&workflow_id=${ladder.id as string}`)).toHaveLength(1);
    });

    it('answers the same trigger for ever, also once its run is finished', async () => {
      const id = await freshInvoice({ status: 'FINAL', due_date: null });
      const [first, paid] = [{ due_date: '2990-01-31T00:00:00Z' }, { paid: true }];
      await put(h, `invoices/${id}`, openInvoice('cust_1', first));
      const before = await trigger(event(id));
      expect(before.status).toBe(200);
      await put(h, `invoices/${id}`, openInvoice('cust_1', paid));
      const after = await trigger(event(id));
      expect([after.status, after.body.id]).toEqual([200, before.body.id]);
    });
  });

  it('knows no unknown trigger', () => refuses(h, ['GET', `${PATH}/wtrg_unknown`], 404, 'RESOURCE_NOT_FOUND'));
});
