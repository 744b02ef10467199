import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../support/harness.js';

describe('the overdue ladder on a test clock', () => {
  let h: Harness;
  let clock: string;

  beforeAll(async () => {
    h = await createHarness();
    await h.call('PATCH', '/v1/platform', { due_dates: 'DATE' });
    const workflow = await h.call('POST', '/v1/workflows', {
      name: 'Overdue',
      type: 'INVOICE',
      reference: 'overdue',
      status: 'ACTIVE',
      invoice: { variant: 'OVERDUE', overdue: { periods: [7, 15, 30].map((value) => ({ type: 'DAY', value })) } },
    });
    await h.call('POST', '/v1/workflow-actions', {
      workflow_id: workflow.body.id,
      type: 'SEND_EMAIL_TO_CUSTOMER',
      status: 'ACTIVE',
    });
    const created = await h.call('POST', '/v1/test-clocks', { frozen_time: '2026-01-01T08:00:00Z' });
    clock = created.body.id as string;
    await h.call('PUT', '/v1/customers/cust_1', {
      email: 'ap@acme.example',
      timezone: 'Europe/Amsterdam',
      locale: 'en-GB',
      test_clock_id: clock,
    });
  });
  afterAll(() => h.stop());

  const advance = async (to: string): Promise<void> => {
    const answer = await h.call('POST', `/v1/test-clocks/${clock}/advance`, { frozen_time: to });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  };

  it('sends every rung at its local instant, and nothing after the payment', async () => {
    const invoice = { customer_id: 'cust_1', status: 'FINAL', due_date: '2026-01-10T00:00:00Z', invoice_number: 'A-1' };
    await h.call('PUT', '/v1/invoices/inv_1', invoice);
    await advance('2026-01-20T00:00:00Z');
    expect((await h.mails()).map((mail) => mail.Created)).toHaveLength(1);
    await advance('2026-01-26T00:00:00Z');
    expect(await h.mails()).toHaveLength(2);
    await h.call('PUT', '/v1/invoices/inv_1', { ...invoice, paid: true });
    await advance('2026-04-01T00:00:00Z');
    expect(await h.mails()).toHaveLength(2);
    const runs = await h.call('GET', '/v1/workflow-runs');
    expect(runs.body.data[0]).toMatchObject({
      status: 'STOPPED',
      stop_reason: 'paid',
      steps: [
        { period: { type: 'DAY', value: 7 }, status: 'DONE', sent_at: '2026-01-16T23:00:00.000Z' },
        { period: { type: 'DAY', value: 15 }, status: 'DONE', sent_at: '2026-01-24T23:00:00.000Z' },
        { period: { type: 'DAY', value: 30 }, status: 'SKIPPED', reason: 'paid' },
      ],
    });
  });
});
