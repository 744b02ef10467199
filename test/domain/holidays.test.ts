import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { holidayOn, isHolidayCountry } from '../../domain/holidays.js';

describe('public holidays', () => {
  it.each([
    ['2026-12-25', 'NL', 'Christmas Day, NL'],
    ['2026-12-25', 'US', 'Christmas Day, US'],
    ['2026-12-26', 'NL', 'Boxing Day, NL'],
    ['2026-12-26', 'US', null],
    ['2026-04-27', 'NL', 'King’s Day, NL'],
    ['2026-04-06', 'NL', 'Easter Monday, NL'],
    ['2026-11-26', 'US', 'Thanksgiving Day, US'],
    ['2026-06-04', 'DE-BY', 'Corpus Christi, DE-BY'],
    ['2026-06-04', 'DE', null],
    ['2026-06-04', 'DE-BE', null],
    ['2026-08-31', 'GB-ENG', 'Summer bank holiday, GB-ENG'],
    ['2026-07-14', 'FR', 'Bastille Day, FR'],
    // Observances, school holidays and days off of banks are days of work.
    ['2026-12-31', 'NL', null],
    ['2026-12-05', 'NL', null],
    ['2026-02-14', 'US', null],
    ['2026-05-10', 'DE', null],
  ])('%s in %s: %s', (date, country, name) => {
    expect(holidayOn(date, [country])?.replace("'", '’') ?? null).toBe(name);
  });

  it.each([
    // 1 January 2022 was a Saturday: observed on the Friday before, in the year before.
    ['2021-12-31', 'US', true],
    ['2022-01-01', 'US', true],
    ['2022-12-26', 'US', true],
    // Christmas 2021 fell on a weekend: Monday and Tuesday instead.
    ['2021-12-27', 'GB', true],
    ['2021-12-28', 'GB', true],
    ['2021-12-29', 'GB', false],
    // Germany's Christmas Eve begins at 14:00.
    ['2026-12-24', 'DE', false],
    // Ramazan Bayramı 2026: its eve from 13:00, then three whole days.
    ['2026-03-19', 'TR', false],
    ['2026-03-20', 'TR', true],
    ['2026-03-22', 'TR', true],
    ['2026-03-23', 'TR', false],
    // Russia's New Year is one long holiday that is written once.
    ['2026-01-06', 'RU', true],
  ])('observed and part days: %s in %s: %s', (date, country, is) => {
    expect(holidayOn(date, [country]) !== null).toBe(is);
  });

  it('of several countries the first that has one names it', () => {
    expect(holidayOn('2026-12-25', ['US', 'NL'])).toBe('Christmas Day, US');
    expect(holidayOn('2026-11-26', ['NL', 'US'])).toBe('Thanksgiving Day, US');
    expect(holidayOn('2026-12-25', [])).toBeNull();
  });

  it.each(['Pacific/Auckland', 'America/Los_Angeles', 'Asia/Kathmandu'])('are the same on a host in %s', (zone) => {
    const script = `
      import { holidayOn } from './domain/holidays.ts';
      const found = [];
      for (let day = Date.UTC(2025, 11, 20); day < Date.UTC(2027, 0, 10); day += 86400000) {
        const date = new Date(day).toISOString().slice(0, 10);
        for (const country of ['NL', 'US', 'DE-BY', 'IL', 'TR', 'CN', 'IN', 'EU', 'RU', 'NZ']) {
          const name = holidayOn(date, [country]);
          if (name) found.push(date + ' ' + name);
        }
      }
      console.log(JSON.stringify(found));`;
    const on = (tz: string): string[] =>
      JSON.parse(
        execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
          env: { ...process.env, TZ: tz },
          encoding: 'utf8',
          timeout: 60_000,
        }),
      ) as string[];
    const there = on(zone);
    expect(there).toEqual(on('UTC'));
    expect(there.length).toBeGreaterThan(50);
  });
});

describe('countries', () => {
  it.each(['NL', 'US', 'US-CA', 'DE-BY', 'DE-BY-A', 'GB-ENG'])('%s is known', (text) => {
    expect(isHolidayCountry(text)).toBe(true);
  });

  it.each(['', 'XX', 'nl', 'NLD', 'NL-', 'DE-XX', 'DE-BY-ZZ', 'DE-BY-A-B', 'constructor', 'DE-constructor', 'DE_BY'])(
    '%j is not',
    (text) => {
      expect(isHolidayCountry(text)).toBe(false);
    },
  );
});
