import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';
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
import type { RunWaits } from '../domain/waits.js';
import type { LoadedRun } from '../store/run-context.js';
import type { RunListeners } from '../store/run-events.js';
import { isNotFound } from './answers.js';

/** What the engine says of a run's latest execution. */
export type ExecutionState = 'OPEN' | 'COMPLETED' | 'STOPPED' | 'FAILED' | 'NOT_FOUND' | 'FOREIGN';

/** Key in the memo that names the run an execution belongs to. */
const RUN_MEMO = 'dunwell_run_id';

/**
 * Starts a run's execution. `again` allows the id to be used once more: a run that was reopened, or that the engine has lost.
 * false = there is one already; `describeExecution` tells which.
 */
export async function startExecution(
  client: Client,
  taskQueue: string,
  { row, context }: LoadedRun,
  waits: RunWaits,
  again: boolean,
): Promise<boolean> {
  try {
    await client.workflow.start(REMINDER_RUN, {
      workflowId: row.engine_workflow_id,
      taskQueue,
      args: [{ runId: row.id, waits } satisfies ReminderRunInput],
      workflowIdReusePolicy: again ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      typedSearchAttributes: attributesOf(row, waits),
      memo: { [RUN_MEMO]: row.id },
      staticSummary: `${row.variant} ${row.resource_id} from ${localDate(context.run.anchorAt ?? context.now, row.zone ?? 'UTC')}`,
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** Tells an open execution that Postgres is at `revision`. false = there is no open execution. */
export async function signalExecution(client: Client, workflowId: string, revision: number): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId).signal<[Changed]>(CHANGED_SIGNAL, { revision });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** A signal answers "not found" for a closed execution too: describe before anything is concluded from it. */
export async function describeExecution(client: Client, workflowId: string, runId: string): Promise<ExecutionState> {
  try {
    const description = await client.workflow.getHandle(workflowId).describe();
    if (description.memo?.[RUN_MEMO] !== runId) return 'FOREIGN';
    switch (description.status.name) {
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
  } catch (error) {
    if (isNotFound(error)) return 'NOT_FOUND';
    throw error;
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
