import { expect } from 'vitest';
import type { Harness } from '../harness.js';
import { until } from '../until.js';

interface Mail {
  MessageID: string;
}

/** The delivery a mail belongs to: its Message-ID contains it (S-E4). */
export function deliveryOf({ MessageID }: Mail): string {
  const id = /dlv_[A-Za-z0-9]{20}/.exec(MessageID)?.[0];
  if (!id) throw new Error(`No delivery in the Message-ID ${MessageID}`);
  return id;
}

/** Waits until every run is COMPLETED and nothing is left to tell the engine. */
export async function untilAllCompleted(h: Harness, runs: number, withinMs: number): Promise<void> {
  await until(`${String(runs)} runs COMPLETED, the outbox empty`, () => isAtRest(h, runs), withinMs).catch(
    async (error: unknown) => {
      const states = await h.db.rows('SELECT status, reason, engine_started, count(*) FROM runs GROUP BY 1, 2, 3');
      const outbox = await h.db.rows('SELECT last_error, attempts, count(*) FROM outbox GROUP BY 1, 2');
      throw new Error(`${String(error)}\n${JSON.stringify({ states, outbox })}`);
    },
  );
}

async function isAtRest({ db }: Harness, runs: number): Promise<boolean> {
  const row = await db.row<{ completed: number; untold: number }>(
    `SELECT (SELECT count(*) FROM runs WHERE status = 'COMPLETED') AS completed, (SELECT count(*) FROM outbox) AS untold`,
  );
  return row?.completed === runs && row.untold === 0;
}

/** The mails that arrived are the ledger's SENT deliveries, each once, and there are `count` of them. */
export async function expectEachOnce(h: Harness, count: number): Promise<void> {
  const arrived = (await h.mails()).map(deliveryOf).sort();
  const rows = await h.db.rows<{ id: string }>(`SELECT id FROM deliveries WHERE status = 'SENT' ORDER BY id`);
  expect(arrived).toHaveLength(count);
  expect(new Set(arrived).size, 'a mail arrived twice').toBe(count);
  expect(arrived).toEqual(rows.map(({ id }) => id).sort());
}

/** Executions of this harness's task queue, counted on the engine. Visibility lags a little behind. */
export async function countExecutions(h: Harness, condition: string): Promise<number> {
  const { count } = await h.engine.call((client) =>
    client.workflow.count(`TaskQueue = '${h.taskQueue}' AND ${condition}`),
  );
  return count;
}
