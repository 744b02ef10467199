import { describe, expect, it } from 'vitest';
import { operate } from '../../domain/operate.js';
import { evaluate } from '../../domain/evaluate.js';
import { Life, calendar, customer, entry, invoiceFacts, ladder, periods, stand, t } from './support.js';

/** 10 January 2026 is a Saturday; the ladder's raw instants are 00:00 on Saturday 17, Sunday 25 January and Monday 9 February. */
const office = calendar({ sendAt: '09:00', businessDaysOnly: true });
const nights = calendar({ quietHours: { from: '20:00', to: '08:00' } });

describe('at once is the first instant that the calendar allows (S-T4)', () => {
  it('a ladder goes at the send hour of the next business day', () => {
    const life = new Life('2026-01-01', { pinned: { calendar: office } });
    expect(ladder(life.latest)).toEqual([
      '7-DAY PLANNED 2026-01-19T09:00Z',
      '15-DAY PLANNED 2026-01-26T09:00Z',
      '30-DAY PLANNED 2026-02-09T09:00Z',
    ]);
  });

  it('what is sent a little late goes all the same, what would go at night waits for the morning', () => {
    const life = new Life('2026-01-01', { pinned: { calendar: office } });
    expect(stand(life.at('2026-01-19T11:30'))).toBe('WAITING for 7-DAY at 2026-01-19T09:00Z');
    const quiet = new Life('2026-01-01', {
      pinned: { calendar: nights },
      facts: invoiceFacts({ due_date: '2026-01-10T19:00:00Z' }),
    });
    expect(stand(quiet.at('2026-01-17T19:30'))).toBe('WAITING for 7-DAY at 2026-01-17T19:00Z');
    const late = quiet.at('2026-01-17T20:30');
    expect(stand(late)).toBe('WAITING for 7-DAY at 2026-01-18T08:00Z');
    expect(late.steps[0]?.shifts.map(({ reason }) => reason)).toEqual(['delayed', 'quiet_hours']);
  });

  it('within an hour it still goes at its instant; after that, only on the day of its send hour', () => {
    const life = new Life('2026-01-01', {
      pinned: { calendar: nights },
      facts: invoiceFacts({ due_date: '2026-01-10T19:30:00Z' }),
    });
    expect(stand(life.at('2026-01-17T20:30'))).toBe('WAITING for 7-DAY at 2026-01-17T19:30Z');
    const hour = new Life('2026-01-01', { pinned: { calendar: calendar({ sendAt: '09:00' }) } });
    expect(stand(hour.at('2026-01-17T21:00'))).toBe('WAITING for 7-DAY at 2026-01-17T09:00Z');
    expect(stand(hour.at('2026-01-18T03:00'))).toBe('WAITING for 7-DAY at 2026-01-18T09:00Z');
  });

  it('what was blocked and is repaired goes at the next send hour, within its window', () => {
    const life = new Life('2026-01-01', { pinned: { calendar: office }, customer: customer({ email: null }) });
    expect(stand(life.at('2026-01-19T09:00'))).toBe('BLOCKED no_recipient until 2026-01-26T09:00Z');
    expect(stand(life.at('2026-01-20T14:00', { customer: customer() }))).toBe('WAITING for 7-DAY at 2026-01-21T09:00Z');
    expect(stand(life.at('2026-01-21T09:00'))).toBe('WAITING for 7-DAY at 2026-01-21T09:00Z');
  });

  it('a repair too late for the next send hour skips the step', () => {
    const life = new Life('2026-01-01', { pinned: { calendar: office }, customer: customer({ email: null }) });
    life.at('2026-01-19T09:00');
    const repaired = life.at('2026-01-23T14:00', { customer: customer() });
    expect(ladder(repaired)[0]).toBe('7-DAY SKIPPED delivery_window_passed');
    expect(stand(repaired)).toBe('WAITING for 15-DAY at 2026-01-26T09:00Z');
  });

  it('a provider that is tried again by itself is not a repair: the day and the hours have to be right, not the minute', () => {
    const life = new Life('2026-01-01', { pinned: { calendar: office } });
    life.at('2026-01-19T09:00');
    const refused = entry('BLOCKED', { reason: 'provider_refused', retryAt: t('2026-01-19T09:10') });
    expect(stand(life.ledger('2026-01-19T09:00', '7-DAY', refused))).toMatch(/^BLOCKED provider_refused/);
    expect(stand(life.at('2026-01-19T09:10'))).toBe('WAITING for 7-DAY at 2026-01-19T09:00Z');
  });

  it('a hold that ends on a Saturday lets the newest rung go on Monday', () => {
    const life = new Life('2026-01-01', { pinned: { calendar: office } });
    life.at('2026-01-18', { holds: [{ until: t('2026-01-31T12:00') }] });
    const after = life.at('2026-01-31T12:00');
    expect(ladder(after)).toEqual([
      '7-DAY SKIPPED superseded',
      '15-DAY PLANNED 2026-02-02T09:00Z',
      '30-DAY PLANNED 2026-02-09T09:00Z',
    ]);
    expect(after.steps[1]?.shifts.map(({ reason }) => reason)).toEqual([
      'send_at',
      'weekend',
      'hold_ended',
      'send_at',
      'weekend',
    ]);
  });

  it('a hold that ends so late that the calendar brings the rung to the next one lets only that go', () => {
    const life = new Life('2026-01-01', { pinned: { calendar: office } });
    life.at('2026-01-18', { holds: [{ until: t('2026-02-07T12:00') }] });
    expect(ladder(life.at('2026-02-07T12:00'))).toEqual([
      '7-DAY SKIPPED superseded',
      '15-DAY SKIPPED superseded',
      '30-DAY PLANNED 2026-02-09T09:00Z',
    ]);
  });

  it('an operator’s wish goes in the middle of the night', () => {
    const life = new Life('2026-01-01', { pinned: { calendar: office } });
    life.at('2026-01-10T03:00');
    const sent = operate(life.context, { kind: 'SEND_NOW', period: null, as: 'REPLACE' }, null);
    if ('refused' in sent) throw new Error(sent.refused);
    expect(stand(evaluate(sent.context))).toBe('WAITING for 7-DAY at 2026-01-10T03:00Z');
  });

  it('a calendar that opens once a week never brings two rungs to one instant', () => {
    const mondays = calendar({ sendAt: '09:00', weekdays: ['MON'] });
    const life = new Life('2026-01-01', { pinned: { calendar: mondays, periods: periods('1 DAY', '2 DAY', '3 DAY') } });
    expect(ladder(life.latest)).toEqual([
      '1-DAY SKIPPED superseded',
      '2-DAY PLANNED 2026-01-12T09:00Z',
      '3-DAY PLANNED 2026-01-19T09:00Z',
    ]);
  });
});
