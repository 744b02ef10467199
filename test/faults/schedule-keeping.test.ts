import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createScheduleKeeper } from '../../engine/schedule-keeper.js';
import { scheduleId, syncSchedule } from '../../engine/schedules.js';
import { createHarness, silentLog, type Harness } from '../support/harness.js';
import { startOwnTemporal } from '../support/faults/own-temporal.js';
import { createWorkflow, overdueLadder, put } from '../support/scenario.js';
import { until } from '../support/until.js';

type Json = Record<string, any>;

const RARELY = { interval: '59 23 31 12 *', timezone: 'Europe/Amsterdam' };
/** Node.js knows it, Temporal does not. */
const UNKNOWN = 'US/Pacific-New';

describe('keeping the schedules of the engine (S-Z7)', { timeout: 60_000 }, () => {
  let h: Harness;
  afterEach(() => {
    vi.restoreAllMocks();
    return h.stop();
  });

  const make = (reference: string, schedule: Json | null = RARELY): Promise<string> =>
    createWorkflow(h, { ...overdueLadder(reference, [7]), schedule });
  const handle = (workflow: string) => h.engine.client.schedule.getHandle(scheduleId(h.platformId, workflow));
  const isThere = (workflow: string): Promise<boolean> =>
    handle(workflow)
      .describe()
      .then(
        () => true,
        () => false,
      );
  const shown = async (workflow: string): Promise<Json> =>
    (await h.call('GET', `/v1/workflows/${workflow}/schedule`)).body as Json;
  const says = (workflow: string, engine: string): Promise<unknown> =>
    until(`the engine is ${engine}`, async () => (await shown(workflow)).engine === engine);

  describe('by a worker', () => {
    beforeEach(async () => {
      h = await createHarness({ watchdog: { everyMs: 250, closedEveryMs: 500 } });
    });

    it('those that the engine refuses say so, and keep nothing else from being looked after', async () => {
      await put(h, 'customers/cust_1', { email: 'ap@acme.example', timezone: 'UTC' });
      const plain = await make('plain', null);
      const due_date = new Date(Date.now() + 10 * 86_400_000).toISOString();
      await put(h, 'invoices/inv_1', { customer_id: 'cust_1', status: 'FINAL', due_date });
      const run = async (): Promise<Json> =>
        (await h.call('GET', `/v1/workflow-runs?workflow_id=${plain}`)).body.data[0] as Json;
      await until('it waits', async () => (await run()).status === 'WAITING');
      const refused: string[] = [];
      for (const n of [1, 2, 3]) refused.push(await make(`bad-${String(n)}`, { ...RARELY, timezone: UNKNOWN }));
      for (const workflow of refused) await says(workflow, 'REFUSED');
      expect(await shown(refused[0] ?? '')).toMatchObject({
        error: expect.stringContaining(UNKNOWN),
        next_firings: [],
      });
      // Several, so that not all come before the refused ones in order of id.
      const good: string[] = [];
      for (const n of [1, 2, 3]) good.push(await make(`good-${String(n)}`));
      for (const workflow of good) await says(workflow, 'TOLD');
      for (const workflow of good) await handle(workflow).delete();
      const [row] = await h.db.rows<{ id: string }>('SELECT engine_workflow_id AS id FROM runs');
      await h.engine.client.workflow.getHandle(row?.id ?? '').terminate();
      for (const workflow of good) await until('it is made again', () => isThere(workflow));
      await until('it is stopped', async () => (await run()).status === 'STOPPED');
      await until('nothing is left to tell', async () => {
        return (await h.db.rows(`SELECT subject_id FROM outbox WHERE kind = 'SCHEDULE'`)).length === 0;
      });
    });

    it('what was in force before the engine refuses the next fires no more, until it is mended', async () => {
      const workflow = await make('ladder');
      await says(workflow, 'TOLD');
      const change = (timezone: string) => h.call('PATCH', `/v1/workflows/${workflow}`, { schedule: { timezone } });
      await change(UNKNOWN);
      await says(workflow, 'REFUSED');
      expect(await isThere(workflow)).toBe(false);
      await change('Sydney');
      await says(workflow, 'TOLD');
      expect((await handle(workflow).describe()).spec.timezone).toBe('Australia/Sydney');
      expect((await shown(workflow)).error).toBeNull();
    });
  });

  describe('one look', () => {
    beforeEach(async () => {
      h = await createHarness({ worker: false });
    });

    const problems: unknown[] = [];
    const log = {
      ...silentLog,
      warn: (about: object) => problems.push(about),
      error: (about: object) => problems.push(about),
    };
    const keeper = (everyMs: number) =>
      createScheduleKeeper({ db: h.db, engine: h.engine, taskQueue: h.taskQueue, log, everyMs });
    async function look(): Promise<void> {
      const loop = keeper(0);
      loop.start();
      await loop.stop();
      expect(problems).toEqual([]);
    }
    /** How many schedules this look asked for, one by one. */
    async function asked(): Promise<number> {
      const spy = vi.spyOn(h.engine.client.schedule, 'getHandle');
      await look();
      const count = new Set(spy.mock.calls.map(([id]) => id)).size;
      spy.mockRestore();
      return count;
    }
    const sync = (workflow: string) =>
      h.engine.call((client) => syncSchedule(h.db, client, h.taskQueue, h.platformId, workflow));

    it('asks for none that is as it was, and for each that is lost, changed or paused', async () => {
      const [lost, changed, paused] = [await make('lost'), await make('changed'), await make('paused')];
      expect(await asked()).toBe(3);
      await until('the list has them', async () => (await asked()) === 0);
      await handle(lost).delete();
      await h.db.rows(`UPDATE workflows SET reference = 'other' WHERE id = $1`, [changed]);
      await handle(paused).pause();
      expect((await shown(changed)).engine).toBe('PENDING');
      await until('all is seen', async () => {
        await look();
        const { state } = await handle(changed).describe();
        return (await isThere(lost)) && state.note?.startsWith('other:') && (await shown(paused)).paused;
      });
      await until('the list has them', async () => (await asked()) === 0);
    });

    it('is had by one worker at a time', async () => {
      const list = vi.spyOn(h.engine.client.schedule, 'list');
      const loops = [keeper(60_000), keeper(60_000), keeper(60_000)];
      for (const loop of loops) loop.start();
      for (const loop of loops) await loop.stop();
      expect(list).toHaveBeenCalledTimes(1);
      expect(problems).toEqual([]);
    });

    it.each([
      ['version', -1, true],
      ['version', 1, false],
      ['year', -1, true],
      ['year', 1, false],
    ])('of two workers whose %s differs by %i the later one prevails', async (field, by, isOurs) => {
      const workflow = await make('ladder');
      await sync(workflow);
      // As another build would have told it.
      await handle(workflow).update(({ action, ...before }) => {
        const mark = action.memo?.dunwell_mark as Record<string, number>;
        const other = { ...mark, [field]: (mark[field] ?? 0) + by };
        const spec = { calendars: [{ hour: 5 }] };
        return { ...before, spec, action: { ...action, memo: { ...action.memo, dunwell_mark: other } } };
      });
      const timezone = async () => (await handle(workflow).describe()).spec.timezone === RARELY.timezone;
      await h.db.rows(`UPDATE schedules SET ${field} = ${field} + ${String(by)}`);
      await look();
      expect(await timezone()).toBe(isOurs);
      // Also when it is looked at for another reason.
      if (!isOurs) await h.db.rows('DELETE FROM schedules');
      await look();
      expect(await timezone()).toBe(isOurs);
    });
  });

  it('a namespace that lacks search attributes refuses nothing for good', async () => {
    const temporal = await startOwnTemporal();
    h = await createHarness({ temporalAddress: temporal.address, worker: false });
    try {
      await temporal.kill();
      await temporal.wipe();
      await temporal.start({ searchAttributes: false });
      const workflow = await make('ladder');
      const sync = () => h.engine.call((client) => syncSchedule(h.db, client, h.taskQueue, h.platformId, workflow));
      await expect(sync()).rejects.toThrow();
      expect(await shown(workflow)).toMatchObject({ engine: 'PENDING', error: null });
      await h.startWorker();
      await says(workflow, 'TOLD');
    } finally {
      await temporal.remove();
    }
  });
});
