import { describe, expect, it } from 'vitest';
import { FRIENDLY_ZONES } from '../../domain/friendly-zones.js';
import { nextFirings, scheduleProblems, zoneOf } from '../../domain/schedule.js';
import { isZone } from '../../domain/zone.js';
import { iso, t } from './support.js';

function firings(interval: string, timezone: string, from: string, count = 3): (string | null)[] {
  return nextFirings({ interval, timezone }, t(from), count).map((at) => iso(at));
}

describe('a cron expression (S-Z7)', () => {
  it.each([
    ['0 9 * * *', '2027-01-01T09:00Z 2027-01-02T09:00Z 2027-01-03T09:00Z'],
    ['30 0 9 * * *', '2027-01-01T09:00:30Z 2027-01-02T09:00:30Z 2027-01-03T09:00:30Z'],
    ['  0\t9  * * *\n', '2027-01-01T09:00Z 2027-01-02T09:00Z 2027-01-03T09:00Z'],
    // A step without its base, as Zuora's own example has it: every hour of every day.
    ['0 0 /1 /1 * *', '2027-01-01T01:00Z 2027-01-01T02:00Z 2027-01-01T03:00Z'],
    ['0 0 */1 */1 * *', '2027-01-01T01:00Z 2027-01-01T02:00Z 2027-01-01T03:00Z'],
    ['5/20 8 * * *', '2027-01-01T08:05Z 2027-01-01T08:25Z 2027-01-01T08:45Z'],
    ['0 8,20 * * *', '2027-01-01T08:00Z 2027-01-01T20:00Z 2027-01-02T08:00Z'],
    ['0 9 * * MON-FRI', '2027-01-01T09:00Z 2027-01-04T09:00Z 2027-01-05T09:00Z'],
    ['0 9 ? * tue', '2027-01-05T09:00Z 2027-01-12T09:00Z 2027-01-19T09:00Z'],
    ['0 9 * * 0', '2027-01-03T09:00Z 2027-01-10T09:00Z 2027-01-17T09:00Z'],
    ['0 9 * * 7', '2027-01-03T09:00Z 2027-01-10T09:00Z 2027-01-17T09:00Z'],
    ['0 9 * * sun-SUN', '2027-01-03T09:00Z 2027-01-10T09:00Z 2027-01-17T09:00Z'],
    ['0 9 * * FRI-SUN', '2027-01-01T09:00Z 2027-01-02T09:00Z 2027-01-03T09:00Z'],
    ['0 9 1 MAR,JUN *', '2027-03-01T09:00Z 2027-06-01T09:00Z 2028-03-01T09:00Z'],
    // Both told: one of them is enough. A `*` in one of them, and it is no restriction of its own.
    ['0 9 13 * FRI', '2027-01-01T09:00Z 2027-01-08T09:00Z 2027-01-13T09:00Z'],
    ['0 9 */2 * FRI', '2027-01-01T09:00Z 2027-01-15T09:00Z 2027-01-29T09:00Z'],
    ['0 9 L * *', '2027-01-31T09:00Z 2027-02-28T09:00Z 2027-03-31T09:00Z'],
    ['0 9 * * 5L', '2027-01-29T09:00Z 2027-02-26T09:00Z 2027-03-26T09:00Z'],
    ['0 9 * * MON#2', '2027-01-11T09:00Z 2027-02-08T09:00Z 2027-03-08T09:00Z'],
    ['0 9 * * 5#5', '2027-01-29T09:00Z 2027-04-30T09:00Z 2027-07-30T09:00Z'],
    ['0 9 15,L * MON#2', '2027-01-11T09:00Z 2027-01-15T09:00Z 2027-01-31T09:00Z'],
    ['0 9 29 2 *', '2028-02-29T09:00Z 2032-02-29T09:00Z 2036-02-29T09:00Z'],
    ['0 9 L 2 *', '2027-02-28T09:00Z 2028-02-29T09:00Z 2029-02-28T09:00Z'],
    ['@daily', '2027-01-02T00:00Z 2027-01-03T00:00Z 2027-01-04T00:00Z'],
    ['@weekdays', '2027-01-04T00:00Z 2027-01-05T00:00Z 2027-01-06T00:00Z'],
    ['@yearly', '2028-01-01T00:00Z 2029-01-01T00:00Z 2030-01-01T00:00Z'],
  ])('%s fires at %s', (interval, expected) => {
    expect(scheduleProblems({ interval, timezone: 'UTC' })).toEqual([]);
    // 1 January 2027 is a Friday.
    expect(firings(interval, 'UTC', '2027-01-01T00:00')).toEqual(expected.split(' '));
  });

  it.each([
    ['', 'five fields'],
    ['* * * *', 'five fields'],
    ['0 0 9 * * * 2027', 'five fields'],
    ['TZ=UTC 0 9 * * *', 'Invalid characters'],
    ['0 9 15W * *', 'W, the nearest weekday, is not supported'],
    ['0 9 LW * *', 'W, the nearest weekday, is not supported'],
    ['H H * * *', 'H is not supported'],
    ['0 0 * * 0,7', 'names something twice in one list'],
    ['0,5,0 9 * * *', 'names something twice in one list'],
    ['0 9 L-2 * *', 'is not a cron expression'],
    ['0 9 * * 1#2,3', 'incompatible'],
    ['0 9 * * 1#6', 'occurrence number'],
    ['60 * * * *', 'expected range 0-59'],
    ['0 22-2 * * *', 'min(22) > max(2)'],
    ['*/0 * * * *', 'is not a cron expression'],
    ['0 9 * 13 *', 'expected range 1-12'],
    ['0 9 * * monday', 'day'],
    ['@every 5m', 'five fields'],
    ['@reboot', 'is not a cron expression'],
    ['@secondly', 'more often than once a minute'],
    ['*/30 * * * * *', 'more often than once a minute'],
    ['0,30 * * * * *', 'more often than once a minute'],
    ['0 0 30 2 *', 'is not a cron expression'],
    ['0 0 31 2,4,6 *', 'Invalid explicit day of month'],
    ['0 0 */9 2 MON#5', 'a day that never comes'],
    [`0 9 ${'1,'.repeat(200)}2 * *`, 'at most 255 characters'],
  ])('%s is refused, and says why', (interval, why) => {
    expect(scheduleProblems({ interval, timezone: 'Europe/Amsterdam' })).toEqual([
      { field: 'interval', message: expect.stringContaining(why) },
    ]);
  });
});

describe('a zone of a schedule', () => {
  it.each([
    ['Europe/Amsterdam', 'Europe/Amsterdam'],
    ['europe/amsterdam', 'Europe/Amsterdam'],
    ['Sydney', 'Australia/Sydney'],
    ['Eastern Time (US & Canada)', 'America/New_York'],
    ['Pacific Time (US & Canada)', 'America/Los_Angeles'],
    ['Buenos Aires', 'America/Argentina/Buenos_Aires'],
    ['UTC', 'Etc/UTC'],
    ['Nowhere', null],
    ['+02:00', null],
    ['', null],
  ])('%j is %j', (name, zone) => {
    expect(zoneOf(name)).toBe(zone);
    const problems = scheduleProblems({ interval: '@daily', timezone: name });
    expect(problems.map(({ field }) => field)).toEqual(zone === null ? ['timezone'] : []);
  });

  it('every friendly name means a zone that the runtime knows', () => {
    expect(FRIENDLY_ZONES.size).toBeGreaterThan(140);
    expect([...FRIENDLY_ZONES].filter(([, zone]) => !isZone(zone))).toEqual([]);
  });
});

describe('a schedule and the changes of the clock (S-Z7)', () => {
  it.each([
    // Amsterdam: 28 March 2027 02:00 → 03:00, 31 October 2027 03:00 → 02:00.
    ['30 2 * * *', 'Europe/Amsterdam', '2027-03-27T00:00', '2027-03-27T01:30Z 2027-03-28T01:30Z 2027-03-29T00:30Z'],
    ['30 2 * * *', 'Europe/Amsterdam', '2027-10-30T00:00', '2027-10-30T00:30Z 2027-10-31T00:30Z 2027-11-01T01:30Z'],
    // An hourly one loses nothing in the gap, and gets nothing twice.
    ['30 * * * *', 'Europe/Amsterdam', '2027-03-28T00:00', '2027-03-28T00:30Z 2027-03-28T01:30Z 2027-03-28T02:30Z'],
    ['0 2,3 * * *', 'Europe/Amsterdam', '2027-03-28T00:00', '2027-03-28T01:00Z 2027-03-29T00:00Z 2027-03-29T01:00Z'],
    ['40 2 * * *', 'Europe/Amsterdam', '2027-03-28T00:00', '2027-03-28T01:40Z 2027-03-29T00:40Z 2027-03-30T00:40Z'],
    // What falls later by the gap may come after what is later on the clock.
    ['*/30 2,3 * * *', 'Europe/Amsterdam', '2027-03-28T00:00', '2027-03-28T01:00Z 2027-03-28T01:30Z 2027-03-29T00:00Z'],
    [
      '30 1 * * *',
      'Eastern Time (US & Canada)',
      '2027-11-06T12:00',
      '2027-11-07T05:30Z 2027-11-08T06:30Z 2027-11-09T06:30Z',
    ],
    // Santiago has no midnight on 5 September 2027, Lord Howe moves by half an hour.
    ['0 0 * * SUN', 'America/Santiago', '2027-09-01T00:00', '2027-09-05T04:00Z 2027-09-12T03:00Z 2027-09-19T03:00Z'],
    ['15 2 * * *', 'Australia/Lord_Howe', '2027-10-02T00:00', '2027-10-02T15:45Z 2027-10-03T15:15Z 2027-10-04T15:15Z'],
  ])('%s in %s after %s: %s', (interval, zone, from, expected) => {
    expect(firings(interval, zone, from)).toEqual(expected.split(' '));
  });

  it('is not asked for firings of a schedule that was never valid', () => {
    expect(() => nextFirings({ interval: '@daily', timezone: 'Nowhere' }, 0, 1)).toThrow('There is no zone Nowhere.');
    expect(() => nextFirings({ interval: 'never', timezone: 'UTC' }, 0, 1)).toThrow('five fields');
  });
});
