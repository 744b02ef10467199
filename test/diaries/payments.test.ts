import { describe, expect, it } from 'vitest';
import { createWorkflow, put } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

describe('the mail about a payment that failed', () => {
  let diary: Diary;

  async function open(): Promise<void> {
    diary = await openDiary('2026-03-01T08:00:00Z', 'Europe/Amsterdam');
    await createWorkflow(diary.h, {
      type: 'PAYMENT',
      reference: 'failed',
      payment: { variant: 'FAILED_PAYMENT' },
    });
    await diary.invoice({ due_date: '2026-03-10T00:00:00Z' });
  }
  const attempt = (id: string, result: string, timestamp: string, more: Record<string, unknown> = {}) =>
    put(diary.h, `payments/${id}`, { customer_id: 'cust_1', invoice_id: 'inv_1', result, timestamp, ...more });

  it('goes once for each of three failed attempts, and not for the one that succeeds', async () => {
    await open();
    await diary.until('2026-03-02T09:00:00Z');
    await attempt('pay_1', 'REFUSED', '2026-03-02T09:00:00Z');
    await attempt('pay_1', 'REFUSED', '2026-03-02T09:00:00Z');
    await diary.until('2026-03-05T09:00:00Z');
    await attempt('pay_2', 'ERROR', '2026-03-05T09:00:00Z');
    await diary.until('2026-03-08T09:00:00Z');
    await attempt('pay_3', 'PENDING', '2026-03-08T08:59:00Z');
    await attempt('pay_3', 'REFUSED', '2026-03-08T08:59:00Z');
    await diary.until('2026-03-09T09:00:00Z');
    await attempt('pay_4', 'AUTHORIZED', '2026-03-09T09:00:00Z');
    await diary.until('2026-04-01');
    expect(await diary.mailTimes()).toEqual(['2026-03-02T09:00', '2026-03-05T09:00', '2026-03-08T09:00']);
  });

  it('does not go when the invoice was paid before the failure was told', async () => {
    await open();
    await diary.invoice({ paid: true });
    await attempt('pay_1', 'REFUSED', '2026-03-01T07:59:00Z');
    await diary.until('2026-04-01');
    expect(await diary.h.mails()).toEqual([]);
  });

  it('does not go when it was told a week late', async () => {
    await open();
    await attempt('pay_1', 'REFUSED', '2026-02-20T08:00:00Z');
    await diary.until('2026-04-01');
    expect(await diary.h.mails()).toEqual([]);
    expect((await diary.run()).steps).toMatchObject([{ status: 'SKIPPED', reason: 'late' }]);
  });

  it('waits for the invoice that the payment names, and stops when that is paid', async () => {
    await open();
    const payment = { invoice_id: 'inv_2' };
    await attempt('pay_1', 'REFUSED', '2026-03-01T08:00:00Z', payment);
    await diary.until('2026-03-02');
    expect(await diary.h.mails()).toEqual([]);
    await diary.invoice({ due_date: '2026-03-10T00:00:00Z' }, 'inv_2');
    await diary.until('2026-03-03');
    expect(await diary.mailTimes()).toEqual(['2026-03-02T00:00']);
  });

  it('can be asked for by hand', async () => {
    await open();
    await attempt('pay_1', 'REFUSED', '2026-02-01T08:00:00Z');
    const { status, body } = await diary.h.call('POST', '/v1/workflow-triggers', {
      type: 'MANUAL',
      payment: { payment_id: 'pay_1', event: null, manual: { user_id: null, variant: 'FAILED_PAYMENT' } },
    });
    expect([status, body.runs.length]).toEqual([201, 1]);
    await diary.until('2026-03-02');
    expect(await diary.mailTimes()).toEqual(['2026-03-01T08:00']);
  });
});

describe('the reminder before an invoice is charged', () => {
  let diary: Diary;

  it('counts back from the charge date, and stops when the invoice is paid', async () => {
    diary = await openDiary('2026-03-01T08:00:00Z', 'Europe/Amsterdam', { dueDates: 'INSTANT' });
    const periods = [3, 1].map((value) => ({ type: 'DAY', value }));
    await createWorkflow(diary.h, {
      type: 'INVOICE',
      reference: 'upcoming',
      invoice: { variant: 'UPCOMING_PAYMENT_REMINDER', upcoming_payment: { periods } },
    });
    await diary.invoice({ due_date: '2026-03-20T09:00:00Z', charge_date: '2026-03-10T09:00:00Z' });
    await diary.until('2026-03-08');
    expect(await diary.mailTimes()).toEqual(['2026-03-07T09:00']);
    await diary.invoice({ paid: true });
    expect(await diary.run()).toMatchObject({ status: 'STOPPED', stop_reason: 'paid' });
    await diary.until('2026-04-01');
    expect(await diary.h.mails()).toHaveLength(1);
  });
});
