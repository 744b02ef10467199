import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../support/harness.js';
import { createWorkflow, put } from '../support/scenario.js';
import { until } from '../support/until.js';

/** The contract's own example: workflow 396, called with an account and a payment. */
describe('a call by the run contract, to the mail', () => {
  let h: Harness;
  beforeAll(async () => {
    h = await createHarness();
    await h.startWorker();
    await h.db.rows('ALTER SEQUENCE numbers RESTART WITH 396');
    await createWorkflow(h, { reference: 'failed', type: 'PAYMENT', payment: { variant: 'FAILED_PAYMENT' } });
    const fields = [
      { field_name: 'accountId', datatype: 'Text', required: true, binds_to: 'customer_id' },
      { field_name: 'paymentId', datatype: 'Text', required: true, binds_to: 'payment_id' },
    ];
    const settings = { callout_trigger: true, event_trigger: false, fields };
    expect((await h.call('PUT', '/workflows/396/settings', settings)).status).toBe(200);
    await put(h, 'customers/cust_1', { email: 'ap@acme.example', name: 'Acme' });
    await put(h, 'payments/pay_1', {
      customer_id: 'cust_1',
      result: 'REFUSED',
      timestamp: '2026-01-10T09:00:00Z',
      amount: { quantity: '80.00', currency: 'EUR' },
    });
  });
  afterAll(() => h.stop());

  it('sends the mail about the failed payment, once', async () => {
    const body = { accountId: 'cust_1', paymentId: 'pay_1' };
    const key = { 'idempotency-key': 'call-1' };
    const answer = await h.call('POST', '/workflows/396/run', body, key);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ originalWorkflowId: 396, type: 'Workflow::Instance', status: 'Queued' });
    await until('the mail', async () => (await h.mails()).length === 1);
    await until('the end of the run', async () => {
      const row = await h.db.row<{ status: string }>('SELECT status FROM runs WHERE number = $1', [answer.body.id]);
      return row?.status === 'COMPLETED';
    });
    const again = await h.call('POST', '/workflows/396/run', body, key);
    expect(again.body).toEqual(answer.body);
    const [mail, ...others] = await h.mails();
    expect(others).toEqual([]);
    expect(mail?.To).toMatchObject([{ Address: 'ap@acme.example' }]);
    expect(mail?.Subject).toContain('payment');
  });
});
