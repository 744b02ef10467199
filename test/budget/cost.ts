import proto from '@temporalio/proto';
import type { Harness } from '../support/harness.js';

const { EventType } = proto.temporal.api.enums.v1;
type HistoryEvent = proto.temporal.api.history.v1.IHistoryEvent;

/** What one execution costs. */
export interface Cost {
  /** All events of its history, workflow tasks included. */
  events: number;
  /**
   * What Temporal Cloud bills, as far as a history shows it (https://docs.temporal.io/evaluate/cloud/actions): a start, also by
   * continue-as-new; a signal, and one in all for a signal-with-start; a timer; an activity and each retry of it; an upsert of search
   * attributes, however many of them. Not in a history: heartbeats that reach the server (the SDK sends at most one per 80 % of the
   * heartbeat timeout, none in an activity that is quicker), queries, and two actions for each firing of a schedule.
   */
  actions: number;
}

const BILLED = new Set([
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
  EventType.EVENT_TYPE_TIMER_STARTED,
  EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
  EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
]);

/** Of an execution that ends; waits for its end. */
export async function costOf(h: Harness, workflowId: string): Promise<Cost> {
  const handle = h.engine.client.workflow.getHandle(workflowId);
  await handle.result();
  const events = (await handle.fetchHistory()).events ?? [];
  return { events: events.length, actions: events.reduce((sum, event) => sum + actionsOf(event), 0) };
}

function actionsOf(event: HistoryEvent): number {
  const attempt = event.activityTaskStartedEventAttributes?.attempt ?? 1;
  return (BILLED.has(event.eventType ?? 0) ? 1 : 0) + attempt - 1;
}

/** Bytes of what a start hands over: input, memo, search attributes and what people are shown, payloads with their metadata. */
export async function startBytes(h: Harness, workflowId: string): Promise<number> {
  const history = await h.engine.client.workflow.getHandle(workflowId).fetchHistory();
  const [started] = history.events ?? [];
  const attributes = started?.workflowExecutionStartedEventAttributes;
  const payloads = [
    ...(attributes?.input?.payloads ?? []),
    ...Object.values(attributes?.memo?.fields ?? {}),
    ...Object.values(attributes?.searchAttributes?.indexedFields ?? {}),
    ...[started?.userMetadata?.summary, started?.userMetadata?.details].flatMap((payload) => payload ?? []),
  ];
  return payloads.reduce(
    (sum, { data, metadata }) =>
      sum +
      (data?.length ?? 0) +
      Object.entries(metadata ?? {}).reduce((bytes, [key, value]) => bytes + key.length + value.length, 0),
    0,
  );
}
