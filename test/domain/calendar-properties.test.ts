import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastAllowed, nextAllowed } from '../../domain/calendar.js';
import type { Weekday } from '../../domain/types.js';
import { DAY, calendar, iso, t } from './support.js';

const MINUTE = 60_000;

/**
 * The same question answered by trying every minute, with the clock of Intl: where clocks change, all is decided by which
 * edge is looked at first.
 */
const CHANGES: [string, string][] = [
  ['America/New_York', '2026-03-08T07:00Z'],
  ['America/New_York', '2026-11-01T06:00Z'],
  ['Europe/Amsterdam', '2026-10-25T01:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
  ['Africa/Cairo', '2026-04-23T22:00Z'],
  ['Africa/Cairo', '2026-10-29T21:00Z'],
  // 00:01 became 23:01 of the day before.
  ['America/St_Johns', '2006-10-29T02:31Z'],
  ['Pacific/Apia', '2011-12-30T10:00Z'],
  ['Asia/Kathmandu', '2026-03-08T07:00Z'],
];

interface Question {
  zone: string;
  at: number;
  days: Weekday[];
  hours: { from: string; to: string };
}

const time = fc
  .tuple(fc.nat(23), fc.constantFrom(0, 1, 15, 30, 45))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
const questions: fc.Arbitrary<Question> = fc
  .record({
    change: fc.constantFrom(...CHANGES),
    minutes: fc.oneof(fc.integer({ min: -200, max: 200 }), fc.integer({ min: -3_000, max: 3_000 })),
    days: fc.subarray<Weekday>(['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'], { minLength: 3 }),
    hours: fc.record({ from: time, to: time }).filter(({ from, to }) => from !== to),
  })
  .map(({ change: [zone, at], minutes, ...wish }) => ({ zone, at: t(at) + minutes * MINUTE, ...wish }));

/** The minute of Sunday in St. John’s before Saturday began again, and the way back over it. */
const SHOWN_TWICE: [Question][] = [
  [
    {
      zone: 'America/St_Johns',
      at: t('2006-10-29T02:30Z'),
      days: ['TUE', 'FRI', 'SAT'],
      hours: { from: '00:00', to: '00:01' },
    },
  ],
  [
    {
      zone: 'America/St_Johns',
      at: t('2006-10-29T02:31Z'),
      days: ['WED', 'THU', 'SUN'],
      hours: { from: '01:00', to: '00:00' },
    },
  ],
];

function tried({ zone, at, days, hours }: Question, direction: 1 | -1): number {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  for (let now = at; Math.abs(now - at) < 9 * DAY; now += direction * MINUTE) {
    const [, day = '', shown = ''] = /^(\w+),? (\d\d:\d\d)$/.exec(clock.format(now)) ?? [];
    if (shown === '') throw new Error(`Not read: ${clock.format(now)}`);
    const quiet =
      hours.from < hours.to ? shown >= hours.from && shown < hours.to : shown >= hours.from || shown < hours.to;
    if (!quiet && days.some((name) => name === day.toUpperCase())) return now;
  }
  throw new Error('No allowed minute within nine days.');
}

describe('around changes of the clock', () => {
  it.each([
    ['the next allowed instant is the first minute that fits', 1 as const, nextAllowed],
    ['the last allowed instant is the last minute that fits', -1 as const, lastAllowed],
  ])('%s', (_, direction, answer) => {
    fc.assert(
      fc.property(questions, (question) => {
        const wish = calendar({ weekdays: question.days, quietHours: question.hours });
        const { at } = answer(question.at, wish, question.zone);
        expect(iso(at)).toBe(iso(tried(question, direction)));
      }),
      { numRuns: 300, examples: SHOWN_TWICE },
    );
  });
});
