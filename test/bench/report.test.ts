import { describe, expect, it } from 'vitest';
import { evaluateGoals, goalsLine } from '../../bench/goals.js';
import { CONTESTANT, MEASURE, STORE } from '../../bench/names.js';
import { percentile, type BenchResult } from '../../bench/result.js';

const line = (measure: string, contestant: string, median: number, more: Partial<BenchResult> = {}): BenchResult => ({
  measure,
  contestant,
  engine: 'none',
  n: 10_000,
  unit: '',
  median,
  min: median,
  max: median,
  ...more,
});

const { lane, oneByOne, floor, pgBoss, compose } = CONTESTANT;
const dev = { engine: 'dev' };

/** Results with which every goal just holds. */
const just = (): BenchResult[] => [
  line(MEASURE.acceptRate, lane, 3_000),
  line(MEASURE.acceptRate, pgBoss, 1_000),
  line(MEASURE.acceptP99, lane, 5),
  line(MEASURE.acceptP99, pgBoss, 10),
  line(MEASURE.isolatedP50, lane, 45, dev),
  line(MEASURE.isolatedP50, floor, 20, dev),
  line(MEASURE.isolatedP99, lane, 200, dev),
  line(MEASURE.isolatedP99, floor, 100, dev),
  line(MEASURE.isolatedMin, lane, 0, dev),
  line(MEASURE.burstRate, oneByOne, 85, dev),
  line(MEASURE.burstRate, floor, 100, dev),
  line(MEASURE.burstTime, lane, 7, dev),
  line(MEASURE.burstTime, pgBoss, 10),
  line(MEASURE.burstRate, lane, 900, dev),
  line(MEASURE.burstRate, compose, 1_000),
  line(MEASURE.burstIsolated, lane, 2_000, dev),
  line(MEASURE.events, lane, 17, dev),
  line(MEASURE.eventsDelayed, lane, 12, dev),
  line(MEASURE.workerMemory, lane, 1_024, { n: 100_000, ...dev }),
  line(`${MEASURE.storeBytes}: ${STORE.postgres}`, lane, 2_048, { n: 100_000, ...dev }),
  line(MEASURE.explain, lane, 5, { n: 1_000_000 }),
];

describe('the goals', () => {
  it('hold at their limits, all nine', () => {
    const goals = evaluateGoals(just());
    expect(goals.filter(({ holds }) => !holds)).toEqual([]);
    expect(goalsLine(goals)).toBe('goals: 9 of 9 hold');
  });

  it('do not hold when nothing was measured', () => {
    const goals = evaluateGoals([]);
    expect(goals.map(({ value, holds }) => [value, holds])).toEqual(Array.from({ length: 9 }, () => [null, false]));
    expect(goalsLine(goals)).toBe('goals: 0 of 9 hold');
  });

  it.each(just().map((one, index): [string, number] => [`${one.measure} of ${one.contestant}`, index]))(
    'one does not hold without %s',
    (_, index) => {
      const goals = evaluateGoals(just().toSpliced(index, 1));
      expect(goals.filter(({ holds }) => !holds)).toMatchObject([{ value: null }]);
    },
  );

  it('are judged by the worst engine', () => {
    const results = [
      ...just(),
      line(MEASURE.burstRate, oneByOne, 80, { engine: 'postgres', n: 2_000 }),
      line(MEASURE.burstRate, floor, 100, { engine: 'postgres', n: 2_000 }),
    ];
    expect(evaluateGoals(results).filter(({ holds }) => !holds)).toMatchObject([{ value: 0.8 }]);
  });

  it('are not reached by less work than they ask for', () => {
    const fewer = just().map((one) => ({ ...one, n: Math.min(one.n, 10_000) }));
    expect(evaluateGoals(fewer).filter(({ holds }) => !holds)).toMatchObject([
      { measure: 'worker memory, 100,000 asleep', value: null },
      { measure: 'explain one run of 1,000,000', value: null },
    ]);
  });

  it('do not hold when a reminder came early', () => {
    const early = just().map((one) => (one.measure === MEASURE.isolatedMin ? { ...one, min: -1 } : one));
    expect(evaluateGoals(early).filter(({ holds }) => !holds)).toMatchObject([{ value: { earliest: -1 } }]);
  });
});

describe('percentile', () => {
  it('is the nearest rank', () => {
    const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0, 0.5, 0.99, 1].map((share) => percentile(samples, share))).toEqual([1, 50, 99, 100]);
    expect(percentile([], 0.5)).toBeNaN();
  });
});
