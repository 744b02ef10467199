import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { carrySweep } from '../../store/sweep.js';
import { createApi, type Api } from '../api/api.js';
import { created, put } from '../api/support.js';

/** A balance crosses the threshold twice; between the two it recovers. */
describe('a wallet’s workflow that is run by the clock (S-C5, Z7)', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi('LIVE');
    await put(h, 'customers/cust_1', { timezone: 'UTC', email: 'ap@acme.example' });
  });
  afterAll(() => h.stop());

  const open = async (reference: string, events: boolean): Promise<string> => {
    const threshold = { amount: { quantity: '10', currency: 'EUR' } };
    const workflow = await created(h, '/v1/workflows', {
      name: 'Low',
      reference,
      type: 'WALLET',
      status: 'ACTIVE',
      schedule: { interval: '@daily', timezone: 'UTC' },
      wallet: { variant: 'WALLET_BALANCE', wallet_balance: { comparator: 'LESS_THAN', threshold } },
    });
    await h.call('PUT', `/workflows/${String(workflow.number)}/settings`, {
      event_trigger: events,
      scheduled_trigger: true,
      interval: '@daily',
      timezone: 'UTC',
    });
    return workflow.id as string;
  };

  it.each([true, false])(
    'gives each crossing its one run, whether events start it (%s) or only sweeps',
    async (events) => {
      const id = await open(`low-${String(events)}`, events);
      const wallet = `wall_${String(events)}`;
      let firing = 0;
      const balance = async (quantity: string): Promise<number> => {
        const open_balance = { amount: { quantity, currency: 'EUR' } };
        await put(h, `wallets/${wallet}`, { customer_id: 'cust_1', wallet_type_id: 'waty_1', open_balance });
        firing += 1;
        const request = {
          workflowId: id,
          carrier: `sweep-${String(firing)}`,
          engineWorkflowId: 'sweep',
          firedAt: firing,
        };
        expect((await carrySweep(h.db, request, 100, () => undefined)).state).toBe('DONE');
        const sql = `SELECT 1 FROM runs WHERE workflow_id = $1 AND resource_id = $2`;
        return (await h.db.rows(sql, [id, wallet])).length;
      };
      expect([await balance('50'), await balance('5'), await balance('4')]).toEqual([0, 1, 1]);
      expect([await balance('50'), await balance('5'), await balance('5')]).toEqual([1, 2, 2]);
    },
  );
});
