import { describe, expect, it } from 'vitest';
import { openDiary, type Diary } from './diary.js';

/** 7, 15 and 30 days after 10 January. */
describe('a due date that moves', () => {
  async function open(zone = 'UTC', more: Record<string, unknown> = {}): Promise<Diary> {
    const diary = await openDiary('2026-01-01T08:00:00Z', zone);
    await diary.ladderOf([7, 15, 30], more);
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z' });
    return diary;
  }
  const due = (diary: Diary, date: string | null) => () =>
    diary.invoice({ due_date: date === null ? null : `${date}T00:00:00Z` });

  it('earlier, past a rung, after the first was sent: the missed one at once, the last in its new time', async () => {
    const diary = await open();
    await diary.on('2026-01-18T07:00:00Z', 'due on the 1st', due(diary, '2026-01-01'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-18T07:00 * due on the 1st',
      '2026-01-18T07:00 mail 15-DAY',
      '2026-01-31T00:00 mail 30-DAY',
      '2026-01-31T00:00 completed',
    ]);
  });

  it('earlier than all rungs: only the last goes, and the ladder is done', async () => {
    const diary = await open();
    await diary.on('2026-01-12T07:00:00Z', 'due in November', due(diary, '2025-11-01'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-12T07:00 * due in November',
      '2026-01-12T07:00 skipped 7-DAY superseded',
      '2026-01-12T07:00 skipped 15-DAY superseded',
      '2026-01-12T07:00 mail 30-DAY',
      '2026-01-12T07:00 completed',
    ]);
  });

  it('twice within a second: only where it came to rest counts', async () => {
    const diary = await open();
    await diary.on('2026-01-12', 'due on 1 February, no, on the 6th of January', async () => {
      await due(diary, '2026-02-01')();
      await due(diary, '2026-01-06')();
    });
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-12T00:00 * due on 1 February, no, on the 6th of January',
      '2026-01-13T00:00 mail 7-DAY',
      '2026-01-21T00:00 mail 15-DAY',
      '2026-02-05T00:00 mail 30-DAY',
      '2026-02-05T00:00 completed',
    ]);
  });

  it('away and back after one rung: what was sent stays sent', async () => {
    const diary = await open();
    await diary.on('2026-01-18', 'no due date', due(diary, null));
    await diary.on('2026-02-01', 'due on the 10th', due(diary, '2026-02-10'));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-18T00:00 * no due date',
      '2026-01-18T00:00 waits no_anchor',
      '2026-02-01T00:00 * due on the 10th',
      '2026-02-25T00:00 mail 15-DAY',
      '2026-03-12T00:00 mail 30-DAY',
      '2026-03-12T00:00 completed',
    ]);
  });

  it('away and back to the same day, past a rung: the rung goes at once', async () => {
    const diary = await open();
    await diary.on('2026-01-16', 'no due date', due(diary, null));
    await diary.on('2026-01-19T12:00:00Z', 'due on the 10th as before', due(diary, '2026-01-10'));
    await diary.until('2026-02-01');
    expect(await diary.story()).toEqual([
      '2026-01-16T00:00 * no due date',
      '2026-01-16T00:00 waits no_anchor',
      '2026-01-19T12:00 * due on the 10th as before',
      '2026-01-19T12:00 mail 7-DAY',
      '2026-01-25T00:00 mail 15-DAY',
    ]);
  });

  it('later, after a ladder that was too late for every rung: it goes after all', async () => {
    const diary = await openDiary('2026-05-01T08:00:00Z', 'UTC');
    await diary.ladderOf([7, 15, 30], { late_policy: 'NONE' });
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z' });
    await diary.on('2026-05-02', 'due today', due(diary, '2026-05-02'));
    await diary.until('2026-08-01');
    expect(await diary.story()).toEqual([
      '2026-05-01T08:00 completed',
      '2026-05-01T08:00 skipped 7-DAY late',
      '2026-05-01T08:00 skipped 15-DAY late',
      '2026-05-01T08:00 skipped 30-DAY late',
      '2026-05-02T00:00 * due today',
      '2026-05-02T00:00 reopened',
      '2026-05-09T00:00 mail 7-DAY',
      '2026-05-17T00:00 mail 15-DAY',
      '2026-06-01T00:00 mail 30-DAY',
      '2026-06-01T00:00 completed',
    ]);
  });

  it('later, after every rung was sent: nothing goes again', async () => {
    const diary = await open();
    await diary.on('2026-03-01', 'due on the 10th of March', due(diary, '2026-03-10'));
    await diary.until('2026-06-01');
    expect((await diary.story()).slice(-2)).toEqual([
      '2026-02-09T00:00 completed',
      '2026-03-01T00:00 * due on the 10th of March',
    ]);
  });

  it('a customer that moves west over the date line after a rung: that rung does not go once more', async () => {
    const diary = await open('Pacific/Auckland');
    const move = () => diary.customer({ timezone: 'Pacific/Honolulu' });
    // Midnight on the 17th was an hour ago in Auckland; in Honolulu it is still the 16th.
    await diary.on('2026-01-16T12:00:00Z', 'moves to Honolulu', move);
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-16T11:00 mail 7-DAY',
      '2026-01-16T12:00 * moves to Honolulu',
      '2026-01-25T10:00 mail 15-DAY',
      '2026-02-09T10:00 mail 30-DAY',
      '2026-02-09T10:00 completed',
    ]);
  });

  it.each([
    ['LATEST', 'mail 7-DAY'],
    ['NONE', 'skipped 7-DAY late'],
  ])('one that moves east over it, past a rung: the late policy %s decides', async (late_policy, outcome) => {
    const diary = await open('Pacific/Honolulu', { late_policy });
    const move = () => diary.customer({ timezone: 'Pacific/Auckland' });
    await diary.on('2026-01-16T12:00:00Z', 'moves to Auckland', move);
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-16T12:00 * moves to Auckland',
      `2026-01-16T12:00 ${outcome}`,
      '2026-01-24T11:00 mail 15-DAY',
      '2026-02-08T11:00 mail 30-DAY',
      '2026-02-08T11:00 completed',
    ]);
  });

  it('an invoice that changes hands goes to its new customer, in that one’s zone', async () => {
    const diary = await open('UTC');
    const other = { email: 'ap@other.example', timezone: 'Asia/Tokyo', locale: 'en', test_clock_id: diary.clock };
    await diary.put('customers/cust_2', other);
    await diary.on('2026-01-18', 'sold to cust_2', () => diary.invoice({ customer_id: 'cust_2' }));
    await diary.until('2026-06-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 mail 7-DAY',
      '2026-01-18T00:00 * sold to cust_2',
      '2026-01-24T15:00 mail 15-DAY',
      '2026-02-08T15:00 mail 30-DAY',
      '2026-02-08T15:00 completed',
    ]);
    const addresses = (await diary.h.mails()).flatMap(({ To }) => To.map(({ Address }) => Address));
    expect(addresses).toEqual(['ap@acme.example', 'ap@other.example', 'ap@other.example']);
  });

  it.each([
    // Midnight in New York, and seven o'clock in the evening before.
    ['DATE', '2026-01-17T05:00'],
    ['INSTANT', '2026-01-17T00:00'],
  ] as const)('00:00Z for New York, read as %s, goes at %s', async (dueDates, sent) => {
    const diary = await openDiary('2026-01-01T08:00:00Z', 'America/New_York', { dueDates });
    await diary.ladderOf([7]);
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z' });
    // How dates are read is pinned when a run begins (S-D6).
    const other = dueDates === 'DATE' ? 'INSTANT' : 'DATE';
    await diary.on('2026-01-12', 'the platform reads them otherwise now', () =>
      diary.ok('PATCH', '/v1/platform', { due_dates: other }),
    );
    await diary.until('2026-02-01');
    expect(await diary.story()).toEqual([
      '2026-01-12T00:00 * the platform reads them otherwise now',
      `${sent} mail 7-DAY`,
      `${sent} completed`,
    ]);
  });
});
