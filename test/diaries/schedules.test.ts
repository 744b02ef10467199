import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scheduleId, syncSchedule } from '../../engine/schedules.js';
import { createHarness, type Harness } from '../support/harness.js';
import { createWorkflow, overdueLadder, put } from '../support/scenario.js';
import { until } from '../support/until.js';

type Json = Record<string, any>;

const DAY_MS = 86_400_000;
/** Once a year, at an hour at which no test should be running. */
const RARELY = { interval: '59 23 31 12 *', timezone: 'Europe/Amsterdam' };

describe('a workflow that is run by the clock (S-Z7)', () => {
  let h: Harness;
  let customer: string;
  let reference: string;
  let count = 0;
  beforeAll(async () => {
    h = await createHarness({ watchdog: { everyMs: 500, closedEveryMs: 1_000 } });
  });
  beforeEach(async () => {
    count += 1;
    customer = `cust_${String(count)}`;
    reference = `clock-${String(count)}`;
    await put(h, `customers/${customer}`, { email: `${customer}@acme.example`, timezone: 'UTC' });
  });
  afterAll(() => h.stop());

  /** An overdue ladder of the customer of this test. Only the clock starts it. */
  async function scheduled(more: Json = {}): Promise<string> {
    const ladder = { ...overdueLadder(reference, [7]), customer_ids: [customer], schedule: RARELY };
    const id = await createWorkflow(h, { ...ladder, ...more });
    await h.db.rows(`UPDATE workflows SET run_settings = run_settings || '{"event_trigger": false}' WHERE id = $1`, [
      id,
    ]);
    return id;
  }
  async function invoices(...ids: string[]): Promise<void> {
    const due_date = new Date(Date.now() + 10 * DAY_MS).toISOString();
    for (const id of ids)
      await put(h, `invoices/${customer}_${id}`, { customer_id: customer, status: 'FINAL', due_date });
  }
  const runs = async (): Promise<string[]> => {
    const { body } = await h.call('GET', `/v1/workflow-runs?customer_id=${customer}&limit=100`);
    return (body.data as Json[]).map((run) => String(run.resource_id).replace(`${customer}_`, '')).sort();
  };
  const handle = (workflow: string) => h.engine.client.schedule.getHandle(scheduleId(h.platformId, workflow));
  const shown = async (workflow: string): Promise<Json> =>
    (await h.call('GET', `/v1/workflows/${workflow}/schedule`)).body as Json;
  const told = (workflow: string): Promise<Json> =>
    until('the engine is told', async () => {
      const answer = await shown(workflow);
      return answer.engine === 'TOLD' && answer;
    });
  const isThere = (workflow: string): Promise<boolean> =>
    handle(workflow)
      .describe()
      .then(
        () => true,
        () => false,
      );
  /** Fires it now, and waits for the sweep to end. */
  async function fire(workflow: string): Promise<Json> {
    await told(workflow);
    const begun = async () => {
      const [pass] = await h.db.rows<Json>('SELECT carrier, finished_at FROM passes WHERE workflow_id = $1', [
        workflow,
      ]);
      return pass;
    };
    const before = (await begun())?.carrier;
    // The execution of the sweep before may still be closing.
    await handle(workflow).trigger('ALLOW_ALL');
    await until('the sweep has ended', async () => {
      const now = await begun();
      return now && now.carrier !== before && now.finished_at !== null;
    });
    return (await shown(workflow)).last_sweep as Json;
  }

  it('each firing starts it for what fits and has no run yet', async () => {
    const workflow = await scheduled();
    await invoices('a', 'b');
    await put(h, `invoices/${customer}_paid`, { customer_id: customer, status: 'FINAL', paid: true });
    expect(await runs()).toEqual([]);
    expect(await fire(workflow)).toMatchObject({ status: 'DONE', created: 2 });
    expect(await runs()).toEqual(['a', 'b']);
    expect(await fire(workflow)).toMatchObject({ status: 'DONE', created: 0 });
    await invoices('c');
    expect(await runs()).toEqual(['a', 'b']);
    expect(await fire(workflow)).toMatchObject({ status: 'DONE', created: 1 });
    expect(await runs()).toEqual(['a', 'b', 'c']);
    await until('the engine has all', async () => {
      const { body } = await h.call('GET', `/v1/workflow-runs?customer_id=${customer}`);
      return (body.data as Json[]).every(({ status }) => status === 'WAITING');
    });
  });

  it('people find it on the engine, with the words of runs', async () => {
    const workflow = await scheduled();
    await told(workflow);
    const described = await handle(workflow).describe();
    const attributes = { DunwellPlatform: [h.platformId], DunwellWorkflow: [reference], DunwellVariant: ['OVERDUE'] };
    expect(described.searchAttributes).toMatchObject(attributes);
    expect(described.state.note).toBe(`${reference}: 59 23 31 12 * (Europe/Amsterdam)`);
    expect(described.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 365 * DAY_MS });
    const next = (await shown(workflow)).next_firings as string[];
    expect(next).toHaveLength(5);
    expect(described.info.nextActionTimes.slice(0, 5)).toEqual(next.map((at) => new Date(at)));

    await invoices('a');
    await fire(workflow);
    const sweeps = `WorkflowType = 'scheduledSweep' AND DunwellWorkflow = '${reference}'`;
    const execution = await until('the sweep is listed', async () => {
      for await (const one of h.engine.client.workflow.list({ query: sweeps })) {
        if (one.status.name === 'COMPLETED') return one;
      }
      return null;
    });
    const started = h.engine.client.workflow.getHandle(execution.workflowId, execution.runId);
    expect(await started.result()).toMatchObject({ state: 'DONE', created: 1 });
    expect(await (await started.describe()).staticSummary()).toBe(
      `Sweep of ${reference}: 59 23 31 12 * (Europe/Amsterdam)`,
    );
    const { currentDetails } = await started.query<Json>('__temporal_workflow_metadata');
    expect(currentDetails).toMatch(/^\*\*DONE\*\* · looked at \d+ resources, made 1 runs$/);
  });

  it('follows the workflow: made, changed and deleted with it', async () => {
    const workflow = await scheduled({ status: 'DRAFT' });
    const path = `/v1/workflows/${workflow}`;
    expect(await isThere(workflow)).toBe(false);
    expect(await shown(workflow)).toMatchObject({
      ...RARELY,
      zone: 'Europe/Amsterdam',
      next_firings: [],
      last_sweep: null,
    });
    await h.call('POST', `${path}/activate`);
    await told(workflow);
    expect(await isThere(workflow)).toBe(true);

    await h.call('PATCH', path, { schedule: { timezone: 'Sydney' } });
    expect(await told(workflow)).toMatchObject({
      interval: RARELY.interval,
      timezone: 'Sydney',
      zone: 'Australia/Sydney',
    });
    expect((await handle(workflow).describe()).spec.timezone).toBe('Australia/Sydney');

    await h.call('POST', `${path}/deactivate`);
    await told(workflow);
    expect(await isThere(workflow)).toBe(false);
    await h.call('POST', `${path}/activate`);
    await told(workflow);
    expect(await isThere(workflow)).toBe(true);
    expect((await h.call('PATCH', path, { schedule: null })).body.schedule).toBeNull();
    await until('it is gone', async () => !(await isThere(workflow)));
    expect((await h.call('GET', `${path}/schedule`)).status).toBe(404);
  });

  it('a pause that somebody made on the engine stays, and is told', async () => {
    const workflow = await scheduled();
    await told(workflow);
    await handle(workflow).pause('month end');
    await h.call('PATCH', `/v1/workflows/${workflow}`, { schedule: { interval: '58 23 31 12 *' } });
    await until('the pause is seen', async () => (await told(workflow)).paused);
    expect((await shown(workflow)).next_firings).toEqual([]);
    expect((await handle(workflow).describe()).state).toMatchObject({ paused: true, note: 'month end' });
    await handle(workflow).unpause();
    await until('and its end', async () => !(await shown(workflow)).paused);
  });

  it('is made again when the engine has lost it', async () => {
    const workflow = await scheduled();
    await told(workflow);
    await handle(workflow).delete();
    await until('it is there again', () => isThere(workflow));
  });

  it('many that make, change and delete it at once leave what is wanted', async () => {
    const workflow = await scheduled();
    const sync = () => syncSchedule(h.db, h.engine.client, h.taskQueue, h.platformId, workflow);
    for (const there of [true, false, true]) {
      const verb = there ? 'activate' : 'deactivate';
      await Promise.all([sync(), h.call('POST', `/v1/workflows/${workflow}/${verb}`), sync(), sync(), sync()]);
      await sync();
      expect(await isThere(workflow)).toBe(there);
    }
  });

  it('a firing while a sweep goes on starts none, and is counted', async () => {
    const workflow = await scheduled();
    await invoices('a', 'b');
    await told(workflow);
    await h.db.transaction(async (tx) => {
      await tx.rows('SELECT FROM invoices WHERE id = $1 FOR UPDATE', [`${customer}_b`]);
      await handle(workflow).trigger('SKIP');
      await until('the sweep waits for the invoice', async () => (await shown(workflow)).last_sweep?.created === 1);
      await handle(workflow).trigger('SKIP');
      await until('it is skipped', async () => (await handle(workflow).describe()).info.numActionsSkippedOverlap === 1);
      expect((await shown(workflow)).last_sweep).toMatchObject({ status: 'RUNNING', finished_at: null });
    });
    await until('the sweep ends', async () => (await shown(workflow)).last_sweep.status === 'DONE');
    await until('it is counted', async () => (await shown(workflow)).skipped === 1);
    expect(await runs()).toEqual(['a', 'b']);
    expect((await handle(workflow).describe()).info).toMatchObject({ numActionsTaken: 1, numActionsSkippedOverlap: 1 });
  });

  it.each([
    ['deactivated', (path: string) => h.call('POST', `${path}/deactivate`)],
    ['no longer scheduled', (path: string) => h.call('PATCH', path, { schedule: null })],
  ])('a sweep ends at once when its workflow is %s', async (_what, act) => {
    const workflow = await scheduled();
    await invoices('a', 'b', 'c');
    await told(workflow);
    await h.db.transaction(async (tx) => {
      await tx.rows('SELECT FROM invoices WHERE id = $1 FOR UPDATE', [`${customer}_b`]);
      await handle(workflow).trigger();
      await until('the sweep waits for the invoice', async () => (await shown(workflow)).last_sweep?.created === 1);
      await act(`/v1/workflows/${workflow}`);
    });
    const sweeps = `WorkflowType = 'scheduledSweep' AND DunwellWorkflow = '${reference}'`;
    const ended = await until('it has ended', async () => {
      for await (const one of h.engine.client.workflow.list({ query: sweeps })) {
        if (one.status.name === 'COMPLETED') return one;
      }
      return null;
    });
    const result = await h.engine.client.workflow.getHandle(ended.workflowId, ended.runId).result();
    expect(result).toMatchObject({ state: 'STOPPED', created: 1 });
    expect(await runs()).toEqual(['a']);
  });
});
