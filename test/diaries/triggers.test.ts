import { describe, expect, it } from 'vitest';
import { createWorkflow, ladderOf, overdueLadder } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

describe('triggers by call beside events', () => {
  let diary: Diary;
  const due = { due_date: '2026-01-10T00:00:00Z' };
  const runs = async (): Promise<Record<string, any>[]> =>
    (await diary.h.call('GET', '/v1/workflow-runs?order_direction=asc')).body.data;
  const byHand = (extra: Record<string, unknown> = {}, top: Record<string, unknown> = {}) =>
    diary.h.call('POST', '/v1/workflow-triggers', {
      type: 'MANUAL',
      invoice: { invoice_id: 'inv_1', event: null, manual: { user_id: null, variant: 'OVERDUE', ...extra } },
      ...top,
    });
  const single = { overdue: { period: { type: 'DAY', value: 7 } } };

  it('a step sent by hand is not sent again by the ladder', async () => {
    diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await createWorkflow(diary.h, overdueLadder('overdue', [7, 15]));
    await diary.invoice(due);
    await diary.until('2026-01-12T10:00:00Z');
    expect((await byHand(single)).status).toBe(201);
    await diary.until('2026-02-01');
    expect(await diary.mailTimes()).toEqual(['2026-01-12T10:00', '2026-01-25T00:00']);
    expect((await runs()).map(ladderOf)).toEqual([['7-DAY SKIPPED already_sent', '15-DAY DONE'], ['7-DAY DONE']]);
  });

  it('a person’s wish is sent even though the ladder has sent the step, but never on a paid invoice', async () => {
    diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await createWorkflow(diary.h, overdueLadder('overdue', [7, 15]));
    await diary.invoice(due);
    await diary.until('2026-01-18');
    await byHand(single);
    await diary.until('2026-01-18T01:00:00Z');
    expect(await diary.h.mails()).toHaveLength(2);
    await diary.invoice({ paid: true });
    const refused = await byHand(single);
    expect(refused.body.runs).toMatchObject([{ status: 'STOPPED' }]);
    await diary.until('2026-02-01');
    expect(await diary.h.mails()).toHaveLength(2);
  });

  it('a ladder by hand and the ladder by event send each step once between them', async () => {
    diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await createWorkflow(diary.h, overdueLadder('overdue', [7, 15]));
    await diary.invoice(due);
    await byHand();
    await diary.until('2026-02-01');
    expect(await diary.mailTimes()).toEqual(['2026-01-17T00:00', '2026-01-25T00:00']);
    const all = (await runs()).flatMap(ladderOf).sort();
    expect(all).toEqual(['15-DAY DONE', '15-DAY SKIPPED already_sent', '7-DAY DONE', '7-DAY SKIPPED already_sent']);
  });

  it('two workflows for one invoice each send', async () => {
    diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await createWorkflow(diary.h, overdueLadder('a', [7]));
    await createWorkflow(diary.h, overdueLadder('b', [7, 8]));
    await diary.invoice(due);
    await diary.until('2026-02-01');
    expect(await diary.mailTimes()).toEqual(['2026-01-17T00:00', '2026-01-17T00:00', '2026-01-18T00:00']);
    const triggers = await diary.h.call('GET', '/v1/workflow-triggers');
    expect(triggers.body.data).toHaveLength(1);
    expect(triggers.body.data[0].runs).toHaveLength(2);
  });

  it('an invoice that becomes final is announced once, by its date or by hand', async () => {
    diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await createWorkflow(diary.h, { type: 'INVOICE', reference: 'final', invoice: { variant: 'TO_FINAL' } });
    await diary.invoice({ status: 'DRAFT' });
    await diary.until('2026-01-02');
    await diary.invoice({ status: 'FINAL' });
    await diary.until('2026-01-03');
    await diary.invoice({ status: 'FINAL', purchase_order_number: '7' });
    await diary.invoice({ status: 'FINAL', updated_to_final_at: '2025-12-01T00:00:00Z' }, 'inv_old');
    await diary.until('2026-01-04');
    expect(await diary.mailTimes()).toEqual(['2026-01-02T00:00']);
    expect((await runs()).map(ladderOf)).toEqual([['anchor DONE'], ['anchor SKIPPED late']]);
  });

  it('the blast guard holds what would flood, and a release lets it go', async () => {
    diary = await openDiary('2026-02-01T08:00:00Z', 'UTC');
    await diary.h.call('PATCH', '/v1/platform', { blast_limit: 3 });
    await createWorkflow(diary.h, overdueLadder('overdue', [7]));
    await Promise.all(Array.from({ length: 8 }, (_, index) => diary.invoice(due, `inv_${String(index)}`)));
    await diary.until('2026-02-01T09:00:00Z');
    expect(await diary.h.mails()).toHaveLength(3);
    const filter = { status: 'BLOCKED', reason: 'blast_guard' };
    const release = (dry_run: boolean) => diary.h.call('POST', '/v1/workflow-runs/release', { filter, dry_run });
    expect((await release(true)).body).toMatchObject({ matched: 5, changed: 5, refused: 0 });
    expect(await diary.h.mails()).toHaveLength(3);
    expect((await release(false)).body).toMatchObject({ matched: 5, changed: 5, refused: 0 });
    await diary.until('2026-02-01T10:00:00Z');
    expect(await diary.h.mails()).toHaveLength(8);
  });
});
