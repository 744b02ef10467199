import type { Logger } from '../contracts/logger.js';
import { BURST_LANES } from '../contracts/engine.js';
import { isBurst, keepLane } from '../store/burst-lane.js';
import type { Database } from '../store/database.js';
import type { EngineClient } from './client.js';
import { startBurstLane } from './executions.js';
import { Loop } from './loop.js';

export interface BurstWatchOptions {
  db: Database;
  engine: EngineClient;
  taskQueue: string;
  log: Logger;
}

const LOOK_MS = 1_000;
const KEEP_MS = 20_000;

/** Starts the burst lanes when many steps are due, or are about to be. A lane that is at work already stays the only one. */
export function createBurstWatch({ db, engine, taskQueue, log }: BurstWatchOptions): Loop {
  let keptAt = -Infinity;
  return new Loop('burst watch', log, async () => {
    const now = performance.now();
    if (now - keptAt >= KEEP_MS) {
      await keepLane(db);
      keptAt = now;
    }
    if (!(await isBurst(db))) return LOOK_MS;
    const lanes = Array.from({ length: BURST_LANES }, (_, lane) => lane);
    await engine.call((client) => Promise.all(lanes.map((lane) => startBurstLane(client, taskQueue, lane))));
    return LOOK_MS;
  });
}
