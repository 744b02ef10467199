import { describe, expect, it } from 'vitest';
import { nightProblems } from '../../api/solvimon/night-problems.js';
import type { CalendarBody } from '../../domain/read-calendar.js';
import type { Variant } from '../../domain/types.js';

/** A workflow of this variant with its own calendar. */
function problemsOf(variant: Variant | null, calendar: CalendarBody | null, due_dates: 'DATE' | 'INSTANT') {
  const definition = { config: null, periods: [], late_policy: 'LATEST' as const, ...(calendar && { calendar }) };
  return nightProblems({ variant, definition }, { calendar: null, due_dates });
}

describe('the warning about mails in the night (S-T2)', () => {
  const at = (sendAt: string | null, quiet?: [string, string]): CalendarBody => ({
    send_at: sendAt,
    quiet_hours: quiet ? { from: quiet[0], to: quiet[1] } : null,
  });
  const said = (calendar: CalendarBody | null, dueDates: 'DATE' | 'INSTANT'): string =>
    problemsOf('OVERDUE', calendar, dueDates)
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

  it('knows that what leads up to a date moves back from quiet hours, into the evening before', () => {
    const said = (calendar: CalendarBody): string[] =>
      problemsOf('UPCOMING_PAYMENT_REMINDER', calendar, 'DATE').map(({ message }) => message);
    expect(said(at(null, ['00:00', '07:00']))).toEqual([expect.stringMatching(/^Mails go at 23:59/)]);
    expect(said({ ...at(null, ['00:00', '07:00']), shift: 'NEXT' })).toEqual([]);
    expect(said(at(null, ['20:00', '07:00']))).toEqual([]);
  });

  it('looks at the platform’s calendar when the workflow has none', () => {
    const definition = { config: null, periods: [], late_policy: 'LATEST' as const };
    const platform = { calendar: at('09:00'), due_dates: 'DATE' as const };
    expect(nightProblems({ variant: 'OVERDUE', definition }, platform)).toEqual([]);
  });

  it('is not said of variants that go when their fact comes, nor of one without variant', () => {
    const variants = ['TO_FINAL', 'FAILED_PAYMENT', 'WALLET_BALANCE', null] as const;
    expect(variants.flatMap((variant) => problemsOf(variant, null, 'DATE'))).toEqual([]);
    const ladders = ['OVERDUE', 'UPCOMING_PAYMENT_REMINDER', 'FREE_TRIAL_REMINDER'] as const;
    expect(ladders.flatMap((variant) => problemsOf(variant, null, 'DATE'))).toHaveLength(3);
  });
});
