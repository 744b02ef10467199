import { afterEach, describe, expect, it } from 'vitest';
import { createWorkflow, overdueLadder } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

/** Calendars on the real engine (S-T3). */
describe('the calendar', () => {
  let diary: Diary;
  afterEach(() => diary.h.stop());

  async function open(zone: string, days: number[], calendar: Record<string, unknown>, start = '2026-01-01T08:00:00Z') {
    diary = await openDiary(start, zone);
    await createWorkflow(diary.h, { ...overdueLadder('overdue', days), calendar });
  }

  it('mails a customer in New York on Saturdays at eight in the evening, on their clock', async () => {
    await open('America/New_York', [7, 15, 30], { weekdays: ['SAT'], send_at: '20:00' });
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z' });
    await diary.until('2026-03-01');
    expect(await diary.mailTimes()).toEqual(['2026-01-18T01:00', '2026-02-01T01:00', '2026-02-15T01:00']);
    expect(await diary.run()).toMatchObject({ status: 'COMPLETED' });
  });

  it('mails at nine on Mondays before and after the clock change of 8 March', async () => {
    await open('America/New_York', [7, 14], { weekdays: ['MON'], send_at: '09:00' });
    await diary.invoice({ due_date: '2026-02-22T00:00:00Z' });
    await diary.until('2026-03-20');
    expect(await diary.mailTimes()).toEqual(['2026-03-02T14:00', '2026-03-09T13:00']);
  });

  it('leaves the Netherlands alone over Christmas and the weekend, and says why', async () => {
    const calendar = { send_at: '09:00', business_days_only: true, holidays: { countries: ['NL'] } };
    await open('Europe/Amsterdam', [14, 15, 17, 30], calendar, '2026-12-01T08:00:00Z');
    await diary.invoice({ due_date: '2026-12-10T00:00:00Z' });
    await diary.until('2026-12-27');
    expect(await diary.mailTimes()).toEqual(['2026-12-24T08:00']);
    // The 27th is a Sunday: what was to go on the 25th would go beside it.
    expect(await diary.ladder()).toEqual([
      '14-DAY DONE',
      '15-DAY SKIPPED superseded',
      '17-DAY PLANNED',
      '30-DAY PLANNED',
    ]);
    const { steps } = await diary.run();
    expect(steps[1].shifts.map(({ reason, detail }: Record<string, string>) => detail ?? reason)).toEqual([
      'send_at',
      'Christmas Day, NL',
      'weekend',
    ]);
    await diary.until('2027-02-01');
    expect(await diary.mailTimes()).toEqual(['2026-12-24T08:00', '2026-12-28T08:00', '2027-01-11T08:00']);
  });

  it('sends what is late in the morning, not in the night it became known', async () => {
    await open('Europe/Amsterdam', [7, 15], { quiet_hours: { from: '20:00', to: '08:00' } });
    await diary.until('2026-01-26T22:30:00Z');
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z' });
    await diary.until('2026-01-27T06:59:59Z');
    expect(await diary.h.mails()).toHaveLength(0);
    await diary.until('2026-01-28');
    expect(await diary.mailTimes()).toEqual(['2026-01-27T07:00']);
    expect(await diary.ladder()).toEqual(['7-DAY SKIPPED superseded', '15-DAY DONE']);
  });
});
