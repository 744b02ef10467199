import type { Client } from '@temporalio/client';
import { isClosed } from '../domain/evaluate.js';
import { readWaits } from '../store/claim.js';
import { leaveToLane } from '../store/burst-lane.js';
import type { Database } from '../store/database.js';
import { closeFromEngine, markStarted } from '../store/engine-state.js';
import type { LoadedRun } from '../store/run-context.js';
import type { RunWaits } from '../domain/waits.js';
import { describeExecution, startExecution, tellExecution } from './executions.js';

/**
 * Brings the engine to what Postgres says of one run: starts its execution when it never had one, else tells it; an execution
 * that is not there is started again, one that people have ended is respected (S-R7). Safe to repeat.
 */
export async function deliverRun(db: Database, client: Client, taskQueue: string, runId: string): Promise<void> {
  const read = await readWaits(db, runId);
  if (!read) return;
  const { loaded, waits } = read;
  const { row } = loaded;
  const closed = isClosed(row.status) || row.status === 'FAILED';
  if (!row.engine_started) {
    if (closed) return;
    if (await start(db, client, taskQueue, loaded, waits, row.executions > 0)) return;
  }
  await reconcile(db, client, taskQueue, loaded, waits, closed);
}

/** It has an execution, or had one: what is there is told, started again or respected. */
async function reconcile(
  db: Database,
  client: Client,
  taskQueue: string,
  loaded: LoadedRun,
  waits: RunWaits,
  closed: boolean,
): Promise<void> {
  const { row } = loaded;
  const described = await describeExecution(client, row.engine_workflow_id, row.id);
  switch (described.state) {
    case 'OPEN':
      if (!row.engine_started) await markStarted(db, row.id, Math.max(1, row.executions));
      if (!(await tellExecution(client, taskQueue, loaded, waits, described))) {
        throw new Error('The execution closed while it was being signalled.');
      }
      return;
    case 'STOPPED':
      return closeFromEngine(db, row, { status: 'STOPPED', reason: 'stopped_on_engine' });
    case 'FAILED':
      return closeFromEngine(db, row, { status: 'FAILED', reason: 'engine_failed' });
    case 'NOT_FOUND':
    case 'COMPLETED':
      if (!closed && !(await start(db, client, taskQueue, loaded, waits, true))) {
        throw new Error('The execution was started by somebody else; looking again.');
      }
      return;
    case 'FOREIGN':
      return closeFromEngine(db, row, { status: 'FAILED', reason: 'engine_failed' });
  }
}

async function start(
  db: Database,
  client: Client,
  taskQueue: string,
  loaded: LoadedRun,
  waits: RunWaits,
  again: boolean,
): Promise<boolean> {
  const { id: runId, by_lane: byLane } = loaded.row;
  const told = await leaveToLane(db, [{ runId, byLane, waits, now: loaded.context.now }], true);
  const started = await startExecution(client, taskQueue, loaded, told.get(runId) ?? waits, again);
  if (started) await markStarted(db, loaded.row.id, loaded.row.executions + 1);
  return started;
}

/** What the watchdog does for a run whose instant has passed with nothing happening: is its execution still there? */
export async function checkRun(db: Database, client: Client, taskQueue: string, runId: string): Promise<void> {
  const read = await readWaits(db, runId);
  if (!read || isClosed(read.loaded.row.status) || read.loaded.row.status === 'FAILED') return;
  const { row } = read.loaded;
  // What is there is not its own yet: it waits for its (next) execution.
  if (!row.engine_started) return;
  const { state } = await describeExecution(client, row.engine_workflow_id, row.id);
  if (state !== 'OPEN') await reconcile(db, client, taskQueue, read.loaded, read.waits, false);
}
