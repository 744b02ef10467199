import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectEachOnce, untilAllCompleted } from '../support/faults/each-once.js';
import { createLadder, inSeconds, putCustomer, putInvoices } from '../support/faults/scenario.js';
import { createHarness, type Harness } from '../support/harness.js';
import { eventsOf } from '../support/history.js';

const BEHIND_S = 60;
/** How far ahead the step is by Postgres’ clock; by the engine’s it is long past. */
const AHEAD_S = 7;

describe('a Postgres whose clock is behind the engine’s', { timeout: 60_000 }, () => {
  let h: Harness;
  beforeAll(async () => {
    h = await createHarness({ worker: false });
    await turnBack(h);
    await createLadder(h);
    await putCustomer(h, 'cust_1');
    await h.startWorker();
  });
  afterAll(() => h.stop());

  it('sends at Postgres’ instant, and does not spin until then', async () => {
    await putInvoices(h, ['inv_1'], { due_date: inSeconds(AHEAD_S - BEHIND_S) });
    await untilAllCompleted(h, 1, 30_000);
    await expectEachOnce(h, 1);
    const row = await h.db.row<{ id: string; early: boolean }>(
      'SELECT r.engine_workflow_id AS id, s.sent_at < s.planned_at AS early FROM runs r JOIN run_steps s ON s.run_id = r.id',
    );
    expect(row?.early).toBe(false);
    const events = await eventsOf(h, row?.id ?? '');
    const activities = events.filter((event) => event.startsWith('ACTIVITY_TASK_SCHEDULED'));
    expect(activities.length).toBeLessThanOrEqual(AHEAD_S);
  });
});

/** Puts another `clock_timestamp()` before the built-in one for every connection from now on, and ends the present ones. */
async function turnBack({ db, databaseUrl }: Harness): Promise<void> {
  const name = new URL(databaseUrl).pathname.slice(1);
  await db.rowsOnce(`CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS $$ SELECT pg_catalog.clock_timestamp() - interval '${String(BEHIND_S)} seconds' $$`);
  // Defaults were bound to the built-in one when the table was made.
  await db.rowsOnce('ALTER TABLE outbox ALTER next_attempt_at SET DEFAULT public.clock_timestamp()');
  await db.rowsOnce(`ALTER DATABASE ${name} SET search_path = public, pg_catalog`);
  await db.rowsOnce(`SET search_path = public, pg_catalog`);
  await db.rowsOnce(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
}
