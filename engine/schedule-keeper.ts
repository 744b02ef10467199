import type { Logger } from '../contracts/logger.js';
import { SPEC_VERSION } from '../domain/schedule-spec.js';
import type { Database } from '../store/database.js';
import { takeLease } from '../store/leases.js';
import { knownSchedules, type KnownSchedule } from '../store/schedules.js';
import { openSweeps } from '../store/sweep.js';
import { checkEach } from './check-each.js';
import { checkSweep } from './check-sweep.js';
import type { EngineClient } from './client.js';
import { Loop } from './loop.js';
import { registerSearchAttributes } from './register.js';
import { scheduleId, syncSchedule } from './schedules.js';

export interface ScheduleKeeperOptions {
  db: Database;
  engine: EngineClient;
  taskQueue: string;
  log: Logger;
  /** Pause between looks, of all workers together. Default 60 s. */
  everyMs?: number | undefined;
}

const LEASE = 'schedules';
const PAGE = 200;
/** All schedules of the namespace. */
const LISTING_MS = 60_000;

/**
 * Keeps the engine's schedules as Postgres says, in one worker at a time: makes again what the engine has lost, tells anew what
 * is worked out otherwise than it was, and records what people paused there. What is as it was costs one line of a list. Then it
 * looks for sweeps whose execution is gone.
 */
export function createScheduleKeeper(options: ScheduleKeeperOptions): Loop {
  const { db, engine, taskQueue, log, everyMs = 60_000 } = options;

  const keep = async (): Promise<number> => {
    if (!(await takeLease(db, LEASE, everyMs))) return everyMs;
    // An engine that lost its data lost these too, and without them it takes no schedule.
    await registerSearchAttributes(engine);
    const pausedById = await listed(engine);
    const isKept = ({ id, platform_id, outdated, refused, paused }: KnownSchedule): boolean => {
      if (outdated) return false;
      return refused || pausedById.get(scheduleId(platform_id, id)) === paused;
    };
    let page: KnownSchedule[];
    let after = '';
    do {
      page = await knownSchedules(db, { taskQueue, version: SPEC_VERSION }, after, PAGE);
      after = page.at(-1)?.id ?? '';
      const others = page.filter((row) => !isKept(row));
      await checkEach(engine, log, others, (client, { platform_id, id }) =>
        syncSchedule(db, client, taskQueue, platform_id, id),
      );
      if (others.length > 0) await takeLease(db, LEASE, everyMs, true);
    } while (page.length === PAGE);
    await checkEach(engine, log, await openSweeps(db), (client, sweep) => checkSweep(db, client, sweep));
    return everyMs;
  };
  return new Loop('schedule-keeper', log, keep, everyMs);
}

/** The schedules that the engine has, by id: whether somebody has paused them. */
function listed(engine: EngineClient): Promise<Map<string, boolean>> {
  return engine.call(async (client) => {
    const found = new Map<string, boolean>();
    for await (const { scheduleId: id, state } of client.schedule.list({ pageSize: PAGE })) found.set(id, state.paused);
    return found;
  }, LISTING_MS);
}
