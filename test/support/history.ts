import { writeFile } from 'node:fs/promises';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import proto from '@temporalio/proto';
import type { Harness } from './harness.js';

const { EventType } = proto.temporal.api.enums.v1;

/**
 * The events of an execution with their summaries up to the date, workflow tasks left out: their number depends on load.
 */
export async function eventsOf(h: Harness, workflowId: string): Promise<string[]> {
  // Postgres knows that a run has ended before the engine does.
  await h.engine.client.workflow.getHandle(workflowId).result();
  const history = await h.engine.client.workflow.getHandle(workflowId).fetchHistory();
  return (history.events ?? [])
    .map((event) => {
      const name = EventType[event.eventType ?? 0]?.replace('EVENT_TYPE_', '') ?? '';
      const activity = event.activityTaskScheduledEventAttributes?.activityType?.name;
      const data = event.userMetadata?.summary?.data;
      const summary = data ? (JSON.parse(Buffer.from(data).toString()) as string).split(',')[0] : undefined;
      return [name, activity, name === 'WORKFLOW_EXECUTION_STARTED' ? undefined : summary].filter(Boolean).join(' ');
    })
    .filter((name) => !name.startsWith('WORKFLOW_TASK'));
}

/**
 * Writes an execution's history to `test/replay/histories/{name}.json` when RECORD_HISTORIES is set, so that later code is
 * replayed against what this code did. Identities of the recording machine are left out.
 */
export async function recordHistory(h: Harness, workflowId: string, name: string): Promise<void> {
  if (process.env.RECORD_HISTORIES === undefined) return;
  const history = await h.engine.client.workflow.getHandle(workflowId).fetchHistory();
  const json = JSON.parse(historyToJSON(history)) as unknown;
  const text = JSON.stringify(json, (key, value: unknown) => (key === 'identity' ? 'recorder' : value), 1);
  await writeFile(new URL(`../replay/histories/${name}.json`, import.meta.url), `${text}\n`);
}
