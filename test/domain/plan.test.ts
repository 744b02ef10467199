import { describe, expect, it } from 'vitest';
import { plan, stepId, type LatePolicy, type PlannedStep } from '../../domain/plan.js';
import { iso, periods, t } from './support.js';

interface Wish {
  anchor: string;
  ladder: string[];
  now: string;
  zone?: string;
  direction?: 1 | -1;
  latePolicy?: LatePolicy;
}

function planned({ anchor, ladder, now, zone = 'UTC', direction = 1, latePolicy = 'LATEST' }: Wish): PlannedStep[] {
  return plan({
    anchorAt: t(anchor),
    periods: periods(...ladder),
    direction,
    zone,
    latePolicy,
    calendar: null,
    now: t(now),
  });
}

/** `28-DAY+4-WEEK 2026-02-07T00:00Z`, `7-DAY superseded`, `15-DAY late 2026-02-01T00:00Z`. */
function lines(wish: Wish): string[] {
  return planned(wish).map(({ periods: own, plannedAt, skipped, late }) => {
    const name = own.map((period) => stepId([period])).join('+');
    return `${name} ${skipped ?? `${late ? 'late ' : ''}${iso(plannedAt) ?? ''}`}`;
  });
}

const early = '2026-01-01T00:00';

describe('the ladder', () => {
  it('stands in the order of its instants, whatever the order it was written in', () => {
    expect(lines({ anchor: '2026-01-10', ladder: ['30 DAY', '0 DAY', '1 WEEK', '1 YEAR'], now: early })).toEqual([
      '0-DAY 2026-01-10T00:00Z',
      '1-WEEK 2026-01-17T00:00Z',
      '30-DAY 2026-02-09T00:00Z',
      '1-YEAR 2027-01-10T00:00Z',
    ]);
  });

  it('leads up to its anchor when the variant announces', () => {
    expect(
      lines({ anchor: '2026-03-31T09:00', ladder: ['1 DAY', '1 MONTH', '0 DAY'], now: early, direction: -1 }),
    ).toEqual(['1-MONTH 2026-02-28T09:00Z', '1-DAY 2026-03-30T09:00Z', '0-DAY 2026-03-31T09:00Z']);
  });
});

describe('two periods with one instant (S-D2)', () => {
  it('are one step named after the first', () => {
    const ladder = ['28 DAY', '4 WEEK'];
    expect(lines({ anchor: '2026-01-10', ladder, now: early })).toEqual(['28-DAY+4-WEEK 2026-02-07T00:00Z']);
    const [step] = planned({ anchor: '2026-01-10', ladder: ladder.toReversed(), now: early });
    expect(stepId(step?.periods ?? [])).toBe('4-WEEK');
  });

  it('1 MONTH and 30 DAY are one in April and two in January', () => {
    const ladder = ['1 MONTH', '30 DAY'];
    expect(lines({ anchor: '2026-04-10', ladder, now: early })).toEqual(['1-MONTH+30-DAY 2026-05-10T00:00Z']);
    expect(lines({ anchor: '2026-01-10', ladder, now: early })).toEqual([
      '30-DAY 2026-02-09T00:00Z',
      '1-MONTH 2026-02-10T00:00Z',
    ]);
  });

  it('are one where the zone skips a date: Apia had no 30 December 2011', () => {
    const wish = { anchor: '2011-12-29T09:00-10:00', ladder: ['1 DAY', '2 DAY'], now: '2011-12-01' };
    expect(lines({ ...wish, zone: 'Pacific/Apia' })).toEqual(['1-DAY+2-DAY 2011-12-30T19:00Z']);
    expect(lines({ ...wish, zone: 'Pacific/Honolulu' })).toHaveLength(2);
  });
});

describe('steps in the past (S-T4)', () => {
  const past = { anchor: '2026-01-10', ladder: ['7 DAY', '15 DAY', '30 DAY'], now: '2026-01-26T10:00' };

  it('LATEST sends the newest at once and supersedes the older ones', () => {
    expect(lines({ ...past, latePolicy: 'LATEST' })).toEqual([
      '7-DAY superseded',
      '15-DAY late 2026-01-26T10:00Z',
      '30-DAY 2026-02-09T00:00Z',
    ]);
  });

  it('ALL sends every one at once, in the order of the ladder', () => {
    expect(lines({ ...past, latePolicy: 'ALL' })).toEqual([
      '7-DAY late 2026-01-26T10:00Z',
      '15-DAY late 2026-01-26T10:00Z',
      '30-DAY 2026-02-09T00:00Z',
    ]);
  });

  it('NONE sends none of them', () => {
    expect(lines({ ...past, latePolicy: 'NONE' })).toEqual(['7-DAY late', '15-DAY late', '30-DAY 2026-02-09T00:00Z']);
    expect(planned({ ...past, latePolicy: 'NONE' }).map(({ late }) => late)).toEqual([false, false, false]);
  });

  it.each<[LatePolicy]>([['LATEST'], ['ALL'], ['NONE']])(
    '%s: a step whose instant is exactly now is not late',
    (policy) => {
      expect(lines({ ...past, ladder: ['15 DAY'], now: '2026-01-25', latePolicy: policy })).toEqual([
        '15-DAY 2026-01-25T00:00Z',
      ]);
    },
  );

  it('a step whose instant was a millisecond ago is late', () => {
    expect(lines({ ...past, ladder: ['15 DAY'], now: '2026-01-25T00:00:00.001', latePolicy: 'NONE' })).toEqual([
      '15-DAY late',
    ]);
  });

  it('records the raw instant and the move of a late step', () => {
    const step = planned(past)[1];
    expect(step).toMatchObject({
      rawAt: t('2026-01-25'),
      plannedAt: t(past.now),
      shifts: [{ from: t('2026-01-25'), to: t(past.now), reason: 'late' }],
    });
    expect(planned(past)[2]).toMatchObject({ shifts: [], late: false });
  });

  it('all in the past: only the last one goes', () => {
    expect(lines({ ...past, now: '2027-01-01' })).toEqual([
      '7-DAY superseded',
      '15-DAY superseded',
      '30-DAY late 2027-01-01T00:00Z',
    ]);
  });

  it('LATEST does not send a late step beside the one that is due this very moment', () => {
    expect(lines({ ...past, now: '2026-01-25' })).toEqual([
      '7-DAY superseded',
      '15-DAY 2026-01-25T00:00Z',
      '30-DAY 2026-02-09T00:00Z',
    ]);
  });
});

describe('steps that announce something (S-T4)', () => {
  const trial = { anchor: '2026-03-31T09:00', ladder: ['7 DAY', '1 DAY', '0 DAY'], direction: -1 as const };

  it.each<[LatePolicy]>([['LATEST'], ['ALL'], ['NONE']])('%s: go no more once the anchor has passed', (latePolicy) => {
    expect(lines({ ...trial, now: '2026-03-31T09:00:00.001', latePolicy })).toEqual([
      '7-DAY anchor_passed',
      '1-DAY anchor_passed',
      '0-DAY anchor_passed',
    ]);
  });

  it('at the very instant of the anchor it has not passed', () => {
    expect(lines({ ...trial, now: trial.anchor }).at(-1)).toBe('0-DAY 2026-03-31T09:00Z');
  });

  it('before the anchor the newest late one goes at once', () => {
    expect(lines({ ...trial, now: '2026-03-30T12:00' })).toEqual([
      '7-DAY superseded',
      '1-DAY late 2026-03-30T12:00Z',
      '0-DAY 2026-03-31T09:00Z',
    ]);
  });
});
