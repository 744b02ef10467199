import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instant, Period } from '../../domain/types.js';
import {
  addPeriod,
  daysBetween,
  isZone,
  localDate,
  localLabel,
  localTime,
  startOfUtcDateIn,
} from '../../domain/zone.js';
import { DAY, HOUR, iso, periods, t } from './support.js';

function moved(anchor: string, text: string, zone: string, sign: 1 | -1 = 1): string | null {
  const [period] = periods(text);
  return period ? iso(addPeriod(t(anchor), period, sign, zone)) : null;
}

describe('a period from an anchor (S-T2)', () => {
  it.each([
    // Month ends clamp.
    ['2026-01-31T09:00', '1 MONTH', 'UTC', '2026-02-28T09:00Z'],
    ['2028-01-31T09:00', '1 MONTH', 'UTC', '2028-02-29T09:00Z'],
    ['2026-01-31T09:00', '3 MONTH', 'UTC', '2026-04-30T09:00Z'],
    ['2028-02-29T09:00', '1 YEAR', 'UTC', '2029-02-28T09:00Z'],
    ['2028-02-29T09:00', '4 YEAR', 'UTC', '2032-02-29T09:00Z'],
    ['2026-12-31T09:00', '2 MONTH', 'UTC', '2027-02-28T09:00Z'],
    ['2026-01-10T00:00', '0 DAY', 'UTC', '2026-01-10T00:00Z'],
    ['2026-01-10T00:00', '2 WEEK', 'UTC', '2026-01-24T00:00Z'],
    // New York: 8 March 2026, 02:00 EST → 03:00 EDT. A wish for 02:30 becomes 03:30.
    ['2026-03-07T02:30-05:00', '1 DAY', 'America/New_York', '2026-03-08T07:30Z'],
    ['2026-03-07T09:00-05:00', '1 DAY', 'America/New_York', '2026-03-08T13:00Z'],
    // 1 November 2026, 01:30 happens twice: the earlier, still EDT.
    ['2026-10-31T01:30-04:00', '1 DAY', 'America/New_York', '2026-11-01T05:30Z'],
    // But from the second 01:30 nothing added is that second 01:30, not an hour before it.
    ['2026-11-01T01:30-05:00', '0 DAY', 'America/New_York', '2026-11-01T06:30Z'],
    // Amsterdam: 29 March 2026 02:30 → 03:30 CEST; 25 October 02:30 the earlier, CEST.
    ['2026-03-28T02:30+01:00', '1 DAY', 'Europe/Amsterdam', '2026-03-29T01:30Z'],
    ['2026-10-24T02:30+02:00', '1 DAY', 'Europe/Amsterdam', '2026-10-25T00:30Z'],
    // Lord Howe: half an hour of DST. 4 October 2026 02:00 → 02:30; 5 April 2026 02:00 → 01:30.
    ['2026-10-03T02:15+10:30', '1 DAY', 'Australia/Lord_Howe', '2026-10-03T15:45Z'],
    ['2026-04-04T01:45+11:00', '1 DAY', 'Australia/Lord_Howe', '2026-04-04T14:45Z'],
    ['2026-10-03T09:00+10:30', '1 DAY', 'Australia/Lord_Howe', '2026-10-03T22:00Z'],
    // Kathmandu: UTC+5:45 all year.
    ['2026-01-31T00:00+05:45', '1 MONTH', 'Asia/Kathmandu', '2026-02-27T18:15Z'],
    // Apia had no 30 December 2011: the wish for it falls a day later by the gap's length.
    ['2011-12-29T09:00-10:00', '1 DAY', 'Pacific/Apia', '2011-12-30T19:00Z'],
    ['2011-12-29T09:00-10:00', '2 DAY', 'Pacific/Apia', '2011-12-30T19:00Z'],
  ])('%s + %s in %s is %s', (anchor, period, zone, expected) => {
    expect(moved(anchor, period, zone)).toBe(expected);
  });

  it.each([
    ['2026-03-31T09:00', '1 MONTH', 'UTC', '2026-02-28T09:00Z'],
    ['2028-02-29T12:00', '1 YEAR', 'UTC', '2027-02-28T12:00Z'],
    ['2026-03-09T02:30-04:00', '1 DAY', 'America/New_York', '2026-03-08T07:30Z'],
    ['2026-11-02T01:30-05:00', '1 DAY', 'America/New_York', '2026-11-01T05:30Z'],
  ])('%s − %s in %s is %s', (anchor, period, zone, expected) => {
    expect(moved(anchor, period, zone, -1)).toBe(expected);
  });

  it('counts two months from the anchor, not one month from the clamped step before', () => {
    const [one, two] = periods('1 MONTH', '2 MONTH');
    if (!one || !two) throw new Error('no periods');
    const anchor = t('2026-01-31T09:00');
    const chained = addPeriod(addPeriod(anchor, one, 1, 'UTC'), one, 1, 'UTC');
    expect(iso(addPeriod(anchor, two, 1, 'UTC'))).toBe('2026-03-31T09:00Z');
    expect(iso(chained)).toBe('2026-03-28T09:00Z');
  });
});

describe('local dates', () => {
  it.each([
    ['2026-03-08T00:00', 'America/New_York', '2026-03-08T05:00Z'],
    ['2026-07-01T00:00', 'Europe/Amsterdam', '2026-06-30T22:00Z'],
    ['2026-07-01T00:00', 'Asia/Kathmandu', '2026-06-30T18:15Z'],
    ['2026-07-01T00:00', 'Pacific/Kiritimati', '2026-06-30T10:00Z'],
    // Midnight does not exist on that date in Beirut (00:00 → 01:00): the first moment of the day does.
    ['2026-03-29T00:00', 'Asia/Beirut', '2026-03-28T22:00Z'],
    ['2011-12-30T00:00', 'Pacific/Apia', '2011-12-30T10:00Z'],
  ])('the UTC date of %s begins in %s at %s', (at, zone, expected) => {
    expect(iso(startOfUtcDateIn(t(at), zone))).toBe(expected);
  });

  it('names date, time and label on the clock of the zone', () => {
    const at = t('2026-05-12T07:00');
    expect(localDate(t('2026-05-11T22:30'), 'Europe/Amsterdam')).toBe('2026-05-12');
    expect(localTime(at, 'Europe/Amsterdam')).toBe('09:00');
    expect(localLabel(at, 'Europe/Amsterdam')).toBe('12 May 2026 09:00 Europe/Amsterdam');
  });

  it('counts calendar days, not 24-hour days', () => {
    expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2);
    expect(daysBetween('2026-03-01', '2026-02-27')).toBe(-2);
  });

  it.each([
    ['Europe/Amsterdam', true],
    ['UTC', true],
    ['America/Nowhere', false],
    ['+02:00', false],
    ['', false],
  ])('%j as a zone: %s', (name, expected) => {
    expect(isZone(name)).toBe(expected);
  });
});

const ZONES = ['UTC', 'America/New_York', 'Europe/Amsterdam', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia'];
const zones = fc.constantFrom(...ZONES);
const anchors = fc.integer({ min: t('2000-01-01'), max: t('2060-01-01') });
const anyPeriod: fc.Arbitrary<Period> = fc.oneof(
  fc.record({ type: fc.constant('DAY' as const), value: fc.nat(3650) }),
  fc.record({ type: fc.constant('WEEK' as const), value: fc.nat(520) }),
  fc.record({ type: fc.constant('MONTH' as const), value: fc.nat(120) }),
  fc.record({ type: fc.constant('YEAR' as const), value: fc.nat(10) }),
);
type Add = (anchor: Instant, period: Period, sign: 1 | -1, zone: string) => Instant;

/** A longer period of one type never comes before a shorter one. */
function keepsOrder(add: Add): fc.IProperty<[number, string, Period, 1 | -1]> {
  return fc.property(
    anchors,
    zones,
    anyPeriod,
    fc.constantFrom(1 as const, -1 as const),
    (anchor, zone, period, sign) => {
      const longer = { ...period, value: period.value + 1 };
      return sign * (add(anchor, longer, sign, zone) - add(anchor, period, sign, zone)) >= 0;
    },
  );
}

describe('properties of periods', () => {
  it('longer periods never overtake shorter ones', () => {
    fc.assert(keepsOrder(addPeriod));
  });

  it('control: a clock that wraps months would be noticed', () => {
    const wraps: Add = (anchor, { value }, sign) => anchor + sign * (value % 12) * 30 * DAY;
    expect(fc.check(keepsOrder(wraps)).failed).toBe(true);
  });

  it('whole days keep the local time of day outside gaps and overlaps', () => {
    fc.assert(wholeDaysKeepTime(addPeriod));
  });

  it('control: counting days as 24 hours would be noticed', () => {
    const absolute: Add = (anchor, { value }, sign) => anchor + sign * value * DAY;
    expect(fc.check(wholeDaysKeepTime(absolute), { numRuns: 500, seed: 42 }).failed).toBe(true);
  });
});

/** At noon, which exists once on every date in these zones. */
function wholeDaysKeepTime(add: Add): fc.IProperty<[number, string, number]> {
  return fc.property(anchors, zones, fc.nat(3650), (near, zone, value) => {
    const noon = startOfUtcDateIn(near, zone) + 12 * HOUR;
    fc.pre(localTime(noon, zone) === '12:00');
    return localTime(add(noon, { type: 'DAY', value }, 1, zone), zone) === '12:00';
  });
}
