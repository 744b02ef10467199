import { Temporal } from 'temporal-polyfill';
import type { Instant, LocalDate, Period } from './types.js';

const DAY_MS = 86_400_000;

/**
 * The instant of a step: the anchor's local date-time in `zone`, plus or minus the period by calendar arithmetic.
 * Month ends clamp (31 Jan + 1 MONTH = 28/29 Feb), a DST gap moves later by its length, an overlap takes the earlier
 * instant: TC39's "compatible" rule (S-T2). Nothing added is the anchor itself, also in the second of two equal hours.
 */
export function addPeriod(anchorAt: Instant, period: Period, sign: 1 | -1, zone: string): Instant {
  const unit = { DAY: 'days', WEEK: 'weeks', MONTH: 'months', YEAR: 'years' }[period.type];
  return zoned(anchorAt, zone).add({ [unit]: sign * period.value }, { overflow: 'constrain' }).epochMilliseconds;
}

/** Whether the name is a zone we can count in: IANA names, `UTC`; offsets such as `+02:00` are refused (they know no DST). */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    zoned(0, name);
    return true;
  } catch {
    return false;
  }
}

/** The name of a zone as the zone database spells it: `europe/amsterdam` is `Europe/Amsterdam`. */
export function zoneId(name: string): string {
  return zoned(0, name).timeZoneId;
}

export function localDate(at: Instant, zone: string): LocalDate {
  return zoned(at, zone).toPlainDate().toString();
}

/** `HH:MM` on the clock of `zone`. */
export function localTime(at: Instant, zone: string): string {
  return zoned(at, zone).toPlainTime().toString({ smallestUnit: 'minute' });
}

/** The instant at which the clock of `zone` shows this date and `HH:MM`: "compatible", as for periods. */
export function instantAt(date: LocalDate, time: string, zone: string): Instant {
  return instantOf(`${date}T${time}`, zone);
}

/** The same for a local date-time, `YYYY-MM-DDTHH:MM[:SS]`. */
export function instantOf(dateTime: string, zone: string): Instant {
  return Temporal.PlainDateTime.from(dateTime).toZonedDateTime(zone).epochMilliseconds;
}

/** Whether the text is a date that exists, `YYYY-MM-DD`, in the years we know (S-W4). */
export function isDate(text: string): boolean {
  if (!/^(19[7-9]\d|2\d{3})-\d\d-\d\d$/.test(text)) return false;
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  return month >= 1 && month <= 12 && day >= 1 && day <= Temporal.PlainYearMonth.from({ year, month }).daysInMonth;
}

export function addDays(date: LocalDate, days: number): LocalDate {
  return new Date(Date.parse(`${date}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** 1 = Monday … 7 = Sunday. */
export function dayOfWeek(date: LocalDate): number {
  return new Date(`${date}T00:00Z`).getUTCDay() || 7;
}

/** Milliseconds that the clock of `zone` shows past midnight. */
export function localTimeMs(at: Instant, zone: string): number {
  return (((at + zoned(at, zone).offsetNanoseconds / 1e6) % DAY_MS) + DAY_MS) % DAY_MS;
}

/** The first or last change of the clock of `zone` after `from` and not after `to`, or null. */
export function clockChange(from: Instant, to: Instant, zone: string, which: 'first' | 'last'): Instant | null {
  if (zoned(from, zone).offsetNanoseconds === zoned(to, zone).offsetNanoseconds) return null;
  const change =
    which === 'first'
      ? zoned(from, zone).getTimeZoneTransition('next')
      : zoned(to + 1, zone).getTimeZoneTransition('previous');
  return change?.epochMilliseconds ?? null;
}

/** A change of a zone's clock, with what the clock is ahead of UTC before and after it, in milliseconds. */
export interface ClockChange {
  at: Instant;
  before: number;
  after: number;
}

/** Those of the clock of `zone` after `from` and not after `to`, in order. */
export function* clockChanges(zone: string, from: Instant, to: Instant): Generator<ClockChange> {
  let last = zoned(from, zone);
  for (;;) {
    const next = last.getTimeZoneTransition('next');
    if (!next || next.epochMilliseconds > to) return;
    const before = zoned(next.epochMilliseconds - 1, zone).offsetNanoseconds / 1e6;
    yield { at: next.epochMilliseconds, before, after: next.offsetNanoseconds / 1e6 };
    last = next;
  }
}

/** Calendar days from one local date to another; negative when `to` lies before. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: 'days' }).days;
}

/** 00:00 (or the first moment that exists) of the calendar date an instant has in UTC, on the clock of `zone` (S-T2, `due_dates: DATE`). */
export function startOfUtcDateIn(at: Instant, zone: string): Instant {
  return Temporal.PlainDate.from(localDate(at, 'UTC')).toZonedDateTime(zone).epochMilliseconds;
}

/** `12 May 2026 09:00 Europe/Amsterdam`, in English whatever the host's locale: for the Temporal UI and explain. */
export function localLabel(at: Instant, zone: string): string {
  return `${localDateTime(at, zone)} ${zone}`;
}

/** The same without the zone's name. */
export function localDateTime(at: Instant, zone: string): string {
  const date = zoned(at, zone);
  const month =
    ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][date.month - 1] ?? '';
  return `${date.day} ${month} ${date.year} ${localTime(at, zone)}`;
}

function zoned(at: Instant, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
}
