import { describe, expect, it } from 'vitest';
import { openDiary, type Diary } from './diary.js';

/** 7 and 15 days after 10 January: the 17th and the 25th, 00:00 where the customer is (S-T1: customer → invoice → platform). */
describe('the zone of a customer who has told none', () => {
  async function open(more: Record<string, unknown> = {}): Promise<Diary> {
    const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await diary.customer({ timezone: null });
    await diary.ladderOf([7, 15], more);
    return diary;
  }
  const due = { due_date: '2026-01-10T00:00:00Z' };
  const platform = (diary: Diary, timezone: string | null) => diary.ok('PATCH', '/v1/platform', { timezone });

  it('is the invoice’s, then the customer’s own as soon as it is known', async () => {
    const diary = await open();
    await platform(diary, 'Asia/Tokyo');
    await diary.invoice({ ...due, timezone: 'America/New_York' });
    await diary.on('2026-01-18', 'in Amsterdam', () => diary.customer({ timezone: 'Europe/Amsterdam' }));
    await diary.until('2026-02-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T05:00 mail 7-DAY',
      '2026-01-18T00:00 * in Amsterdam',
      '2026-01-24T23:00 mail 15-DAY',
      '2026-01-24T23:00 completed',
    ]);
  });

  it('is the invoice’s as it is told last', async () => {
    const diary = await open();
    await diary.invoice({ ...due, timezone: 'America/New_York' });
    await diary.on('2026-01-12', 'in Tokyo', () => diary.invoice({ timezone: 'Asia/Tokyo' }));
    await diary.on('2026-01-18', 'nowhere', () => diary.invoice({ timezone: null }));
    await diary.until('2026-02-01');
    expect(await diary.story()).toEqual([
      '2026-01-12T00:00 * in Tokyo',
      '2026-01-16T15:00 mail 7-DAY',
      '2026-01-18T00:00 * nowhere',
      '2026-01-25T00:00 mail 15-DAY',
      '2026-01-25T00:00 completed',
    ]);
  });

  it('is the platform’s, which runs that wait follow when it moves west', async () => {
    const diary = await open();
    await diary.invoice(due);
    await diary.on('2026-01-12', 'the platform is in New York', () => platform(diary, 'America/New_York'));
    await diary.until('2026-02-01');
    expect(await diary.story()).toEqual([
      '2026-01-12T00:00 * the platform is in New York',
      '2026-01-17T05:00 mail 7-DAY',
      '2026-01-25T05:00 mail 15-DAY',
      '2026-01-25T05:00 completed',
    ]);
  });

  it.each(['LATEST', 'NONE'])(
    'is the platform’s, which runs that wait follow when it moves east, under %s',
    async (policy) => {
      const diary = await open({ late_policy: policy });
      await diary.invoice(due);
      await diary.on('2026-01-12', 'the platform is in Tokyo', () => platform(diary, 'Asia/Tokyo'));
      await diary.until('2026-02-01');
      expect(await diary.story()).toEqual([
        '2026-01-12T00:00 * the platform is in Tokyo',
        '2026-01-16T15:00 mail 7-DAY',
        '2026-01-24T15:00 mail 15-DAY',
        '2026-01-24T15:00 completed',
      ]);
    },
  );
});
