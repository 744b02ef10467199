import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countExecutions, deliveryOf } from '../support/faults/each-once.js';
import { createLadder, inSeconds, putCustomer, putInvoices } from '../support/faults/scenario.js';
import { createHarness, type Harness } from '../support/harness.js';
import { eventsOf } from '../support/history.js';
import { ladderOf, onlyRun } from '../support/scenario.js';
import { until } from '../support/until.js';

type Run = Record<string, any>;

const WEEK_S = 7 * 86_400;

describe('what people do to an execution on the engine', { timeout: 60_000 }, () => {
  let h: Harness;

  beforeAll(async () => {
    h = await createHarness({ watchdog: { everyMs: 250, graceMs: 1_000, closedEveryMs: 250 } });
    await createLadder(h, [0, 7]);
    await putCustomer(h, 'cust_1');
  });
  afterAll(() => h.stop());

  const runOf = (invoice: string): Promise<Run> => onlyRun(h, `?resource_id=${invoice}`);
  const untilRun = (invoice: string, what: string, is: (run: Run) => boolean): Promise<Run> =>
    until(`${invoice} ${what}`, async () => {
      const run = await runOf(invoice);
      return is(run) && run.engine === 'TOLD' ? run : null;
    });
  const handleOf = async (invoice: string): Promise<WorkflowHandle> =>
    h.engine.client.workflow.getHandle((await runOf(invoice)).engine_workflow_id as string);
  const executionsOf = async (invoice: string): Promise<number> =>
    countExecutions(h, `WorkflowId = '${(await runOf(invoice)).engine_workflow_id}'`);
  const mailsOf = async (invoice: string): Promise<string[]> => {
    const rows = await h.db.rows<{ id: string }>(
      'SELECT d.id FROM deliveries d JOIN runs r ON r.id = d.run_id WHERE r.resource_id = $1',
      [invoice],
    );
    return (await h.mails()).map(deliveryOf).filter((delivery) => rows.some(({ id }) => id === delivery));
  };
  const statusOf = async (invoice: string): Promise<string> => (await (await handleOf(invoice)).describe()).status.name;
  const reset = async (invoice: string): Promise<void> => {
    await h.engine.client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: (await runOf(invoice)).engine_workflow_id },
      reason: 'test',
      // The end of the first workflow task: everything after it is done again. (The type asks for a Long; a number will do.)
      workflowTaskFinishEventId: 4 as never,
      requestId: randomUUID(),
    });
  };

  it.each([
    ['terminated', async (id: string): Promise<unknown> => (await handleOf(id)).terminate('by a person')],
    ['cancelled', async (id: string): Promise<unknown> => (await handleOf(id)).cancel()],
  ] as const)('%s: the run is STOPPED stopped_on_engine and never started again', async (name, end) => {
    const [ended, control] = [`inv_${name}`, `inv_${name}_control`];
    const due_date = inSeconds(12);
    await putInvoices(h, [ended, control], { due_date });
    await untilRun(ended, 'waits', ({ status }) => status === 'WAITING');
    await end(ended);
    const stopped = await untilRun(ended, 'is STOPPED', ({ status }) => status === 'STOPPED');
    expect(stopped.stop_reason).toBe('stopped_on_engine');
    expect(ladderOf(stopped)).toEqual(['0-DAY SKIPPED stopped_on_engine', '7-DAY SKIPPED stopped_on_engine']);

    // Neither the instant it waited for, nor the watchdog, nor changed facts bring it back.
    await untilRun(control, 'has sent its first step', (run) => run.steps[0].status === 'DONE');
    const moved = { customer_id: 'cust_1', status: 'FINAL', due_date: inSeconds(-WEEK_S), invoice_number: 'moved' };
    expect((await h.call('PUT', `/v1/invoices/${ended}`, moved)).status).toBe(200);
    expect((await h.call('PUT', `/v1/invoices/${control}`, moved)).status).toBe(200);
    await untilRun(control, 'has ended', ({ status }) => status === 'COMPLETED');
    expect(await runOf(ended)).toMatchObject({ status: 'STOPPED', stop_reason: 'stopped_on_engine' });
    expect(await executionsOf(ended)).toBe(1);
    expect(await mailsOf(ended)).toEqual([]);
    expect(await mailsOf(control)).toHaveLength(2);
  });

  it('reset while it waits for its second step: nothing is sent twice, the second goes in its time', async () => {
    await putInvoices(h, ['inv_reset'], { due_date: inSeconds(15 - WEEK_S) });
    await untilRun('inv_reset', 'has sent its first step', (run) => run.steps[0].status === 'DONE');
    const before = await mailsOf('inv_reset');
    expect(before).toHaveLength(1);
    await reset('inv_reset');
    const run = await untilRun('inv_reset', 'has ended', ({ status }) => status === 'COMPLETED');
    expect(ladderOf(run)).toEqual(['0-DAY DONE', '7-DAY DONE']);
    await until('its execution has ended', async () => (await statusOf('inv_reset')) === 'COMPLETED');
    const mails = await mailsOf('inv_reset');
    expect(mails).toHaveLength(2);
    expect(new Set(mails).size).toBe(2);
    await until('both executions are seen', async () => (await executionsOf('inv_reset')) === 2);
  });

  it('reset of a run that has ended: the execution ends at its first activity, without a mail', async () => {
    await putInvoices(h, ['inv_done'], { due_date: inSeconds(-WEEK_S - 60) });
    await untilRun('inv_done', 'has ended', ({ status }) => status === 'COMPLETED');
    await until('its execution has ended', async () => (await statusOf('inv_done')) === 'COMPLETED');
    await expectHarmlessReset('inv_done', 1);
  });

  it('reset of a run that was stopped by a payment: the same', async () => {
    await putInvoices(h, ['inv_paid'], { due_date: inSeconds(15 - WEEK_S) });
    await untilRun('inv_paid', 'has sent its first step', (run) => run.steps[0].status === 'DONE');
    const paid = { customer_id: 'cust_1', status: 'FINAL', due_date: inSeconds(15 - WEEK_S), paid: true };
    expect((await h.call('PUT', '/v1/invoices/inv_paid', paid)).status).toBe(200);
    await until('its execution has ended', async () => (await statusOf('inv_paid')) === 'COMPLETED');
    await expectHarmlessReset('inv_paid', 1);
  });

  async function expectHarmlessReset(invoice: string, mails: number): Promise<void> {
    const before = await runOf(invoice);
    await reset(invoice);
    await until('two executions have ended', async () => {
      const id = before.engine_workflow_id as string;
      return (await countExecutions(h, `WorkflowId = '${id}' AND ExecutionStatus = 'Completed'`)) === 2;
    });
    const activities = (await eventsOf(h, before.engine_workflow_id as string)).filter((event) =>
      event.startsWith('ACTIVITY_TASK_SCHEDULED'),
    );
    expect(activities).toHaveLength(1);
    expect(await mailsOf(invoice)).toHaveLength(mails);
    expect(await runOf(invoice)).toEqual(before);
  }
});
