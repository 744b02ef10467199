import { CronExpressionParser } from 'cron-parser';

/** A cron expression, read: it fires at every time of every day that one of the rules names. Values ascend. */
export interface Cron {
  hours: number[];
  minutes: number[];
  second: number;
  days: DayRule[];
}

/** Days that are all of this at once; months from 1, weekdays from 0 = Sunday. */
export interface DayRule {
  /** In which years: the last days of February differ. */
  years: 'ALL' | 'LEAP' | 'COMMON';
  months: number[];
  daysOfMonth: number[];
  weekdays: number[];
}

/** What of an expression we cannot run; the message is for people. */
export class CronProblem extends Error {}

const LONGEST = 255;
const DAYS = Array.from({ length: 31 }, (_, index) => index + 1);
const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6];
/** How many days a month has, in which years; all of them together are every month once. */
const LENGTHS: { length: number; months: number[]; years: DayRule['years'] }[] = [
  { length: 31, months: [1, 3, 5, 7, 8, 10, 12], years: 'ALL' },
  { length: 30, months: [4, 6, 9, 11], years: 'ALL' },
  { length: 29, months: [2], years: 'LEAP' },
  { length: 28, months: [2], years: 'COMMON' },
];

/**
 * Reads five fields, or six with the seconds first, or a name such as `@daily`. Throws `CronProblem`. Steps may lack their base
 * (`/1`), as Zuora writes them. When days of the month and of the week are both told, without `*` in either, a day that is one
 * of them is enough (crontab(5)). Also `L`, `5L` (the last Friday) and `5#2` (the second).
 */
export function parseCron(text: string): Cron {
  if (text.length > LONGEST) throw new CronProblem(`must be at most ${String(LONGEST)} characters`);
  const given = text.trim().split(/\s+/);
  const named = given.length === 1 && text.trim().startsWith('@');
  if (!named && given.length !== 5 && given.length !== 6) {
    throw new CronProblem(
      'needs five fields (minute, hour, day of month, month, day of week), or six with the seconds first',
    );
  }
  const fields = named
    ? given
    : given.map((field) =>
        field
          .replace(/(^|,)\//g, '$1*/')
          .replace(/\bsun-sun\b/gi, 'sun')
          .replace(/-sun\b/gi, '-7'),
      );
  // The library takes these, but for a random time, and for a list of which it keeps only a part.
  if (!named && fields.some((field) => /h(?!u)/i.test(field))) throw new CronProblem('H is not supported');
  if (fields.some((field) => /w(?!e)/i.test(field))) throw new CronProblem('W, the nearest weekday, is not supported');
  const { second, minute, hour, dayOfMonth, month, dayOfWeek } = read(fields.join(' '));
  const [onlySecond] = second.values;
  if (onlySecond === undefined || second.values.length > 1) {
    throw new CronProblem('fires more often than once a minute: the seconds must be one number');
  }
  const months = [...month.values];
  const dates = dayOfMonth.values.filter((value) => typeof value === 'number');
  const ofMonth = [
    { years: 'ALL' as const, months, daysOfMonth: dates, weekdays: WEEKDAYS },
    ...(dates.length < dayOfMonth.values.length ? lastDays(1, months, WEEKDAYS) : []),
  ];
  const weekdays = dayOfWeek.values.filter((value) => typeof value === 'number').map((value) => value % 7);
  const lasts = dayOfWeek.values.filter((value) => typeof value === 'string').map((value) => parseInt(value, 10) % 7);
  const nth = dayOfWeek.nthDay;
  const ofWeek = [
    { years: 'ALL' as const, months, daysOfMonth: nth > 0 ? DAYS.slice(7 * nth - 7, 7 * nth) : DAYS, weekdays },
    ...lastDays(7, months, lasts),
  ];
  const [, , , onDates = '', , onWeekdays = ''] = fields.length === 5 ? ['', ...fields] : fields;
  const either = !named && !/[*?]/.test(onDates + onWeekdays);
  const days = either ? [...ofMonth, ...ofWeek] : ofMonth.flatMap((one) => ofWeek.flatMap((other) => both(one, other)));
  return {
    hours: [...hour.values],
    minutes: [...minute.values],
    second: onlySecond,
    days: days.map(sorted).filter((rule) => rule.months.length * rule.daysOfMonth.length * rule.weekdays.length > 0),
  };
}

function read(expression: string): ReturnType<typeof CronExpressionParser.parse>['fields'] {
  try {
    return CronExpressionParser.parse(expression).fields;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (/duplicate/i.test(text)) throw new CronProblem('names something twice in one list (0 and 7 are both Sunday)');
    const why = text.replace(/^\w+ (?=Validation error)/, '');
    throw new CronProblem(`is not a cron expression that can be run: ${why}`);
  }
}

/** The last `count` days of each of the months, as far as they are these weekdays. */
function lastDays(count: number, months: readonly number[], weekdays: number[]): DayRule[] {
  return LENGTHS.map(({ length, months: own, years }) => ({
    years,
    months: own.filter((month) => months.includes(month)),
    daysOfMonth: DAYS.slice(length - count, length),
    weekdays,
  }));
}

/** The days that are in both. */
function both(one: DayRule, other: DayRule): DayRule[] {
  if (one.years !== 'ALL' && other.years !== 'ALL' && one.years !== other.years) return [];
  const common = (field: 'months' | 'daysOfMonth' | 'weekdays'): number[] =>
    one[field].filter((value) => other[field].includes(value));
  return [
    {
      years: one.years === 'ALL' ? other.years : one.years,
      months: common('months'),
      daysOfMonth: common('daysOfMonth'),
      weekdays: common('weekdays'),
    },
  ];
}

function sorted(rule: DayRule): DayRule {
  return { ...rule, weekdays: [...new Set(rule.weekdays)].sort((a, b) => a - b) };
}
