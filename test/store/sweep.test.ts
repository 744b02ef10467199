import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../store/database.js';
import { carrySweep } from '../../store/sweep.js';
import { createApi, type Api } from '../api/api.js';
import { createLadder, openInvoice, put, runsOf, type Json } from '../api/support.js';

describe('sweeping over the resources of a workflow (S-Z7)', () => {
  let h: Api;
  let workflow: string;
  beforeEach(async () => {
    h = await createApi('LIVE');
    await put(h, 'customers/cust_1', { timezone: 'Europe/Amsterdam' });
    const schedule = { interval: '@daily', timezone: 'Europe/Amsterdam' };
    workflow = (await createLadder(h, 'ladder', [7], { schedule })).id as string;
    await h.db.rows(`UPDATE workflows SET run_settings = run_settings || '{"event_trigger": false}'`);
  });
  afterEach(() => h.stop());

  const told: string[] = [];
  const page = (carrier: string, firedAt: number, limit = 100, db: Database = h.db) =>
    carrySweep(db, { workflowId: workflow, carrier, engineWorkflowId: `sweep/${carrier}`, firedAt }, limit, (ids) =>
      told.push(...ids),
    );
  const invoices = async (...ids: string[]): Promise<void> => {
    for (const id of ids) await put(h, `invoices/${id}`, openInvoice('cust_1'));
  };
  const resources = async (): Promise<string[]> =>
    (await runsOf(h, 'order_by=number&order_direction=ASC')).map(({ resource_id: id }) => String(id));

  it('goes page by page, makes each run once, and a sweep that has ended stays ended', async () => {
    await invoices('inv_1', 'inv_2', 'inv_3');
    expect(await page('one', 1, 2)).toEqual({ state: 'MORE', lookedAt: 2, created: 2 });
    expect(await page('one', 1, 2)).toEqual({ state: 'DONE', lookedAt: 3, created: 3 });
    await invoices('inv_4');
    expect(await page('one', 1)).toEqual({ state: 'DONE', lookedAt: 3, created: 3 });
    expect(await page('two', 2)).toEqual({ state: 'DONE', lookedAt: 4, created: 1 });
    expect(await resources()).toEqual(['inv_1', 'inv_2', 'inv_3', 'inv_4']);
    expect(told).toHaveLength(4);
  });

  it('goes on after a crash in the middle of a page, with nothing lost, twice, or looked at again', async () => {
    await invoices('inv_1', 'inv_2', 'inv_3');
    let left = 2;
    const transaction: Database['transaction'] = (work) =>
      h.db.transaction(async (tx) => {
        const result = await work(tx);
        left -= 1;
        if (left === 0) throw new Error('killed');
        return result;
      });
    const crashing = Object.create(h.db, { transaction: { value: transaction } }) as Database;
    await expect(page('one', 1, 100, crashing)).rejects.toThrow('killed');
    expect(await resources()).toEqual(['inv_1']);
    expect(await page('one', 1)).toEqual({ state: 'DONE', lookedAt: 3, created: 3 });
    expect(await resources()).toEqual(['inv_1', 'inv_2', 'inv_3']);
  });

  it('of two sweeps the later one goes on and the earlier one ends, whoever asks last', async () => {
    await invoices('inv_1', 'inv_2', 'inv_3');
    expect(await page('one', 1, 1)).toMatchObject({ state: 'MORE', lookedAt: 1 });
    expect(await page('two', 2, 1)).toMatchObject({ state: 'MORE', lookedAt: 1, created: 0 });
    expect(await page('one', 1, 1)).toEqual({ state: 'STOPPED', lookedAt: 0, created: 0 });
    expect(await page('two', 2)).toMatchObject({ state: 'DONE', lookedAt: 3, created: 2 });
    expect(await resources()).toEqual(['inv_1', 'inv_2', 'inv_3']);
  });

  it('makes no run that would have nothing to send, again and again', async () => {
    const calls: Json[] = [];
    const counting = Object.create(h.db, {
      transaction: {
        value: (work: Parameters<Database['transaction']>[0]) => {
          calls.push({});
          return h.db.transaction(work);
        },
      },
    }) as Database;
    await h.call('PATCH', `/v1/workflows/${workflow}`, { late_policy: 'NONE' });
    await put(h, 'invoices/inv_old', openInvoice('cust_1', { due_date: '2020-01-01T00:00:00Z' }));
    await invoices('inv_1');
    expect(await page('one', 1, 100, counting)).toMatchObject({ state: 'DONE', lookedAt: 2, created: 1 });
    // What is known to need no run, or has one, is not locked either.
    expect(await page('two', 2, 100, counting)).toMatchObject({ state: 'DONE', lookedAt: 2, created: 0 });
    expect(calls).toHaveLength(1);
  });

  it.each([
    ['is not ACTIVE', () => h.call('POST', `/v1/workflows/${workflow}/deactivate`)],
    ['has no schedule', () => h.call('PATCH', `/v1/workflows/${workflow}`, { schedule: null })],
  ])('does nothing for a workflow that %s, and has the engine looked after', async (_what, act) => {
    await invoices('inv_1');
    await act();
    await h.db.rows(`DELETE FROM outbox WHERE kind = 'SCHEDULE'`);
    expect(await page('one', 1)).toEqual({ state: 'STOPPED', lookedAt: 0, created: 0 });
    expect(await resources()).toEqual([]);
    const waiting = await h.db.rows(`SELECT subject_id FROM outbox WHERE kind = 'SCHEDULE'`);
    expect(waiting).toEqual([{ subject_id: workflow }]);
  });
});
