import { describe, expect, it } from 'vitest';
import { openDiary, type Diary } from './diary.js';

type Json = Record<string, any>;

/** 7, 15 and 30 days after 10 January, UTC: the 17th, the 25th and 9 February (S-R3). */
describe('operators', () => {
  async function open(more: Json = {}, days = [7, 15, 30]): Promise<Diary> {
    const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await diary.ladderOf(days, more);
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z' });
    return diary;
  }
  it.each([
    ['ALL', ['mail 7-DAY', 'mail 15-DAY']],
    ['NONE', ['skipped 7-DAY late', 'skipped 15-DAY late']],
  ])('pause over two rungs and resume, under %s', async (late_policy, came) => {
    const diary = await open({ late_policy });
    await diary.on('2026-01-12', 'paused', () => diary.operate('pause'));
    await diary.on('2026-01-28T09:00:00Z', 'resumed', () => diary.operate('resume'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-12T00:00 * paused',
      '2026-01-12T00:00 paused',
      '2026-01-28T09:00 * resumed',
      ...came.map((line) => `2026-01-28T09:00 ${line}`),
      '2026-02-09T00:00 mail 30-DAY',
      '2026-02-09T00:00 completed',
    ]);
  });

  it('pause between two rungs and resume before the next: nothing is lost', async () => {
    const diary = await open();
    await diary.on('2026-01-18', 'paused', () => diary.operate('pause'));
    await diary.refuses('pause', 'paused already');
    await diary.on('2026-01-24', 'resumed', () => diary.operate('resume'));
    await diary.refuses('resume', 'not paused');
    await diary.until('2026-01-26');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-18T00:00 * paused',
      '2026-01-18T00:00 paused',
      '2026-01-24T00:00 * resumed',
      '2026-01-25T00:00 mail 15-DAY',
    ]);
  });

  it('pause, and the invoice is paid and returned: the run comes back as it was, paused', async () => {
    const diary = await open();
    await diary.on('2026-01-12', 'paused', () => diary.operate('pause'));
    await diary.on('2026-01-13', 'paid', () => diary.invoice({ paid: true }));
    await diary.on('2026-01-18', 'returned', () => diary.invoice({ paid: false }));
    await diary.on('2026-01-19T09:00:00Z', 'resumed', () => diary.operate('resume'));
    await diary.until('2026-01-26');
    expect(await diary.story()).toEqual([
      '2026-01-12T00:00 * paused',
      '2026-01-12T00:00 paused',
      '2026-01-13T00:00 * paid',
      '2026-01-13T00:00 stopped paid',
      '2026-01-13T00:00 skipped 7-DAY paid',
      '2026-01-13T00:00 skipped 15-DAY paid',
      '2026-01-13T00:00 skipped 30-DAY paid',
      '2026-01-18T00:00 * returned',
      '2026-01-18T00:00 reopened',
      '2026-01-18T00:00 paused',
      '2026-01-19T09:00 * resumed',
      '2026-01-19T09:00 mail 7-DAY',
      '2026-01-25T00:00 mail 15-DAY',
    ]);
  });

  it('cancel a paused run: it is over, whatever is asked afterwards', async () => {
    const diary = await open();
    await diary.on('2026-01-12', 'paused', () => diary.operate('pause'));
    await diary.on('2026-01-20', 'cancelled', () => diary.operate('cancel', { reason: 'agreed' }));
    for (const operation of ['resume', 'send-now', 'skip-step', 'retry', 'cancel']) {
      await diary.refuses(operation, 'has ended');
    }
    await diary.until('2026-06-01');
    expect((await diary.story()).slice(2)).toEqual([
      '2026-01-20T00:00 * cancelled',
      '2026-01-20T00:00 stopped cancelled_by_operator',
      '2026-01-20T00:00 skipped 7-DAY cancelled_by_operator',
      '2026-01-20T00:00 skipped 15-DAY cancelled_by_operator',
      '2026-01-20T00:00 skipped 30-DAY cancelled_by_operator',
    ]);
  });

  it('send nothing now that is held, paused, on an inactive workflow or without a date: nothing changes', async () => {
    const diary = await open();
    const { id } = await diary.ok('POST', '/v1/holds', { invoice_id: 'inv_1', reason: 'DISPUTE' });
    await diary.refuses('send-now', 'held');
    await diary.refuses('send-now', 'held', { as: 'EXTRA' });
    await diary.ok('DELETE', `/v1/holds/${String(id)}`);
    await diary.operate('pause');
    await diary.refuses('send-now', 'paused');
    await diary.operate('resume');
    await diary.ok('POST', '/v1/workflows/overdue/deactivate');
    await diary.refuses('send-now', 'activate it first');
    await diary.ok('POST', '/v1/workflows/overdue/activate');
    await diary.invoice({ due_date: null });
    await diary.refuses('send-now', 'no_anchor');
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z' });
    await diary.until('2026-01-18');
    const mails = (await diary.story()).filter((line) => line.includes('mail'));
    expect(mails).toEqual(['2026-01-17T00:00 mail 7-DAY']);
    await diary.refuses('send-now', 'EXTRA sends it once more', { step: { type: 'DAY', value: 7 } });
    await diary.refuses('send-now', 'no step of 8 days', { step: { type: 'DAY', value: 8 } });
  });

  it('send one more mail twice, also when the ladder is not done: each goes once', async () => {
    const diary = await open();
    const more = () => diary.operate('send-now', { as: 'EXTRA' });
    await diary.on('2026-01-18', 'once more', more);
    await diary.on('2026-01-18', 'and once more', more);
    await diary.on('2026-01-19', 'paid', () => diary.invoice({ paid: true }));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-18T00:00 * once more',
      '2026-01-18T00:00 mail EXTRA-1-15-DAY',
      '2026-01-18T00:00 * and once more',
      '2026-01-18T00:00 mail EXTRA-2-15-DAY',
      '2026-01-19T00:00 * paid',
      '2026-01-19T00:00 stopped paid',
      '2026-01-19T00:00 skipped 15-DAY paid',
      '2026-01-19T00:00 skipped 30-DAY paid',
    ]);
  });

  it('skip one by one until nothing is left', async () => {
    const diary = await open();
    await diary.on('2026-01-12', 'the next', () => diary.operate('skip-step'));
    await diary.on('2026-01-13', 'the last', () => diary.operate('skip-step', { step: { type: 'DAY', value: 30 } }));
    await diary.refuses('skip-step', 'SKIPPED already', { step: { type: 'DAY', value: 7 } });
    await diary.on('2026-01-14', 'the one that is left', () => diary.operate('skip-step'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-12T00:00 * the next',
      '2026-01-12T00:00 skipped 7-DAY skipped_by_operator',
      '2026-01-13T00:00 * the last',
      '2026-01-13T00:00 skipped 30-DAY skipped_by_operator',
      '2026-01-14T00:00 * the one that is left',
      '2026-01-14T00:00 completed',
      '2026-01-14T00:00 skipped 15-DAY skipped_by_operator',
    ]);
  });

  it('skip what is blocked: the ladder goes on with the next', async () => {
    const diary = await open();
    await diary.customer({ email: null });
    await diary.on('2026-01-18', 'skipped', () => diary.operate('skip-step'));
    await diary.on('2026-01-19', 'an address', () => diary.customer({ email: 'ap@acme.example' }));
    await diary.until('2026-01-26');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 blocked 7-DAY no_recipient',
      '2026-01-18T00:00 * skipped',
      '2026-01-18T00:00 skipped 7-DAY skipped_by_operator',
      '2026-01-19T00:00 * an address',
      '2026-01-25T00:00 mail 15-DAY',
    ]);
  });

  it('resume what is held too: it waits for the end of the hold', async () => {
    const diary = await open();
    await diary.ok('POST', '/v1/holds', { customer_id: 'cust_1', reason: 'SNOOZE', until: '2026-01-21T00:00:00Z' });
    await diary.on('2026-01-12', 'paused', () => diary.operate('pause'));
    await diary.on('2026-01-19', 'resumed', () => diary.operate('resume'));
    await diary.until('2026-01-26');
    expect(await diary.story()).toEqual([
      '2026-01-01T08:00 waits held',
      '2026-01-12T00:00 * paused',
      '2026-01-12T00:00 paused',
      '2026-01-19T00:00 * resumed',
      '2026-01-19T00:00 waits held',
      '2026-01-21T00:00 mail 7-DAY',
      '2026-01-25T00:00 mail 15-DAY',
    ]);
  });
});
