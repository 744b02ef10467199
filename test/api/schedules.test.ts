import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { schedulesCommand } from '../../cli/schedules.js';
import { recordSchedule, scheduledWorkflow, type ScheduleState } from '../../store/schedules.js';
import { carrySweep } from '../../store/sweep.js';
import { createApi, type Api } from './api.js';
import { createLadder, expectRefusal, openInvoice, put, refuses, type Json } from './support.js';

const DAILY = { interval: '30 9 * * *', timezone: 'Eastern Time (US & Canada)' };

describe('the schedule of a workflow (S-Z7)', () => {
  let h: Api;
  let count = 0;
  beforeAll(async () => {
    h = await createApi();
  });
  afterAll(() => h.stop());
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  const ladder = (more: Json = {}): Promise<Json> => createLadder(h, `clock-${String((count += 1))}`, [7], more);
  /** What the engine has yet to hear, and hears with this. */
  const toldNow = async (): Promise<unknown[]> =>
    (await h.db.rows<Json>(`DELETE FROM outbox WHERE kind = 'SCHEDULE' RETURNING subject_id`)).map(
      (row) => row.subject_id,
    );

  /** What the engine has said of a workflow's schedule, as it is now or was with another `print`. */
  async function record(workflow: string, said: Partial<ScheduleState>, print?: string): Promise<void> {
    const wanted = await scheduledWorkflow(h.db, h.platformId, workflow);
    if (!wanted) throw new Error('It is not in force.');
    const mark = { print: print ?? wanted.print, taskQueue: 'here', version: 1, year: 2026 };
    await recordSchedule(h.db, wanted, mark, { paused: false, skipped: 0, missed: 0, error: null, ...said });
  }

  it('is stored and given back as it was given, kept by a patch, and taken away by null', async () => {
    const workflow = await ladder({ schedule: DAILY });
    const path = `/v1/workflows/${workflow.id as string}`;
    expect(workflow.schedule).toEqual(DAILY);
    expect((await h.call('PATCH', path, { name: 'Other' })).body.schedule).toEqual(DAILY);
    const patched = await h.call('PATCH', path, { schedule: { interval: '@weekly' } });
    expect(patched.body.schedule).toEqual({ ...DAILY, interval: '@weekly' });
    expect((await h.call('GET', path)).body).toMatchObject({ schedule: patched.body.schedule, version: 1 });
    expect((await h.call('PATCH', path, { schedule: null })).body.schedule).toBeNull();
    expectRefusal(await h.call('GET', `${path}/schedule`), 404, 'RESOURCE_NOT_FOUND');
  });

  it.each([
    ['schedule.interval', { ...DAILY, interval: 'tomorrow' }],
    ['schedule.interval', { ...DAILY, interval: '*/10 * * * * *' }],
    ['schedule.timezone', { ...DAILY, timezone: 'Nowhere' }],
    ['schedule.timezone', { interval: DAILY.interval }],
    ['schedule.interval', { timezone: 'UTC' }],
    ['schedule', 'daily'],
  ])('names %s when it cannot be run: %j', async (field, schedule) => {
    const code = typeof schedule === 'string' || Object.keys(schedule).length === 2 ? 'INVALID_FIELD' : 'MISSING_FIELD';
    const body = { name: 'L', type: 'INVOICE', reference: `bad-${field}`, status: 'DRAFT', schedule };
    await refuses(h, ['POST', '/v1/workflows', body], 400, code, field);
  });

  it('tells the engine of what concerns its schedule, and of nothing else', async () => {
    const draft = await ladder({ status: 'DRAFT', schedule: DAILY });
    const path = `/v1/workflows/${draft.id as string}`;
    const change = async (method: string, suffix: string, body?: Json): Promise<unknown[]> => {
      expect((await h.call(method, `${path}${suffix}`, body)).status).toBe(200);
      return toldNow();
    };
    expect(await toldNow()).not.toContain(draft.id);
    expect(await change('PATCH', '', { schedule: { interval: '@daily' } })).toEqual([]);
    expect(await change('POST', '/activate')).toEqual([draft.id]);
    expect(await change('PATCH', '', { description: 'Said otherwise.' })).toEqual([]);
    expect(await change('PATCH', '', { schedule: { timezone: 'Sydney' } })).toEqual([draft.id]);
    expect(await change('POST', '/deactivate')).toEqual([draft.id]);
    expect(await change('POST', '/activate')).toEqual([draft.id]);
    expect(await change('PATCH', '', { schedule: null })).toEqual([draft.id]);
    expect(await change('POST', '/archive')).toEqual([]);
  });

  it('says when next, what the last sweep did, and what was skipped', async () => {
    const workflow = await ladder({ schedule: DAILY, customer_ids: ['cust_1'] });
    const path = `/v1/workflows/${workflow.id as string}/schedule`;
    const { next_firings: next, ...first } = (await h.call('GET', path)).body as Json;
    expect(first).toEqual({
      workflow_id: workflow.id,
      ...DAILY,
      zone: 'America/New_York',
      engine: 'PENDING',
      error: null,
      paused: false,
      last_sweep: null,
      skipped: 0,
      missed: 0,
    });
    expect(next).toHaveLength(5);
    for (const at of next as string[]) expect(at).toMatch(/T1[34]:30:00Z$/);

    const request = { workflowId: workflow.id as string, carrier: 'one', engineWorkflowId: 'sweep/one', firedAt: 1 };
    await put(h, 'customers/cust_1', { timezone: 'UTC' });
    await h.db.rows(`UPDATE workflows SET run_settings = run_settings || '{"event_trigger": false}'`);
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
    await record(request.workflowId, { skipped: 2 });
    await toldNow();
    await carrySweep(h.db, request, 100, () => undefined);
    // The engine is asked how many it has skipped, and has nothing to hear.
    expect(await toldNow()).toEqual([workflow.id]);
    await carrySweep(h.db, request, 100, () => undefined);
    expect((await h.call('GET', path)).body).toMatchObject({
      engine: 'TOLD',
      skipped: 2,
      last_sweep: { status: 'DONE', looked_at: 1, created: 1, finished_at: expect.any(String) },
    });
  });

  it('is listed at the terminal', async () => {
    const lines: string[] = [];
    vi.stubEnv('DATABASE_URL', h.databaseUrl);
    vi.spyOn(console, 'log').mockImplementation((line: string) => {
      lines.push(...line.split('\n'));
    });
    const workflow = await ladder({ schedule: { interval: '0 9 1 * *', timezone: 'Sydney' } });
    const idle = await ladder({ schedule: DAILY, status: 'DRAFT' });
    await record(workflow.id as string, { skipped: 3, missed: 1 }, 'of before');
    const refused = await ladder({ schedule: DAILY });
    await record(refused.id as string, { error: 'unknown zone' });
    await schedulesCommand({ platform: h.platformId });
    const from = lines.indexOf(`${workflow.reference as string}  0 9 1 * *  Sydney`);
    expect(lines.slice(from, from + 6)).toEqual([
      expect.any(String),
      expect.stringMatching(/^ {2}next: 1 \w{3} \d{4} 09:00 · 1 \w{3} \d{4} 09:00 · 1 \w{3} \d{4} 09:00$/),
      '  last sweep: none yet',
      '  skipped: 3 firings, because a sweep was going on or was caught up',
      '  missed: 1 firings, too old to be caught up',
      '  the engine has not heard of the last change yet',
    ]);
    const said = lines.indexOf(`${refused.reference as string}  30 9 * * *  ${DAILY.timezone}`);
    expect(lines.slice(said + 1, said + 4)).toEqual([
      '  next: none, the engine refuses it',
      '  last sweep: none yet',
      '  refused: unknown zone',
    ]);
    const other = lines.indexOf(`${idle.reference as string}  30 9 * * *  ${DAILY.timezone}`);
    expect(lines[other + 1]).toBe('  next: none, the workflow is DRAFT');
  });

  it('says so when there is none', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const own = await createApi();
    vi.stubEnv('DATABASE_URL', own.databaseUrl);
    await schedulesCommand({});
    await own.stop();
    expect(log).toHaveBeenCalledWith('No workflow is run by the clock.');
  });
});
