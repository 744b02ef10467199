import { describe, expect, it } from 'vitest';
import { nightProblems, type NightCalendar } from '../../api/solvimon/night-problems.js';

describe('the warning about mails in the night (S-T2)', () => {
  const at = (sendAt: string | null, quiet?: [string, string]): NightCalendar => ({
    sendAt,
    quietHours: quiet ? { from: quiet[0], to: quiet[1] } : null,
  });
  const said = (calendar: NightCalendar | null, dueDates: 'DATE' | 'INSTANT'): string =>
    nightProblems('OVERDUE', calendar, dueDates)
      .map(({ message }) => message)
      .join();

  it.each([
    ['dates: midnight for sure', null, 'DATE', /^Mails go at 00:00 local time/],
    ['instants: at their own time of day', null, 'INSTANT', /^Each mail goes at the time of day .* may be/],
    ['a calendar that says no time', at(null), 'DATE', /^Mails go at 00:00/],
    ['a time in the night itself', at('23:30'), 'INSTANT', /^Mails go at 23:30/],
    ['the last minute of the night', at('05:59'), 'DATE', /^Mails go at 05:59/],
    ['quiet hours that end in the night', at(null, ['20:00', '05:00']), 'DATE', /^Mails go at 05:00/],
    ['quiet hours by day', at(null, ['12:00', '13:00']), 'INSTANT', /may be/],
  ] as const)('is said for %s', (_, calendar, dueDates, message) => {
    expect(said(calendar, dueDates)).toMatch(message);
    expect(said(calendar, dueDates)).toContain('calendar.send_at');
  });

  it.each([
    ['a time by day', at('09:00'), 'DATE'],
    ['the end of the night', at('06:00'), 'DATE'],
    ['quiet hours over the whole night', at(null, ['22:00', '06:00']), 'INSTANT'],
    ['quiet hours that move midnight to the day', at(null, ['23:00', '07:00']), 'DATE'],
    ['quiet hours that move the time to the day', at('05:00', ['04:00', '08:00']), 'DATE'],
  ] as const)('is not said for %s', (_, calendar, dueDates) => {
    expect(said(calendar, dueDates)).toBe('');
  });

  it('is not said of variants that go when their fact comes, nor of one without variant', () => {
    const variants = ['TO_FINAL', 'FAILED_PAYMENT', 'WALLET_BALANCE', null] as const;
    expect(variants.flatMap((variant) => nightProblems(variant, null, 'DATE'))).toEqual([]);
    const ladders = ['OVERDUE', 'UPCOMING_PAYMENT_REMINDER', 'FREE_TRIAL_REMINDER'] as const;
    expect(ladders.flatMap((variant) => nightProblems(variant, null, 'DATE'))).toHaveLength(3);
  });
});
