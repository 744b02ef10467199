import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from './client.js';
import { DemoFailure } from './demo-failure.js';

interface ClockBody {
  id: string;
  frozen_time: string;
  status: 'READY' | 'ADVANCING';
}

/** The clock that the demo's customers live on. */
export interface TestClock {
  id: string;
  /** Resolves when every run that was due on the way is at rest. To its present time: waits for what facts have set off. */
  advance(to: string): Promise<void>;
}

const REST_LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 100;

export async function createTestClock(client: Client, startsAt: string): Promise<TestClock> {
  const { id } = await client.post<ClockBody>('/v1/test-clocks', { frozen_time: startsAt });
  return {
    id,
    async advance(to) {
      let clock = await client.post<ClockBody>(`/v1/test-clocks/${id}/advance`, { frozen_time: to });
      // 202: still under way after the API's own patience.
      const deadline = performance.now() + REST_LIMIT_MS;
      while (clock.status !== 'READY') {
        if (performance.now() > deadline) {
          throw new DemoFailure(`Test clock ${id} stands at ${clock.frozen_time} and does not reach ${to}.`);
        }
        await pause(LOOK_EVERY_MS);
        clock = await client.get<ClockBody>(`/v1/test-clocks/${id}`);
      }
    },
  };
}
