import { beforeAll, describe, expect, it } from 'vitest';
import { inWaves, waves, type Stop, type Tally } from '../support/faults/rounds.js';
import { STAND_POINTS, type StandPointName } from '../support/faults/stand-points.js';

const points = Object.keys(STAND_POINTS) as StandPointName[];
const CONTROL = 'WITHOUT_MARKER';
const STOPS: Record<string, Stop> = {
  ...Object.fromEntries(points.map((point) => [point, { point }])),
  [CONTROL]: { point: 'AFTER_ANSWER', marker: false },
};
const WAVES = waves(Object.keys(STOPS).length);
const ROUNDS = WAVES.reduce((sum, count) => sum + count, 0);

describe('kill -9 of a worker that has deliveries at every point of a send', () => {
  let tallies: Record<string, Tally>;
  beforeAll(async () => {
    tallies = await inWaves(STOPS, async (standstill) => {
      await standstill.doomed.kill();
      await standstill.expectStanding();
      await standstill.takeOver();
    });
  }, WAVES.length * 180_000);

  it.each(points)(
    'at %s: nothing is lost, nothing arrives twice, and only what nobody can know is in doubt',
    (point) => {
      const { inDoubt } = STAND_POINTS[point];
      expect(tallies[point]).toMatchObject({ rounds: ROUNDS, lost: 0, twice: 0, inDoubt: inDoubt ? ROUNDS : 0 });
    },
  );

  it('CONTROL: with the marker switched off every mail arrives twice', () => {
    expect(tallies[CONTROL]).toEqual({ rounds: ROUNDS, lost: 0, twice: ROUNDS, inDoubt: 0, byStopped: ROUNDS });
  });
});
