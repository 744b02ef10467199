import type { Sizes } from './measures/measure.js';

const FULL: Sizes = {
  rounds: 2,
  accept: 10_000,
  isolated: 100,
  isolatedAheadMs: 65_000,
  delayedAheadMs: 70_000,
  burst: 10_000,
  burstOnPostgres: 2_000,
  waiting: [1_000, 10_000, 100_000],
  waitingOnPostgres: [1_000, 10_000],
  finished: 1_000_000,
};

const QUICK: Sizes = {
  rounds: 1,
  accept: 1_000,
  isolated: 8,
  isolatedAheadMs: 4_000,
  delayedAheadMs: null,
  burst: 200,
  burstOnPostgres: 200,
  waiting: [100, 300],
  waitingOnPostgres: [100, 300],
  finished: 3_000,
};

/** How much is done, from the options. */
export function sizesOf({ quick, rounds, burst }: { quick?: boolean; rounds?: number; burst?: number }): Sizes {
  const sizes = quick ? QUICK : FULL;
  return {
    ...sizes,
    rounds: rounds ?? sizes.rounds,
    ...(burst !== undefined && { burst, burstOnPostgres: Math.min(burst, sizes.burstOnPostgres) }),
  };
}
