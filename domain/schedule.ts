import { CronProblem, parseCron, type Cron, type DayRule } from './cron.js';
import { FRIENDLY_ZONES } from './friendly-zones.js';
import type { Instant, LocalDate } from './types.js';
import { addDays, dayOfWeek, instantOf, isZone, localDate, zoneId } from './zone.js';

/** When a workflow is run by the clock (S-Z7). */
export interface Schedule {
  /** A cron expression: five fields, or six with the seconds first. */
  interval: string;
  /** An IANA zone or a friendly name, as it was given. */
  timezone: string;
}

/** A time on some zone's clock, `YYYY-MM-DDTHH:MM:SS`. */
type LocalTime = string;

/** The engine's calendars end in 2100, which breaks the rule of leap years that ours go by. */
export const LAST_YEAR = 2099;
const LAST_DATE = `${String(LAST_YEAR)}-12-31`;
/** Days that come at all come within the years after it. */
const SOME_INSTANT = Date.UTC(2026, 0, 1);

/** No gap of a clock is longer; only a move of the date line (Apia, 2011) was. */
const LONGEST_GAP_MS = 3 * 3_600_000;

/** What is wrong with it, for people; empty = it can be run. */
export function scheduleProblems({ interval, timezone }: Schedule): {
  field: 'interval' | 'timezone';
  message: string;
}[] {
  const cron = readCron(interval);
  const problems: ReturnType<typeof scheduleProblems> = [];
  if (typeof cron === 'string') problems.push({ field: 'interval', message: cron });
  else if (firingsAfter(cron, 'UTC', SOME_INSTANT, 1).length === 0) {
    problems.push({ field: 'interval', message: 'names a day that never comes' });
  }
  if (zoneOf(timezone) === null) {
    const message = 'must be an IANA zone (Europe/Amsterdam) or a friendly name (Eastern Time (US & Canada))';
    problems.push({ field: 'timezone', message });
  }
  return problems;
}

/** The IANA zone that a name means, which may be a friendly one; null = there is none. */
export function zoneOf(name: string): string | null {
  const iana = FRIENDLY_ZONES.get(name) ?? name;
  return isZone(iana) ? zoneId(iana) : null;
}

/** Throws for one that has problems: none such is stored. */
export function readSchedule({ interval, timezone }: Schedule): { cron: Cron; zone: string } {
  const zone = zoneOf(timezone);
  if (zone === null) throw new Error(`There is no zone ${timezone}.`);
  return { cron: parseCron(interval), zone };
}

/**
 * The next instants after `from` at which it fires, at most `count`. A local time that a change of the clock leaves out fires
 * later by the length of the gap, one that comes twice fires the first time: "compatible", as for periods (S-T2, Z7). Local
 * times that fall on one instant fire once.
 */
export function nextFirings(schedule: Schedule, from: Instant, count: number): Instant[] {
  const { cron, zone } = readSchedule(schedule);
  return firingsAfter(cron, zone, from, count);
}

function firingsAfter(cron: Cron, zone: string, from: Instant, count: number): Instant[] {
  const found = new Set<Instant>();
  let enoughAt = Infinity;
  for (const time of localTimes(cron, addDays(localDate(from, zone), -1))) {
    const at = instantOf(time, zone);
    if (at <= from) continue;
    // Times in a gap fall behind later ones: some more are looked at.
    if (at > enoughAt) break;
    found.add(at);
    if (found.size === count) enoughAt = at + LONGEST_GAP_MS;
  }
  return [...found].sort((a, b) => a - b).slice(0, count);
}

/** `2027-03-28T02:30:00`, from a date on, as the calendar has them, whatever the clocks do. */
export function* localTimes(cron: Cron, from: LocalDate, to: LocalDate = LAST_DATE): Generator<LocalTime> {
  for (let date = from; date <= to; date = addDays(date, 1)) {
    if (!falls(cron, date)) continue;
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) yield `${date}T${[hour, minute, cron.second].map(twoDigits).join(':')}`;
    }
  }
}

function falls({ days }: Cron, date: LocalDate): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const weekday = dayOfWeek(date) % 7;
  return days.some(
    (rule) =>
      hasYear(rule, year) &&
      rule.months.includes(month) &&
      rule.daysOfMonth.includes(day) &&
      rule.weekdays.includes(weekday),
  );
}

/** Up to 2099 every fourth year is a leap year. */
export function hasYear({ years }: DayRule, year: number): boolean {
  return years === 'ALL' || (years === 'LEAP') === (year % 4 === 0);
}

function readCron(interval: string): Cron | string {
  try {
    return parseCron(interval);
  } catch (error) {
    if (error instanceof CronProblem) return error.message;
    throw error;
  }
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
