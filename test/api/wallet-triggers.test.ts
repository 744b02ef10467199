import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { created, openInvoice, put, refuses, runsOf, type Json } from './support.js';

describe('triggers for wallets and payments', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi();
    await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
  });
  afterAll(() => h.stop());

  const euros = (quantity: string) => ({ amount: { quantity, currency: 'EUR' } });
  const balance = (id: string, quantity: string) =>
    put(h, `wallets/${id}`, { customer_id: 'cust_1', open_balance: euros(quantity) });
  const watch = (reference: string, threshold: string): Promise<Json> =>
    created(h, '/v1/workflows', {
      name: reference,
      reference,
      type: 'WALLET',
      status: 'ACTIVE',
      wallet: { variant: 'WALLET_BALANCE', wallet_balance: { comparator: 'LESS_THAN', threshold: euros(threshold) } },
    });
  const event = (id: string) =>
    h.call('POST', '/v1/workflow-triggers', { type: 'EVENT', wallet: { wallet_id: id, event: null } });

  it('answers every EVENT about one crossing with the trigger that made its run, also one that nobody saw', async () => {
    await balance('quiet', '5');
    const workflow = await watch('quiet', '10');
    // The workflow finds it low already: no crossing (S-D11), until somebody says that it is one.
    await balance('quiet', '5');
    expect(await runsOf(h, 'resource_id=quiet')).toEqual([]);
    const [first, second, third] = [await event('quiet'), await event('quiet'), await event('quiet')];
    expect([first.status, second.status, third.status]).toEqual([201, 200, 200]);
    expect([second.body.id, third.body.id]).toEqual([first.body.id, first.body.id]);
    await h.call('POST', `/v1/workflows/${workflow.id as string}/archive`);
    expect(await event('quiet')).toMatchObject({ status: 200, body: { id: first.body.id } });
    expect(await runsOf(h, 'resource_id=quiet')).toHaveLength(1);
  });

  it('makes one run of many parallel EVENTs', async () => {
    await balance('many', '5');
    await watch('many', '10');
    const answers = await Promise.all(Array.from({ length: 20 }, () => event('many')));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  it('stops every open run of a wallet that recovers, however many it has had', async () => {
    const workflow = await watch('busy', '1');
    await balance('busy', '5');
    await h.db.rowsOnce(
      `INSERT INTO workflow_triggers (id, platform_id, type, target) VALUES ('wtrg_old', $1, 'MANUAL', '{}')`,
      [h.platformId],
    );
    await h.db.rowsOnce(
      `INSERT INTO runs (id, platform_id, workflow_id, workflow_version, trigger_id, type, variant, resource_type,
         resource_id, customer_id, due_dates, status, engine_workflow_id)
       SELECT 'run_0' || n, $1, $2, 1, 'wtrg_old', 'MANUAL', 'WALLET_BALANCE', 'WALLET', 'busy', 'cust_1', 'INSTANT',
         'COMPLETED', 'old/' || n FROM generate_series(1, 150) AS n`,
      [h.platformId, workflow.id],
    );
    await balance('busy', '0.5');
    await balance('busy', '50');
    const open = (await runsOf(h, `workflow_id=${workflow.id as string}&limit=100&status=STOPPED`)).map(
      (run) => run.stop_reason,
    );
    expect(open).toEqual(['recovered']);
  });

  it('refuses one period for a variant that has no such trigger', async () => {
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
    const workflow = await created(h, '/v1/workflows', {
      name: 'Upcoming',
      reference: 'upcoming',
      type: 'INVOICE',
      status: 'ACTIVE',
      invoice: {
        variant: 'UPCOMING_PAYMENT_REMINDER',
        upcoming_payment: { periods: [{ type: 'DAY', value: 3 }] },
      },
    });
    const overdue = { period: { type: 'DAY', value: 3 } };
    const body = { type: 'EVENT', workflow_id: workflow.id, invoice: { invoice_id: 'inv_1', event: { overdue } } };
    await refuses(h, ['POST', '/v1/workflow-triggers', body], 400, 'INVALID_FIELD', 'invoice.event.overdue.period');
  });

  it('knows no payment whose invoice has not arrived', async () => {
    await put(h, 'payments/pay_1', { customer_id: 'cust_1', invoice_id: 'inv_none', result: 'REFUSED' });
    const body = { type: 'EVENT', payment: { payment_id: 'pay_1', event: { variant: 'FAILED_PAYMENT' } } };
    await refuses(h, ['POST', '/v1/workflow-triggers', body], 404, 'RESOURCE_NOT_FOUND', 'payment.payment_id');
  });

  it('changes an invoice and the customer who paid for it at once, and nobody waits for a deadlock', async () => {
    await put(h, 'customers/cust_2', { email: 'a@payer.example' });
    await put(h, 'payments/pay_2', { customer_id: 'cust_2', invoice_id: 'inv_1', result: 'REFUSED' });
    await created(h, '/v1/workflows', {
      name: 'Failed',
      reference: 'failed',
      type: 'PAYMENT',
      status: 'ACTIVE',
      payment: { variant: 'FAILED_PAYMENT' },
    });
    const trigger = { type: 'MANUAL', payment: { payment_id: 'pay_2', manual: { variant: 'FAILED_PAYMENT' } } };
    await created(h, '/v1/workflow-triggers', trigger);
    const before = await deadlocks(h);
    for (let round = 0; round < 10; round += 1) {
      await Promise.all([
        put(h, 'invoices/inv_1', openInvoice('cust_1', { invoice_number: String(round) })),
        put(h, 'customers/cust_2', { email: `a${String(round)}@payer.example` }),
      ]);
    }
    expect(await deadlocks(h)).toBe(before);
  });
});

async function deadlocks(h: Api): Promise<number> {
  await h.db.rowsOnce('SELECT pg_stat_force_next_flush()');
  const [row] = await h.db.rowsOnce<{ deadlocks: number }>(
    'SELECT deadlocks::integer FROM pg_stat_database WHERE datname = current_database()',
  );
  return row?.deadlocks ?? 0;
}
