import { beforeEach, describe, expect, it } from 'vitest';
import { openDiary, type Diary } from './diary.js';

/** 7, 15 and 30 days after 10 January, UTC: the 17th, the 25th and 9 February. */
describe('what ends a ladder, and what takes that back', () => {
  let diary: Diary;
  const euros = (quantity: string) => ({ quantity, currency: 'EUR' });

  beforeEach(async () => {
    diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await diary.ladderOf([7, 15, 30]);
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z', invoice_amount_including_tax: euros('100.00') });
  });

  it('a payment alone ends nothing: only the invoice says what is still open', async () => {
    const payment = { customer_id: 'cust_1', invoice_id: 'inv_1', result: 'AUTHORIZED', amount: euros('100.00') };
    await diary.on('2026-01-20', 'a payment of all of it', () => diary.put('payments/pay_1', payment));
    await diary.on('2026-01-26', 'the invoice says so', () => diary.invoice({ payment_status: 'PAID' }));
    await diary.until('2026-04-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-20T00:00 * a payment of all of it',
      '2026-01-25T00:00 mail 15-DAY',
      '2026-01-26T00:00 * the invoice says so',
      '2026-01-26T00:00 stopped paid',
      '2026-01-26T00:00 skipped 30-DAY paid',
    ]);
  });

  it('a credit note for a half of it ends nothing, one for the rest does', async () => {
    await diary.on('2026-01-20', 'half is credited', () => diary.invoice({ open_invoice_amount: euros('50.00') }));
    await diary.on('2026-01-28', 'the rest, too', () => diary.invoice({ open_invoice_amount: euros('0.00') }));
    await diary.until('2026-04-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-20T00:00 * half is credited',
      '2026-01-25T00:00 mail 15-DAY',
      '2026-01-28T00:00 * the rest, too',
      '2026-01-28T00:00 stopped settled',
      '2026-01-28T00:00 skipped 30-DAY settled',
    ]);
  });

  it('part payments end it when the last of them has come', async () => {
    const paid = (sum: string, status: string) =>
      diary.invoice({ paid_invoice_amount: euros(sum), payment_status: status });
    await diary.on('2026-01-12', 'a third is paid', () => paid('33.33', 'PARTIALLY_PAID'));
    await diary.on('2026-01-18', 'two thirds are paid', () => paid('66.66', 'PARTIALLY_PAID'));
    // The billing system has not said PAID yet, but nothing is open any more.
    await diary.on('2026-01-19', 'all is paid', () => paid('100.00', 'PARTIALLY_PAID'));
    await diary.until('2026-04-01');
    expect(await diary.story()).toEqual([
      '2026-01-12T00:00 * a third is paid',
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-18T00:00 * two thirds are paid',
      '2026-01-19T00:00 * all is paid',
      '2026-01-19T00:00 stopped settled',
      '2026-01-19T00:00 skipped 15-DAY settled',
      '2026-01-19T00:00 skipped 30-DAY settled',
    ]);
  });

  it('a void that is taken back lets the ladder go on: what it missed goes at once', async () => {
    await diary.on('2026-01-18', 'void', () => diary.invoice({ status: 'VOID' }));
    await diary.on('2026-01-27T10:00:00Z', 'final again', () => diary.invoice({ status: 'FINAL' }));
    await diary.until('2026-04-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-18T00:00 * void',
      '2026-01-18T00:00 stopped voided',
      '2026-01-18T00:00 skipped 15-DAY voided',
      '2026-01-18T00:00 skipped 30-DAY voided',
      '2026-01-27T10:00 * final again',
      '2026-01-27T10:00 reopened',
      '2026-01-27T10:00 mail 15-DAY',
      '2026-02-09T00:00 mail 30-DAY',
      '2026-02-09T00:00 completed',
    ]);
  });

  it('archived is for good', async () => {
    await diary.on('2026-01-18', 'archived', () => diary.invoice({ status: 'ARCHIVED' }));
    await diary.on('2026-01-19', 'final again', () => diary.invoice({ status: 'FINAL' }));
    await diary.until('2026-04-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-18T00:00 * archived',
      '2026-01-18T00:00 stopped archived',
      '2026-01-18T00:00 skipped 15-DAY archived',
      '2026-01-18T00:00 skipped 30-DAY archived',
      '2026-01-19T00:00 * final again',
    ]);
  });

  it('a direct debit returned after the ladder’s last day: the rung that is left goes at once', async () => {
    await diary.on('2026-01-26', 'debited', () => diary.invoice({ paid: true }));
    await diary.on('2026-03-20T09:30:00Z', 'returned', () => diary.invoice({ paid: false }));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-25T00:00 mail 15-DAY',
      '2026-01-26T00:00 * debited',
      '2026-01-26T00:00 stopped paid',
      '2026-01-26T00:00 skipped 30-DAY paid',
      '2026-03-20T09:30 * returned',
      '2026-03-20T09:30 reopened',
      '2026-03-20T09:30 mail 30-DAY',
      '2026-03-20T09:30 completed',
    ]);
  });

  it('returned when every rung has been sent: nothing is left to say', async () => {
    await diary.on('2026-02-10', 'debited', () => diary.invoice({ paid: true }));
    await diary.on('2026-02-20', 'returned', () => diary.invoice({ paid: false }));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-25T00:00 mail 15-DAY',
      '2026-02-09T00:00 mail 30-DAY',
      '2026-02-09T00:00 completed',
      '2026-02-10T00:00 * debited',
      '2026-02-20T00:00 * returned',
    ]);
  });

  it('returned twice: in time for a rung, then past one', async () => {
    await diary.on('2026-01-18', 'debited', () => diary.invoice({ paid: true }));
    await diary.on('2026-01-19', 'returned', () => diary.invoice({ paid: false }));
    await diary.on('2026-01-24', 'debited again', () => diary.invoice({ paid: true }));
    await diary.on('2026-02-01', 'returned again', () => diary.invoice({ paid: false }));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-18T00:00 * debited',
      '2026-01-18T00:00 stopped paid',
      '2026-01-18T00:00 skipped 15-DAY paid',
      '2026-01-18T00:00 skipped 30-DAY paid',
      '2026-01-19T00:00 * returned',
      '2026-01-19T00:00 reopened',
      '2026-01-24T00:00 * debited again',
      '2026-01-24T00:00 stopped paid',
      '2026-01-24T00:00 skipped 15-DAY paid',
      '2026-01-24T00:00 skipped 30-DAY paid',
      '2026-02-01T00:00 * returned again',
      '2026-02-01T00:00 reopened',
      '2026-02-01T00:00 mail 15-DAY',
      '2026-02-09T00:00 mail 30-DAY',
      '2026-02-09T00:00 completed',
    ]);
  });

  it('an invoice that is open for a while waits, and what came due goes within its window', async () => {
    await diary.on('2026-01-20', 'opened', () => diary.invoice({ status: 'OPEN' }));
    await diary.on('2026-01-27T09:00:00Z', 'final', () => diary.invoice({ status: 'FINAL' }));
    await diary.on('2026-02-08', 'opened again', () => diary.invoice({ status: 'OPEN' }));
    await diary.on('2026-02-20', 'final again', () => diary.invoice({ status: 'FINAL' }));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-20T00:00 * opened',
      '2026-01-20T00:00 waits not_eligible',
      '2026-01-27T09:00 * final',
      '2026-01-27T09:00 mail 15-DAY',
      '2026-02-08T00:00 * opened again',
      '2026-02-08T00:00 waits not_eligible',
      '2026-02-20T00:00 * final again',
      '2026-02-20T00:00 completed',
      '2026-02-20T00:00 skipped 30-DAY delivery_window_passed',
    ]);
  });

  it('paid at the instant of a step that has just gone: the mail is out, the rest stays', async () => {
    await diary.on('2026-01-17', 'paid', () => diary.invoice({ paid: true }));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-17T00:00 * paid',
      '2026-01-17T00:00 stopped paid',
      '2026-01-17T00:00 skipped 15-DAY paid',
      '2026-01-17T00:00 skipped 30-DAY paid',
    ]);
  });

  it('paid at the instant of a step that still waited for an operator: it does not go', async () => {
    await diary.on('2026-01-16', 'paused', () => diary.operate('pause'));
    await diary.on('2026-01-17', 'paid and resumed', async () => {
      const { id } = await diary.run();
      await diary.invoice({ paid: true });
      const refused = await diary.h.call('POST', `/v1/workflow-runs/${String(id)}/resume`, {});
      expect(refused.status).toBe(400);
    });
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-16T00:00 * paused',
      '2026-01-16T00:00 paused',
      '2026-01-17T00:00 * paid and resumed',
      '2026-01-17T00:00 stopped paid',
      '2026-01-17T00:00 skipped 7-DAY paid',
      '2026-01-17T00:00 skipped 15-DAY paid',
      '2026-01-17T00:00 skipped 30-DAY paid',
    ]);
  });

  it('an older version of the invoice that comes late takes nothing back', async () => {
    const paid = { paid: true, updated_at: '2026-01-20T10:00:00Z' };
    await diary.on('2026-01-20T10:00:00Z', 'paid', () => diary.invoice(paid));
    const older = { paid: false, updated_at: '2026-01-20T09:59:59Z' };
    await diary.on('2026-01-21', 'what it said before', () => diary.invoice(older));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-20T10:00 * paid',
      '2026-01-20T10:00 stopped paid',
      '2026-01-20T10:00 skipped 15-DAY paid',
      '2026-01-20T10:00 skipped 30-DAY paid',
      '2026-01-21T00:00 * what it said before',
    ]);
  });
});
