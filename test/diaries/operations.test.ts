import { describe, expect, it } from 'vitest';
import { createWorkflow, overdueLadder } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

/** What operators do to a run of 7, 15 and 30 days overdue, due on 10 January, UTC (S-R3). */
describe('an operator', () => {
  let diary: Diary;
  const due = { due_date: '2026-01-10T00:00:00Z' };

  async function open(workflow: Record<string, unknown> = {}): Promise<void> {
    diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await createWorkflow(diary.h, { ...overdueLadder('overdue', [7, 15, 30]), ...workflow });
    await diary.invoice(due);
  }

  async function operate(operation: string, body: Record<string, unknown> = {}): Promise<Record<string, any>> {
    const { id } = await diary.run();
    const answer = await diary.h.call('POST', `/v1/workflow-runs/${String(id)}/${operation}`, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body;
  }

  it('pauses over a step and resumes: the newest late rung goes at once', async () => {
    await open();
    await diary.until('2026-01-12');
    expect(await operate('pause', { note: 'on the phone' })).toMatchObject({ status: 'PAUSED', in_flight: [] });
    await diary.until('2026-01-27T09:00:00Z');
    expect(await diary.h.mails()).toHaveLength(0);
    expect(await operate('resume')).toMatchObject({ status: 'WAITING' });
    await diary.until('2026-03-01');
    expect(await diary.mailTimes()).toEqual(['2026-01-27T09:00', '2026-02-09T00:00']);
    expect(await diary.ladder()).toEqual(['7-DAY SKIPPED superseded', '15-DAY DONE', '30-DAY DONE']);
  });

  it('cancels: nothing goes any more, also when the invoice changes', async () => {
    await open();
    await diary.until('2026-01-18');
    expect(await operate('cancel', { reason: 'agreed' })).toMatchObject({
      status: 'STOPPED',
      stop_reason: 'cancelled_by_operator',
    });
    await diary.invoice({ due_date: '2026-02-10T00:00:00Z' });
    await diary.until('2026-06-01');
    expect(await diary.mailTimes()).toEqual(['2026-01-17T00:00']);
    expect((await diary.run()).status).toBe('STOPPED');
  });

  it('sends the next step now, and the ladder goes on', async () => {
    await open();
    await diary.until('2026-01-12T10:00:00Z');
    await operate('send-now');
    await diary.until('2026-03-01');
    expect(await diary.mailTimes()).toEqual(['2026-01-12T10:00', '2026-01-25T00:00', '2026-02-09T00:00']);
  });

  it('sends a later step now: what stands before it is superseded', async () => {
    await open();
    await diary.until('2026-01-12T10:00:00Z');
    await operate('send-now', { step: { type: 'DAY', value: 15 } });
    await diary.until('2026-03-01');
    expect(await diary.mailTimes()).toEqual(['2026-01-12T10:00', '2026-02-09T00:00']);
    expect(await diary.ladder()).toEqual(['7-DAY SKIPPED superseded', '15-DAY DONE', '30-DAY DONE']);
  });

  it('sends one more mail beside the ladder', async () => {
    await open();
    await diary.until('2026-01-20T10:00:00Z');
    await operate('send-now', { as: 'EXTRA', step: { type: 'DAY', value: 30 } });
    await diary.until('2026-03-01');
    expect(await diary.mailTimes()).toEqual([
      '2026-01-17T00:00',
      '2026-01-20T10:00',
      '2026-01-25T00:00',
      '2026-02-09T00:00',
    ]);
    expect(await diary.ladder()).toEqual(['7-DAY DONE', '15-DAY DONE', '30-DAY DONE', 'EXTRA-1-30-DAY DONE']);
  });

  it('skips a step: a moved due date does not bring it back', async () => {
    await open();
    await operate('skip-step');
    await diary.invoice({ due_date: '2026-01-12T00:00:00Z' });
    await diary.until('2026-03-01');
    expect(await diary.mailTimes()).toEqual(['2026-01-27T00:00', '2026-02-11T00:00']);
    expect((await diary.ladder())[0]).toBe('7-DAY SKIPPED skipped_by_operator');
  });

  it('holds an invoice over a step; when the hold runs out the newest late rung goes', async () => {
    await open();
    await diary.until('2026-01-12');
    const hold = { invoice_id: 'inv_1', reason: 'PROMISE_TO_PAY', until: '2026-01-26T08:00:00Z' };
    expect((await diary.h.call('POST', '/v1/holds', hold)).status).toBe(201);
    expect(await diary.run()).toMatchObject({ status: 'WAITING', reason: 'held' });
    await diary.until('2026-03-01');
    expect(await diary.mailTimes()).toEqual(['2026-01-26T08:00', '2026-02-09T00:00']);
  });

  it('holds a customer and lets go by hand; a paid invoice stops all the same', async () => {
    await open();
    const made = await diary.h.call('POST', '/v1/holds', { customer_id: 'cust_1', reason: 'DISPUTE' });
    await diary.until('2026-01-18T10:00:00Z');
    expect(await diary.h.mails()).toHaveLength(0);
    expect((await diary.h.call('DELETE', `/v1/holds/${String(made.body.id)}`)).status).toBe(200);
    await diary.until('2026-01-19');
    expect(await diary.mailTimes()).toEqual(['2026-01-18T10:00']);
    await diary.h.call('POST', '/v1/holds', { customer_id: 'cust_1', reason: 'DISPUTE' });
    await diary.invoice({ paid: true });
    expect(await diary.run()).toMatchObject({ status: 'STOPPED', stop_reason: 'paid' });
  });

  it('moves a waiting run to the newest version', async () => {
    await open();
    await diary.until('2026-01-18');
    const change = { invoice: { variant: 'OVERDUE', overdue: { periods: [{ type: 'DAY', value: 20 }] } } };
    expect((await diary.h.call('PATCH', '/v1/workflows/overdue', change)).status).toBe(200);
    const preview = await diary.h.call('POST', '/v1/workflows/overdue/replan-runs', { dry_run: true });
    expect(preview.body).toMatchObject({ id: null, matched: 1, changed: 1, refused: 0 });
    expect((await diary.run()).workflow_version).toBe(1);
    const moved = await diary.h.call('POST', '/v1/workflows/overdue/replan-runs', {});
    expect(moved.body).toMatchObject({ status: 'DONE', matched: 1, changed: 1, refused: 0, pending: 0 });
    await diary.until('2026-03-01');
    expect(await diary.mailTimes()).toEqual(['2026-01-17T00:00', '2026-01-30T00:00']);
    expect(await diary.ladder()).toEqual([
      '7-DAY DONE',
      '15-DAY SKIPPED period_removed',
      '20-DAY DONE',
      '30-DAY SKIPPED period_removed',
    ]);
    expect((await diary.run()).workflow_version).toBe(2);
  });

  it('does to all that a filter finds, and is told what could not be done', async () => {
    await open();
    await diary.invoice({ ...due, paid: true }, 'inv_2');
    await diary.invoice({ ...due, paid: false }, 'inv_3');
    await diary.invoice({ ...due, paid: true }, 'inv_3');
    const filter = { customer_id: 'cust_1' };
    const paused = await diary.h.call('POST', '/v1/workflow-runs/pause', { filter });
    expect(paused.body).toMatchObject({ matched: 2, changed: 1, refused: 1, pending: 0 });
    const again = await diary.h.call('POST', '/v1/workflow-runs/pause', { filter, dry_run: true });
    expect(again.body).toMatchObject({ matched: 2, changed: 0, refused: 2 });
    const progress = await diary.h.call('GET', `/v1/workflow-runs/operations/${String(paused.body.id)}`);
    expect(progress.body).toMatchObject({ status: 'DONE', changed: 1 });
  });
});
