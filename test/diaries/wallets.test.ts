import { describe, expect, it } from 'vitest';
import { createWorkflow, put } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

describe('the mail about a wallet that runs low (S-C5)', () => {
  let diary: Diary;

  const euros = (quantity: string) => ({ amount: { quantity, currency: 'EUR' } });
  const balance = (quantity: string, more: Record<string, unknown> = {}) =>
    put(diary.h, 'wallets/wall_1', {
      customer_id: 'cust_1',
      wallet_type_id: 'waty_1',
      open_balance: euros(quantity),
      ...more,
    });

  /** Watches for less than ten euros. */
  async function open(more: Record<string, unknown> = {}): Promise<void> {
    diary = await openDiary('2026-03-01T08:00:00Z', 'Europe/Amsterdam');
    await put(diary.h, 'wallet-types/waty_1', { name: 'Prepaid' });
    await createWorkflow(diary.h, {
      type: 'WALLET',
      reference: 'low',
      wallet: {
        variant: 'WALLET_BALANCE',
        wallet_balance: { wallet_type_id: 'waty_1', comparator: 'LESS_THAN', threshold: euros('10') },
      },
      ...more,
    });
  }

  it('goes when the balance crosses the threshold, not at it and not again below it', async () => {
    await open();
    await balance('12');
    await balance('10.00');
    await diary.until('2026-03-02');
    expect(await diary.h.mails()).toEqual([]);
    await balance('9.99');
    await balance('3');
    await balance('0');
    await diary.until('2026-04-01');
    expect(await diary.mailTimes()).toEqual(['2026-03-02T00:00']);
  });

  it('goes for a wallet that is first seen below', async () => {
    await open();
    await balance('5');
    await diary.until('2026-03-02');
    expect(await diary.mailTimes()).toEqual(['2026-03-01T08:00']);
  });

  it('goes once for a balance that goes down, up and down within a second', async () => {
    await open();
    await balance('12');
    await balance('9');
    await balance('11');
    await balance('8');
    await diary.until('2026-04-01');
    expect(await diary.h.mails()).toHaveLength(1);
  });

  it('holds a second crossing until the cooldown ends, and lets it go if the balance is still low', async () => {
    await open({ cooldown: { type: 'DAY', value: 2 } });
    await balance('12');
    await balance('9');
    await diary.until('2026-03-01T12:00:00Z');
    await balance('20');
    await balance('7');
    await diary.until('2026-03-03T07:59:00Z');
    expect(await diary.mailTimes()).toEqual(['2026-03-01T08:00']);
    await diary.until('2026-04-01');
    expect(await diary.mailTimes()).toEqual(['2026-03-01T08:00', '2026-03-03T08:00']);
  });

  it('drops a second crossing whose balance came back within the cooldown', async () => {
    await open();
    await balance('9');
    await diary.until('2026-03-01T12:00:00Z');
    await balance('20');
    await balance('7');
    await diary.until('2026-03-01T18:00:00Z');
    await balance('30');
    await diary.until('2026-04-01');
    expect(await diary.mailTimes()).toEqual(['2026-03-01T08:00']);
    const runs = (await diary.h.call('GET', '/v1/workflow-runs?status=STOPPED')).body.data;
    expect(runs).toMatchObject([{ stop_reason: 'recovered' }]);
  });

  it('does not cross again before it has come back by the margin', async () => {
    await open({ rearm_margin: '5' });
    await balance('9');
    await diary.until('2026-03-10');
    await balance('14.99');
    await balance('8');
    await diary.until('2026-03-20');
    expect(await diary.h.mails()).toHaveLength(1);
    await balance('15');
    await balance('8');
    await diary.until('2026-04-01');
    expect(await diary.mailTimes()).toEqual(['2026-03-01T08:00', '2026-03-20T00:00']);
  });

  it('knows no wallet of another type or currency', async () => {
    await open();
    await balance('1', { wallet_type_id: 'waty_2' });
    await put(diary.h, 'wallets/wall_2', {
      customer_id: 'cust_1',
      wallet_type_id: 'waty_1',
      open_balance: { amount: { quantity: '1', currency: 'USD' } },
    });
    await diary.until('2026-04-01');
    expect((await diary.h.call('GET', '/v1/workflow-runs')).body.data).toEqual([]);
  });

  it('answers an EVENT with the trigger of the crossing, and takes one by hand though the contract has no block for it', async () => {
    await open();
    await balance('9');
    const run = await diary.run();
    const event = { type: 'EVENT', wallet: { wallet_id: 'wall_1', event: { variant: 'WALLET_BALANCE' } } };
    const again = await diary.h.call('POST', '/v1/workflow-triggers', event);
    expect([again.status, again.body.id]).toEqual([200, run.trigger_id]);
    const manual = { type: 'MANUAL', workflow_id: run.workflow_id, wallet: { wallet_id: 'wall_1' } };
    expect((await diary.h.call('POST', '/v1/workflow-triggers', manual)).status).toBe(201);
    await diary.until('2026-03-10');
    expect((await diary.h.mails()).length).toBe(2);
  });
});
