import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { inWaves, waves, type Standstill, type Stop, type Tally } from '../support/faults/rounds.js';
import { until } from '../support/until.js';

/** Six times the heartbeat timeout: long before it ends, others have taken over. */
const STOPPED_MS = 60_000;

/** With what the sends must come to that go on after the minute. */
const STOPS: Record<string, Stop & { outcome: string }> = {
  AFTER_CLAIM: { point: 'AFTER_CLAIM', outcome: 'FENCED' },
  BEFORE_MARKER: { point: 'BEFORE_MARKER', outcome: 'FENCED' },
  AFTER_MARKER: { point: 'AFTER_MARKER', outcome: 'SENT' },
  IMPATIENT: { point: 'AFTER_MARKER', patient: false, outcome: 'RETRY' },
  WITHOUT_MARKER: { point: 'BEFORE_MARKER', marker: false, outcome: 'SENT' },
};
const WAVES = waves(Object.keys(STOPS).length);
const ROUNDS = WAVES.reduce((sum, count) => sum + count, 0);

describe('a worker that is stopped for a minute while it sends, and wakes', () => {
  let tallies: Record<string, Tally>;
  beforeAll(async () => {
    tallies = await inWaves(STOPS, stopForAMinute);
  }, WAVES.length * 240_000);

  it.each(['AFTER_CLAIM', 'BEFORE_MARKER'])('at %s: it cannot send', (point) => {
    expect(tallies[point]).toEqual({ rounds: ROUNDS, lost: 0, twice: 0, inDoubt: 0, byStopped: 0 });
  });

  it('at AFTER_MARKER: nobody else sends, and it turns its own doubt into SENT', () => {
    expect(tallies.AFTER_MARKER).toEqual({ rounds: ROUNDS, lost: 0, twice: 0, inDoubt: 0, byStopped: ROUNDS });
  });

  it('at AFTER_MARKER, longer than it waits for a mail server: it gives up, and the doubt stays', () => {
    expect(tallies.IMPATIENT).toEqual({ rounds: ROUNDS, lost: 0, twice: 0, inDoubt: ROUNDS, byStopped: 0 });
  });

  it('CONTROL: with the marker switched off every mail arrives twice', () => {
    expect(tallies.WITHOUT_MARKER).toEqual({ rounds: ROUNDS, lost: 0, twice: ROUNDS, inDoubt: 0, byStopped: ROUNDS });
  });
});

async function stopForAMinute(standstill: Standstill, count: number): Promise<void> {
  const { h, doomed } = standstill;
  doomed.freeze();
  const stoppedAt = performance.now();
  await standstill.expectStanding();
  await standstill.takeOver();
  const inDoubt = async () => (await h.db.rows(`SELECT id FROM deliveries WHERE status = 'IN_DOUBT'`)).length;
  expect(await inDoubt(), 'what stands behind its marker').toBe(2 * count);
  await pause(STOPPED_MS - (performance.now() - stoppedAt)); // The minute is what is tried here.
  doomed.thaw();
  for (const [name, { outcome }] of Object.entries(STOPS)) {
    await until(`${name} has gone on`, () => doomed.outcomesOf(name).length >= count);
    expect(doomed.outcomesOf(name), name).toEqual(Array(count).fill(outcome));
  }
  await until('what was sent late is recorded', async () => (await inDoubt()) === count);
}
