import { describe, expect, it } from 'vitest';
import { openDiary, type Diary } from './diary.js';

type Json = Record<string, any>;

/** 7, 15 and 30 days after 10 January, UTC: the 17th, the 25th and 9 February. */
describe('a workflow that changes while runs wait', () => {
  const due = { due_date: '2026-01-10T00:00:00Z' };

  async function open(): Promise<Diary> {
    const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await diary.ladderOf([7, 15, 30]);
    await diary.invoice(due);
    return diary;
  }
  const transition = (diary: Diary, to: string) => () => diary.ok('POST', `/v1/workflows/overdue/${to}`);
  const patch = (diary: Diary, body: Json) => () => diary.ok('PATCH', '/v1/workflows/overdue', body);
  const periods = (...days: number[]) => ({
    invoice: { variant: 'OVERDUE', overdue: { periods: days.map((value) => ({ type: 'DAY', value })) } },
  });

  it('inactive over one rung: that one is skipped, the ladder goes on (S-D10)', async () => {
    const diary = await open();
    await diary.on('2026-01-20', 'deactivated', transition(diary, 'deactivate'));
    await diary.on('2026-01-26', 'activated', transition(diary, 'activate'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-20T00:00 * deactivated',
      '2026-01-25T00:00 skipped 15-DAY workflow_inactive',
      '2026-01-26T00:00 * activated',
      '2026-02-09T00:00 mail 30-DAY',
      '2026-02-09T00:00 completed',
    ]);
  });

  it('inactive and active again between two rungs: nothing is lost', async () => {
    const diary = await open();
    await diary.on('2026-01-18', 'deactivated', transition(diary, 'deactivate'));
    await diary.on('2026-01-24', 'activated', transition(diary, 'activate'));
    await diary.until('2026-06-01');
    expect((await diary.story()).slice(3)).toEqual([
      '2026-01-25T00:00 mail 15-DAY',
      '2026-02-09T00:00 mail 30-DAY',
      '2026-02-09T00:00 completed',
    ]);
  });

  it('inactive over the whole ladder, then due anew: what never went goes after all', async () => {
    const diary = await open();
    await diary.on('2026-01-12', 'deactivated', transition(diary, 'deactivate'));
    await diary.on('2026-01-13', 'an invoice meanwhile', () => diary.invoice(due, 'inv_2'));
    await diary.on('2026-03-01', 'activated', transition(diary, 'activate'));
    await diary.on('2026-03-02', 'due on the 1st', () => diary.invoice({ due_date: '2026-03-01T00:00:00Z' }));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-12T00:00 * deactivated',
      '2026-01-13T00:00 * an invoice meanwhile',
      '2026-01-17T00:00 skipped 7-DAY workflow_inactive',
      '2026-01-25T00:00 skipped 15-DAY workflow_inactive',
      '2026-02-09T00:00 completed',
      '2026-02-09T00:00 skipped 30-DAY workflow_inactive',
      '2026-03-01T00:00 * activated',
      '2026-03-02T00:00 * due on the 1st',
      '2026-03-02T00:00 reopened',
      '2026-03-08T00:00 mail 7-DAY',
      '2026-03-16T00:00 mail 15-DAY',
      '2026-03-31T00:00 mail 30-DAY',
      '2026-03-31T00:00 completed',
    ]);
  });

  it('archived: the run stops, and a returned payment does not bring it back', async () => {
    const diary = await open();
    await diary.on('2026-01-18', 'paid', () => diary.invoice({ paid: true }));
    await diary.invoice(due, 'inv_2');
    await diary.on('2026-01-19', 'archived', transition(diary, 'archive'));
    await diary.on('2026-01-20', 'returned', () => diary.invoice({ paid: false }));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY inv_1',
      '2026-01-18T00:00 * paid',
      '2026-01-18T00:00 stopped paid inv_1',
      '2026-01-18T00:00 skipped 15-DAY paid inv_1',
      '2026-01-18T00:00 skipped 30-DAY paid inv_1',
      '2026-01-18T00:00 mail 7-DAY inv_2',
      '2026-01-19T00:00 * archived',
      '2026-01-19T00:00 stopped workflow_archived inv_2',
      '2026-01-19T00:00 skipped 15-DAY workflow_archived inv_2',
      '2026-01-19T00:00 skipped 30-DAY workflow_archived inv_2',
      '2026-01-20T00:00 * returned',
    ]);
  });

  it('narrowed to other customers, then widened: the run has ended for good', async () => {
    const diary = await open();
    await diary.on('2026-01-18', 'for cust_9 only', patch(diary, { customer_ids: ['cust_9'] }));
    await diary.on('2026-01-20', 'for all again', patch(diary, { customer_ids: [] }));
    await diary.on('2026-01-21', 'due anew', () => diary.invoice({ due_date: '2026-03-01T00:00:00Z' }));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-18T00:00 * for cust_9 only',
      '2026-01-18T00:00 stopped out_of_scope',
      '2026-01-18T00:00 skipped 15-DAY out_of_scope',
      '2026-01-18T00:00 skipped 30-DAY out_of_scope',
      '2026-01-20T00:00 * for all again',
      '2026-01-21T00:00 * due anew',
    ]);
  });

  it('paid while out of scope is still out of scope when it is returned', async () => {
    const diary = await open();
    await diary.on('2026-01-18', 'paid', () => diary.invoice({ paid: true }));
    await diary.on('2026-01-19', 'excluded', patch(diary, { excluded_customer_ids: ['cust_1'] }));
    await diary.on('2026-01-20', 'returned', () => diary.invoice({ paid: false }));
    await diary.until('2026-06-01');
    expect((await diary.story()).at(-1)).toBe('2026-01-20T00:00 * returned');
  });

  it('a new ladder is for new runs; those that wait keep theirs until they are re-planned', async () => {
    const diary = await open();
    await diary.on('2026-01-18', 'after 10 and 20 days', patch(diary, periods(10, 20)));
    await diary.invoice(due, 'inv_2');
    await diary.on('2026-01-26', 're-planned', () => diary.ok('POST', '/v1/workflows/overdue/replan-runs', {}));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY inv_1',
      '2026-01-18T00:00 * after 10 and 20 days',
      '2026-01-20T00:00 mail 10-DAY inv_2',
      '2026-01-25T00:00 mail 15-DAY inv_1',
      '2026-01-26T00:00 * re-planned',
      '2026-01-26T00:00 skipped 10-DAY superseded inv_1',
      '2026-01-26T00:00 skipped 30-DAY period_removed inv_1',
      '2026-01-30T00:00 mail 20-DAY inv_1',
      '2026-01-30T00:00 completed inv_1',
      '2026-01-30T00:00 mail 20-DAY inv_2',
      '2026-01-30T00:00 completed inv_2',
    ]);
  });

  it('a late policy that changes does not change for runs that wait', async () => {
    const diary = await open();
    await diary.on('2026-01-12', 'late ones not at all', patch(diary, { late_policy: 'NONE' }));
    await diary.on('2026-01-18', 'due in December', () => diary.invoice({ due_date: '2025-12-30T00:00:00Z' }));
    await diary.until('2026-01-20');
    expect(await diary.story()).toEqual([
      '2026-01-12T00:00 * late ones not at all',
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-18T00:00 * due in December',
      '2026-01-18T00:00 mail 15-DAY',
    ]);
  });

  it(
    'a hundred runs keep their version, then move together: exactly the mails of the new ladder',
    { timeout: 120_000 },
    async () => {
      const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
      await diary.ladderOf([7, 15]);
      const invoices = Array.from({ length: 100 }, (_, index) => `inv_${String(index).padStart(2, '0')}`);
      await Promise.all(invoices.map((id) => diary.invoice(due, id)));
      await diary.on('2026-01-18', 'after 7 and 12 days', patch(diary, periods(7, 12)));
      await diary.until('2026-01-19');
      const versions = await diary.h.call('GET', '/v1/workflow-runs?limit=100');
      expect(new Set(versions.body.data.map((run: Json) => run.workflow_version))).toEqual(new Set([1]));
      await diary.on('2026-01-20', 're-planned', async () => {
        const moved = await diary.ok('POST', '/v1/workflows/overdue/replan-runs', {});
        expect(moved).toMatchObject({ status: 'DONE', matched: 100, changed: 100, refused: 0, pending: 0 });
      });
      await diary.until('2026-02-01');
      const each = (...lines: string[]): string[] => invoices.flatMap((id) => lines.map((line) => `${line} ${id}`));
      expect(await diary.story()).toEqual([
        ...each('2026-01-17T00:00 mail 7-DAY'),
        '2026-01-18T00:00 * after 7 and 12 days',
        '2026-01-20T00:00 * re-planned',
        ...each('2026-01-20T00:00 skipped 15-DAY period_removed'),
        ...each('2026-01-22T00:00 mail 12-DAY', '2026-01-22T00:00 completed'),
      ]);
      expect(await diary.h.mails()).toHaveLength(200);
    },
  );
});
