import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../store/database.js';
import { scheduleId } from '../../engine/schedules.js';
import { createHarness, type Harness } from '../support/harness.js';
import { startOwnTemporal, type OwnTemporal } from '../support/faults/own-temporal.js';
import { createWorkflow, overdueLadder, put } from '../support/scenario.js';
import { until } from '../support/until.js';

const DUE = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);
const RARELY = { interval: '59 23 31 12 *', timezone: 'Europe/Amsterdam' };

describe('schedules while something is away (S-Z7)', { timeout: 120_000 }, () => {
  let temporal: OwnTemporal;
  let h: Harness;
  let workflow: string;

  beforeEach(async () => {
    temporal = await startOwnTemporal();
    h = await createHarness({
      temporalAddress: temporal.address,
      watchdog: { everyMs: 250, closedEveryMs: 1_000 },
      worker: false,
    });
    await put(h, 'customers/cust_1', { email: 'ap@acme.example', timezone: 'UTC' });
  });
  afterEach(async () => {
    await h.stop();
    await temporal.remove();
  });

  const create = async (): Promise<void> => {
    workflow = await createWorkflow(h, { ...overdueLadder('ladder', [7]), schedule: RARELY });
    await h.db.rows(`UPDATE workflows SET run_settings = run_settings || '{"event_trigger": false}'`);
  };
  const handle = () => h.engine.client.schedule.getHandle(scheduleId(h.platformId, workflow));
  const shown = async () => (await h.call('GET', `/v1/workflows/${workflow}/schedule`)).body;
  const told = () => until('the engine is told', async () => (await shown()).engine === 'TOLD', 60_000);

  it('a workflow that is made while Temporal is away gets its schedule afterwards, also from an empty Temporal', async () => {
    await temporal.kill();
    await create();
    const worker = h.startWorker();
    expect(await shown()).toMatchObject({ engine: 'PENDING', skipped: 0 });
    await temporal.start();
    await worker;
    await told();
    const { next_firings: next } = await shown();
    expect((await handle().describe()).info.nextActionTimes[0]).toEqual(new Date(next[0] as string));
    await temporal.kill();
    await temporal.wipe();
    await temporal.start();
    await until(
      'it is made again',
      () =>
        handle()
          .describe()
          .catch(() => null),
      60_000,
    );
  });

  it('after an outage over several firings there is one sweep for all of them', async () => {
    await create();
    await h.startWorker();
    await told();
    // Every second, so that nobody has to wait for minutes; all else is as it was.
    await handle().update((before) => ({ ...before, spec: { intervals: [{ every: '1s' }] } }));
    await until('it fires', async () => (await handle().describe()).info.numActionsTaken > 0);
    await temporal.kill();
    const goneAt = Date.now();
    await until('five firings have passed', () => Date.now() > goneAt + 5_500);
    const backAt = Date.now();
    await temporal.start();
    // One that was going on when Temporal went is still going on: then there may be nothing to catch up.
    const after = await until(
      'it fires again in its time',
      async () => {
        const sweeps: { dueAt: number; startedAt: number; endedAt: number | null }[] = [];
        const list = h.engine.client.workflow.list({ query: `WorkflowType = 'scheduledSweep'` });
        for await (const { typedSearchAttributes, startTime, closeTime } of list) {
          const dueAt = typedSearchAttributes.get(DUE)?.getTime() ?? 0;
          sweeps.push({ dueAt, startedAt: startTime.getTime(), endedAt: closeTime?.getTime() ?? null });
        }
        const before = sweeps.filter(({ dueAt }) => dueAt < backAt);
        const inTime = sweeps.some(({ dueAt }) => dueAt > backAt + 5_000);
        if (!inTime || before.some(({ endedAt }) => endedAt === null)) return null;
        return before.filter(({ endedAt }) => endedAt !== null && endedAt >= backAt);
      },
      60_000,
    );
    expect(after.length).toBeGreaterThanOrEqual(1);
    expect(after.filter(({ startedAt }) => startedAt >= backAt).length).toBeLessThanOrEqual(1);
    const { info } = await handle().describe();
    expect(info.numActionsSkippedOverlap).toBeGreaterThanOrEqual(3);
    expect(info.numActionsMissedCatchupWindow).toBe(0);
    await until('what was skipped is told', async () => (await shown()).skipped >= 3);
  });

  it('a sweep that one worker began is ended by another, from where it was', async () => {
    await create();
    const ids = ['a', 'b', 'c'];
    const due_date = new Date(Date.now() + 10 * 86_400_000).toISOString();
    for (const id of ids) await put(h, `invoices/inv_${id}`, { customer_id: 'cust_1', status: 'FINAL', due_date });
    // The worker of this database makes one run, and then no more.
    let broken = false;
    const transaction: Database['transaction'] = async (work) => {
      if (broken) throw new Error('killed');
      return h.db.transaction(async (tx) => {
        const result = await work(tx);
        broken ||= (await tx.row('SELECT FROM passes WHERE created > 0')) !== null;
        return result;
      });
    };
    const first = await h.startWorker({ db: Object.create(h.db, { transaction: { value: transaction } }) as Database });
    await told();
    await handle().trigger();
    await until('it is in the middle', () => broken);
    await first.stop();
    expect((await shown()).last_sweep).toMatchObject({ status: 'RUNNING', looked_at: 1, created: 1 });
    await h.startWorker();
    await until('it ends', async () => (await shown()).last_sweep.status === 'DONE');
    expect((await shown()).last_sweep).toMatchObject({ looked_at: 3, created: 3 });
    const { body } = await h.call('GET', '/v1/workflow-runs');
    expect(body.data.map((run: Record<string, unknown>) => run.resource_id).sort()).toEqual(
      ids.map((id) => `inv_${id}`),
    );
  });
});
