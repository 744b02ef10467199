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
 * Writes an execution's history to `test/replay/histories/{name}.json` when RECORD_HISTORIES is set (`npm run record-histories`),
 * so that later code is replayed against what this code did. What is there is never written over: with RECORD_AS=0.2.0 the file
 * is `{name}.0.2.0.json`. The recording machine's identities are left out.
 */
export async function recordHistory(h: Harness, workflowId: string, name: string): Promise<void> {
  if (process.env.RECORD_HISTORIES === undefined) return;
  const history = await h.engine.client.workflow.getHandle(workflowId).fetchHistory();
  const json = JSON.parse(historyToJSON(history)) as unknown;
  const file = [name, ...(process.env.RECORD_AS ? [process.env.RECORD_AS] : []), 'json'].join('.');
  const flag = { flag: 'wx' };
  await writeFile(
    new URL(`../replay/histories/${file}`, import.meta.url),
    `${JSON.stringify(json, anonymous, 1)}\n`,
    flag,
  ).then(
    () => {
      console.log(`  recorded ${file}`);
    },
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
}

/** `12041@some-host` names the process that recorded: as an identity, and as its own task queue. Stack traces name its folders. */
function anonymous(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return String(value).split('\n')[0];
  return key === 'identity' || (key === 'name' && /^\d+@/.test(String(value))) ? 'recorder' : value;
}
