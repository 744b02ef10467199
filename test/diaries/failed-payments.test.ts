import { describe, expect, it } from 'vitest';
import { createWorkflow } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

type Json = Record<string, any>;

describe('payments that fail, one after another', () => {
  async function open(more: Json = {}): Promise<Diary> {
    const diary = await openDiary('2026-03-01T08:00:00Z', 'UTC');
    const failed = { type: 'PAYMENT', reference: 'failed', payment: { variant: 'FAILED_PAYMENT' } };
    await createWorkflow(diary.h, { ...failed, ...more });
    await diary.invoice({ due_date: '2026-03-10T00:00:00Z' });
    return diary;
  }
  const attempt = (diary: Diary, id: string, day: string, result: string, more: Json = {}) =>
    diary.on(day, `${id} ${result}`, () =>
      diary.put(`payments/${id}`, { customer_id: 'cust_1', invoice_id: 'inv_1', result, timestamp: day, ...more }),
    );

  it('three in vain, then one that works: each failure its own mail, at once', async () => {
    const diary = await open();
    await attempt(diary, 'pay_1', '2026-03-02T09:00:00Z', 'REFUSED');
    await attempt(diary, 'pay_2', '2026-03-04T09:00:00Z', 'ERROR');
    await attempt(diary, 'pay_3', '2026-03-06T09:00:00Z', 'REFUSED');
    await attempt(diary, 'pay_4', '2026-03-08T09:00:00Z', 'AUTHORIZED');
    await diary.on('2026-03-08T09:00:00Z', 'paid', () => diary.invoice({ paid: true }));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-02T09:00 * pay_1 REFUSED',
      '2026-03-02T09:00 mail anchor pay_1',
      '2026-03-02T09:00 completed pay_1',
      '2026-03-04T09:00 * pay_2 ERROR',
      '2026-03-04T09:00 mail anchor pay_2',
      '2026-03-04T09:00 completed pay_2',
      '2026-03-06T09:00 * pay_3 REFUSED',
      '2026-03-06T09:00 mail anchor pay_3',
      '2026-03-06T09:00 completed pay_3',
      '2026-03-08T09:00 * pay_4 AUTHORIZED',
      '2026-03-08T09:00 * paid',
    ]);
  });

  it('the invoice is paid another way while the mail about the last one waits: it does not go', async () => {
    const diary = await open();
    await attempt(diary, 'pay_1', '2026-03-02T09:00:00Z', 'REFUSED');
    await diary.on('2026-03-03', 'the address is lost', () => diary.customer({ email: null }));
    await attempt(diary, 'pay_2', '2026-03-04T09:00:00Z', 'REFUSED');
    await diary.on('2026-03-05', 'paid', () => diary.invoice({ paid: true }));
    await diary.on('2026-03-05', 'an address again', () => diary.customer({ email: 'ap@acme.example' }));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-02T09:00 * pay_1 REFUSED',
      '2026-03-02T09:00 mail anchor pay_1',
      '2026-03-02T09:00 completed pay_1',
      '2026-03-03T00:00 * the address is lost',
      '2026-03-04T09:00 * pay_2 REFUSED',
      '2026-03-04T09:00 blocked anchor no_recipient pay_2',
      '2026-03-05T00:00 * paid',
      '2026-03-05T00:00 stopped paid pay_2',
      '2026-03-05T00:00 skipped anchor paid pay_2',
      '2026-03-05T00:00 * an address again',
    ]);
  });

  it('one that is for no invoice is told of; what comes of it later changes nothing', async () => {
    const diary = await open();
    const alone = { invoice_id: null, amount: { quantity: '12.00', currency: 'EUR' } };
    await attempt(diary, 'pay_1', '2026-03-02T09:00:00Z', 'REFUSED', alone);
    await attempt(diary, 'pay_1', '2026-03-03T09:00:00Z', 'AUTHORIZED', alone);
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-02T09:00 * pay_1 REFUSED',
      '2026-03-02T09:00 mail anchor',
      '2026-03-02T09:00 completed',
      '2026-03-03T09:00 * pay_1 AUTHORIZED',
    ]);
  });

  it('one that is charged back three weeks later counts only where the workflow says so (S-C3)', async () => {
    const diary = await open();
    await createWorkflow(diary.h, {
      type: 'PAYMENT',
      reference: 'returned',
      payment: { variant: 'FAILED_PAYMENT' },
      failed_results: ['CHARGED_BACK'],
    });
    await attempt(diary, 'pay_1', '2026-03-02T09:00:00Z', 'AUTHORIZED');
    // No new timestamp: that the result changed today is what counts.
    await diary.on('2026-03-23T09:00:00Z', 'charged back', () =>
      diary.put('payments/pay_1', { customer_id: 'cust_1', invoice_id: 'inv_1', result: 'CHARGED_BACK' }),
    );
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-02T09:00 * pay_1 AUTHORIZED',
      '2026-03-23T09:00 * charged back',
      '2026-03-23T09:00 mail anchor',
      '2026-03-23T09:00 completed',
    ]);
    expect(await diary.run()).toMatchObject({ resource_id: 'pay_1' });
  });
});
