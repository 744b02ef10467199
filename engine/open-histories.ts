import type { HistoryAndWorkflowId, WorkflowExecutionInfo } from '@temporalio/client';
import { CLOCK_ADVANCE, REMINDER_RUN, SCHEDULED_SWEEP, WEBHOOK_DELIVERY } from '../contracts/engine.js';
import type { EngineClient } from './client.js';

export interface OpenHistoriesOptions {
  taskQueue: string;
  /** One more condition in the visibility language, such as `DunwellVariant = "OVERDUE"`. */
  query?: string;
  /** At most so many, the youngest first. Default: all. */
  limit?: number;
}

/** Fetched before they are asked for: so many histories are in memory at once. */
const AHEAD = 5;
const CALL_MS = 30_000;

/** The open executions that this build's workers will have to take up again. */
function queryOf({ taskQueue, query }: OpenHistoriesOptions): string {
  const types = [REMINDER_RUN, CLOCK_ADVANCE, SCHEDULED_SWEEP, WEBHOOK_DELIVERY].map((type) => `'${type}'`).join(', ');
  const ours = `WorkflowType IN (${types}) AND TaskQueue = '${taskQueue}' AND CloseTime IS NULL`;
  return query ? `${ours} AND (${query})` : ours;
}

/** How many there are. Throws within seconds when the engine is not there or does not understand the query. */
export async function countOpen(engine: EngineClient, options: OpenHistoriesOptions): Promise<number> {
  try {
    const { count } = await engine.call((client) => client.workflow.count(queryOf(options)));
    return count;
  } catch (error) {
    // The client's own message says only that it failed.
    const { message } = error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error);
    throw new Error(`Temporal did not count the open executions: ${message}`, { cause: error });
  }
}

/** Their histories one after the other, a few fetched ahead. */
export async function* openHistories(
  engine: EngineClient,
  options: OpenHistoriesOptions,
): AsyncGenerator<HistoryAndWorkflowId> {
  const listed = engine.client.workflow.list({ query: queryOf(options), pageSize: 100 })[Symbol.asyncIterator]();
  const fetching: Promise<HistoryAndWorkflowId>[] = [];
  let left = options.limit ?? Infinity;
  for (;;) {
    while (left > 0 && fetching.length < AHEAD) {
      const next = await engine.call(() => listed.next(), CALL_MS);
      if (next.done) left = 0;
      else {
        left -= 1;
        const fetched = fetchHistory(engine, next.value);
        // Reported when its turn comes; until then nobody waits for it.
        fetched.catch(() => undefined);
        fetching.push(fetched);
      }
    }
    const first = fetching.shift();
    if (!first) return;
    yield await first;
  }
}

async function fetchHistory(
  engine: EngineClient,
  { workflowId, runId }: WorkflowExecutionInfo,
): Promise<HistoryAndWorkflowId> {
  const history = await engine.call((client) => client.workflow.getHandle(workflowId, runId).fetchHistory(), CALL_MS);
  return { workflowId, history };
}
