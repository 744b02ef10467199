import { setTimeout as pause } from 'node:timers/promises';
import type { DunwellClient } from '../../client/client.js';
import { answered } from './answered.js';
import { DemoFailure } from './demo-failure.js';

/** The clock that the demo's customers live on. */
export interface TestClock {
  id: string;
  /** Resolves when every run that was due on the way is at rest. To its present time: waits for what facts have set off. */
  advance(to: string): Promise<void>;
}

const REST_LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 100;

export async function createTestClock(client: DunwellClient, startsAt: string): Promise<TestClock> {
  const { id } = await answered(client.POST('/v1/test-clocks', { body: { frozen_time: startsAt } }));
  const params = { path: { resourceId: id } };
  return {
    id,
    async advance(to) {
      let clock = await answered(
        client.POST('/v1/test-clocks/{resourceId}/advance', { params, body: { frozen_time: to } }),
      );
      // 202: still under way after the API's own patience.
      const deadline = performance.now() + REST_LIMIT_MS;
      while (clock.status !== 'READY') {
        if (performance.now() > deadline) {
          throw new DemoFailure(`Test clock ${id} stands at ${clock.frozen_time} and does not reach ${to}.`);
        }
        await pause(LOOK_EVERY_MS);
        clock = await answered(client.GET('/v1/test-clocks/{resourceId}', { params }));
      }
    },
  };
}
