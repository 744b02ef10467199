import { describe, expect, it } from 'vitest';
import { nextAllowed } from '../../domain/calendar.js';
import { plan } from '../../domain/plan.js';
import { addDays, localDate } from '../../domain/zone.js';
import { calendar, periods, t } from './support.js';

const ZONE = 'America/New_York';
/** Only Mondays, and the next 366 of them are holidays. */
const dates = Array.from({ length: 366 }, (_, week) => addDays('2026-01-05', 7 * week));
const shut = calendar({ weekdays: ['MON'], holidays: { countries: [], dates } });
const firstOpen = addDays('2026-01-05', 7 * 366);

describe('a calendar that is shut for years', () => {
  it('finds the first open day, and tells of it in a few moves that follow each other', () => {
    const { at, shifts } = nextAllowed(t('2026-01-01T12:00'), shut, ZONE);
    expect(localDate(at, ZONE)).toBe(firstOpen);
    expect(shifts.length).toBeGreaterThan(0);
    expect(shifts.length).toBeLessThanOrEqual(30);
    expect(shifts[0]?.from).toBe(t('2026-01-01T12:00'));
    expect(shifts.at(-1)?.to).toBe(at);
    for (const [index, shift] of shifts.slice(1).entries()) expect(shift.from).toBe(shifts[index]?.to);
  });

  it('plans a ladder of fifty rungs with at most thirty moves each', () => {
    const rungs = plan({
      anchorAt: t('2026-01-01T12:00'),
      periods: periods(...Array.from({ length: 50 }, (_, index) => `${String(index + 1)} DAY`)),
      direction: 1,
      zone: ZONE,
      latePolicy: 'LATEST',
      calendar: shut,
      now: t('2025-12-01'),
    });
    expect(rungs).toHaveLength(50);
    for (const { plannedAt, shifts } of rungs) {
      expect(localDate(plannedAt, ZONE)).toBe(firstOpen);
      expect(shifts.length).toBeLessThanOrEqual(30);
    }
  });
});
