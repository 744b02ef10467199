import { holidayOn } from './holidays.js';
import type { Shift } from './plan.js';
import type { Instant, LocalDate, Weekday } from './types.js';
import { addDays, clockChange, dayOfWeek, daysBetween, instantAt, localDate, localTime, localTimeMs } from './zone.js';

/** When mails may go (S-T3). Every field is a restriction, and all hold together; times are `HH:MM` on the customer's clock. */
export interface Calendar {
  /** Exactly this time of an allowed day. */
  sendAt: string | null;
  weekdays: readonly Weekday[] | null;
  /** Not on Saturday, Sunday. */
  businessDaysOnly: boolean;
  /** Never on these, whether business days are asked for or not. */
  holidays: { countries: readonly string[]; dates: readonly LocalDate[] };
  /** From `from` until before `to`; over midnight when `to` is the smaller. */
  quietHours: { from: string; to: string } | null;
  /** Which way a step moves that may not go at its own instant; null = as its direction has it. */
  shift: 'NEXT' | 'PREVIOUS' | null;
}

/** An allowed instant and the moves that led to it. */
export interface Placed {
  at: Instant;
  shifts: readonly Shift[];
}

type Objection = Pick<Shift, 'reason' | 'detail'>;

const WEEKDAYS: readonly Weekday[] = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** So many reasons in a row are enough to understand a shift. */
const MOST_TOLD = 12;

/** The first instant at or after `at` that the calendar allows. Throws when there is none within years. */
export function nextAllowed(at: Instant, calendar: Calendar | null, zone: string): Placed {
  return walk(at, calendar, zone, 1);
}

/**
 * The last instant at or before `at` that the calendar allows. A stretch that ends at 20:00 ends with its last whole minute, 19:59:
 * the clock then shows an allowed time, and still does when the mail leaves seconds later.
 */
export function lastAllowed(at: Instant, calendar: Calendar | null, zone: string): Placed {
  return walk(at, calendar, zone, -1);
}

/** Whether day and quiet hours allow `at`: for a step that is processed a little later than its instant, so `send_at` is not asked. */
export function allowsStill(at: Instant, calendar: Calendar | null, zone: string): boolean {
  return calendar === null || objection(at, { ...calendar, sendAt: null }, zone) === null;
}

/**
 * Goes from one instant at which a restriction may end to the next, until none objects. Since no restriction ends between
 * them, no allowed instant is passed over; since each is asked whole, none is taken that a clock change made wrong.
 */
function walk(at: Instant, calendar: Calendar | null, zone: string, direction: 1 | -1): Placed {
  const shifts: Shift[] = [];
  let why = calendar && objection(at, calendar, zone);
  let here = at;
  while (calendar && why) {
    if (Math.abs(here - at) > longestSearchMs(calendar)) {
      throw new Error(`The calendar allows no instant within years of ${new Date(at).toISOString()} in ${zone}.`);
    }
    const passed = isAboutTheDay(why) ? passDays(shifts, here, calendar, zone, direction) : null;
    const next = passed ?? nextTurn(here, calendar, zone, direction);
    if (passed === null) move(shifts, here, next, why);
    why = objection(next, calendar, zone);
    here = next;
  }
  return { at: here, shifts };
}

function isAboutTheDay({ reason }: Objection): boolean {
  return reason === 'weekday' || reason === 'weekend' || reason === 'holiday';
}

/**
 * From a day that is shut to the last of the shut days, by dates alone: days are cheap to count, instants in a zone are not. Not
 * further, because a clock that is put back over midnight shows a day twice; and not at all where that is about to happen: the next
 * to be shown may be no shut day. null = no day can be passed.
 */
function passDays(shifts: Shift[], here: Instant, calendar: Calendar, zone: string, direction: 1 | -1): Instant | null {
  if (turnsBack(here, zone, direction)) return null;
  const shut: { day: LocalDate; why: Objection }[] = [];
  const first = localDate(here, zone);
  let day = first;
  for (let why = dayObjection(day, calendar); why !== null; why = dayObjection(day, calendar)) {
    const last = shut.at(-1)?.why;
    if (last?.reason !== why.reason || last.detail !== why.detail) shut.push({ day, why });
    if (Math.abs(daysBetween(first, day)) * DAY_MS > longestSearchMs(calendar)) break;
    day = addDays(day, direction);
  }
  const at = (date: LocalDate): Instant =>
    calendar.sendAt !== null
      ? instantAt(date, calendar.sendAt, zone)
      : direction === 1
        ? instantAt(date, '00:00', zone)
        : instantAt(addDays(date, 1), '00:00', zone) - MINUTE_MS;
  const last = addDays(day, -direction);
  const end = at(last);
  if (last === first || direction * (end - here) <= 0) return null;
  const told = shut.filter(({ day: from }) => from !== last).slice(0, MOST_TOLD);
  told.forEach(({ day: from, why }, index) => {
    const next = told[index + 1]?.day;
    move(shifts, index === 0 ? here : at(from), next === undefined ? end : at(next), why);
  });
  return end;
}

/** Whether the clock is put back over midnight within a day from here, seen in this direction. */
function turnsBack(here: Instant, zone: string, direction: 1 | -1): boolean {
  const change =
    direction === 1 ? clockChange(here, here + DAY_MS, zone, 'first') : clockChange(here - DAY_MS, here, zone, 'last');
  return change !== null && localDate(change, zone) < localDate(change - 1, zone);
}

/** Three years; a list of dates may shut as many weeks more for a calendar of one weekday. */
function longestSearchMs({ holidays }: Calendar): number {
  return (3 * 366 + 7 * holidays.dates.length) * DAY_MS;
}

/** Adds a move; neighbours with one reason are one move, which names every holiday on the way. */
function move(shifts: Shift[], from: Instant, to: Instant, { reason, detail }: Objection): void {
  const last = shifts.at(-1);
  if (last?.reason !== reason) {
    shifts.push({ from, to, reason, ...(detail === undefined ? {} : { detail }) });
    return;
  }
  last.to = to;
  if (detail !== undefined && last.detail?.split('; ').includes(detail) !== true) {
    last.detail = last.detail === undefined ? detail : `${last.detail}; ${detail}`;
  }
}

/** The first restriction that does not allow this instant, or null. The weekend comes before the holiday that falls on it. */
function objection(at: Instant, calendar: Calendar, zone: string): Objection | null {
  const { sendAt, quietHours } = calendar;
  const date = localDate(at, zone);
  if (sendAt !== null && at !== instantAt(date, sendAt, zone)) return { reason: 'send_at' };
  const day = dayObjection(date, calendar);
  if (day) return day;
  return quietHours && isWithin(localTime(at, zone), quietHours) ? { reason: 'quiet_hours' } : null;
}

function dayObjection(date: LocalDate, { weekdays, businessDaysOnly, holidays }: Calendar): Objection | null {
  const weekday = dayOfWeek(date);
  if (businessDaysOnly && weekday > 5) return { reason: 'weekend' };
  if (weekdays && !weekdays.some((name) => WEEKDAYS.indexOf(name) + 1 === weekday)) return { reason: 'weekday' };
  const name = holidays.countries.length > 0 ? holidayOn(date, holidays.countries) : null;
  if (name !== null) return { reason: 'holiday', detail: name };
  return holidays.dates.includes(date) ? { reason: 'holiday', detail: date } : null;
}

/** Whether a time of day lies within hours that may go over midnight. */
export function isWithin(time: string, { from, to }: { from: string; to: string }): boolean {
  return from < to ? from <= time && time < to : from <= time || time < to;
}

/** The nearest instant, after or before this one, at which some restriction may end. */
function nextTurn(here: Instant, { sendAt, quietHours }: Calendar, zone: string, direction: 1 | -1): Instant {
  if (sendAt !== null) return nextAtTime(here, sendAt, zone, direction);
  const times = ['00:00', ...(quietHours ? [quietHours.from, quietHours.to] : [])];
  return direction === 1 ? nextEdge(here, times, zone) : lastMinuteBefore(here, times, zone);
}

function nextAtTime(here: Instant, time: string, zone: string, direction: 1 | -1): Instant {
  const date = localDate(here, zone);
  // A clock that goes back over midnight shows the day before again.
  for (let days = -1; ; days += 1) {
    const at = instantAt(addDays(date, direction * days), time, zone);
    if (direction * (at - here) > 0) return at;
  }
}

/** When the clock next shows one of these times, or is changed. */
function nextEdge(here: Instant, times: readonly string[], zone: string): Instant {
  const sinceMidnight = localTimeMs(here, zone);
  const ahead = times.map((time) => here + (mod(timeMs(time) - sinceMidnight, DAY_MS) || DAY_MS));
  const change = clockChange(here, here + DAY_MS, zone, 'first');
  return Math.min(...ahead, change ?? Infinity);
}

/** The last whole minute before the clock showed one of these times, or was changed. */
function lastMinuteBefore(here: Instant, times: readonly string[], zone: string): Instant {
  const from = here + MINUTE_MS - 1;
  const sinceMidnight = localTimeMs(from, zone);
  const behind = times.map((time) => from - mod(sinceMidnight - timeMs(time), DAY_MS));
  const change = clockChange(from - DAY_MS, from, zone, 'last');
  return Math.max(...behind, change ?? -Infinity) - MINUTE_MS;
}

function timeMs(time: string): number {
  return (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * MINUTE_MS;
}

function mod(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
