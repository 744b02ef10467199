import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../support/harness.js';
import { createWorkflow, onlyRun, overdueLadder, put } from '../support/scenario.js';
import { until } from '../support/until.js';
import { startReceiver } from '../support/webhooks/receiver.js';
import { costOf, startBytes } from './cost.js';

const DAY_MS = 86_400_000;

/** What each shape of a run costs on the engine, counted on the real one. A number here changes only with what a run does. */
describe('the events and billed actions of a run', { timeout: 120_000 }, () => {
  let h: Harness;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  beforeAll(async () => {
    receiver = await startReceiver();
    h = await createHarness({ worker: false, tellSoon: false });
    // Their steps are brought near before the engine hears of them: periods are days.
    for (const name of ['delayed', 'due', 'soon']) await scene(name, [1], DAY_MS);
    await scene('ladder', [1, 2, 3], DAY_MS);
    await bringNear('delayed', [75]);
    await bringNear('due', [0]);
    await bringNear('soon', [18]);
    await bringNear('ladder', [18, 21, 24]);
    await h.startWorker();
  });
  afterAll(async () => {
    await h.stop();
    await receiver.stop();
  });

  async function scene(name: string, days: readonly number[], dueInMs: number, customer = {}): Promise<void> {
    await createWorkflow(h, { ...overdueLadder(name, days), customer_ids: [`cust_${name}`] });
    await put(h, `customers/cust_${name}`, { email: `${name}@acme.example`, timezone: 'UTC', ...customer });
    await invoice(name, dueInMs);
  }
  const invoice = (name: string, dueInMs: number, more = {}): Promise<void> => {
    const due_date = new Date(Date.now() + dueInMs).toISOString();
    return put(h, `invoices/inv_${name}`, { customer_id: `cust_${name}`, status: 'FINAL', due_date, ...more });
  };
  async function bringNear(name: string, inSeconds: readonly number[]): Promise<void> {
    await h.db.rowsOnce(
      `UPDATE run_steps s SET planned_at = clock_timestamp() + ($2::int[])[position + 1] * interval '1 second'
       FROM runs r WHERE r.id = s.run_id AND r.resource_id = $1`,
      [`inv_${name}`, inSeconds],
    );
    await h.db.rowsOnce(
      `UPDATE runs r SET wake_at = s.planned_at, next_step_at = s.planned_at FROM run_steps s
       WHERE s.run_id = r.id AND s.position = 0 AND r.resource_id = $1`,
      [`inv_${name}`],
    );
  }
  const runOf = (name: string) => onlyRun(h, `?resource_id=inv_${name}`);
  const reaches = (name: string, status: string): Promise<Record<string, any>> =>
    until(
      `${name} is ${status}`,
      async () => {
        const run = await runOf(name);
        if (run.status !== status || run.engine !== 'TOLD') return null;
        // Postgres is ahead of the engine: what comes next is to find the execution at rest.
        const { raw } = await h.engine.client.workflow.getHandle(run.engine_workflow_id as string).describe();
        return raw.pendingWorkflowTask || raw.pendingActivities?.length ? null : run;
      },
      100_000,
    );
  const costs = async (name: string, status = 'COMPLETED') =>
    costOf(h, (await reaches(name, status)).engine_workflow_id as string);

  it('one step that is due: its activity and one upsert', async () => {
    expect(await costs('due')).toEqual({ events: 12, actions: 3 });
  });

  it('one step within the minute: a timer besides', async () => {
    expect(await costs('soon')).toEqual({ events: 17, actions: 4 });
  });

  it('a ladder of three: 12 events and 3 actions more per step', async () => {
    expect(await costs('ladder')).toEqual({ events: 41, actions: 10 });
  });

  it.each(['paid', 'cancelled'])('%s before its first step: the signal, a look and one upsert', async (how) => {
    await scene(how, [7], 0);
    const { id } = await reaches(how, 'WAITING');
    if (how === 'paid') await invoice(how, 0, { paid: true });
    else expect((await h.call('POST', `/v1/workflow-runs/${String(id)}/cancel`, {})).status).toBe(200);
    expect(await costs(how, 'STOPPED')).toEqual({ events: 13, actions: 4 });
  });

  it('a due date that moves: the signal, a look, an upsert and a timer', async () => {
    await scene('moved', [7], 0);
    await reaches('moved', 'WAITING');
    await invoice('moved', 5_000 - 7 * DAY_MS);
    expect(await costs('moved')).toEqual({ events: 25, actions: 7 });
  });

  it('BLOCKED, then repaired: a timer for the end of its window, the signal, a look and the step once more', async () => {
    await scene('blocked', [7], -7 * DAY_MS, { email: null });
    await reaches('blocked', 'BLOCKED');
    await put(h, 'customers/cust_blocked', { email: 'repaired@acme.example', timezone: 'UTC' });
    expect(await costs('blocked')).toEqual({ events: 32, actions: 9 });
  });

  it('the word of it to a webhook: one activity', async () => {
    const webhook = await h.call('POST', '/v1/webhooks', {
      name: 'Ours',
      reference: 'ours',
      url: receiver.url,
      actions: ['WORKFLOW_RUN.COMPLETED'],
    });
    expect(webhook.status, JSON.stringify(webhook.body)).toBe(201);
    await scene('told', [7], -7 * DAY_MS);
    await reaches('told', 'COMPLETED');
    const workflowId = await until('it is delivered', async () => {
      const query = `TaskQueue = '${h.taskQueue}' AND WorkflowType = 'webhookDelivery' AND ExecutionStatus = 'Completed'`;
      for await (const one of h.engine.client.workflow.list({ query })) return one.workflowId;
      return null;
    });
    expect(await costOf(h, workflowId)).toEqual({ events: 11, actions: 2 });
  });

  it('one step further ahead than a minute: no timer', async () => {
    const { engine_workflow_id } = await runOf('delayed');
    expect(await startBytes(h, engine_workflow_id as string)).toBeLessThan(1_500);
    expect(await costs('delayed')).toEqual({ events: 12, actions: 3 });
  });
});
