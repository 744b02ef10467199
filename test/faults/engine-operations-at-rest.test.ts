import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countExecutions, deliveryOf } from '../support/faults/each-once.js';
import { createLadder, inSeconds, putCustomer, putInvoices } from '../support/faults/scenario.js';
import { createHarness, type Harness } from '../support/harness.js';
import { ladderOf, onlyRun } from '../support/scenario.js';
import { until } from '../support/until.js';

type Run = Record<string, any>;

/** The event that ends an execution's first workflow task: a reset does everything after it again. */
const FIRST_TASK_DONE = 4;

/** Three ways to wait for somebody, and how each of them is let go. */
const WAITING = [
  {
    how: 'BLOCKED',
    status: 'BLOCKED',
    begin: (h: Harness, id: string) => putCustomer(h, `cust_${id}`, { email: null }),
    stay: () => Promise.resolve(),
    letGo: (h: Harness, id: string) => putCustomer(h, `cust_${id}`),
  },
  {
    how: 'PAUSED',
    status: 'PAUSED',
    begin: (h: Harness, id: string) => putCustomer(h, `cust_${id}`, { email: null }),
    stay: async (h: Harness, id: string) => {
      const { id: run } = await onlyRun(h, `?resource_id=inv_${id}`);
      expect((await h.call('POST', `/v1/workflow-runs/${String(run)}/pause`, {})).status).toBe(200);
      await putCustomer(h, `cust_${id}`);
    },
    letGo: async (h: Harness, id: string) => {
      const { id: run } = await onlyRun(h, `?resource_id=inv_${id}`);
      await h.call('POST', `/v1/workflow-runs/${String(run)}/resume`, {});
    },
  },
  {
    how: 'held',
    status: 'WAITING',
    begin: async (h: Harness, id: string) => {
      await putCustomer(h, `cust_${id}`);
      expect((await h.call('POST', '/v1/holds', { customer_id: `cust_${id}`, reason: 'DISPUTE' })).status).toBe(201);
    },
    stay: () => Promise.resolve(),
    letGo: async (h: Harness, id: string) => {
      const { body } = await h.call('GET', `/v1/holds?customer_id=cust_${id}`);
      await h.call('DELETE', `/v1/holds/${String(body.data[0].id)}`);
    },
  },
] as const;
type Waiting = (typeof WAITING)[number];

describe('what people do on the engine to a run that waits for somebody', { timeout: 60_000 }, () => {
  let h: Harness;
  beforeAll(async () => {
    h = await createHarness({ watchdog: { everyMs: 250, graceMs: 1_000, closedEveryMs: 250 } });
    await createLadder(h, [0]);
  });
  afterAll(() => h.stop());

  const untilRun = (id: string, what: string, is: (run: Run) => boolean): Promise<Run> =>
    until(`${id} ${what}`, async () => {
      const run = await onlyRun(h, `?resource_id=inv_${id}`);
      return is(run) && run.engine === 'TOLD' ? run : null;
    });
  const mailsOf = async (run: Run): Promise<string[]> => {
    const own = run.steps.flatMap((step: Run) => step.delivery_ids as string[]);
    return (await h.mails()).map(deliveryOf).filter((delivery) => own.includes(delivery));
  };

  /** A run whose step is due and that waits like this, known to the engine. */
  async function waiting(id: string, { begin, stay, status }: Waiting): Promise<Run> {
    await begin(h, id);
    await putInvoices(h, [`inv_${id}`], { due_date: inSeconds(-60) }, `cust_${id}`);
    await untilRun(id, 'is on the engine', (run) => ['BLOCKED', 'WAITING'].includes(run.status as string));
    await stay(h, id);
    return untilRun(id, `is ${status}`, (run) => run.status === status);
  }

  describe.each(WAITING)('$how', (way) => {
    it.each(['terminate', 'cancel'] as const)('%s: it is STOPPED, and letting it go sends nothing', async (end) => {
      const id = `${way.how}_${end}`;
      const { engine_workflow_id } = await waiting(id, way);
      const handle = h.engine.client.workflow.getHandle(engine_workflow_id as string);
      await (end === 'terminate' ? handle.terminate('by a person') : handle.cancel());
      const stopped = await untilRun(id, 'is STOPPED', ({ status }) => status === 'STOPPED');
      expect(stopped.stop_reason).toBe('stopped_on_engine');
      expect(ladderOf(stopped)).toEqual(['0-DAY SKIPPED stopped_on_engine']);
      await way.letGo(h, id);
      // The engine has had the time to send another one that was let go after it.
      const control = await waiting(`${id}_control`, way);
      await way.letGo(h, `${id}_control`);
      await untilRun(`${id}_control`, 'is sent', ({ status }) => status === 'COMPLETED');
      expect(control.status).toBe(way.status);
      expect(await untilRun(id, 'stays', () => true)).toEqual(stopped);
      expect(await mailsOf(stopped)).toEqual([]);
      expect(await countExecutions(h, `WorkflowId = '${engine_workflow_id as string}'`)).toBe(1);
    });

    it('reset: it waits as before, and is sent once when it is let go', async () => {
      const id = `${way.how}_reset`;
      const before = await waiting(id, way);
      const handle = h.engine.client.workflow.getHandle(before.engine_workflow_id as string);
      const events = async (): Promise<number> => (await handle.fetchHistory()).events?.length ?? 0;
      await until('its first workflow task is done', async () => (await events()) >= FIRST_TASK_DONE);
      await h.engine.client.workflowService.resetWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId: before.engine_workflow_id as string },
        reason: 'test',
        // The type asks for a Long; a number will do.
        workflowTaskFinishEventId: FIRST_TASK_DONE as never,
        requestId: randomUUID(),
      });
      await until('the second execution runs', async () => (await handle.describe()).status.name === 'RUNNING');
      const after = await untilRun(id, 'waits as before', ({ status }) => status === way.status);
      expect(await mailsOf(after)).toEqual([]);
      await way.letGo(h, id);
      const done = await untilRun(id, 'is sent', ({ status }) => status === 'COMPLETED');
      expect(await mailsOf(done)).toHaveLength(1);
    });
  });
});
