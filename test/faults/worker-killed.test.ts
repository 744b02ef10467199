import { afterAll, describe, expect, it } from 'vitest';
import { standstillAt, total, waves, type StandstillOptions, type Tally } from '../support/faults/rounds.js';
import { STAND_POINTS, type StandPointName } from '../support/faults/stand-points.js';

const WAVES = waves();
const ROUNDS = WAVES.reduce((sum, size) => sum + size, 0);

// A death is noticed after ten seconds without a heartbeat: the points wait for that together.
describe.concurrent('kill -9 of a worker while it sends', { timeout: 60_000 + WAVES.length * 120_000 }, () => {
  const tallies: string[] = [];
  afterAll(() => void process.stdout.write(tallies.sort().join('')));

  const points = Object.entries(STAND_POINTS) as [StandPointName, { inDoubt: boolean }][];
  it.each(points)('at %s: nothing is lost, nothing arrives twice', async (point, { inDoubt }) => {
    const tally = await killAt(point);
    tallies.push(`  measured: killed at ${point}: ${JSON.stringify(tally)}\n`);
    expect(tally).toEqual({ rounds: ROUNDS, lost: 0, twice: 0, inDoubt: inDoubt ? ROUNDS : 0 });
  });

  it('CONTROL: with the marker switched off every mail arrives twice', async () => {
    const tally = await killAt('AFTER_ANSWER', { marker: false });
    expect(tally).toEqual({ rounds: ROUNDS, lost: 0, twice: ROUNDS, inDoubt: 0 });
  });
});

async function killAt(point: StandPointName, options: StandstillOptions = {}): Promise<Tally> {
  const tallies: Tally[] = [];
  for (const count of WAVES) {
    const standstill = await standstillAt(point, count, options);
    try {
      await standstill.doomed.kill();
      await standstill.expectStanding();
      await standstill.takeOver();
      tallies.push(await standstill.tally());
    } finally {
      await standstill.end();
    }
  }
  return total(tallies);
}
