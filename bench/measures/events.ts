import { setTimeout as pause } from 'node:timers/promises';
import type { DunwellStanding } from '../contestants/dunwell.js';
import { createEngineClient, type EngineClient } from '../../engine/client.js';
import { MEASURE } from '../names.js';
import { NAMESPACE, startEngine } from '../servers/engine.js';
import type { Bench } from './measure.js';

/** Near enough to be waited for by a timer. */
const NEAR_MS = 5_000;
const CLOSE_TIMEOUT_MS = 30_000;

/** How many events the history of a run has that sent its one mail: of one that was about to be due, and of one that was not. */
export async function measureEvents({ ground, book, sizes, contestants }: Bench): Promise<void> {
  const engine = await startEngine('dev', ground);
  const client = createEngineClient({ connection: { address: engine.address }, namespace: NAMESPACE });
  try {
    const standing = await contestants.lane.start({ ground, engine, worker: true, ladder: [1] });
    try {
      const aheads = [NEAR_MS, ...(sizes.delayedAheadMs === null ? [] : [sizes.delayedAheadMs])];
      for (const [from, aheadMs] of aheads.entries()) {
        await standing.accept({ from, count: 1, dueAt: Date.now() + aheadMs, everyMs: 0, width: 1 });
      }
      if (!(await ground.sink.until(aheads.length, Math.max(...aheads) + CLOSE_TIMEOUT_MS))) {
        throw new Error('Not every mail arrived.');
      }
      await ground.sink.take();
      const heading = { contestant: contestants.lane.name, engine: 'dev', n: 1, unit: 'events' };
      for (const reminder of aheads.keys()) {
        const { events, delayed } = await historyOf(client, standing, reminder);
        book.add({ ...heading, measure: delayed ? MEASURE.eventsDelayed : MEASURE.events }, events);
      }
    } finally {
      await standing.stop();
    }
  } finally {
    await client.close();
    await engine.stop();
  }
}

async function historyOf(
  engine: EngineClient,
  { facts }: DunwellStanding,
  reminder: number,
): Promise<{ events: number; delayed: boolean }> {
  const run = await facts.db.row<{ id: string }>('SELECT engine_workflow_id AS id FROM runs WHERE resource_id = $1', [
    `inv_${String(reminder)}`,
  ]);
  const until = performance.now() + CLOSE_TIMEOUT_MS;
  for (;;) {
    const { events = [] } = await engine.call((client) => client.workflow.getHandle(run?.id ?? '').fetchHistory());
    if (events?.at(-1)?.workflowExecutionCompletedEventAttributes) {
      const backoff = events[0]?.workflowExecutionStartedEventAttributes?.firstWorkflowTaskBackoff?.seconds;
      return { events: events.length, delayed: Number(backoff ?? 0) > 0 };
    }
    if (performance.now() > until) throw new Error('A run whose mail was sent does not end on the engine.');
    await pause(100);
  }
}
