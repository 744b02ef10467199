import { describe, expect, it } from 'vitest';
import { openDiary } from './diary.js';

type PeriodType = 'DAY' | 'WEEK' | 'MONTH' | 'YEAR';
const days = (...values: number[]): [PeriodType, number][] => values.map((value) => ['DAY', value]);

interface Story {
  what: string;
  zone: string;
  start: string;
  due: string;
  periods: [PeriodType, number][];
  until: string;
  story: string[];
}

/** All counted from the anchor's local date-time by the calendar, never from the step before (S-T2). */
const STORIES: Story[] = [
  {
    what: 'a month after 31 January is 28 February, two are 31 March',
    zone: 'UTC',
    start: '2026-01-15T00:00:00Z',
    due: '2026-01-31T00:00:00Z',
    periods: [
      ['MONTH', 1],
      ['MONTH', 2],
    ],
    until: '2026-05-01',
    story: ['2026-02-28T00:00 mail 1-MONTH', '2026-03-31T00:00 mail 2-MONTH', '2026-03-31T00:00 completed'],
  },
  {
    what: 'a month after 31 August is 30 September; half a year is 28 February, beyond the change of clocks',
    zone: 'Europe/Amsterdam',
    start: '2026-08-15T00:00:00Z',
    due: '2026-08-31T00:00:00Z',
    periods: [
      ['MONTH', 1],
      ['MONTH', 6],
    ],
    until: '2027-04-01',
    story: ['2026-09-29T22:00 mail 1-MONTH', '2027-02-27T23:00 mail 6-MONTH', '2027-02-27T23:00 completed'],
  },
  {
    what: 'a year after 29 February 2028 is 28 February 2029, four are the 29th again',
    zone: 'UTC',
    start: '2028-02-01T00:00:00Z',
    due: '2028-02-29T00:00:00Z',
    periods: [
      ['YEAR', 1],
      ['YEAR', 4],
    ],
    until: '2033-01-01',
    story: ['2029-02-28T00:00 mail 1-YEAR', '2032-02-29T00:00 mail 4-YEAR', '2032-02-29T00:00 completed'],
  },
  {
    what: 'four weeks and 28 days are one reminder',
    zone: 'America/New_York',
    start: '2026-02-15T00:00:00Z',
    due: '2026-02-20T00:00:00Z',
    periods: [
      ['WEEK', 4],
      ['DAY', 28],
    ],
    until: '2026-05-01',
    story: ['2026-03-20T04:00 mail 4-WEEK', '2026-03-20T04:00 completed'],
  },
  {
    what: 'Lord Howe puts its clocks back by half an hour: midnight stays midnight',
    zone: 'Australia/Lord_Howe',
    start: '2026-03-20T00:00:00Z',
    due: '2026-04-01T00:00:00Z',
    periods: days(3, 7),
    until: '2026-05-01',
    story: ['2026-04-03T13:00 mail 3-DAY', '2026-04-07T13:30 mail 7-DAY', '2026-04-07T13:30 completed'],
  },
  {
    what: '02:15 does not exist when Lord Howe’s half hour is skipped: it becomes 02:45',
    zone: 'Australia/Lord_Howe',
    start: '2026-09-20T00:00:00Z',
    due: '2026-09-26T15:45:00Z',
    periods: days(7, 8),
    until: '2026-11-01',
    story: ['2026-10-03T15:45 mail 7-DAY', '2026-10-04T15:15 mail 8-DAY', '2026-10-04T15:15 completed'],
  },
  {
    what: '01:45 comes twice when it is repeated: the first counts',
    zone: 'Australia/Lord_Howe',
    start: '2026-03-20T00:00:00Z',
    due: '2026-03-28T14:45:00Z',
    periods: days(7, 8),
    until: '2026-05-01',
    story: ['2026-04-04T14:45 mail 7-DAY', '2026-04-05T15:15 mail 8-DAY', '2026-04-05T15:15 completed'],
  },
  {
    what: 'Kathmandu is 5:45 ahead',
    zone: 'Asia/Kathmandu',
    start: '2026-01-01T00:00:00Z',
    due: '2026-01-10T00:00:00Z',
    periods: days(0, 7),
    until: '2026-02-01',
    story: ['2026-01-09T18:15 mail 0-DAY', '2026-01-16T18:15 mail 7-DAY', '2026-01-16T18:15 completed'],
  },
  {
    what: 'Apia had no 30 December 2011: what was for that day goes on the 31st, as one mail with what was for the 31st',
    zone: 'Pacific/Apia',
    start: '2011-12-20T00:00:00Z',
    due: '2011-12-23T00:00:00Z',
    periods: days(6, 7, 8, 9),
    until: '2012-02-01',
    story: [
      '2011-12-29T10:00 mail 6-DAY',
      '2011-12-30T10:00 mail 7-DAY',
      '2011-12-31T10:00 mail 9-DAY',
      '2011-12-31T10:00 completed',
    ],
  },
  {
    what: 'New York on 8 March 2026: 02:30 becomes 03:30 for that day only',
    zone: 'America/New_York',
    start: '2026-02-20T00:00:00Z',
    due: '2026-03-01T07:30:00Z',
    periods: days(6, 7, 8),
    until: '2026-05-01',
    story: [
      '2026-03-07T07:30 mail 6-DAY',
      '2026-03-08T07:30 mail 7-DAY',
      '2026-03-09T06:30 mail 8-DAY',
      '2026-03-09T06:30 completed',
    ],
  },
  {
    what: 'New York on 1 November 2026: of two times 01:30 the first',
    zone: 'America/New_York',
    start: '2026-10-20T00:00:00Z',
    due: '2026-10-25T05:30:00Z',
    periods: days(6, 7, 8),
    until: '2026-12-01',
    story: [
      '2026-10-31T05:30 mail 6-DAY',
      '2026-11-01T05:30 mail 7-DAY',
      '2026-11-02T06:30 mail 8-DAY',
      '2026-11-02T06:30 completed',
    ],
  },
  {
    what: 'a day read as a date is the customer’s, wherever the customer is',
    zone: 'Pacific/Kiritimati',
    start: '2026-01-01T00:00:00Z',
    due: '2026-01-10T00:00:00Z',
    periods: days(0, 1),
    until: '2026-02-01',
    story: ['2026-01-09T10:00 mail 0-DAY', '2026-01-10T10:00 mail 1-DAY', '2026-01-10T10:00 completed'],
  },
];

describe('local time', () => {
  it.each(STORIES)('$what', async ({ zone, start, due, periods, until, story }) => {
    const diary = await openDiary(start, zone);
    const overdue = { periods: periods.map(([type, value]) => ({ type, value })) };
    await diary.ladderOf([], { invoice: { variant: 'OVERDUE', overdue } });
    await diary.invoice({ due_date: due });
    await diary.until(until);
    expect(await diary.story()).toEqual(story);
  });
});
