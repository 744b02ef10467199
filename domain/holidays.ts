import Holidays from 'date-holidays';
import type { LocalDate } from './types.js';
import { addDays, daysBetween } from './zone.js';

/** Names by date, of one country and year. */
type Year = ReadonlyMap<LocalDate, string>;

/** A few hundred countries and years are some hundred kB; beyond that we begin anew. */
const MOST_YEARS = 2_000;
const known = new Map<string, Year>();

/**
 * The name and country of the holiday on this date, `Christmas Day, NL`, or null (S-T3). Public holidays count,
 * observed and substitute days too; observances, school holidays and half days do not. Pure: the same on every host,
 * whatever its zone.
 */
export function holidayOn(date: LocalDate, countries: readonly string[]): string | null {
  for (const country of countries) {
    const name = yearOf(country, Number(date.slice(0, 4))).get(date);
    if (name !== undefined) return `${name}, ${country}`;
  }
  return null;
}

/** `NL`, `DE-BY`, `DE-BY-A`: a country, state or region whose holidays are known. */
export function isHolidayCountry(text: string): boolean {
  const [country = '', state, region, ...rest] = text.split('-');
  if (rest.length > 0) return false;
  const places = new Holidays();
  if (!has(places.getCountries(), country)) return false;
  if (state === undefined) return true;
  if (!has(places.getStates(country), state)) return false;
  return region === undefined || has(places.getRegions(country, state), region);
}

function has(names: object | undefined, name: string): boolean {
  return names !== undefined && Object.hasOwn(names, name);
}

function yearOf(country: string, year: number): Year {
  const key = `${country} ${String(year)}`;
  const found = known.get(key);
  if (found) return found;
  if (known.size >= MOST_YEARS) known.clear();
  const calculated = calculate(country, year);
  known.set(key, calculated);
  return calculated;
}

/** Neighbouring years are asked too: New Year's Day is observed on 31 December when it falls on a Saturday. */
function calculate(country: string, year: number): Year {
  const [code = '', state = '', region = ''] = country.split('-');
  const source = new Holidays(code, state, region, { types: ['public'] });
  const names = new Map<LocalDate, string>();
  for (const asked of [year - 1, year, year + 1]) {
    for (const holiday of source.getHolidays(asked, 'en')) {
      for (const date of daysOf(holiday)) {
        if (Number(date.slice(0, 4)) === year && !names.has(date)) names.set(date, holiday.name);
      }
    }
  }
  return names;
}

/**
 * The dates whose noon lies inside the holiday: not Christmas Eve from 14:00, and of a feast that begins at sunset the days that
 * follow. Read from the local date text, because the library's Date objects depend on the host's zone where a country has none.
 */
function daysOf({ date: text, start, end }: { date: string; start: Date; end: Date }): LocalDate[] {
  const MINUTE_MS = 60_000;
  const parts = /^(\d+-\d\d-\d\d) (\d\d):(\d\d):\d\d(?: ([+-]\d\d)(\d\d))?$/.exec(text);
  if (!parts) throw new Error(`date-holidays gave a date of another form: ${text}`);
  const [, first = '', hours, minutes, offsetHours = '0', offsetMinutes = '0'] = parts;
  const beginsAt = (Number(hours) + Number(offsetHours)) * 60 + Number(minutes) + Number(offsetMinutes);
  const endsAt = beginsAt + (end.getTime() - start.getTime()) / MINUTE_MS;
  const days = Math.max(0, Math.ceil(endsAt / 1_440));
  return [...Array(days + 1).keys()]
    .map((day) => addDays(first, day))
    .filter((date) => {
      const noon = daysBetween(first, date) * 1_440 + 720;
      return beginsAt < noon && noon < endsAt;
    });
}
