import fc from 'fast-check';
import type { LatePolicy } from '../../domain/plan.js';
import type { Instant, Period } from '../../domain/types.js';
import { DAY, HOUR, iso, periods, t } from '../domain/support.js';

/** What the resource is like; of a trial, PAID and the like mean that its subscription is over. */
export type State = 'OPEN' | 'PARTIAL' | 'PAID' | 'SETTLED' | 'VOID' | 'ARCHIVED' | 'DRAFT' | 'ON_HOLD';

/** A run and the world around it at the moment it begins. */
export interface Start {
  now: Instant;
  trial: boolean;
  type: 'EVENT' | 'MANUAL';
  /** A trigger for the first period of the ladder alone (S-M5). */
  single: boolean;
  ladder: readonly Period[];
  latePolicy: LatePolicy;
  dueDates: 'INSTANT' | 'DATE';
  due: Instant | null;
  zone: string;
  state: State;
  held: boolean;
}

export type Command =
  /** The clock moves on; everything that falls due on the way is done at its instant. */
  | { kind: 'PASS'; ms: number }
  /** The clock moves to about where something happens next. */
  | { kind: 'NEXT'; ms: number }
  /** Due date, or the trial's end. */
  | { kind: 'DUE'; at: Instant | null }
  | { kind: 'STATE'; state: State }
  | { kind: 'ZONE'; zone: string }
  | { kind: 'EMAIL'; there: boolean }
  | { kind: 'HOLD'; ms: number | null }
  | { kind: 'END_HOLD' }
  | { kind: 'WORKFLOW'; status: 'ACTIVE' | 'INACTIVE' | 'ARCHIVED' }
  | { kind: 'PAUSE' }
  | { kind: 'RESUME' }
  | { kind: 'CANCEL' }
  | { kind: 'SKIP_STEP'; period: Period | null }
  | { kind: 'SEND_NOW'; period: Period | null; as: 'REPLACE' | 'EXTRA' }
  | { kind: 'REPLAN'; ladder: readonly Period[]; latePolicy: LatePolicy };

export interface Sequence {
  start: Start;
  commands: Command[];
}

const LADDERS = [
  periods('7 DAY', '15 DAY', '30 DAY'),
  periods('0 DAY', '3 DAY', '1 WEEK'),
  periods('7 DAY', '30 DAY', '1 MONTH'),
  periods('28 DAY', '4 WEEK', '30 DAY', '1 MONTH'),
  periods('1 MONTH', '2 DAY'),
];
const ladders = fc.constantFrom(...LADDERS);
const policies = fc.constantFrom<LatePolicy>('LATEST', 'ALL', 'NONE');
const zones = fc.constantFrom('UTC', 'America/New_York', 'Europe/Amsterdam', 'Asia/Kathmandu');
const dates = fc.oneof(
  fc.integer({ min: -40, max: 80 }).map((days) => t('2026-01-10') + days * DAY),
  fc.integer({ min: -40 * 24, max: 80 * 24 }).map((hours) => t('2026-01-10') + hours * HOUR),
);
const lengths = fc.oneof(
  fc.integer({ min: 0, max: 20 }).map((days) => days * DAY),
  fc.integer({ min: 0, max: 12 * DAY }),
);
const named = fc.option(fc.constantFrom(...LADDERS.flat()));
const ending = fc.constantFrom<State>('PAID', 'PAID', 'SETTLED', 'VOID', 'ARCHIVED');
const going = fc.constantFrom<State>('OPEN', 'OPEN', 'PARTIAL', 'DRAFT', 'ON_HOLD');

const just = <K extends string>(kind: K): fc.Arbitrary<{ kind: K }> => fc.constant({ kind });

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('PASS'), ms: lengths }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('NEXT'), ms: fc.constantFrom(0, 0, 0, -1, 1, HOUR) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('DUE'), at: fc.option(dates, { freq: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('STATE'), state: going }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('STATE'), state: ending }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('ZONE'), zone: zones }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('EMAIL'), there: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('HOLD'), ms: fc.option(lengths) }) },
  { weight: 2, arbitrary: just('END_HOLD') },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('WORKFLOW'),
      status: fc.constantFrom('ACTIVE', 'ACTIVE', 'ACTIVE', 'INACTIVE', 'INACTIVE', 'ARCHIVED'),
    }),
  },
  { weight: 1, arbitrary: just('PAUSE') },
  { weight: 2, arbitrary: just('RESUME') },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('SKIP_STEP'), period: named }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('SEND_NOW'),
      period: named,
      as: fc.constantFrom('REPLACE', 'EXTRA'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('REPLAN'), ladder: ladders, latePolicy: policies }) },
);

const start: fc.Arbitrary<Start> = fc
  .record({
    now: fc.oneof(
      fc.integer({ min: 0, max: 60 }).map((days) => t('2026-01-01') + days * DAY),
      fc.integer({ min: t('2026-01-01'), max: t('2026-03-01') }),
    ),
    trial: fc.boolean(),
    type: fc.constantFrom('EVENT', 'EVENT', 'MANUAL'),
    single: fc.constantFrom(false, false, false, true),
    ladder: ladders,
    latePolicy: policies,
    dueDates: fc.constantFrom('INSTANT', 'DATE'),
    due: fc.option(dates, { freq: 9 }),
    zone: zones,
    state: fc.constantFrom<State>('OPEN', 'OPEN', 'OPEN', 'OPEN', 'DRAFT', 'PAID'),
    held: fc.constantFrom(false, false, false, false, true),
  })
  // Only OVERDUE has a trigger for one period (S-M5).
  .map((own) => ({ ...own, single: own.single && !own.trial }));

export const sequences: fc.Arbitrary<Sequence> = fc.record({
  start,
  commands: fc.array(fc.oneof({ weight: 60, arbitrary: command }, { weight: 1, arbitrary: just('CANCEL') }), {
    maxLength: 30,
  }),
});

/** A command on one line; instants and lengths as people read them. */
export function told(command: Command): string {
  return JSON.stringify(command, (key, value: unknown) => {
    if (key === 'at' && typeof value === 'number') return iso(value);
    if (key === 'ms' && typeof value === 'number') {
      const days = Math.floor(value / DAY);
      return `${String(days)}d ${String((value - days * DAY) / HOUR)}h`;
    }
    return value;
  });
}
