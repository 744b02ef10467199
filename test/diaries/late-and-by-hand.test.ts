import { describe, expect, it } from 'vitest';
import { createWorkflow } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

type Json = Record<string, any>;

/** 7 and 15 days after 10 January, UTC: the 17th and the 25th. */
describe('late, by hand and by event', () => {
  const due = { due_date: '2026-01-10T00:00:00Z' };
  const seven = { overdue: { period: { type: 'DAY', value: 7 } } };

  async function open(): Promise<Diary> {
    const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await diary.ladderOf([7, 15]);
    return diary;
  }
  const byHand = (diary: Diary, variant = 'OVERDUE', more: Json = {}) =>
    diary.ok('POST', '/v1/workflow-triggers', {
      type: 'MANUAL',
      invoice: { invoice_id: 'inv_1', manual: { variant, ...more } },
    });
  const event = (diary: Diary, variant = 'OVERDUE', more: Json = {}) =>
    diary.h.call('POST', '/v1/workflow-triggers', {
      type: 'EVENT',
      invoice: { invoice_id: 'inv_1', event: { variant, ...more } },
    });

  it('a step by hand before its day: the ladder does not send it again', async () => {
    const diary = await open();
    await diary.invoice(due);
    await diary.on('2026-01-11T10:00:00Z', 'the first, now', () => byHand(diary, 'OVERDUE', seven));
    await diary.until('2026-02-01');
    expect(await diary.story()).toEqual([
      '2026-01-11T10:00 * the first, now',
      '2026-01-11T10:00 skipped 7-DAY already_sent inv_1',
      '2026-01-11T10:00 mail 7-DAY inv_1 by hand',
      '2026-01-11T10:00 completed inv_1 by hand',
      '2026-01-25T00:00 mail 15-DAY inv_1',
      '2026-01-25T00:00 completed inv_1',
    ]);
  });

  it('an event for a step that was sent by hand: it has been sent', async () => {
    const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    // What is there before the workflow starts no ladder (S-D11).
    await diary.invoice(due);
    await diary.ladderOf([7, 15]);
    await diary.on('2026-01-18', 'by hand', () => byHand(diary, 'OVERDUE', seven));
    await diary.on('2026-01-19', 'by event', async () =>
      expect((await event(diary, 'OVERDUE', seven)).status).toBe(201),
    );
    await diary.on('2026-01-20', 'by event again', async () =>
      expect((await event(diary, 'OVERDUE', seven)).status).toBe(200),
    );
    await diary.on('2026-01-21', 'by hand again', () => byHand(diary, 'OVERDUE', seven));
    await diary.until('2026-02-01');
    expect(await diary.story()).toEqual([
      '2026-01-18T00:00 * by hand',
      '2026-01-18T00:00 mail 7-DAY inv_1 by hand',
      '2026-01-18T00:00 completed inv_1 by hand',
      '2026-01-19T00:00 * by event',
      '2026-01-19T00:00 completed inv_1',
      '2026-01-19T00:00 skipped 7-DAY already_sent inv_1',
      '2026-01-20T00:00 * by event again',
      '2026-01-21T00:00 * by hand again',
      '2026-01-21T00:00 mail 7-DAY inv_1 by hand',
      '2026-01-21T00:00 completed inv_1 by hand',
    ]);
  });

  it('a step by hand for an invoice that is paid, or not final: nobody is mailed', async () => {
    const diary = await open();
    await diary.invoice({ ...due, status: 'DRAFT' });
    await diary.on('2026-01-20', 'by hand, a draft', () => byHand(diary, 'OVERDUE', seven));
    await diary.invoice({ status: 'FINAL', paid: true });
    await diary.on('2026-01-21', 'by hand, paid', () => byHand(diary, 'OVERDUE', seven));
    await diary.until('2026-02-01');
    expect(await diary.story()).toEqual([
      '2026-01-20T00:00 * by hand, a draft',
      '2026-01-20T00:00 stopped not_eligible inv_1 by hand',
      '2026-01-21T00:00 * by hand, paid',
      '2026-01-21T00:00 stopped paid inv_1 by hand',
    ]);
  });

  it('a ladder by hand begins with the newest late rung, beside one by event that has sent it', async () => {
    const diary = await open();
    await diary.invoice(due);
    await diary.on('2026-01-18', 'the ladder by hand', () => byHand(diary));
    await diary.on('2026-01-20', 'paid', () => diary.invoice({ paid: true }));
    await diary.until('2026-02-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY inv_1',
      '2026-01-18T00:00 * the ladder by hand',
      '2026-01-18T00:00 skipped 7-DAY already_sent inv_1 by hand',
      '2026-01-20T00:00 * paid',
      '2026-01-20T00:00 stopped paid inv_1',
      '2026-01-20T00:00 skipped 15-DAY paid inv_1',
      '2026-01-20T00:00 stopped paid inv_1 by hand',
      '2026-01-20T00:00 skipped 15-DAY paid inv_1 by hand',
    ]);
  });

  it('two workflows for one invoice, one of them stopped: the other goes on', async () => {
    const diary = await open();
    await diary.ladderOf([8, 10], { reference: 'second' });
    await diary.invoice(due);
    await diary.on('2026-01-19', 'the second is archived', () => diary.ok('POST', '/v1/workflows/second/archive'));
    await diary.until('2026-02-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY inv_1 overdue',
      '2026-01-18T00:00 mail 8-DAY inv_1 second',
      '2026-01-19T00:00 * the second is archived',
      '2026-01-19T00:00 stopped workflow_archived inv_1 second',
      '2026-01-19T00:00 skipped 10-DAY workflow_archived inv_1 second',
      '2026-01-25T00:00 mail 15-DAY inv_1 overdue',
      '2026-01-25T00:00 completed inv_1 overdue',
    ]);
  });

  async function final(): Promise<Diary> {
    const diary = await openDiary('2026-01-20T08:00:00Z', 'UTC');
    await createWorkflow(diary.h, { type: 'INVOICE', reference: 'final', invoice: { variant: 'TO_FINAL' } });
    return diary;
  }

  it.each([
    ['six days ago', '2026-01-14T08:00:00Z', ['mail anchor', 'completed']],
    ['a moment less than seven days ago', '2026-01-13T08:00:01Z', ['mail anchor', 'completed']],
    ['seven days ago', '2026-01-13T08:00:00Z', ['completed', 'skipped anchor late']],
  ])('an invoice that became final %s, and is told of now', async (_when, updated_to_final_at, came) => {
    const diary = await final();
    await diary.invoice({ updated_to_final_at });
    await diary.until('2026-02-01');
    expect(await diary.story()).toEqual(came.map((line) => `2026-01-20T08:00 ${line}`));
  });

  it('one that is too late to be announced can be announced by hand', async () => {
    const diary = await final();
    await diary.invoice({ updated_to_final_at: '2025-11-01T00:00:00Z' });
    await diary.on('2026-01-21', 'by hand', () => byHand(diary, 'TO_FINAL'));
    await diary.until('2026-02-01');
    expect((await diary.story()).slice(2)).toEqual([
      '2026-01-21T00:00 * by hand',
      '2026-01-21T00:00 mail anchor inv_1 by hand',
      '2026-01-21T00:00 completed inv_1 by hand',
    ]);
  });

  it('one that is told to be final tomorrow is announced tomorrow', async () => {
    const diary = await final();
    await diary.invoice({ updated_to_final_at: '2026-01-21T06:00:00Z' });
    await diary.until('2026-02-01');
    expect(await diary.story()).toEqual(['2026-01-21T06:00 mail anchor', '2026-01-21T06:00 completed']);
  });
});
