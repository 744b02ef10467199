import { describe, expect, it } from 'vitest';
import type { Action, Step } from '../../domain/run.js';
import { deliveryWindow } from '../../domain/window.js';
import { DAY, Life, action, customer, iso, ladder, periods, stand, t, trialFacts } from './support.js';

const nobody = customer({ email: null });
const step = (id: string, plannedAt: string, rest: Partial<Step> = {}): Step => ({
  id,
  kind: 'RUNG',
  periods: [],
  rawAt: t(plannedAt),
  plannedAt: t(plannedAt),
  shifts: [],
  status: 'PLANNED',
  reason: null,
  late: false,
  sentAt: null,
  ledger: [],
  ...rest,
});

describe('how long a step may still go (S-T7)', () => {
  const window = (own: Step, others: Step[], direction: 1 | -1 = 1, anchor = '2026-01-10'): [string | null, string] => {
    const { endsAt, reason } = deliveryWindow(own, [own, ...others], direction, t(anchor));
    return [Number.isFinite(endsAt) ? iso(endsAt) : 'never', reason];
  };
  const first = step('a', '2026-01-11');

  it('until the next step is due, at most seven days', () => {
    expect(window(first, [step('b', '2026-01-14')])).toEqual(['2026-01-14T00:00Z', 'delivery_window_passed']);
    expect(window(first, [step('b', '2026-02-14')])).toEqual(['2026-01-18T00:00Z', 'delivery_window_passed']);
    expect(window(first, [])).toEqual(['2026-01-18T00:00Z', 'delivery_window_passed']);
  });

  it('the next step is one that can still go', () => {
    const over = step('b', '2026-01-12', { status: 'SKIPPED', reason: 'superseded' });
    expect(window(first, [over, step('c', '2026-01-15', { status: 'BLOCKED' })])[0]).toBe('2026-01-15T00:00Z');
  });

  it('counts from when a late step was decided, not from its raw instant', () => {
    const late = step('a', '2026-05-01T10:00', { rawAt: t('2026-01-11'), late: true });
    expect(window(late, [])[0]).toBe('2026-05-08T10:00Z');
  });

  it('what announces ends with its anchor, and on the anchor a day later', () => {
    const end = '2026-01-13T12:00';
    expect(window(first, [], -1, end)).toEqual(['2026-01-13T12:00Z', 'anchor_passed']);
    expect(window(step('a', end), [], -1, end)).toEqual(['2026-01-14T12:00Z', 'anchor_passed']);
    expect(window(first, [], -1, '2026-03-01')).toEqual(['2026-01-18T00:00Z', 'delivery_window_passed']);
  });

  it('what the blast guard holds ends only with its successor', () => {
    const held = { ...first, status: 'BLOCKED' as const, reason: 'blast_guard' as const };
    expect(window(held, [])).toEqual(['never', 'superseded']);
    expect(window(held, [step('b', '2026-02-14')])).toEqual(['2026-02-14T00:00Z', 'superseded']);
  });
});

describe('the delivery window of an integration (S-T7)', () => {
  const within = (text: string, id = 'wact_1', rest: Partial<Action> = {}): Action =>
    action(id, { deliveryWindow: periods(text)[0] ?? null, ...rest });

  it.each([
    ['1 DAY', '2026-01-18T00:00Z'],
    ['2 WEEK', '2026-01-25T00:00Z'],
  ])('%s: blocked until %s, and the next step ends it', (text, until) => {
    const life = new Life('2026-01-09T10:00', { customer: nobody, actions: [within(text)] });
    expect(stand(life.at('2026-01-17T00:00'))).toBe(`BLOCKED no_recipient until ${until}`);
    expect(ladder(life.at(until, { customer: customer() }))[0]).toBe('7-DAY SKIPPED delivery_window_passed');
  });

  it('is longer than seven days when it says so', () => {
    const pinned = { periods: periods('7 DAY') };
    const life = new Life('2026-01-09T10:00', { customer: nobody, pinned, actions: [within('1 MONTH')] });
    expect(stand(life.at('2026-01-17T00:00'))).toBe('BLOCKED no_recipient until 2026-02-17T00:00Z');
  });

  it('is each action’s own: one that is over does not end the step for the other', () => {
    const held = { needsPdf: true };
    const actions = [within('1 DAY', 'a', held), within('3 DAY', 'b', held)];
    const life = new Life('2026-01-09T10:00', { actions });
    expect(stand(life.at('2026-01-17T00:00'))).toBe('BLOCKED no_pdf until 2026-01-20T00:00Z');
    const onlyFirst = [within('1 DAY', 'a'), within('3 DAY', 'b', held)];
    expect(stand(life.at('2026-01-18T00:00', { actions: onlyFirst }))).toBe('BLOCKED no_pdf until 2026-01-20T00:00Z');
    const both = [within('1 DAY', 'a'), within('3 DAY', 'b')];
    expect(stand(life.at('2026-01-19T00:00', { actions: both }))).toBe('WAITING for 7-DAY at 2026-01-17T00:00Z');
  });
});

describe('a step that could not go in time', () => {
  it('goes until the last millisecond of its window, and not at its end', () => {
    const life = new Life('2026-01-09T10:00', { customer: nobody });
    expect(stand(life.at('2026-01-17T00:00'))).toBe('BLOCKED no_recipient until 2026-01-24T00:00Z');
    expect(stand(life.at('2026-01-23T23:59:59.999', { customer: customer() }))).toBe(
      'WAITING for 7-DAY at 2026-01-17T00:00Z',
    );
    expect(ladder(life.at('2026-01-24T00:00'))).toEqual([
      '7-DAY SKIPPED delivery_window_passed',
      '15-DAY PLANNED 2026-01-25T00:00Z',
      '30-DAY PLANNED 2026-02-09T00:00Z',
    ]);
  });

  it('gives way to the next step at the instant that is due', () => {
    const life = new Life('2026-01-09T10:00', { pinned: { periods: periods('7 DAY', '10 DAY') }, customer: nobody });
    expect(stand(life.at('2026-01-17T00:00'))).toBe('BLOCKED no_recipient until 2026-01-20T00:00Z');
    const back = life.at('2026-01-20T00:00', { customer: customer() });
    expect(stand(back)).toBe('WAITING for 10-DAY at 2026-01-20T00:00Z');
    expect(ladder(back)[0]).toBe('7-DAY SKIPPED delivery_window_passed');
  });

  it('is not sent weeks later when everything was down for a month', () => {
    const life = new Life('2026-01-09T10:00');
    const after = life.at('2026-02-20T00:00');
    expect(stand(after)).toBe('COMPLETED');
    expect(after.steps.map(({ reason }) => reason)).toEqual(Array(3).fill('delivery_window_passed'));
  });

  it('a late step has seven days from the moment it was decided', () => {
    const life = new Life('2026-06-01T10:00', { customer: nobody });
    expect(stand(life.latest)).toBe('BLOCKED no_recipient until 2026-06-08T10:00Z');
    expect(stand(life.at('2026-06-08T09:59', { customer: customer() }))).toBe(
      'WAITING for 30-DAY at 2026-06-01T10:00Z',
    );
    expect(stand(life.at('2026-06-08T10:00'))).toBe('COMPLETED');
  });

  it('announces no trial that is over', () => {
    const end = t('2026-03-10T12:00');
    const life = new Life('2026-03-01T00:00', {
      pinned: { variant: 'FREE_TRIAL_REMINDER', periods: periods('3 DAY', '0 DAY') },
      facts: trialFacts(end),
      actions: [action()],
      customer: nobody,
    });
    expect(stand(life.at('2026-03-07T12:00'))).toBe('BLOCKED no_recipient until 2026-03-10T12:00Z');
    expect(stand(life.at('2026-03-10T12:00'))).toBe('BLOCKED no_recipient until 2026-03-11T12:00Z');
    const over = life.at(iso(end + DAY) ?? '', { customer: customer() });
    expect(stand(over)).toBe('COMPLETED');
    expect(ladder(over)).toEqual(['3-DAY SKIPPED delivery_window_passed', '0-DAY SKIPPED anchor_passed']);
  });
});
