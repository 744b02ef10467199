import { CONTESTANT, MEASURE, STORE } from './names.js';
import type { BenchResult } from './result.js';

export interface Goal {
  measure: string;
  goal: string;
  /** What was reached: one figure, or several by name; null = not measured. */
  value: number | Record<string, number> | null;
  holds: boolean;
}

type Results = readonly BenchResult[];
type Value = Goal['value'];

interface Rule {
  measure: string;
  goal: string;
  value: (results: Results) => Value;
  holds: (figures: Record<string, number>) => boolean;
}

const { lane, oneByOne, floor, pgBoss, compose } = CONTESTANT;

const RULES: readonly Rule[] = [
  {
    measure: 'accept through HTTP with auth, 32 in flight, one run of three steps each',
    goal: '≥ 3 × pg-boss send called directly; p99 ≤ half of its p99',
    value: (results) =>
      all({
        rate: ratio(results, MEASURE.acceptRate, lane, pgBoss),
        p99: ratio(results, MEASURE.acceptP99, lane, pgBoss),
      }),
    holds: ({ rate = 0, p99 = Infinity }) => rate >= 3 && p99 <= 0.5,
  },
  {
    measure: 'isolated lateness',
    goal: 'p50 and p99 within 25 / 100 ms of the floor’s own; never early',
    value: (results) =>
      all({
        p50: worst(
          Math.max,
          perEngine(results, MEASURE.isolatedP50, lane, floor, (own, its) => own - its),
        ),
        p99: worst(
          Math.max,
          perEngine(results, MEASURE.isolatedP99, lane, floor, (own, its) => own - its),
        ),
        earliest: worst(Math.min, valuesOf(results, MEASURE.isolatedMin, lane, 'min')),
      }),
    holds: ({ p50 = Infinity, p99 = Infinity, earliest = -1 }) => p50 <= 25 && p99 <= 100 && earliest >= 0,
  },
  {
    measure: 'one by one (burst lane off), 10,000 due at one instant',
    goal: '≥ 0.85 × the floor’s rate',
    value: (results) => worst(Math.min, perEngine(results, MEASURE.burstRate, oneByOne, floor, divided)),
    holds: ({ value = 0 }) => value >= 0.85,
  },
  {
    measure: 'burst lane, 10,000 due at one instant, each run its own workflow',
    goal: 'last mail in ≤ 0.7 × pg-boss’s time; ≥ 0.9 × what composing and sending alone can do',
    value: (results) =>
      all({
        time: worst(Math.max, perEngine(results, MEASURE.burstTime, lane, pgBoss, divided)),
        rate: worst(Math.min, perEngine(results, MEASURE.burstRate, lane, compose, divided)),
      }),
    holds: ({ time = Infinity, rate = 0 }) => time <= 0.7 && rate >= 0.9,
  },
  {
    measure: 'isolated reminder while 10,000 others are due',
    goal: 'late by at most 2 s',
    value: (results) =>
      worst(
        Math.max,
        valuesOf(
          results.filter(({ n }) => n >= 10_000),
          MEASURE.burstIsolated,
          lane,
          'max',
        ),
      ),
    holds: ({ value = Infinity }) => value >= 0 && value <= 2_000,
  },
  {
    measure: 'events per one-step run',
    goal: '≤ 17, ≤ 12 with start delay; counted in CI',
    value: (results) =>
      all({
        events: worst(Math.max, valuesOf(results, MEASURE.events, lane, 'max')),
        delayed: worst(Math.max, valuesOf(results, MEASURE.eventsDelayed, lane, 'max')),
      }),
    holds: ({ events = Infinity, delayed = Infinity }) => events <= 17 && delayed <= 12,
  },
  {
    measure: 'worker memory, 100,000 asleep',
    goal: 'fits in 1 GB',
    value: (results) =>
      worst(
        Math.max,
        valuesOf(
          results.filter(({ n }) => n >= 100_000),
          MEASURE.workerMemory,
          lane,
          'max',
        ),
      ),
    holds: ({ value = Infinity }) => value <= 1024,
  },
  {
    measure: 'Postgres per waiting run, all tables and indexes',
    goal: '≤ 2 KB',
    value: (results) => {
      const measured = results.filter(({ measure }) => measure === `${MEASURE.storeBytes}: ${STORE.postgres}`);
      // The largest number waiting says it best: what a table has once counts least.
      const most = Math.max(...measured.map(({ n }) => n));
      return worst(
        Math.max,
        measured.filter(({ n, contestant }) => n === most && contestant === lane).map(({ max }) => max),
      );
    },
    holds: ({ value = Infinity }) => value <= 2_048,
  },
  {
    measure: 'explain one run of 1,000,000',
    goal: '≤ 5 ms p99 at the database',
    value: (results) =>
      worst(
        Math.max,
        valuesOf(
          results.filter(({ n }) => n >= 1_000_000),
          MEASURE.explain,
          lane,
          'max',
        ),
      ),
    holds: ({ value = Infinity }) => value <= 5,
  },
];

/** Each goal, judged by these results alone: one that was not measured does not hold. */
export function evaluateGoals(results: Results): Goal[] {
  return RULES.map(({ measure, goal, value, holds }) => {
    const reached = value(results);
    const figures = typeof reached === 'number' ? { value: reached } : reached;
    return { measure, goal, value: reached, holds: figures !== null && holds(figures) };
  });
}

/** The last line that is printed. */
export function goalsLine(goals: readonly Goal[]): string {
  return `goals: ${String(goals.filter(({ holds }) => holds).length)} of ${String(goals.length)} hold`;
}

/** null as soon as one figure is missing. */
function all(figures: Record<string, number | null>): Record<string, number> | null {
  const known = Object.entries(figures).filter((entry): entry is [string, number] => entry[1] !== null);
  return known.length === Object.keys(figures).length ? Object.fromEntries(known) : null;
}

function worst(pick: (...values: number[]) => number, values: readonly number[]): number | null {
  return values.length === 0 ? null : pick(...values);
}

function valuesOf(results: Results, measure: string, contestant: string, field: 'median' | 'min' | 'max'): number[] {
  return results.filter((own) => own.measure === measure && own.contestant === contestant).map((own) => own[field]);
}

const divided = (own: number, its: number): number => own / its;

function ratio(results: Results, measure: string, own: string, other: string): number | null {
  return worst(Math.min, perEngine(results, measure, own, other, divided));
}

/** Our medians compared with another's on the same engine, or with its only one if it needs none; the same amount of work. */
function perEngine(
  results: Results,
  measure: string,
  own: string,
  other: string,
  compare: (own: number, its: number) => number,
): number[] {
  const of = (contestant: string): BenchResult[] =>
    results.filter((one) => one.measure === measure && one.contestant === contestant);
  return of(own).flatMap(({ engine, n, median }) => {
    const its = of(other).find((one) => one.n === n && (one.engine === engine || one.engine === 'none'));
    return its ? [compare(median, its.median)] : [];
  });
}
