import { afterEach, describe, expect, it } from 'vitest';
import proto from '@temporalio/proto';
import { countExecutions, expectEachOnce, untilAllCompleted } from '../support/faults/each-once.js';
import { inParallel } from '../support/faults/in-parallel.js';
import { measured } from '../support/faults/measured.js';
import { createLadder, inSeconds, invoiceIds, putCustomer, putInvoices } from '../support/faults/scenario.js';
import { createHarness, type Harness } from '../support/harness.js';
import { until } from '../support/until.js';

const RUNS = 1_000;
const CUSTOMERS = 10;
const { EVENT_TYPE_ACTIVITY_TASK_STARTED } = proto.temporal.api.enums.v1.EventType;

describe('many runs on one worker at its default settings', { timeout: 400_000 }, () => {
  let h: Harness;
  afterEach(() => h.stop());

  it.each([
    { lane: 'by the burst lane', burstLane: true },
    { lane: 'each by its own execution', burstLane: false },
  ])(
    '1,000 that are due at one instant, $lane: each is mailed once, and nothing fails',
    async ({ lane, burstLane }) => {
      h = await createHarness({ burstLane });
      await createLadder(h);
      const startedAt = performance.now();
      const dueAt = Date.now() + 40_000;
      const due_date = new Date(dueAt).toISOString();
      const ids = invoiceIds(RUNS);
      for (let index = 0; index < CUSTOMERS; index += 1) {
        const customer = `cust_${String(index)}`;
        await putCustomer(h, customer);
        const own = ids.filter((_, place) => place % CUSTOMERS === index);
        await putInvoices(h, own, { due_date }, customer);
      }
      measured('accepting 1,000 runs', (performance.now() - startedAt) / 1_000, 's');
      expect(Date.now(), 'this machine is too slow for the instant that was chosen').toBeLessThan(dueAt);
      expect(await h.mails()).toEqual([]);

      await untilAllCompleted(h, RUNS, 240_000);
      measured(`1,000 mails ${lane}, from the instant they were due`, (Date.now() - dueAt) / 1_000, 's');
      await expectEachOnce(h, RUNS);
      const retried = await h.db.rows(
        `SELECT id FROM deliveries WHERE attempts <> 1 OR fence <> 1 OR status <> 'SENT'`,
      );
      expect(retried).toEqual([]);
      const early = await h.db.rows(`SELECT run_id FROM run_steps WHERE sent_at < planned_at`);
      expect(early).toEqual([]);

      // Those of a crowd sleep on for some minutes.
      if (burstLane) return;
      await until('every execution is COMPLETED', async () => {
        return (await countExecutions(h, `ExecutionStatus = 'Completed'`)) === RUNS;
      });
      expect(await countExecutions(h, `ExecutionStatus != 'Completed'`)).toBe(0);
      expect(await highestAttempt(h, 100)).toBe(1);
    },
  );

  it('archiving a workflow with more runs than are changed at once: all stop, all executions end', async () => {
    h = await createHarness();
    const workflowId = await createLadder(h);
    await putCustomer(h, 'cust_1');
    await putInvoices(h, invoiceIds(450), { due_date: inSeconds(86_400) });
    await until('all are on the engine', async () => (await countRuns(h, `engine_started`)) === 450);
    const startedAt = performance.now();
    expect((await h.call('POST', `/v1/workflows/${workflowId}/archive`)).status).toBe(200);
    await until(
      'every run is STOPPED',
      async () => (await countRuns(h, `status = 'STOPPED' AND stop_reason = 'workflow_archived'`)) === 450,
      60_000,
    );
    await until(
      'every execution is COMPLETED',
      async () => (await countExecutions(h, `ExecutionStatus = 'Completed'`)) === 450,
      60_000,
    );
    measured('450 runs stopped by an archive', (performance.now() - startedAt) / 1_000, 's');
    expect(await countExecutions(h, `ExecutionStatus != 'Completed'`)).toBe(0);
    expect(await h.mails()).toEqual([]);
    expect(await h.db.rows('SELECT subject_id FROM outbox')).toEqual([]);
  });
});

async function countRuns({ db }: Harness, condition: string): Promise<number> {
  return (await db.row<{ n: number }>(`SELECT count(*) AS n FROM runs WHERE ${condition}`))?.n ?? 0;
}

/** The most attempts that an activity of a sample of executions needed. */
async function highestAttempt(h: Harness, sample: number): Promise<number> {
  const rows = await h.db.rows<{ id: string }>('SELECT engine_workflow_id AS id FROM runs ORDER BY id LIMIT $1', [
    sample,
  ]);
  const attempts = await inParallel(rows, 10, async ({ id }) => {
    const history = await h.engine.call((client) => client.workflow.getHandle(id).fetchHistory());
    const started = (history.events ?? []).filter((event) => event.eventType === EVENT_TYPE_ACTIVITY_TASK_STARTED);
    return started.map((event) => event.activityTaskStartedEventAttributes?.attempt ?? 0);
  });
  return Math.max(...attempts.flat());
}
