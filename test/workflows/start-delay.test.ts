import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REMINDER_RUN } from '../../contracts/engine.js';
import { replay } from '../replay/replay.js';
import { openStages, type Stage } from '../replay/stage.js';
import { countExecutions } from '../support/faults/each-once.js';
import { inSeconds } from '../support/faults/scenario.js';
import { eventsOf } from '../support/history.js';
import { createClock } from '../support/scenario.js';
import { until } from '../support/until.js';

const waits = { status: 'WAITING', reason: null };

/** A run whose first instant is far ahead begins then; what happens to it before reaches it all the same. */
describe('a run in its start delay', { timeout: 60_000 }, () => {
  let stages: Awaited<ReturnType<typeof openStages>>;
  beforeAll(async () => {
    stages = await openStages();
  });
  afterAll(() => stages.close());

  const handleOf = (run: Record<string, any>): WorkflowHandle =>
    stages.h.engine.client.workflow.getHandle(run.engine_workflow_id as string);
  const lengthOf = async (handle: WorkflowHandle): Promise<number> => (await handle.describe()).historyLength;
  const operate = (run: Record<string, any>, operation: string) =>
    stages.h.call('POST', `/v1/workflow-runs/${String(run.id)}/${operation}`, {});
  const rowOf = (run: Record<string, any>) =>
    stages.h.db.row('SELECT executions, engine_started FROM runs WHERE id = $1', [run.id]);

  /** A ladder of two, the first in a week: its execution has not begun. */
  async function delayed(name: string): Promise<{ stage: Stage; run: Record<string, any>; handle: WorkflowHandle }> {
    const stage = stages.stage(name);
    await stage.ladder(7, 14);
    await stage.customer();
    await stage.invoice(stage.due(0, 0));
    const run = await stage.reaches(waits);
    const handle = handleOf(run);
    expect(await lengthOf(handle)).toBe(1);
    return { stage, run, handle };
  }

  /** Takes the execution away, as an engine does that lost its data. */
  async function lose(handle: WorkflowHandle): Promise<void> {
    const { workflowService } = stages.h.engine.client;
    const workflowExecution = { workflowId: handle.workflowId };
    await workflowService.deleteWorkflowExecution({ namespace: 'default', workflowExecution });
    await until('it is gone', () =>
      handle.describe().then(
        () => false,
        () => true,
      ),
    );
  }

  it('begins with its first instant, and says what will happen then', async () => {
    const { run, handle } = await delayed('delayed-plain');
    const { startTime, executionTime, staticDetails, staticSummary } = await handle.describe();
    const lateMs = (executionTime?.getTime() ?? 0) - new Date(run.steps[0].planned_at as string).getTime();
    // The server counts from when it has the call.
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(5_000);
    expect(startTime.getTime()).toBeLessThan(Date.now() + 1_000);
    expect(await staticSummary()).toMatch(
      /^OVERDUE inv_delayed_plain: step 1 of 2: 7 days overdue, \d+ \w+ \d{4} .* UTC$/,
    );
    expect(await staticDetails()).toMatch(
      /\*\*WAITING\*\*[^]*\| 7 days overdue \|[^]*PLANNED[^]*\| 14 days overdue \|/,
    );
  });

  it('wakes for a change, and then waits as every run does', async () => {
    const { stage, run, handle } = await delayed('delayed-paused');
    await operate(run, 'pause');
    await stage.reaches({ status: 'PAUSED' });
    await until('it has begun', async () => (await lengthOf(handle)) > 1);
    await operate(run, 'resume');
    await stage.reaches(waits);
    await stage.invoice(stage.due(7, 1));
    await stage.reaches({ ...waits, ladder: ['7-DAY DONE', '14-DAY PLANNED'] });
    await stage.invoice(stage.due(14, 1));
    await stage.reaches({ status: 'COMPLETED', ladder: ['7-DAY DONE', '14-DAY DONE'] });
    expect(await countExecutions(stages.h, `WorkflowId = '${handle.workflowId}'`)).toBe(1);
    await replay(await handle.fetchHistory(), 'woken');
  });

  it('stays woken when its due date moves further ahead', async () => {
    const { stage, handle } = await delayed('delayed-later');
    await stage.invoice(stage.due(-7, 0));
    await stage.reaches(waits);
    const { typedSearchAttributes } = await handle.describe();
    const next = typedSearchAttributes.getAll().find(({ key }) => key.name === 'DunwellNextStepAt');
    expect((next?.value as Date).getTime()).toBeGreaterThan(Date.now() + 13 * 86_400_000);
  });

  it.each(['cancel', 'paid'])('ends at once: %s', async (how) => {
    const { stage, run, handle } = await delayed(`delayed-${how}`);
    await (how === 'paid' ? stage.invoice({ paid: true }) : operate(run, 'cancel'));
    const stop_reason = how === 'paid' ? 'paid' : 'cancelled_by_operator';
    await stage.reaches({ status: 'STOPPED', stop_reason });
    expect(await handle.result()).toEqual({ status: 'STOPPED', reason: stop_reason });
    expect(await eventsOf(stages.h, handle.workflowId)).toEqual([
      'WORKFLOW_EXECUTION_STARTED',
      'WORKFLOW_EXECUTION_SIGNALED',
      'ACTIVITY_TASK_SCHEDULED reconsider step 1 of 2: 7 days overdue',
      'ACTIVITY_TASK_STARTED',
      'ACTIVITY_TASK_COMPLETED',
      'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
      'WORKFLOW_EXECUTION_COMPLETED',
    ]);
  });

  it.each(['terminate', 'cancel'] as const)(
    'is respected when people %s it, also by what is told later',
    async (end) => {
      const { stage, handle } = await delayed(`delayed-engine-${end}`);
      await (end === 'terminate' ? handle.terminate('by a person') : handle.cancel());
      await until('it has closed', async () => (await handle.describe()).status.name !== 'RUNNING');
      await stage.invoice(stage.due(-1, 0));
      const stopped = await stage.reaches({ status: 'STOPPED', stop_reason: 'stopped_on_engine' });
      await stage.invoice(stage.due(7, 0));
      await stage.reaches({ status: 'STOPPED', stop_reason: 'stopped_on_engine' });
      expect(await rowOf(stopped)).toMatchObject({ executions: 1 });
      expect((await handle.describe()).status.name).toBe(end === 'terminate' ? 'TERMINATED' : 'CANCELLED');
    },
  );

  it('is started anew, with a delay of its own, when the engine has lost it', async () => {
    const { stage, run, handle } = await delayed('delayed-lost');
    await lose(handle);
    await stage.invoice(stage.due(-1, 0));
    await stage.reaches(waits);
    expect(await rowOf(run)).toEqual({ executions: 2, engine_started: true });
    expect(await lengthOf(handle)).toBe(1);
    await stage.invoice({ paid: true });
    await stage.reaches({ status: 'STOPPED', stop_reason: 'paid' });
    expect(await handle.result()).toEqual({ status: 'STOPPED', reason: 'paid' });
  });

  it('is not started for a run that has ended meanwhile', async () => {
    const { stage, run, handle } = await delayed('delayed-lost-and-paid');
    await lose(handle);
    await stage.h.call('PUT', `/v1/invoices/${stage.id('inv')}`, {
      customer_id: stage.id('cust'),
      status: 'FINAL',
      ...stage.due(0, 0),
      paid: true,
    });
    await until('it is told', async () => {
      const { body } = await stage.h.call('GET', `/v1/workflow-runs/${String(run.id)}`);
      return body.status === 'STOPPED' && body.engine === 'TOLD';
    });
    await expect(handle.describe()).rejects.toThrow();
    expect(await rowOf(run)).toEqual({ executions: 1, engine_started: true });
  });

  it('is FAILED when the execution under its id is somebody else’s, which hears nothing', async () => {
    const { stage, run, handle } = await delayed('delayed-foreign');
    await lose(handle);
    await stages.h.engine.client.workflow.start(REMINDER_RUN, {
      workflowId: handle.workflowId,
      taskQueue: 'nobody',
      args: [],
    });
    await stage.h.call('POST', `/v1/workflow-runs/${String(run.id)}/pause`, {});
    await until('it is FAILED', async () => {
      const { body } = await stage.h.call('GET', `/v1/workflow-runs/${String(run.id)}`);
      return body.status === 'FAILED';
    });
    const { events } = await handle.fetchHistory();
    expect(events?.some(({ workflowExecutionSignaledEventAttributes: heard }) => heard)).toBe(false);
    await handle.terminate();
  });

  it('has no delay on a test clock', async () => {
    const stage = stages.stage('undelayed-clock');
    const clock = await createClock(stages.h, inSeconds(0));
    await stage.ladder(7);
    await stage.customer({ test_clock_id: clock });
    await stage.invoice(stage.due(0, 0));
    const handle = handleOf(await stage.reaches(waits));
    expect(await lengthOf(handle)).toBeGreaterThan(1);
  });
});
