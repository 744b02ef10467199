import {
  WorkflowExecutionAlreadyStartedError,
  type Client,
  type WorkflowExecutionStatusName,
} from '@temporalio/client';
import {
  defineSearchAttributeKey,
  SearchAttributeType,
  type SearchAttributePair,
  type Workflow,
} from '@temporalio/common';
import {
  BURST_LANE,
  CHANGED_SIGNAL,
  CLOCK_ADVANCE,
  REMINDER_RUN,
  WEBHOOK_DELIVERY,
  type Changed,
  type ReminderRunInput,
  type WebhookDelivery,
} from '../contracts/engine.js';
import { localDate } from '../domain/zone.js';
import type { Instant } from '../domain/types.js';
import type { RunWaits } from '../domain/waits.js';
import type { LoadedRun } from '../store/run-context.js';
import type { RunListeners } from '../store/run-events.js';
import { isNotFound } from './answers.js';

/** What the engine says of a run's latest execution. */
export interface Described {
  state: 'OPEN' | 'COMPLETED' | 'STOPPED' | 'FAILED' | 'NOT_FOUND' | 'FOREIGN';
  /** When its start delay ends by itself, also if it was woken before; without a delay, when it was started. */
  beginsAt: Instant;
}

/** Key in the memo that names the run an execution belongs to. */
const RUN_MEMO = 'dunwell_run_id';

/** A run whose first instant is further ahead than this is started with a delay: it costs the worker nothing until then. */
const DELAY_FROM_MS = 60_000;
/** The server refuses a start with more: `limit.userMetadataSummarySize`, 400 bytes, and `…DetailsSize`, 20,000, encoded. */
const MOST_SUMMARY = 380;
const MOST_DETAILS = 16_000;

/**
 * Starts a run's execution. `again` allows the id to be used once more: a run that was reopened, or that the engine has lost.
 * Who waits for an instant that is far ahead begins then: until `tellExecution` wakes it there is no workflow task, so what people
 * are shown of it is said here. false = there is one already; `describeExecution` tells which.
 */
export async function startExecution(
  client: Client,
  taskQueue: string,
  loaded: LoadedRun,
  waits: RunWaits,
  again: boolean,
): Promise<boolean> {
  const delayMs = delayOf(loaded, waits);
  try {
    await client.workflow.start(REMINDER_RUN, {
      ...startOptions(taskQueue, loaded, waits),
      workflowIdReusePolicy: again ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      ...(delayMs > 0 && {
        startDelay: delayMs,
        staticSummary: `${loaded.row.variant} ${loaded.row.resource_id}: ${waits.summary}`.slice(0, MOST_SUMMARY),
        staticDetails: `As planned when it was started:\n\n${waits.details}`.slice(0, MOST_DETAILS),
      }),
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/**
 * Tells an open execution that Postgres is at the revision of `waits`. false = it has closed since it was described. One that may
 * still be in its start delay is told by signal-with-start, which begins it at once; a plain signal would wait with it. There is
 * never a second execution under the id.
 */
export async function tellExecution(
  client: Client,
  taskQueue: string,
  loaded: LoadedRun,
  waits: RunWaits,
  { beginsAt }: Described,
): Promise<boolean> {
  const { engine_workflow_id: workflowId } = loaded.row;
  const changed: Changed = { revision: waits.revision };
  try {
    if (beginsAt <= Date.now()) await client.workflow.getHandle(workflowId).signal<[Changed]>(CHANGED_SIGNAL, changed);
    else {
      await client.workflow.signalWithStart<Workflow, [Changed]>(REMINDER_RUN, {
        ...startOptions(taskQueue, loaded, waits),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        signal: CHANGED_SIGNAL,
        signalArgs: [changed],
      });
    }
    return true;
  } catch (error) {
    if (isNotFound(error) || error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** A signal answers "not found" for a closed execution too: describe before anything is told or concluded. */
export async function describeExecution(client: Client, workflowId: string, runId: string): Promise<Described> {
  try {
    const { status, memo, executionTime } = await client.workflow.getHandle(workflowId).describe();
    const state = memo?.[RUN_MEMO] === runId ? stateOf(status.name) : 'FOREIGN';
    return { state, beginsAt: executionTime?.getTime() ?? 0 };
  } catch (error) {
    if (isNotFound(error)) return { state: 'NOT_FOUND', beginsAt: 0 };
    throw error;
  }
}

function stateOf(status: WorkflowExecutionStatusName): Described['state'] {
  switch (status) {
    case 'RUNNING':
    case 'PAUSED':
      return 'OPEN';
    case 'COMPLETED':
    case 'CONTINUED_AS_NEW':
      return 'COMPLETED';
    case 'TERMINATED':
    case 'CANCELLED':
      return 'STOPPED';
    default:
      return 'FAILED';
  }
}

/** Starts one advance of a test clock. Each has an id of its own: the one before may still be closing. */
export async function startClockAdvance(
  client: Client,
  taskQueue: string,
  clockId: string,
  advance: number,
): Promise<void> {
  try {
    await client.workflow.start(CLOCK_ADVANCE, {
      workflowId: `test-clock/${clockId}/${String(advance)}`,
      taskQueue,
      args: [{ clockId }],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: 'Moves a test clock',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** Starts the conductor of a burst lane, unless it is at work. */
export async function startBurstLane(client: Client, taskQueue: string, lane: number): Promise<void> {
  try {
    await client.workflow.start(BURST_LANE, {
      workflowId: `burst-lane/${taskQueue}/${String(lane)}`,
      taskQueue,
      args: [{ lane }],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: 'Sends steps that are due together',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** Starts the delivery of one event to one webhook; one that was started before, also if it has ended, stays the only one. */
export async function startWebhookDelivery(
  client: Client,
  taskQueue: string,
  delivery: WebhookDelivery,
  about: Omit<RunListeners, 'webhook_ids'>,
): Promise<void> {
  const { webhookId, platformId, runId, event } = delivery;
  try {
    await client.workflow.start(WEBHOOK_DELIVERY, {
      workflowId: `webhook/${webhookId}/${event.id}`,
      taskQueue,
      args: [delivery],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      typedSearchAttributes: aboutOf({ platform_id: platformId, ...about }),
      staticSummary: `${event.type} ${runId} to ${webhookId}`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** What every start of a run's execution says. */
function startOptions(taskQueue: string, { row, context }: LoadedRun, waits: RunWaits) {
  return {
    workflowId: row.engine_workflow_id,
    taskQueue,
    args: [{ runId: row.id, waits } satisfies ReminderRunInput],
    typedSearchAttributes: attributesOf(row, waits),
    memo: { [RUN_MEMO]: row.id },
    staticSummary: `${row.variant} ${row.resource_id} from ${localDate(context.run.anchorAt ?? context.now, row.zone ?? 'UTC')}`,
  };
}

/**
 * How long the engine may let it lie; 0 = not at all. By Postgres' clock, whose `now` is a moment old: the delay never ends early,
 * which would cost a timer, but as much later as the start takes. On a test clock the clock wakes it.
 */
function delayOf({ context }: LoadedRun, { wakeAt, closed, onTestClock }: RunWaits): number {
  if (closed || onTestClock || wakeAt === null || wakeAt - context.now <= DELAY_FROM_MS) return 0;
  return wakeAt - context.now;
}

function attributesOf(row: LoadedRun['row'], waits: RunWaits): SearchAttributePair[] {
  const pairs = [...aboutOf(row), keyword('DunwellStatus', waits.status)];
  if (waits.reason) pairs.push(keyword('DunwellReason', waits.reason));
  if (waits.nextStepAt !== null) {
    pairs.push({
      key: defineSearchAttributeKey('DunwellNextStepAt', SearchAttributeType.DATETIME),
      value: new Date(waits.nextStepAt),
    });
  }
  return pairs;
}

/** What an execution is about. */
function aboutOf(
  row: Pick<LoadedRun['row'], 'platform_id' | 'workflow_reference' | 'customer_id' | 'resource_id' | 'variant'>,
): SearchAttributePair[] {
  return [
    keyword('DunwellPlatform', row.platform_id),
    keyword('DunwellWorkflow', row.workflow_reference),
    keyword('DunwellCustomer', row.customer_id),
    keyword('DunwellResource', row.resource_id),
    keyword('DunwellVariant', row.variant),
  ];
}

function keyword(name: string, value: string): SearchAttributePair {
  return { key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD), value };
}
