import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApiKey } from '../../store/api-keys.js';
import { startTestIssuer, type TestIssuer } from '../support/token-issuer.js';
import { createApi, type Api } from './api.js';
import { created, createLadder, expectRefusal, openInvoice, put, runsOf, stored, type Json } from './support.js';

/** A tellable run with one mail sent, written as the worker would have. */
async function pretendSent(h: Api, runId: string, stepId: string): Promise<void> {
  await h.db.rows(
    `INSERT INTO deliveries (id, platform_id, run_id, step_id, action_id, status, subject, recipients, server_reply, attempts, sent_at)
     SELECT 'dlv_1', r.platform_id, r.id, $2, a.id, 'SENT', 'Invoice 42 is overdue', '{"to": "ap@acme.example"}',
       '{"code": 250, "text": "250 2.0.0 queued"}', 1, '2026-01-17T00:00:00Z'
     FROM runs r JOIN workflow_actions a ON a.workflow_id = r.workflow_id WHERE r.id = $1`,
    [runId, stepId],
  );
  await h.db.rows(
    `UPDATE run_steps SET status = 'DONE', sent_at = '2026-01-17T00:00:00Z' WHERE run_id = $1 AND id = $2`,
    [runId, stepId],
  );
}

describe('GET /v1/explain (S-R4)', () => {
  let h: Api;
  beforeEach(async () => {
    h = await createApi();
    const clock = await created(h, '/v1/test-clocks', { frozen_time: '2026-01-01T00:00:00Z' });
    await put(h, 'customers/cust_1', { email: 'ap@acme.example', timezone: 'UTC', test_clock_id: clock.id as string });
  });
  afterEach(() => h.stop());

  const ladder = async (): Promise<Json> => {
    const workflow = await createLadder(h, 'ladder');
    const action = { workflow_id: workflow.id as string, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' };
    await created(h, '/v1/workflow-actions', action);
    return workflow;
  };
  const invoice = (more: Json = {}): Promise<Json> =>
    put(h, 'invoices/inv_1', openInvoice('cust_1', { due_date: '2026-01-10T00:00:00Z', ...more }));
  const explain = async (query: string): Promise<Json> => {
    const answer = await h.call('GET', `/v1/explain?${query}`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    for (const line of (answer.body.text as string).split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
    return answer.body;
  };
  const notMatched = async (): Promise<Json> => {
    const { resources } = await explain('invoice_id=inv_1');
    return Object.fromEntries(
      (resources[0].not_matched as Json[]).map(({ reference, code, text }) => [
        reference,
        `${String(code)}: ${String(text)}`,
      ]),
    );
  };

  it('tells of a planned ladder: the anchor, each instant and why, to whom', async () => {
    await ladder();
    await invoice();
    const { resources, truncated, text } = await explain('invoice_id=inv_1');
    expect(truncated).toBe(false);
    expect(resources).toHaveLength(1);
    const [run] = resources[0].runs as Json[];
    expect(run).toMatchObject({
      workflow_reference: 'ladder',
      resource_id: 'inv_1',
      anchor: { at: '2026-01-10T00:00:00.000Z', field: 'due_date' },
      timezone_text: 'UTC, the customer’s zone',
    });
    expect(run?.steps[0]).toMatchObject({
      id: '7-DAY',
      label: '7 days overdue',
      local: '17 Jan 2026 00:00 UTC',
      why: ['7 days after 10 Jan 2026 00:00 UTC.'],
      outcome: ['It goes then, to ap@acme.example.'],
    });
    expect(text).toContain('It waits for step 1 of 3, “7 days overdue”, which goes 17 Jan 2026 00:00.');
  });

  it('tells of what was sent: when, to whom, which delivery, what the server said', async () => {
    await ladder();
    await invoice();
    const [run] = await runsOf(h, 'resource_id=inv_1');
    await pretendSent(h, run?.id as string, '7-DAY');
    const answer = await h.call('GET', `/v1/workflow-runs/${String(run?.id)}/explain`);
    expect(answer.body.steps[0].outcome).toEqual([
      'Sent 17 Jan 2026 00:00 to ap@acme.example: “Invoice 42 is overdue” (dlv_1). The server said: 250 2.0.0 queued',
    ]);
    expect(answer.body.steps[0].deliveries).toMatchObject([{ id: 'dlv_1', status: 'SENT', to: 'ap@acme.example' }]);
  });

  it('names facts that contradict each other, and which of them won', async () => {
    await ladder();
    await invoice();
    await invoice({ paid: false, payment_status: 'PAID' });
    const { resources } = await explain('invoice_id=inv_1');
    const told = 'paid is false, but payment_status is PAID: whatever says paid wins.';
    expect(resources[0].disagreements).toEqual([told]);
    expect(resources[0].runs[0]).toMatchObject({ status: 'STOPPED', stop_reason: 'paid', disagreements: [told] });
  });

  it('says of every workflow that did not run why it did not', async () => {
    await invoice();
    await createLadder(h, 'draft', [7], { status: 'DRAFT' });
    await createLadder(h, 'inactive', [7], { status: 'INACTIVE' });
    await createLadder(h, 'others', [7], { customer_ids: ['cust_2'] });
    await createLadder(h, 'excluded', [7], { excluded_customer_ids: ['cust_1'] });
    await createLadder(h, 'later');
    await createLadder(h, 'archived', [7], { status: 'INACTIVE' });
    await h.call('POST', '/v1/workflows/archived/archive');
    const payment = { name: 'P', type: 'PAYMENT', reference: 'failed', status: 'ACTIVE' };
    await created(h, '/v1/workflows', { ...payment, payment: { variant: 'FAILED_PAYMENT' } });
    expect(await notMatched()).toEqual({
      draft: expect.stringMatching(/^inactive: .*DRAFT/),
      inactive: expect.stringMatching(/^inactive: .*INACTIVE/),
      others: expect.stringMatching(/^out_of_scope: .*cust_1 is not among them/),
      excluded: expect.stringMatching(/^out_of_scope: .*excludes/),
      later: expect.stringMatching(/^existed_before: .*nothing starts for what exists already/),
    });
  });

  it.each<[string, Json, string]>([
    ['a draft', { status: 'DRAFT' }, 'not_eligible: The status of the invoice is DRAFT: it has to be FINAL.'],
    [
      'without a due date',
      { due_date: null },
      'no_anchor: There is no date to count from. The invoice has no due_date.',
    ],
    ['paid', { paid: true }, 'paid: The invoice is paid.'],
    [
      'a credit note',
      { type: 'CREDIT' },
      'not_eligible: The type of the invoice is CREDIT: it has to be STANDARD or ONE_OFF.',
    ],
  ])('says why nothing ran for an invoice that is %s', async (_, more, expected) => {
    await ladder();
    await invoice(more);
    expect(await notMatched()).toEqual({ ladder: expected });
  });

  it('says that nothing matches while a fact is missing', async () => {
    await ladder();
    await put(h, 'invoices/inv_1', openInvoice('cust_unknown'));
    expect((await notMatched()).ladder).toMatch(/^incomplete: Its customer is not known yet/);
  });

  it('names triggers that were accepted and matched nothing', async () => {
    await invoice();
    const event = { type: 'EVENT', invoice: { invoice_id: 'inv_1', event: { variant: 'OVERDUE' } } };
    const trigger = await created(h, '/v1/workflow-triggers', event);
    expect(trigger.runs).toEqual([]);
    const { resources, text } = await explain('invoice_id=inv_1');
    expect(resources[0].unmatched_triggers).toMatchObject([{ trigger_id: trigger.id, type: 'EVENT' }]);
    expect(text).toContain(trigger.id);
  });

  it('tells of a wallet whose percentage nothing is known of, and of one in another currency', async () => {
    const wallet = (reference: string, threshold: Json): Promise<Json> =>
      created(h, '/v1/workflows', {
        name: 'W',
        type: 'WALLET',
        reference,
        status: 'ACTIVE',
        wallet: { variant: 'WALLET_BALANCE', wallet_balance: { comparator: 'LESS_THAN', threshold } },
      });
    await wallet('percent', { percentage: '20' });
    await wallet('dollars', { amount: { quantity: '5', currency: 'USD' } });
    const balance = { amount: { quantity: '1', currency: 'EUR' } };
    await put(h, 'wallets/wall_1', { customer_id: 'cust_1', open_balance: balance });
    const { resources } = await explain('wallet_id=wall_1');
    expect(resources[0].not_matched.map(({ reference, code }: Json) => [reference, code])).toEqual([
      ['percent', 'no_granted'],
      ['dollars', 'unit'],
    ]);
  });

  it('tells of all resources of a customer that have runs, open ones first, and says when it cuts', async () => {
    await ladder();
    await invoice();
    for (let n = 2; n <= 21; n += 1) await put(h, `invoices/inv_${String(n)}`, openInvoice('cust_1'));
    await invoice({ paid: true });
    const all = await explain('customer_id=cust_1');
    expect(all.truncated).toBe(true);
    expect(all.resources).toHaveLength(20);
    expect(all.resources.map(({ resource_id: id }: Json) => id)).not.toContain('inv_1');
    expect(all.text).toContain('There is more');
  });

  it('finds a trial by its subscription', async () => {
    await put(h, 'pricing-plan-subscriptions/ppsu_1', { customer_id: 'cust_1' });
    await put(h, 'pricing-plan-schedules/pps_1', { pricing_plan_subscription_id: 'ppsu_1', type: 'TRIAL' });
    const { resources } = await explain('pricing_plan_subscription_id=ppsu_1');
    expect(resources).toMatchObject([{ resource_type: 'PRICING_PLAN_SCHEDULE', resource_id: 'pps_1' }]);
  });

  it('asks for exactly one of its parameters, naming them', async () => {
    const none = await h.call('GET', '/v1/explain');
    expectRefusal(none, 400, 'MISSING_FIELD', 'invoice_id');
    expect(none.body.message).toContain('pricing_plan_subscription_id, wallet_id, customer_id');
    expectRefusal(await h.call('GET', '/v1/explain?invoice_id=a&wallet_id=b'), 400, 'INVALID_FIELD', 'wallet_id');
    for (const query of ['invoice_id', 'payment_id', 'wallet_id', 'customer_id', 'pricing_plan_subscription_id']) {
      expectRefusal(await h.call('GET', `/v1/explain?${query}=x`), 404, 'RESOURCE_NOT_FOUND');
    }
    expectRefusal(await h.call('GET', '/v1/workflow-runs/run_x/explain'), 404, 'RESOURCE_NOT_FOUND');
  });

  it('changes nothing', async () => {
    await ladder();
    await invoice();
    const before = await stored(h);
    await explain('invoice_id=inv_1');
    await explain('customer_id=cust_1');
    expect(await stored(h)).toEqual(before);
  });
});

describe('who may have a resource explained', () => {
  let issuer: TestIssuer;
  let h: Api;
  beforeAll(async () => {
    issuer = await startTestIssuer();
    h = await createApi('TEST', { tokenIssuer: issuer });
    await createLadder(h, 'ladder');
    await put(h, 'customers/cust_1', {});
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
  });
  afterAll(async () => {
    await h.stop();
    await issuer.stop();
  });
  const ask = async (path: string, permissions: string[]) => {
    const token = await issuer.sign({ platform_ids: [h.platformId], permissions });
    const answer = await h.app.inject({ method: 'GET', url: path, headers: { authorization: `Bearer ${token}` } });
    return { status: answer.statusCode, body: answer.json<Json>(), headers: answer.headers };
  };

  it('whoever may see runs and the resource, and nobody else', async () => {
    const [run] = await runsOf(h, 'resource_id=inv_1');
    for (const path of ['/v1/explain?invoice_id=inv_1', `/v1/workflow-runs/${String(run?.id)}/explain`]) {
      expectRefusal(await ask(path, ['INVOICE.VIEW']), 403, 'USER_NOT_ALLOWED');
      const refused = await ask(path, ['WORKFLOW_RUN.VIEW']);
      expectRefusal(refused, 403, 'USER_NOT_ALLOWED');
      expect(refused.body.message).toContain('INVOICE.VIEW');
      expect((await ask(path, ['WORKFLOW_RUN.VIEW', 'INVOICE.VIEW'])).status).toBe(200);
    }
    const reader = { 'x-api-key': await createApiKey(h.db, [h.platformId], 'reader', 'READ_ONLY') };
    expect((await h.call('GET', '/v1/explain?invoice_id=inv_1', undefined, reader)).status).toBe(200);
  });

  it('of a customer only what one may see', async () => {
    const path = '/v1/explain?customer_id=cust_1';
    const seen = async (...more: string[]) => (await ask(path, ['WORKFLOW_RUN.VIEW', 'CUSTOMER.VIEW', ...more])).body;
    expect((await seen()).resources).toEqual([]);
    expect((await seen('INVOICE.VIEW')).resources).toHaveLength(1);
  });
});
