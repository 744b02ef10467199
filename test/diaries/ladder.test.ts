import { describe, expect, it } from 'vitest';
import { createWorkflow, overdueLadder } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

/** 7, 15 and 30 days overdue, due on 10 January; Amsterdam's midnight is 23:00Z the day before. */
describe('the 7/15/30 ladder', () => {
  let diary: Diary;

  async function open(zone = 'Europe/Amsterdam', workflow: Record<string, unknown> = {}): Promise<void> {
    diary = await openDiary('2026-01-01T08:00:00Z', zone);
    await createWorkflow(diary.h, { ...overdueLadder('overdue', [7, 15, 30]), ...workflow });
  }
  const due = { due_date: '2026-01-10T00:00:00Z' };

  it('goes at local midnight, rung by rung, and ends', async () => {
    await open();
    await diary.invoice(due);
    await diary.until('2026-03-02');
    expect(await diary.mailTimes()).toEqual(['2026-01-16T23:00', '2026-01-24T23:00', '2026-02-08T23:00']);
    expect(await diary.run()).toMatchObject({ status: 'COMPLETED' });
    await diary.until('2026-12-01');
    expect(await diary.h.mails()).toHaveLength(3);
  });

  it.each([
    ['paid', { paid: true }, 'paid'],
    ['marked PAID', { payment_status: 'PAID' }, 'paid'],
    ['credited to nothing', { open_invoice_amount: { quantity: '0.00', currency: 'EUR' } }, 'settled'],
    ['void', { status: 'VOID' }, 'voided'],
    ['archived', { status: 'ARCHIVED' }, 'archived'],
  ])('stops at once when the invoice is %s between steps', async (_what, change, reason) => {
    await open();
    await diary.invoice(due);
    await diary.until('2026-01-20');
    await diary.invoice(change);
    expect(await diary.run()).toMatchObject({ status: 'STOPPED', stop_reason: reason });
    await diary.until('2026-04-01');
    expect(await diary.mailTimes()).toEqual(['2026-01-16T23:00']);
    expect(await diary.ladder()).toEqual(['7-DAY DONE', `15-DAY SKIPPED ${reason}`, `30-DAY SKIPPED ${reason}`]);
  });

  it('goes on after a partial payment, about what is still open', async () => {
    await open();
    await diary.invoice({ ...due, invoice_amount_including_tax: { quantity: '100.00', currency: 'EUR' } });
    await diary.until('2026-01-20');
    await diary.invoice({
      payment_status: 'PARTIALLY_PAID',
      paid_invoice_amount: { quantity: '40.00', currency: 'EUR' },
    });
    await diary.until('2026-01-26');
    const [, second] = await diary.h.mails();
    const message = await (await fetch(`${diary.h.mailboxUrl}/api/v1/message/${second?.ID ?? ''}`)).json();
    expect((message as { Text: string }).Text).toContain('€60.00');
  });

  it('follows a due date that moves later: what was sent stays sent, the rest is counted anew', async () => {
    await open();
    await diary.invoice(due);
    await diary.until('2026-01-20');
    await diary.invoice({ due_date: '2026-02-10T00:00:00Z' });
    await diary.until('2026-04-01');
    expect(await diary.mailTimes()).toEqual(['2026-01-16T23:00', '2026-02-24T23:00', '2026-03-11T23:00']);
  });

  it('follows a due date that moves earlier past a step: only the newest late rung goes, at once', async () => {
    await open();
    await diary.invoice(due);
    await diary.until('2026-01-12T09:00:00Z');
    await diary.invoice({ due_date: '2025-12-20T00:00:00Z' });
    await diary.until('2026-01-12T10:00:00Z');
    expect(await diary.mailTimes()).toEqual(['2026-01-12T09:00']);
    expect(await diary.ladder()).toEqual(['7-DAY SKIPPED superseded', '15-DAY DONE', '30-DAY PLANNED']);
    await diary.until('2026-03-01');
    expect(await diary.mailTimes()).toEqual(['2026-01-12T09:00', '2026-01-18T23:00']);
  });

  it('waits without an anchor when the due date is taken away, and goes on when it comes back', async () => {
    await open();
    await diary.invoice(due);
    await diary.until('2026-01-12');
    await diary.invoice({ due_date: null });
    expect(await diary.run()).toMatchObject({ status: 'WAITING', reason: 'no_anchor', next_step_at: null });
    await diary.until('2026-02-01');
    expect(await diary.h.mails()).toHaveLength(0);
    await diary.invoice({ due_date: '2026-01-28T00:00:00Z' });
    await diary.until('2026-02-05');
    expect(await diary.mailTimes()).toEqual(['2026-02-03T23:00']);
  });

  it('moves with the customer to another zone', async () => {
    await open();
    await diary.invoice(due);
    await diary.until('2026-01-12');
    await diary.customer({ timezone: 'America/New_York' });
    await diary.until('2026-01-20');
    expect(await diary.mailTimes()).toEqual(['2026-01-17T05:00']);
  });

  it('is not late because the customer moved to a zone with the same clock', async () => {
    await open('Europe/Amsterdam', { late_policy: 'NONE' });
    await diary.invoice({ due_date: '2026-01-10T12:00:00Z' });
    await diary.customer({ timezone: 'Europe/Berlin' });
    expect(await diary.run()).toMatchObject({ timezone: 'Europe/Berlin' });
    await diary.until('2026-01-18');
    expect(await diary.ladder()).toEqual(['7-DAY DONE', '15-DAY PLANNED', '30-DAY PLANNED']);
  });

  it.each([
    ['LATEST', ['7-DAY SKIPPED superseded', '15-DAY DONE', '30-DAY PLANNED'], 1],
    ['ALL', ['7-DAY DONE', '15-DAY DONE', '30-DAY PLANNED'], 2],
    ['NONE', ['7-DAY SKIPPED late', '15-DAY SKIPPED late', '30-DAY PLANNED'], 0],
  ])('late by 20 days under %s', async (policy, ladder, mails) => {
    await open('UTC', { late_policy: policy });
    await diary.until('2026-01-30T12:00:00Z');
    await diary.invoice(due);
    await diary.until('2026-01-30T13:00:00Z');
    expect(await diary.ladder()).toEqual(ladder);
    expect(await diary.h.mails()).toHaveLength(mails);
  });

  it('is reopened when a direct debit paid on day 3 is returned on day 9', async () => {
    await open();
    await diary.invoice(due);
    await diary.until('2026-01-13');
    await diary.invoice({ paid: true });
    expect(await diary.run()).toMatchObject({ status: 'STOPPED', stop_reason: 'paid' });
    await diary.until('2026-01-19T09:00:00Z');
    await diary.invoice({ paid: false });
    expect(await diary.run()).toMatchObject({ status: 'WAITING', stop_reason: null });
    await diary.until('2026-03-01');
    expect(await diary.mailTimes()).toEqual(['2026-01-19T09:00', '2026-01-24T23:00', '2026-02-08T23:00']);
    expect(await diary.run()).toMatchObject({ status: 'COMPLETED' });
  });

  it('does not mail a customer who paid at the very instant of the step', async () => {
    await open();
    await diary.invoice(due);
    await diary.until('2026-01-16T22:59:59Z');
    await diary.invoice({ paid: true });
    await diary.until('2026-01-16T23:00:00Z');
    expect(await diary.h.mails()).toHaveLength(0);
  });
});
