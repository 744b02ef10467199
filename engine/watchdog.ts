import type { Logger } from '../contracts/logger.js';
import { REMINDER_RUN } from '../contracts/engine.js';
import type { Database } from '../store/database.js';
import { advancingClocks, openAmong, overdueClockRuns, overdueRuns } from '../store/engine-state.js';
import { prune } from '../store/prune.js';
import { checkEach } from './check-each.js';
import type { EngineClient } from './client.js';
import { checkRun } from './deliver.js';
import { startClockAdvance } from './executions.js';
import { Loop } from './loop.js';
import { registerSearchAttributes } from './register.js';

export interface WatchdogOptions {
  db: Database;
  engine: EngineClient;
  taskQueue: string;
  log: Logger;
  /** Pause between looks. Default 10 s. */
  everyMs?: number;
  /** How long a run's instant may have passed with nothing claimed before the engine is asked. Default 60 s. */
  graceMs?: number;
  /** Pause between looks at executions that people ended, and at what can be forgotten. Default 60 s. */
  closedEveryMs?: number;
}

const PAGE = 200;
const DAY_MS = 86_400_000;
/** The first look goes back further than any pause of all workers should last; later ones overlap by this much. */
const FIRST_LOOK_BACK_MS = 30 * DAY_MS;
const OVERLAP_MS = 120_000;
/** A first look after a long time has many pages. */
const LISTING_MS = 60_000;

/**
 * Finds what the engine lost or people ended there. Nothing that repairs Temporal lives in Temporal: an execution that is gone
 * is started again from Postgres, one that was terminated is recorded as stopped (S-R7).
 */
export function createWatchdog(options: WatchdogOptions): Loop {
  const { db, engine, taskQueue, everyMs = 10_000, graceMs = 60_000, closedEveryMs = 60_000 } = options;
  let cursor = '';
  let lastClosedLookAt = 0;
  let lastPrunedAt = 0;

  const checkAll = (runIds: readonly string[]): Promise<void> =>
    checkEach(engine, options.log, runIds, (client, runId) => checkRun(db, client, taskQueue, runId));

  const look = async (): Promise<number> => {
    const now = Date.now();
    if (now - lastPrunedAt >= closedEveryMs) {
      lastPrunedAt = now;
      await prune(db);
    }
    // An engine that lost its data lost these too, and without them no execution can be started.
    await registerSearchAttributes(engine);
    const overdue = await overdueRuns(db, graceMs, cursor, PAGE);
    cursor = overdue.length === PAGE ? (overdue.at(-1) ?? '') : '';
    await checkAll(overdue);
    await checkAll(await overdueClockRuns(db, graceMs, PAGE));
    for (const { id, advances } of await advancingClocks(db)) {
      await engine.call((client) => startClockAdvance(client, taskQueue, id, advances));
    }
    if (now - lastClosedLookAt >= closedEveryMs) {
      const since = lastClosedLookAt === 0 ? now - FIRST_LOOK_BACK_MS : lastClosedLookAt - OVERLAP_MS;
      await checkAll(await endedByPeople(db, engine, since));
      lastClosedLookAt = now;
    }
    return overdue.length === PAGE ? 0 : everyMs;
  };
  return new Loop('watchdog', options.log, look, everyMs);
}

/** Runs that are open in Postgres though their execution was terminated, cancelled, failed or timed out since then. */
async function endedByPeople(db: Database, engine: EngineClient, sinceMs: number): Promise<string[]> {
  const query = `WorkflowType = '${REMINDER_RUN}' AND ExecutionStatus IN ('Terminated', 'Canceled', 'Failed', 'TimedOut')
    AND CloseTime > '${new Date(sinceMs).toISOString()}'`;
  return engine.call(async (client) => {
    const runIds: string[] = [];
    let page: string[] = [];
    for await (const { workflowId } of client.workflow.list({ query, pageSize: PAGE })) {
      page.push(workflowId);
      if (page.length < PAGE) continue;
      runIds.push(...(await openAmong(db, page)));
      page = [];
    }
    return [...runIds, ...(await openAmong(db, page))];
  }, LISTING_MS);
}
