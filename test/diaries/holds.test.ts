import { describe, expect, it } from 'vitest';
import { createWorkflow } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

type Json = Record<string, any>;

/** 7, 15 and 30 days after 10 January, UTC: the 17th, the 25th and 9 February. */
describe('a hold (S-C6)', () => {
  async function open(more: Json = {}): Promise<Diary> {
    const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await diary.ladderOf([7, 15, 30], more);
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z' });
    return diary;
  }
  const customer = { customer_id: 'cust_1' };
  const invoice = { invoice_id: 'inv_1' };
  const hold = (diary: Diary, what: Json, until?: string): Promise<Json> =>
    diary.ok('POST', '/v1/holds', { ...what, reason: 'PROMISE_TO_PAY', ...(until && { until }) });

  it.each([
    ['LATEST', ['skipped 7-DAY superseded', 'mail 15-DAY']],
    ['ALL', ['mail 7-DAY', 'mail 15-DAY']],
    ['NONE', ['skipped 7-DAY late', 'skipped 15-DAY late']],
  ])('over two rungs that runs out, under %s', async (late_policy, atItsEnd) => {
    const diary = await open({ late_policy });
    await diary.on('2026-01-12', 'held', () => hold(diary, invoice, '2026-01-28T09:00:00Z'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-12T00:00 * held',
      '2026-01-12T00:00 waits held',
      ...atItsEnd.map((line) => `2026-01-28T09:00 ${line}`),
      '2026-02-09T00:00 mail 30-DAY',
      '2026-02-09T00:00 completed',
    ]);
  });

  it('that is ended before anything came due changes nothing', async () => {
    const diary = await open();
    const { id } = await hold(diary, customer, '2026-03-01T00:00:00Z');
    await diary.on('2026-01-16T23:00:00Z', 'ended', () => diary.ok('DELETE', `/v1/holds/${String(id)}`));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-01T08:00 waits held',
      '2026-01-16T23:00 * ended',
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-25T00:00 mail 15-DAY',
      '2026-02-09T00:00 mail 30-DAY',
      '2026-02-09T00:00 completed',
    ]);
  });

  it('that is ended early, after a rung came due: it goes at that moment', async () => {
    const diary = await open();
    const { id } = await hold(diary, customer, '2026-03-01T00:00:00Z');
    await diary.on('2026-01-20T11:00:00Z', 'ended', () => diary.ok('DELETE', `/v1/holds/${String(id)}`));
    await diary.until('2026-02-01');
    expect(await diary.story()).toEqual([
      '2026-01-01T08:00 waits held',
      '2026-01-20T11:00 * ended',
      '2026-01-20T11:00 mail 7-DAY',
      '2026-01-25T00:00 mail 15-DAY',
    ]);
  });

  it('on the customer and one on the invoice: the last to end lets go', async () => {
    const diary = await open();
    await hold(diary, customer, '2026-01-20T00:00:00Z');
    await diary.on('2026-01-12', 'held a second time', () => hold(diary, invoice, '2026-01-27T00:00:00Z'));
    await diary.on('2026-01-22', 'still held', () => Promise.resolve());
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-01T08:00 waits held',
      '2026-01-12T00:00 * held a second time',
      '2026-01-22T00:00 * still held',
      '2026-01-27T00:00 skipped 7-DAY superseded',
      '2026-01-27T00:00 mail 15-DAY',
      '2026-02-09T00:00 mail 30-DAY',
      '2026-02-09T00:00 completed',
    ]);
  });

  it('over the whole ladder: its last rung goes at the end, and it is done', async () => {
    const diary = await open();
    await hold(diary, invoice, '2026-03-10T08:00:00Z');
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-01T08:00 waits held',
      '2026-03-10T08:00 skipped 7-DAY superseded',
      '2026-03-10T08:00 skipped 15-DAY superseded',
      '2026-03-10T08:00 mail 30-DAY',
      '2026-03-10T08:00 completed',
    ]);
  });

  it('that is made longer, then shorter, ends when it says at last', async () => {
    const diary = await open();
    const { id } = await hold(diary, invoice, '2026-01-20T00:00:00Z');
    const until = (day: string) => diary.ok('PATCH', `/v1/holds/${String(id)}`, { until: `${day}T00:00:00Z` });
    await diary.on('2026-01-19', 'longer', () => until('2026-03-01'));
    await diary.on('2026-01-21', 'shorter', () => until('2026-01-23'));
    await diary.until('2026-02-01');
    expect(await diary.story()).toEqual([
      '2026-01-01T08:00 waits held',
      '2026-01-19T00:00 * longer',
      '2026-01-21T00:00 * shorter',
      '2026-01-23T00:00 mail 7-DAY',
      '2026-01-25T00:00 mail 15-DAY',
    ]);
  });

  it('that ends at the very instant of a rung: the rung goes then, once', async () => {
    const diary = await open();
    await hold(diary, invoice, '2026-01-17T00:00:00Z');
    await diary.until('2026-01-20');
    expect(await diary.story()).toEqual(['2026-01-01T08:00 waits held', '2026-01-17T00:00 mail 7-DAY']);
  });

  it('during which the due date moves: what is due at its end is counted from the new one', async () => {
    const diary = await open();
    await hold(diary, customer, '2026-01-28T00:00:00Z');
    await diary.on('2026-01-20', 'due on the 20th', () => diary.invoice({ due_date: '2026-01-20T00:00:00Z' }));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-01T08:00 waits held',
      '2026-01-20T00:00 * due on the 20th',
      '2026-01-28T00:00 mail 7-DAY',
      '2026-02-04T00:00 mail 15-DAY',
      '2026-02-19T00:00 mail 30-DAY',
      '2026-02-19T00:00 completed',
    ]);
  });

  it('on one invoice does not hold the customer’s others', async () => {
    const diary = await open();
    await diary.invoice({ due_date: '2026-01-12T00:00:00Z' }, 'inv_2');
    await hold(diary, invoice, '2026-01-21T00:00:00Z');
    await diary.until('2026-01-22');
    expect(await diary.story()).toEqual([
      '2026-01-01T08:00 waits held inv_1',
      '2026-01-19T00:00 mail 7-DAY inv_2',
      '2026-01-21T00:00 mail 7-DAY inv_1',
    ]);
  });

  it('an invoice that becomes final while its customer is held waits from the start', async () => {
    const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await diary.ladderOf([7, 15]);
    await hold(diary, customer, '2026-02-01T00:00:00Z');
    await diary.invoice({ due_date: '2025-12-10T00:00:00Z' });
    await diary.until('2026-03-01');
    expect(await diary.story()).toEqual([
      '2026-01-01T08:00 waits held',
      '2026-01-01T08:00 skipped 7-DAY superseded',
      '2026-02-01T00:00 mail 15-DAY',
      '2026-02-01T00:00 completed',
    ]);
  });

  it.each([
    ['three days', '2026-03-05T09:00:00Z'],
    ['three weeks', '2026-03-23T09:00:00Z'],
  ])('of %s over a failed payment: the mail goes when it ends', async (_what, until) => {
    const diary = await openDiary('2026-03-01T08:00:00Z', 'UTC');
    await createWorkflow(diary.h, { type: 'PAYMENT', reference: 'failed', payment: { variant: 'FAILED_PAYMENT' } });
    await hold(diary, customer, until);
    const payment = { ...customer, result: 'REFUSED', timestamp: '2026-03-02T09:00:00Z' };
    await diary.on('2026-03-02T09:00:00Z', 'refused', () => diary.put('payments/pay_1', payment));
    await diary.until('2026-06-01');
    const end = until.slice(0, 16);
    expect(await diary.story()).toEqual([
      '2026-03-02T09:00 * refused',
      '2026-03-02T09:00 waits held',
      `${end} mail anchor`,
      `${end} completed`,
    ]);
  });

  async function trial(end: string): Promise<Diary> {
    const diary = await openDiary('2026-03-01T08:00:00Z', 'UTC');
    const periods = [7, 1].map((value) => ({ type: 'DAY', value }));
    await createWorkflow(diary.h, {
      type: 'PRICING_PLAN_SUBSCRIPTION',
      reference: 'trial',
      pricing_plan_subscription: { variant: 'FREE_TRIAL_REMINDER', reminder_periods: periods },
    });
    await diary.put('pricing-plan-subscriptions/sub_1', { ...customer, status: 'ACTIVE' });
    const schedule = { pricing_plan_subscription_id: 'sub_1', type: 'TRIAL', end_at: end };
    await diary.put('pricing-plan-schedules/pps_1', schedule);
    return diary;
  }

  it('over the first reminder of a trial: it goes when the hold ends, the last one on its day', async () => {
    const diary = await trial('2026-03-20T12:00:00Z');
    await hold(diary, customer, '2026-03-15T09:00:00Z');
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-01T08:00 waits held',
      '2026-03-15T09:00 mail 7-DAY',
      '2026-03-19T12:00 mail 1-DAY',
      '2026-03-19T12:00 completed',
    ]);
  });

  it('over the end of a trial: there is nothing left to announce', async () => {
    const diary = await trial('2026-03-20T12:00:00Z');
    await hold(diary, customer, '2026-03-25T09:00:00Z');
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-03-01T08:00 waits held',
      '2026-03-25T09:00 completed',
      '2026-03-25T09:00 skipped 7-DAY anchor_passed',
      '2026-03-25T09:00 skipped 1-DAY anchor_passed',
    ]);
  });
});
