import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../domain/calendar.js';
import { plan, stepId, type LatePolicy } from '../../domain/plan.js';
import { Life, calendar, iso, ladder, periods, stand, t, walletFacts, walletTerms } from './support.js';

interface Wish {
  anchor: string;
  days: number[];
  now: string;
  calendar: Partial<Calendar>;
  direction?: 1 | -1;
  latePolicy?: LatePolicy;
}

const planned = ({ anchor, days, now, calendar: wish, direction = 1, latePolicy = 'LATEST' }: Wish) =>
  plan({
    anchorAt: t(anchor),
    periods: periods(...days.map((value) => `${String(value)} DAY`)),
    direction,
    zone: 'UTC',
    latePolicy,
    calendar: calendar(wish),
    now: t(now),
  });

/** `7-DAY 2026-01-19T09:00Z`, `15-DAY late …`, `30-DAY superseded`. */
const lines = (wish: Wish): string[] =>
  planned(wish).map(({ periods: own, plannedAt, skipped, late }) => {
    return `${stepId(own)} ${skipped ?? `${late ? 'late ' : ''}${iso(plannedAt) ?? ''}`}`;
  });

/** 17 January 2026 is a Saturday, the 19th a Monday. */
const business: Partial<Calendar> = { businessDaysOnly: true, sendAt: '09:00' };
const due = { anchor: '2026-01-10', calendar: business };
const early = '2026-01-01';

describe('after the anchor', () => {
  it('a step goes at the first allowed instant from its own', () => {
    expect(lines({ ...due, days: [7, 10], now: early })).toEqual([
      '7-DAY 2026-01-19T09:00Z',
      '10-DAY 2026-01-20T09:00Z',
    ]);
  });

  it('is not late while the allowed instant is ahead, though its own has passed', () => {
    const [step] = planned({ ...due, days: [7], now: '2026-01-18T12:00', latePolicy: 'NONE' });
    expect(step).toMatchObject({ skipped: null, late: false, plannedAt: t('2026-01-19T09:00') });
  });

  it('is late a millisecond after the allowed instant, and goes at the next', () => {
    const wish = { ...due, days: [7], now: '2026-01-19T09:00:00.001' };
    expect(lines(wish)).toEqual(['7-DAY late 2026-01-20T09:00Z']);
    expect(planned(wish)[0]?.shifts.map(({ to, reason }) => `${reason} ${iso(to) ?? ''}`)).toEqual([
      'late 2026-01-19T09:00:00.001Z',
      'send_at 2026-01-20T09:00Z',
    ]);
    expect(lines({ ...wish, latePolicy: 'NONE' })).toEqual(['7-DAY late']);
  });

  it('going back before another, by the seconds of a whole minute, takes its place', () => {
    const wish = { anchor: '2026-01-08T23:59:30', days: [1, 2], now: early };
    expect(lines({ ...wish, calendar: { businessDaysOnly: true, shift: 'PREVIOUS' } })).toEqual([
      '1-DAY superseded',
      '2-DAY 2026-01-09T23:59Z',
    ]);
  });

  it('going back it stops at the day it is due: then it goes on', () => {
    // Due on Saturday the 10th: Friday would be before it.
    const back = { ...due, calendar: { ...business, shift: 'PREVIOUS' as const } };
    expect(lines({ ...back, days: [0, 7], now: early })).toEqual([
      '0-DAY 2026-01-12T09:00Z',
      '7-DAY 2026-01-16T09:00Z',
    ]);
  });
});

describe('before the anchor', () => {
  /** A trial that ends on Monday 19 January at noon. */
  const trial = { anchor: '2026-01-19T12:00', calendar: business, direction: -1 as const };

  it('a step goes at the last allowed instant up to its own', () => {
    expect(lines({ ...trial, days: [3, 1, 0], now: early })).toEqual([
      '3-DAY superseded',
      '1-DAY 2026-01-16T09:00Z',
      '0-DAY 2026-01-19T09:00Z',
    ]);
  });

  it('never before now: while its own instant is ahead it goes on, and is not late', () => {
    const [step] = planned({ ...trial, anchor: '2026-01-20T12:00', days: [2], now: '2026-01-17T10:00' });
    expect(step).toMatchObject({ skipped: null, late: false, plannedAt: t('2026-01-19T09:00') });
    expect(step?.shifts.map(({ reason, to }) => `${reason} ${iso(to) ?? ''}`)).toEqual(['send_at 2026-01-19T09:00Z']);
  });

  it('is passed when the next allowed instant is no longer before the anchor', () => {
    const sunday = { ...trial, anchor: '2026-01-18T12:00' };
    expect(lines({ ...sunday, days: [1], now: '2026-01-17T10:00' })).toEqual(['1-DAY anchor_passed']);
    // The step on the anchor itself has a day: Monday 09:00 is within it, Monday after a Saturday is not.
    expect(lines({ ...sunday, days: [0], now: '2026-01-17T10:00' })).toEqual(['0-DAY 2026-01-19T09:00Z']);
    expect(lines({ ...sunday, anchor: '2026-01-17T08:00', days: [0], now: '2026-01-16T10:00' })).toEqual([
      '0-DAY anchor_passed',
    ]);
  });
});

describe('steps that come to one instant (S-D2)', () => {
  it('the later rung goes', () => {
    expect(lines({ ...due, days: [6, 7, 8, 9], now: early })).toEqual([
      '6-DAY 2026-01-16T09:00Z',
      '7-DAY superseded',
      '8-DAY superseded',
      '9-DAY 2026-01-19T09:00Z',
    ]);
  });

  it.each<[LatePolicy, string[]]>([
    ['ALL', ['1-DAY late 2026-01-17T10:00Z', '2-DAY late 2026-01-17T10:00Z', '30-DAY 2026-02-09T00:00Z']],
    ['LATEST', ['1-DAY superseded', '2-DAY late 2026-01-17T10:00Z', '30-DAY 2026-02-09T00:00Z']],
  ])('late ones under %s', (latePolicy, expected) => {
    expect(lines({ ...due, calendar: {}, days: [1, 2, 30], now: '2026-01-17T10:00', latePolicy })).toEqual(expected);
  });

  it('late ones under ALL go beside each other, but not beside one on time', () => {
    const wish = { ...due, now: '2026-01-17T10:00', latePolicy: 'ALL' as const };
    expect(lines({ ...wish, days: [1, 2] })).toEqual(['1-DAY late 2026-01-19T09:00Z', '2-DAY late 2026-01-19T09:00Z']);
    expect(lines({ ...wish, days: [1, 2, 8] })).toEqual([
      '1-DAY superseded',
      '2-DAY superseded',
      '8-DAY 2026-01-19T09:00Z',
    ]);
  });
});

describe('the life of a run with a calendar', () => {
  const pinned = { calendar: calendar(business) };

  it('a late start at night goes in the morning, and waits until then', () => {
    const life = new Life('2026-01-26T22:00', { pinned });
    expect(stand(life.latest)).toBe('WAITING for 15-DAY at 2026-01-27T09:00Z');
    life.sends('2026-01-27T09:00', '15-DAY');
    expect(ladder(life.latest)).toEqual([
      '7-DAY SKIPPED superseded',
      '15-DAY DONE',
      '30-DAY PLANNED 2026-02-09T09:00Z',
    ]);
  });

  it('a single step by hand goes at once, whatever the calendar says (S-T4)', () => {
    const manual = { ...pinned, periods: periods('7 DAY'), singleStepManual: true };
    const life = new Life('2026-01-17T22:00', { run: { type: 'MANUAL' }, pinned: manual });
    expect(stand(life.latest)).toBe('WAITING for 7-DAY at 2026-01-17T22:00Z');
  });

  it('a variant of one step goes when the calendar allows, late or not', () => {
    const wallet = {
      pinned: { ...pinned, variant: 'WALLET_BALANCE' as const, periods: [] },
      facts: walletFacts('1'),
      terms: walletTerms({ amount: { quantity: '10', currency: 'EUR' } }),
    };
    const crossing = { run: { occurredAt: t('2026-01-17T22:00') } };
    expect(stand(new Life('2026-01-17T22:00', { ...wallet, ...crossing }).latest)).toBe(
      'WAITING for anchor at 2026-01-19T09:00Z',
    );
    const late = new Life('2026-01-18T10:00', { ...wallet, ...crossing }).latest;
    expect(late.steps[0]?.shifts.map(({ reason }) => reason)).toEqual(['late', 'send_at']);
    expect(stand(late)).toBe('WAITING for anchor at 2026-01-19T09:00Z');
  });
});
