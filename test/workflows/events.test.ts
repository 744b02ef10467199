import { afterEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../support/harness.js';
import { eventsOf, recordHistory } from '../support/history.js';
import { createWorkflow, onlyRun, overdueLadder, put } from '../support/scenario.js';
import { until } from '../support/until.js';

const DAY_MS = 86_400_000;

describe('the history of a ladder on the wall clock', () => {
  let h: Harness;
  afterEach(() => h.stop());

  const dueIn = (ms: number): Record<string, unknown> => ({
    customer_id: 'cust_1',
    status: 'FINAL',
    due_date: new Date(Date.now() + ms).toISOString(),
  });
  const completed = () =>
    until('the end', async () => {
      const run = await onlyRun(h);
      return run.status === 'COMPLETED' ? run : null;
    });

  it('costs one timer, one activity and at most one upsert per step', async () => {
    h = await createHarness({ worker: false, tellSoon: false });
    await createWorkflow(h, overdueLadder('golden', [1, 2, 3]));
    await put(h, 'customers/cust_1', { email: 'ap@acme.example', timezone: 'UTC' });
    await put(h, 'invoices/inv_1', dueIn(DAY_MS));
    // Periods are days; the plan is brought near before the engine hears of it, the anchor stays as it is.
    await h.db.rowsOnce(`UPDATE run_steps SET planned_at = clock_timestamp() + (position + 1) * interval '6 seconds'`);
    await h.db.rowsOnce(`UPDATE runs SET wake_at = s.planned_at, next_step_at = s.planned_at FROM run_steps s
      WHERE s.run_id = runs.id AND s.position = 0`);
    await h.startWorker();

    const run = await completed();
    await recordHistory(h, run.engine_workflow_id, 'ladder-sent');
    expect(await h.mails()).toHaveLength(3);
    expect(await eventsOf(h, run.engine_workflow_id)).toEqual([
      'WORKFLOW_EXECUTION_STARTED',
      'TIMER_STARTED step 1 of 3: 1 day overdue',
      'TIMER_FIRED',
      'ACTIVITY_TASK_SCHEDULED sendStepEmails step 1 of 3: 1 day overdue',
      'ACTIVITY_TASK_STARTED',
      'ACTIVITY_TASK_COMPLETED',
      'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
      'TIMER_STARTED step 2 of 3: 2 days overdue',
      'TIMER_FIRED',
      'ACTIVITY_TASK_SCHEDULED sendStepEmails step 2 of 3: 2 days overdue',
      'ACTIVITY_TASK_STARTED',
      'ACTIVITY_TASK_COMPLETED',
      'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
      'TIMER_STARTED step 3 of 3: 3 days overdue',
      'TIMER_FIRED',
      'ACTIVITY_TASK_SCHEDULED sendStepEmails step 3 of 3: 3 days overdue',
      'ACTIVITY_TASK_STARTED',
      'ACTIVITY_TASK_COMPLETED',
      'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
      'WORKFLOW_EXECUTION_COMPLETED',
    ]);
  }, 60_000);

  it('costs one signal, one look and one upsert when the due date moves', async () => {
    h = await createHarness();
    await createWorkflow(h, overdueLadder('moved', [1]));
    await put(h, 'customers/cust_1', { email: 'ap@acme.example', timezone: 'UTC' });
    await put(h, 'invoices/inv_1', dueIn(DAY_MS));
    await until('the engine has it', async () => (await onlyRun(h)).status === 'WAITING');
    await put(h, 'invoices/inv_1', dueIn(6_000 - DAY_MS));

    const run = await completed();
    await recordHistory(h, run.engine_workflow_id, 'due-date-moved');
    expect(await h.mails()).toHaveLength(1);
    expect(await eventsOf(h, run.engine_workflow_id)).toEqual([
      'WORKFLOW_EXECUTION_STARTED',
      // It was in its start delay, and began with the signal.
      'WORKFLOW_EXECUTION_SIGNALED',
      'ACTIVITY_TASK_SCHEDULED reconsider 1 day overdue',
      'ACTIVITY_TASK_STARTED',
      'ACTIVITY_TASK_COMPLETED',
      'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
      'TIMER_STARTED 1 day overdue',
      'TIMER_FIRED',
      'ACTIVITY_TASK_SCHEDULED sendStepEmails 1 day overdue',
      'ACTIVITY_TASK_STARTED',
      'ACTIVITY_TASK_COMPLETED',
      'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
      'WORKFLOW_EXECUTION_COMPLETED',
    ]);
  });

  it('ends at once when the invoice is paid', async () => {
    h = await createHarness();
    await createWorkflow(h, overdueLadder('paid', [1]));
    await put(h, 'customers/cust_1', { email: 'ap@acme.example', timezone: 'UTC' });
    await put(h, 'invoices/inv_1', dueIn(DAY_MS));
    await until('the engine has it', async () => (await onlyRun(h)).status === 'WAITING');
    await put(h, 'invoices/inv_1', { ...dueIn(DAY_MS), paid: true });

    const run = await onlyRun(h);
    expect(run).toMatchObject({ status: 'STOPPED', stop_reason: 'paid' });
    const handle = h.engine.client.workflow.getHandle(run.engine_workflow_id);
    expect(await handle.result()).toEqual({ status: 'STOPPED', reason: 'paid' });
    await recordHistory(h, run.engine_workflow_id, 'paid-early');
    expect(await h.mails()).toHaveLength(0);
  });
});
