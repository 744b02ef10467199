import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPlatforms } from '../../store/platforms.js';
import { acceptTriggers, type Asked } from '../../store/triggers.js';
import { createApi, type Api } from '../api/api.js';
import { createLadder, openInvoice, put } from '../api/support.js';
import { statementsOf } from '../support/count-statements.js';
import { askedFor } from '../support/asked-for.js';

/** Statements, each of which is a round trip: what is counted is what an accept costs, however quick the machine is. */
describe('statements of an accept', () => {
  let h: Api;
  const invoices = Array.from({ length: 40 }, (_, index) => `inv_${String(index)}`);
  const event = (id: string) => ({
    type: 'EVENT',
    workflow_id: 'ladder',
    invoice: { invoice_id: id, event: { variant: 'OVERDUE' } },
  });

  beforeAll(async () => {
    h = await createApi();
    await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
    for (const id of invoices) await put(h, `invoices/${id}`, openInvoice('cust_1'));
    await createLadder(h, 'ladder');
  });
  afterAll(() => h.stop());

  it('alone: one for the key, seven for the trigger, its run, steps and outbox row', async () => {
    const texts = await statementsOf(async () => {
      expect((await h.call('POST', '/v1/workflow-triggers', event('inv_0'))).status).toBe(201);
    });
    expect(texts).toHaveLength(8);
  });

  it('with an Idempotency-Key: three more', async () => {
    const texts = await statementsOf(async () => {
      const answer = await h.call('POST', '/v1/workflow-triggers', event('inv_1'), { 'idempotency-key': 'budget' });
      expect(answer.status).toBe(201);
    });
    expect(texts).toHaveLength(11);
  });

  it('of 32 together: as many as of one', async () => {
    const [platform] = await getPlatforms(h.db, [h.platformId]);
    if (!platform) throw new Error('The test’s platform is gone.');
    const asked: Asked[] = invoices.slice(2, 34).map((id) => ({ platform, request: askedFor(id, 'ladder') }));
    const texts = await statementsOf(async () => {
      const accepted = await h.db.transaction((tx) => acceptTriggers(tx, asked));
      expect(accepted.every((one) => 'value' in one && one.value.created)).toBe(true);
    });
    expect(texts).toHaveLength(7);
  });

  it('of many requests at once: fewer than a transaction each', async () => {
    const texts = await statementsOf(async () => {
      await Promise.all(invoices.map((id) => h.call('POST', '/v1/workflow-triggers', event(id))));
    });
    expect(texts.filter((text) => text === 'COMMIT').length).toBeLessThan(invoices.length / 2);
  });
});
