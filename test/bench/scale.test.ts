import { describe, expect, it } from 'vitest';
import { constantsOf, plain } from '../../bench/scale/constants.js';
import { delayAt } from '../../bench/scale/fifo.js';
import { mailRate, meanWaitDays, simulate, type Constants, type Load, type Shard } from '../../bench/scale/model.js';

const CONSTANTS: Constants = {
  acceptsPerSecond: 100,
  startsPerSecond: 10,
  wakesPerSecond: 5,
  mailsPerSecond: 1,
  waitingBytes: 2_000,
  finishedBytes: 1_000,
  deliveryBytes: 100,
  messageBytes: 10,
  engineBytes: 20_000,
};
const SHARD: Shard = { workers: 1, connections: 1, secondsPerMail: 0, burstLane: true };
const LOAD: Load = {
  seed: 7,
  days: 45,
  runsPerDay: 2_000,
  variation: 0.3,
  importMinutes: 60,
  ladderDays: [3, 7, 20],
  paidBefore: [0.3, 0.2, 0.1],
  zones: [
    { offsetHours: 1, share: 0.6 },
    { offsetHours: -5, share: 0.3 },
    { offsetHours: 12, share: 0.1 },
  ],
  platforms: 200,
  skew: 0.7,
  messageDays: 10,
};
/** One platform, one zone, one step, no chance in it. */
const PLAIN: Load = {
  ...LOAD,
  days: 10,
  runsPerDay: 600,
  variation: 0,
  ladderDays: [1],
  paidBefore: [0],
  zones: [{ offsetHours: 0, share: 1 }],
  platforms: 1,
};

describe('the model of scale', () => {
  it('agrees with a case worked out by hand', () => {
    const { totals, bytes, lateness, largestBurst, longestBurst, longestStart, longestWaking } = simulate(
      CONSTANTS,
      SHARD,
      PLAIN,
      1,
    );
    // 600 a day for ten days; those of the tenth wait for the eleventh. 600 due at 09:00, one mail a second: 600 s, evenly.
    expect(totals.arrived).toBeCloseTo(6_000);
    expect(totals.sentAll).toBeCloseTo(5_400);
    expect(totals.waiting).toBeCloseTo(600);
    expect(totals.late).toBe(0);
    expect(largestBurst).toBeCloseTo(600);
    expect(longestBurst).toBeCloseTo(600);
    expect(lateness.p50).toBeCloseTo(300);
    expect(lateness.p99).toBeCloseTo(594);
    expect(lateness.max).toBeCloseTo(600);
    // 10 a minute come and 10 a second are started: each minute's within a second.
    expect(longestStart).toBeCloseTo(1);
    // 60 wake in each of the ten minutes from 60 s on, five a second: the last at 10 × 60 + 12 s.
    expect(longestWaking).toBeCloseTo(612);
    expect(bytes).toEqual({
      waiting: expect.closeTo(600 * 2_000),
      finished: expect.closeTo(5_400 * 1_000 + 5_400 * 100),
      messages: expect.closeTo(5_400 * 10),
      engine: expect.closeTo(600 * 20_000),
    });
  });

  it.each([1, 4])('loses nobody: accepted = sent + stopped + waiting, due = sent + late (%i shards)', (shards) => {
    const { arrived, sentAll, stopped, waiting, due, mails, late } = simulate(CONSTANTS, SHARD, LOAD, shards).totals;
    expect(arrived).toBeGreaterThan(80_000);
    expect(stopped).toBeGreaterThan(10_000);
    expect(sentAll + stopped + waiting).toBeCloseTo(arrived, 3);
    expect(mails + late).toBeCloseTo(due, 3);
  });

  it('is never later with twice the shards, and stores as much', () => {
    const [few, ...more] = [1, 2, 4, 8, 16].map((shards) => simulate(CONSTANTS, SHARD, LOAD, shards));
    let before = few;
    for (const now of more) {
      for (const name of ['largestBurst', 'longestBurst', 'longestAccept', 'longestStart', 'longestWaking'] as const) {
        expect(now[name]).toBeLessThanOrEqual((before?.[name] ?? 0) + 1e-6);
      }
      for (const name of ['p50', 'p99', 'max'] as const) {
        expect(now.lateness[name]).toBeLessThanOrEqual((before?.lateness[name] ?? 0) + 1e-6);
      }
      expect(now.totals.arrived).toBeCloseTo(few?.totals.arrived ?? 0, 3);
      before = now;
    }
    expect(before?.lateness.p99).toBeLessThan((few?.lateness.p99 ?? 0) / 4);
  });

  it('costs nothing without a load', () => {
    const { totals, bytes, lateness } = simulate(CONSTANTS, SHARD, { ...LOAD, runsPerDay: 0 }, 4);
    expect(Object.values(totals).every((value) => value === 0)).toBe(true);
    expect(Object.values(bytes).every((value) => value === 0)).toBe(true);
    expect(lateness).toEqual({ p50: 0, p99: 0, max: 0 });
  });

  it('falls behind where more comes than goes', () => {
    const slow = { ...CONSTANTS, mailsPerSecond: 0.001 };
    const { totals } = simulate(slow, SHARD, PLAIN, 1);
    // From 09:00 of the second day on without a pause, for 8 days and 15 hours.
    expect(totals.mails).toBeCloseTo((8 * 86_400 + 15 * 3_600) * 0.001);
    expect(totals.late).toBeCloseTo(5_400 - totals.mails);
  });

  it('sends nothing that the engine has not been told of', () => {
    const { totals } = simulate({ ...CONSTANTS, startsPerSecond: 1e-9 }, SHARD, PLAIN, 1);
    expect(totals.mails).toBe(0);
    expect(totals.late).toBeCloseTo(5_400);
  });

  it('sends as fast as what gives way first', () => {
    const shard = { workers: 4, connections: 20, secondsPerMail: 0, burstLane: true };
    const constants = { ...CONSTANTS, mailsPerSecond: 300, wakesPerSecond: 50 };
    expect(mailRate(constants, shard)).toBe(1_200);
    expect(mailRate(constants, { ...shard, workers: 20 })).toBe(2_400);
    expect(mailRate(constants, { ...shard, secondsPerMail: 0.1 })).toBe(800);
    expect(mailRate(constants, { ...shard, burstLane: false })).toBe(50);
  });

  it('knows how long a run waits', () => {
    expect(meanWaitDays({ ladderDays: [7, 15, 30], paidBefore: [0, 0, 0] })).toBe(30);
    // Half after one day on average, the other half after two.
    expect(meanWaitDays({ ladderDays: [2], paidBefore: [0.5] })).toBe(1.5);
  });

  it('finds percentiles of delays that lie evenly', () => {
    const delays = [
      { count: 50, from: 0, to: 10 },
      { count: 50, from: 20, to: 30 },
    ];
    expect(delayAt(delays, 0.25)).toBeCloseTo(5);
    expect(delayAt(delays, 0.75)).toBeCloseTo(25);
    expect(delayAt(delays, 1)).toBeCloseTo(30);
    expect(delayAt([], 0.5)).toBe(0);
  });

  it('calculates with what the benchmark measured, else with what is assumed, and says which', () => {
    const row = { measure: 'burst: mails per second', contestant: 'dunwell burst lane', unit: '/s', min: 1, max: 1 };
    const results = [
      { ...row, engine: 'dev', n: 10_000, median: 900 },
      { ...row, engine: 'postgres', n: 10_000, median: 700 },
      { ...row, engine: 'postgres', n: 2_000, median: 600 },
    ];
    const constants = constantsOf(results);
    expect(constants.mailsPerSecond).toEqual({
      value: 700,
      source: 'burst: mails per second, dunwell burst lane, engine postgres, n = 10,000',
    });
    expect(constants.startsPerSecond.source).toContain('assumed');
    expect(plain(constants).mailsPerSecond).toBe(700);
  });
});
