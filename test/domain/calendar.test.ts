import { describe, expect, it } from 'vitest';
import { allowsStill, lastAllowed, nextAllowed, type Calendar, type Placed } from '../../domain/calendar.js';
import { localDate, localTime } from '../../domain/zone.js';
import { calendar, iso, t } from './support.js';

const AMSTERDAM = 'Europe/Amsterdam';
const NEW_YORK = 'America/New_York';
const APIA = 'Pacific/Apia';

/** `Mon 2026-12-28 09:00`, on the clock of the zone. */
function local(at: number, zone: string): string {
  const day = new Date(`${localDate(at, zone)}T00:00Z`).toUTCString().slice(0, 3);
  return `${day} ${localDate(at, zone)} ${localTime(at, zone)}`;
}

/** `Mon 2026-12-28 09:00` and how it came: `send_at 09:00`, `holiday (Christmas Day, NL) …`. */
function told({ at, shifts }: Placed, zone: string): string[] {
  const moves = shifts.map(({ to, reason, detail }) => `${reason}${detail ? ` (${detail})` : ''} → ${local(to, zone)}`);
  return [...moves, local(at, zone)];
}

function next(at: string, wish: Partial<Calendar>, zone = 'UTC'): string {
  return local(nextAllowed(t(at), calendar(wish), zone).at, zone);
}

function last(at: string, wish: Partial<Calendar>, zone = 'UTC'): string {
  return local(lastAllowed(t(at), calendar(wish), zone).at, zone);
}

const business: Partial<Calendar> = { businessDaysOnly: true };
const nine: Partial<Calendar> = { sendAt: '09:00' };
const night: Partial<Calendar> = { quietHours: { from: '20:00', to: '08:00' } };
const holidaysOf = (...countries: string[]): Partial<Calendar> => ({ holidays: { countries, dates: [] } });

describe('without a calendar, and where it allows the instant', () => {
  it('nothing moves, to the millisecond', () => {
    const at = t('2026-01-10T03:04:05.678Z');
    expect(nextAllowed(at, null, AMSTERDAM)).toEqual({ at, shifts: [] });
    expect(lastAllowed(at, null, AMSTERDAM)).toEqual({ at, shifts: [] });
    expect(nextAllowed(at, calendar(), AMSTERDAM)).toEqual({ at, shifts: [] });
    expect(lastAllowed(at, calendar({ weekdays: ['SAT'] }), AMSTERDAM)).toEqual({ at, shifts: [] });
  });
});

describe('a time of day', () => {
  it('is the next one on the customer’s clock, never an earlier one', () => {
    expect(next('2026-01-10T07:59Z', nine, AMSTERDAM)).toBe('Sat 2026-01-10 09:00');
    expect(next('2026-01-10T08:00Z', nine, AMSTERDAM)).toBe('Sat 2026-01-10 09:00');
    expect(next('2026-01-10T08:00:00.001Z', nine, AMSTERDAM)).toBe('Sun 2026-01-11 09:00');
    expect(last('2026-01-10T07:59:59.999Z', nine, AMSTERDAM)).toBe('Fri 2026-01-09 09:00');
    expect(last('2026-01-10T08:00Z', nine, AMSTERDAM)).toBe('Sat 2026-01-10 09:00');
  });

  it('stays Saturday 20:00 in New York for a ladder from 10 January 2026', () => {
    const wish: Partial<Calendar> = { sendAt: '20:00', weekdays: ['SAT'] };
    // 17 and 25 January, 9 February: New York is five hours behind.
    const sent = ['2026-01-17', '2026-01-25', '2026-02-09'].map((raw) => {
      const { at } = nextAllowed(t(`${raw}T05:00Z`), calendar(wish), NEW_YORK);
      return [local(at, NEW_YORK), iso(at)];
    });
    expect(sent).toEqual([
      ['Sat 2026-01-17 20:00', '2026-01-18T01:00Z'],
      ['Sat 2026-01-31 20:00', '2026-02-01T01:00Z'],
      ['Sat 2026-02-14 20:00', '2026-02-15T01:00Z'],
    ]);
  });

  it('is Monday 09:00 in New York on both sides of the clock change, not 10:00', () => {
    const wish: Partial<Calendar> = { sendAt: '09:00', weekdays: ['MON'] };
    expect(iso(nextAllowed(t('2026-03-01T00:00Z'), calendar(wish), NEW_YORK).at)).toBe('2026-03-02T14:00Z');
    expect(iso(nextAllowed(t('2026-03-08T06:00Z'), calendar(wish), NEW_YORK).at)).toBe('2026-03-09T13:00Z');
    expect(iso(lastAllowed(t('2026-03-08T12:00Z'), calendar(wish), NEW_YORK).at)).toBe('2026-03-02T14:00Z');
  });

  it('in the missing hour is an hour later, in the doubled one the first', () => {
    const half = { sendAt: '02:30' };
    expect(next('2026-03-29T00:00Z', half, AMSTERDAM)).toBe('Sun 2026-03-29 03:30');
    expect(iso(nextAllowed(t('2026-10-24T22:00Z'), calendar(half), AMSTERDAM).at)).toBe('2026-10-25T00:30Z');
    // Past the first 02:30, the second one is not another chance.
    expect(next('2026-10-25T00:31Z', half, AMSTERDAM)).toBe('Mon 2026-10-26 02:30');
    expect(iso(lastAllowed(t('2026-10-25T01:30Z'), calendar(half), AMSTERDAM).at)).toBe('2026-10-25T00:30Z');
  });

  it.each([
    // Lord Howe's clock moves by half an hour: 11:00 ahead in summer, 10:30 in winter; 5 April 2026, 4 October 2026.
    ['Australia/Lord_Howe', '09:00', '2026-04-03T22:30Z', '2026-04-04T22:30Z'],
    ['Australia/Lord_Howe', '09:00', '2026-10-02T22:31Z', '2026-10-03T22:00Z'],
    ['Australia/Lord_Howe', '02:15', '2026-10-03T12:00Z', '2026-10-03T15:45Z'],
    ['Asia/Kathmandu', '09:00', '2026-01-10T03:14Z', '2026-01-10T03:15Z'],
  ])('%s at %s, from %s: %s', (zone, sendAt, from, to) => {
    expect(iso(nextAllowed(t(from), calendar({ sendAt }), zone).at)).toBe(to);
  });

  it('passes over the day that Apia never had', () => {
    expect(next('2011-12-29T20:00-10:00', nine, APIA)).toBe('Sat 2011-12-31 09:00');
    expect(last('2011-12-31T08:00+14:00', nine, APIA)).toBe('Thu 2011-12-29 09:00');
    expect(next('2011-12-29T20:00-10:00', { ...nine, weekdays: ['FRI'] }, APIA)).toBe('Fri 2012-01-06 09:00');
    expect(next('2011-12-29T20:00-10:00', { weekdays: ['SAT'] }, APIA)).toBe('Sat 2011-12-31 00:00');
    expect(last('2011-12-31T08:00+14:00', { weekdays: ['THU'] }, APIA)).toBe('Thu 2011-12-29 23:59');
  });
});

describe('days', () => {
  it('weekdays begin at midnight, and end with their last minute', () => {
    expect(next('2026-01-10T15:00Z', { weekdays: ['MON', 'TUE'] })).toBe('Mon 2026-01-12 00:00');
    expect(last('2026-01-10T15:00Z', { weekdays: ['MON', 'TUE'] })).toBe('Tue 2026-01-06 23:59');
  });

  it('a day that begins at 01:00, because its midnight is missing, begins there', () => {
    // Cairo, Friday 24 April 2026: 00:00 becomes 01:00.
    expect(next('2026-04-23T12:00Z', { weekdays: ['FRI'] }, 'Africa/Cairo')).toBe('Fri 2026-04-24 01:00');
  });

  it('Christmas with business days in the Netherlands: 25 and 26 December, and the weekend', () => {
    const wish = calendar({ ...business, ...nine, ...holidaysOf('NL') });
    expect(told(nextAllowed(t('2026-12-25T00:00+01:00'), wish, AMSTERDAM), AMSTERDAM)).toEqual([
      'send_at → Fri 2026-12-25 09:00',
      'holiday (Christmas Day, NL) → Sat 2026-12-26 09:00',
      'weekend → Mon 2026-12-28 09:00',
      'Mon 2026-12-28 09:00',
    ]);
    // In 2025 the 25th and 26th were Thursday and Friday.
    expect(told(nextAllowed(t('2025-12-25T09:00+01:00'), wish, AMSTERDAM), AMSTERDAM)).toEqual([
      'holiday (Christmas Day, NL; Boxing Day, NL) → Sat 2025-12-27 09:00',
      'weekend → Mon 2025-12-29 09:00',
      'Mon 2025-12-29 09:00',
    ]);
    expect(told(lastAllowed(t('2025-12-26T09:00+01:00'), wish, AMSTERDAM), AMSTERDAM)).toEqual([
      'holiday (Boxing Day, NL; Christmas Day, NL) → Wed 2025-12-24 09:00',
      'Wed 2025-12-24 09:00',
    ]);
  });

  it('Christmas with business days in the United States: the 26th is a day of work', () => {
    const wish = { ...business, ...nine, ...holidaysOf('US') };
    expect(next('2025-12-25T09:00-05:00', wish, NEW_YORK)).toBe('Fri 2025-12-26 09:00');
    expect(next('2026-12-25T09:00-05:00', wish, NEW_YORK)).toBe('Mon 2026-12-28 09:00');
  });

  it('listed holidays are kept without business days too, and so are listed dates', () => {
    expect(next('2026-12-25T09:00Z', holidaysOf('NL'))).toBe('Sun 2026-12-27 00:00');
    const dates = { holidays: { countries: [], dates: ['2026-12-24'] } };
    expect(told(nextAllowed(t('2026-12-24T09:00Z'), calendar(dates), 'UTC'), 'UTC')).toEqual([
      'holiday (2026-12-24) → Fri 2026-12-25 00:00',
      'Fri 2026-12-25 00:00',
    ]);
    expect(next('2026-12-25T09:00Z', business)).toBe('Fri 2026-12-25 09:00');
  });
});

describe('quiet hours', () => {
  it('go over midnight: quiet from their first minute, no longer at their end', () => {
    expect(next('2026-01-10T19:59:59.999Z', night)).toBe('Sat 2026-01-10 19:59');
    expect(next('2026-01-10T20:00Z', night)).toBe('Sun 2026-01-11 08:00');
    expect(next('2026-01-11T07:59:59.999Z', night)).toBe('Sun 2026-01-11 08:00');
    expect(next('2026-01-11T08:00Z', night)).toBe('Sun 2026-01-11 08:00');
    expect(last('2026-01-11T03:00Z', night)).toBe('Sat 2026-01-10 19:59');
  });

  it('end with the day they end on: Saturday night to Monday morning', () => {
    expect(told(nextAllowed(t('2026-01-10T12:00Z'), calendar({ ...business, ...night }), 'UTC'), 'UTC')).toEqual([
      'weekend → Mon 2026-01-12 00:00',
      'quiet_hours → Mon 2026-01-12 08:00',
      'Mon 2026-01-12 08:00',
    ]);
  });

  it('that end in the missing hour end when it is over', () => {
    const wish = { quietHours: { from: '20:00', to: '02:30' } };
    expect(next('2026-03-28T23:00Z', wish, AMSTERDAM)).toBe('Sun 2026-03-29 03:00');
  });

  it('come back with the doubled hour', () => {
    // Amsterdam, 25 October 2026: 03:00 becomes 02:00 again at 01:00Z. Quiet until 02:30 both times.
    const wish = calendar({ quietHours: { from: '20:00', to: '02:30' } });
    expect(iso(nextAllowed(t('2026-10-24T23:00Z'), wish, AMSTERDAM).at)).toBe('2026-10-25T00:30Z');
    expect(iso(nextAllowed(t('2026-10-25T01:00Z'), wish, AMSTERDAM).at)).toBe('2026-10-25T01:30Z');
    expect(iso(lastAllowed(t('2026-10-25T01:29Z'), wish, AMSTERDAM).at)).toBe('2026-10-25T00:59Z');
    // Quiet from 02:30: the clock that goes back to 02:00 opens half an hour.
    const early = calendar({ quietHours: { from: '02:30', to: '05:00' } });
    expect(iso(nextAllowed(t('2026-10-25T00:45Z'), early, AMSTERDAM).at)).toBe('2026-10-25T01:00Z');
  });
});

describe('a due step that is processed a little later', () => {
  const wish = calendar({ ...nine, ...business, ...night });
  it.each([
    ['the next minute', '2026-01-12T09:01Z', true],
    ['in the evening, before the quiet hours', '2026-01-12T19:59Z', true],
    ['in the quiet hours', '2026-01-12T20:00Z', false],
    ['at the weekend', '2026-01-17T09:00Z', false],
  ])('%s: %s', (_, at, allowed) => {
    expect(allowsStill(t(at), wish, 'UTC')).toBe(allowed);
  });
  it('any time without a calendar', () => {
    expect(allowsStill(t('2026-01-17T03:00Z'), null, 'UTC')).toBe(true);
  });
});

describe('a calendar that allows nothing', () => {
  it('is said to, and does not search for ever', () => {
    const never = calendar({ weekdays: ['SUN'], businessDaysOnly: true });
    expect(() => nextAllowed(t('2026-01-10'), never, 'UTC')).toThrow('allows no instant');
    expect(() => lastAllowed(t('2026-01-10'), never, 'UTC')).toThrow('allows no instant');
  });

  it('a list of dates is not mistaken for one', () => {
    const mondays = Array.from({ length: 366 }, (_, week) =>
      iso(t('2026-01-12') + week * 7 * 86_400_000)?.slice(0, 10),
    );
    const wish = calendar({ weekdays: ['MON'], holidays: { countries: [], dates: mondays as string[] } });
    expect(local(nextAllowed(t('2026-01-10'), wish, 'UTC').at, 'UTC')).toBe('Mon 2033-01-17 00:00');
  });
});
