import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scheduleId } from '../../engine/schedules.js';
import type { Database } from '../../store/database.js';
import { createHarness, type Harness } from '../support/harness.js';
import { startOwnTemporal, type OwnTemporal } from '../support/faults/own-temporal.js';
import { createWorkflow, overdueLadder, put } from '../support/scenario.js';
import { until } from '../support/until.js';

type Json = Record<string, any>;

const RARELY = { interval: '59 23 31 12 *', timezone: 'Europe/Amsterdam' };

describe('a sweep whose execution ends before it does (S-Z7)', { timeout: 120_000 }, () => {
  let temporal: OwnTemporal;
  let h: Harness;
  let workflow: string;
  /** The first sweep makes one run, and then no more until it is freed. */
  let stuck: boolean;
  let freed: boolean;

  beforeEach(async () => {
    temporal = await startOwnTemporal();
    h = await createHarness({
      temporalAddress: temporal.address,
      watchdog: { everyMs: 250, closedEveryMs: 500 },
      worker: false,
    });
    await put(h, 'customers/cust_1', { email: 'ap@acme.example', timezone: 'UTC' });
    workflow = await createWorkflow(h, { ...overdueLadder('ladder', [7]), schedule: RARELY });
    await h.db.rows(`UPDATE workflows SET run_settings = run_settings || '{"event_trigger": false}'`);
    const due_date = new Date(Date.now() + 10 * 86_400_000).toISOString();
    for (const id of ['a', 'b', 'c'])
      await put(h, `invoices/inv_${id}`, { customer_id: 'cust_1', status: 'FINAL', due_date });
    stuck = freed = false;
    const transaction: Database['transaction'] = async (work) => {
      if (stuck && !freed) throw new Error('not now');
      return h.db.transaction(async (tx) => {
        const result = await work(tx);
        stuck = (await tx.row('SELECT FROM passes WHERE created = 1 AND finished_at IS NULL')) !== null;
        return result;
      });
    };
    await h.startWorker({ db: Object.create(h.db, { transaction: { value: transaction } }) as Database });
    await until('the engine is told', async () => (await shown()).engine === 'TOLD');
    await h.engine.client.schedule.getHandle(scheduleId(h.platformId, workflow)).trigger();
    await until('it is in the middle', async () => stuck && (await sweep()).created === 1);
  });
  afterEach(async () => {
    await h.stop();
    await temporal.remove();
  });

  const shown = async (): Promise<Json> => (await h.call('GET', `/v1/workflows/${workflow}/schedule`)).body as Json;
  const sweep = async (): Promise<Json> => ((await shown()).last_sweep ?? {}) as Json;

  it.each(['terminate', 'cancel'] as const)('is stopped when people %s it on the engine', async (verb) => {
    const [row] = await h.db.rows<{ id: string }>('SELECT engine_workflow_id AS id FROM passes');
    await h.engine.client.workflow.getHandle(row?.id ?? '')[verb]();
    await until('it is stopped', async () => (await sweep()).status === 'STOPPED', 30_000);
    expect(await sweep()).toMatchObject({ looked_at: 1, created: 1, finished_at: expect.any(String) });
  });

  it('begins again when the engine has lost it with its data, and makes what is missing', async () => {
    await temporal.kill();
    await temporal.wipe();
    freed = true;
    await temporal.start();
    await until('one has ended', async () => (await sweep()).status === 'DONE', 60_000);
    // Of its own: the run of the lost one is not counted.
    expect(await sweep()).toMatchObject({ looked_at: 3, created: 2 });
    const { body } = await h.call('GET', '/v1/workflow-runs');
    expect(body.data.map((run: Json) => run.resource_id).sort()).toEqual(['inv_a', 'inv_b', 'inv_c']);
  });
});
