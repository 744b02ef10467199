import type { Cron, DayRule } from './cron.js';
import { hasYear, LAST_YEAR, localTimes, readSchedule, type Schedule } from './schedule.js';
import type { Instant, LocalDate } from './types.js';
import { clockChanges, dayOfWeek, instantOf, type ClockChange } from './zone.js';

/** Days and times on the clock of a zone that are all of this at once; months from 1, weekdays from 0 = Sunday. */
export interface ScheduleCalendar {
  /** null = every year. */
  years: number[] | null;
  months: number[];
  daysOfMonth: number[];
  weekdays: number[];
  hours: number[];
  minutes: number[];
  second: number;
}

/** A schedule as an engine takes it: it fires when one of the calendars says so, and at the instants. */
export interface ScheduleSpec {
  /** IANA. */
  zone: string;
  calendars: ScheduleCalendar[];
  instants: Instant[];
}

/** Goes up with each change of `scheduleSpec` that makes its answer another one: schedules are told anew then, and not back. */
export const SPEC_VERSION = 1;

const HOUR_MS = 3_600_000;
const YEARS_AHEAD = 10;
/** Schedules that fire often are told of fewer changes of the clock, but never of fewer than `FEWEST_CHANGES`. */
const MOST_INSTANTS = 500;
const FEWEST_CHANGES = 4;
const FIRST_YEAR = 2000;

/** Hours of a date that the calendars leave out; `whole` = all of them, whatever the day of the week. */
interface Cut {
  date: LocalDate;
  hours: Set<number>;
  whole: boolean;
}

/**
 * The engine's calendars skip what a change of the clock leaves out, and near one fire twice, at the wrong hour or on the wrong
 * weekday (docs/schedules.md). So the hours around each change of the next ten years are cut out of them, and what
 * `nextFirings` says of these is given as instants. Counted from the beginning of `from`'s year: the answer stays the same
 * through a year.
 */
export function scheduleSpec(schedule: Schedule, from: Instant): ScheduleSpec {
  const { cron, zone } = readSchedule(schedule);
  const year = new Date(from).getUTCFullYear();
  const cuts = new Map<LocalDate, Cut>();
  const instants = new Set<Instant>();
  let changes = 0;
  for (const change of clockChanges(zone, Date.UTC(year, 0, 1), Date.UTC(year + YEARS_AHEAD, 0, 1))) {
    if (changes >= FEWEST_CHANGES && instants.size >= MOST_INSTANTS) break;
    changes += 1;
    for (const cut of cutsAround(change)) {
      const hours = cron.hours.filter((hour) => cut.hours.has(hour));
      for (const time of localTimes({ ...cron, hours }, cut.date, cut.date)) instants.add(instantOf(time, zone));
      cuts.set(cut.date, cut);
    }
  }
  return {
    zone,
    calendars: cron.days.flatMap((rule) => calendarsOf(rule, cron, [...cuts.values()])),
    instants: [...instants].sort((a, b) => a - b),
  };
}

/** From the hour before the local times that are left out or come twice to the end of the hour of the last of them. */
function cutsAround({ at, before, after }: ClockChange): Cut[] {
  const floor = (local: number, unit: number): number => Math.floor(local / unit) * unit;
  let first = floor(at + Math.min(before, after), HOUR_MS) - HOUR_MS;
  let end = at + Math.max(before, after);
  // Without a midnight of its own a date has the weekday of the one before it, for the engine.
  const midnight = Math.ceil((at + before) / (24 * HOUR_MS)) * 24 * HOUR_MS;
  const withoutMidnight = midnight >= at + before && midnight < at + after;
  if (withoutMidnight) {
    end = midnight + 24 * HOUR_MS;
    first = Math.min(first, midnight);
  }
  const cuts = new Map<LocalDate, Cut>();
  for (let local = first; local < end; local += HOUR_MS) {
    const date = new Date(local).toISOString().slice(0, 10);
    const cut = cuts.get(date) ?? { date, hours: new Set(), whole: withoutMidnight && local >= midnight };
    cut.hours.add(new Date(local).getUTCHours());
    cuts.set(date, cut);
  }
  return [...cuts.values()];
}

/** The calendars of one rule without what is cut out: of the years, months, days and hours beside it. */
function calendarsOf(rule: DayRule, cron: Cron, all: readonly Cut[]): ScheduleCalendar[] {
  const { months, daysOfMonth, weekdays } = rule;
  const calendar = { months, daysOfMonth, weekdays, hours: cron.hours, minutes: cron.minutes, second: cron.second };
  const cuts = all
    .map((cut) => ({ ...cut, at: cut.date.split('-').map(Number) as [number, number, number] }))
    .filter(
      ({ at: [year, month, day], date, hours, whole }) =>
        hasYear(rule, year) &&
        months.includes(month) &&
        daysOfMonth.includes(day) &&
        (whole || weekdays.includes(dayOfWeek(date) % 7)) &&
        cron.hours.some((hour) => hours.has(hour)),
    );
  const years = upTo(FIRST_YEAR, LAST_YEAR).filter((year) => hasYear(rule, year));
  const without = (values: readonly number[], left: readonly number[]): number[] =>
    values.filter((value) => !left.includes(value));
  const cutYears = [...new Set(cuts.map(({ at: [year] }) => year))];
  const calendars: ScheduleCalendar[] = [
    { ...calendar, years: cutYears.length === 0 && rule.years === 'ALL' ? null : without(years, cutYears) },
  ];
  for (const year of cutYears) {
    const inYear = cuts.filter(({ at }) => at[0] === year);
    const cutMonths = [...new Set(inYear.map(({ at: [, month] }) => month))];
    calendars.push({ ...calendar, years: [year], months: without(months, cutMonths) });
    for (const month of cutMonths) {
      const inMonth = inYear.filter(({ at }) => at[1] === month);
      const cutDays = inMonth.map(({ at: [, , day] }) => day);
      const own = { ...calendar, years: [year], months: [month] };
      calendars.push({ ...own, daysOfMonth: without(daysOfMonth, cutDays) });
      for (const { at, hours } of inMonth) {
        calendars.push({ ...own, daysOfMonth: [at[2]], hours: without(cron.hours, [...hours]) });
      }
    }
  }
  const dates = ({ months: m, daysOfMonth: d, hours: h, years: y }: ScheduleCalendar): boolean =>
    m.length > 0 && d.length > 0 && h.length > 0 && y?.length !== 0;
  return calendars.filter(dates);
}

function upTo(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
