import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { createWorkflow, expectErrors, openCall, SEED_FIELDS, type Called } from './run-contract-support.js';
import { created, put, stored, stranger, type Json } from './support.js';

const MILLISECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('/workflows: definitions as the run contract has them', () => {
  let h: Api;
  let called: Called;
  let plain: Called;
  beforeAll(async () => {
    h = await createApi();
    called = await openCall(h);
    plain = await createWorkflow(h, 'plain', {}, { description: 'By facts only' });
  });
  afterAll(() => h.stop());

  const get = async (path: string): Promise<Json> => {
    const answer = await h.call('GET', path);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body;
  };
  const numbers = async (query: string): Promise<number[]> =>
    ((await get(`/workflows?${query}`)).data as Json[]).map(({ id }) => id as number);
  const patch = (body: unknown, id: number | string = plain.number) =>
    h.call('PATCH', `/workflows/${String(id)}`, body);

  it('answers one with the fields of the contract’s example', async () => {
    expect(await get(`/workflows/${String(called.number)}`)).toEqual({
      id: called.number,
      name: 'failed-payment',
      description: '',
      ondemandTrigger: true,
      calloutTrigger: true,
      scheduledTrigger: false,
      interval: null,
      timezone: null,
      createdAt: expect.stringMatching(MILLISECONDS),
      updatedAt: expect.stringMatching(MILLISECONDS),
      priority: 'Medium',
      status: 'Active',
      active_version: {
        id: expect.any(Number),
        description: '',
        version: '0.0.1',
        type: 'Workflow::Setup',
        status: 'Active',
      },
    });
    expectErrors(await h.call('GET', '/workflows/999999'), 404, ['There is no workflow with Id 999999.']);
    expectErrors(await h.call('GET', '/workflows/x'), 404, ['There is no workflow with Id x.']);
  });

  it('lists them in order of their ids, page by page', async () => {
    const first = await get('/workflows?page_length=1&name=failed-payment');
    expect(first.pagination).toEqual({ page: 1, page_length: 1, next_page: null });
    const one = await get('/workflows?page_length=1');
    expect(one.pagination).toEqual({
      page: 1,
      page_length: 1,
      next_page: 'http://localhost/workflows?page_length=1&page=2',
    });
    const { pathname, search } = new URL(one.pagination.next_page as string);
    const two = await get(pathname + search);
    expect([one.data[0].id, two.data[0].id]).toEqual([called.number, plain.number]);
    expect((await get('/workflows?page=100')).data).toEqual([]);
    const wrong = await h.call('GET', '/workflows?page_length=51&page=0');
    expect([wrong.status, (wrong.body.errors as Json[]).map(({ title }) => title as string)]).toEqual([
      400,
      [expect.stringContaining('page'), expect.stringContaining('page_length')],
    ]);
  });

  it('filters by name, triggers and interval', async () => {
    const clocked = await createWorkflow(h, 'clocked', {
      scheduled_trigger: true,
      interval: '0 9 * * *',
      timezone: 'Europe/Amsterdam',
      ondemand_trigger: false,
    });
    expect(await numbers('name=plain')).toEqual([plain.number]);
    expect(await numbers('name=plai')).toEqual([]);
    expect(await numbers('callout_trigger=true')).toEqual([called.number]);
    expect(await numbers('callout_trigger=false')).toEqual([plain.number, clocked.number]);
    expect(await numbers('ondemand_trigger=false')).toEqual([clocked.number]);
    expect(await numbers('scheduled_trigger=true')).toEqual([clocked.number]);
    expect(await numbers(`interval=${encodeURIComponent('0 9 * * *')}`)).toEqual([clocked.number]);
    const shown = await get(`/workflows/${String(clocked.number)}`);
    expect(shown).toMatchObject({ scheduledTrigger: true, interval: '0 9 * * *', timezone: 'Europe/Amsterdam' });
    await h.call('DELETE', `/workflows/${String(clocked.number)}`);
  });

  it('shows versions: oldest first alone, newest first and at most ten beside a definition', async () => {
    const { number } = await createWorkflow(h, 'versions', {});
    for (let day = 1; day <= 12; day += 1) {
      const change = await h.call('PATCH', '/v1/workflows/versions', { late_policy: day % 2 ? 'ALL' : 'NONE' });
      expect(change.status).toBe(200);
    }
    const { data: versions } = await get(`/workflows/${String(number)}/versions`);
    expect((versions as Json[]).map(({ version }) => version as string)).toEqual(
      Array.from({ length: 13 }, (_, index) => `0.0.${String(index + 1)}`),
    );
    expect(versions[0]).toEqual({
      id: expect.any(Number),
      name: 'versions',
      description: '',
      ondemandTrigger: true,
      calloutTrigger: false,
      scheduledTrigger: false,
      interval: null,
      timezone: null,
      createdAt: expect.stringMatching(MILLISECONDS),
      updatedAt: versions[0].createdAt,
      version: '0.0.1',
      type: 'Workflow::Setup',
    });
    const [listed] = (await get('/workflows?name=versions')).data as Json[];
    expect(listed?.active_version).toMatchObject({ id: versions[12].id, version: '0.0.13', status: 'Active' });
    const older = listed?.latest_inactive_verisons as Json[];
    expect(older.map(({ id }) => id as number)).toEqual(
      (versions as Json[])
        .slice(2, 12)
        .map(({ id }) => id as number)
        .reverse(),
    );
    expect(older[0]).toMatchObject({ priority: 'Medium', status: 'Inactive', type: 'Workflow::Setup' });
  });

  it('deletes no version: 403 for the active one, 501 for those that runs may be pinned to, under both spellings', async () => {
    const { data: versions } = await get('/workflows?name=versions');
    const [listed] = versions as Json[];
    const before = await stored(h);
    for (const path of ['/versions/', '/workflows/versions/']) {
      const ask = (id: unknown) => h.call('DELETE', `${path}${String(id)}`);
      expectErrors(await ask(listed?.active_version.id), 403, ['Cannot delete the active version of a workflow.']);
      expectErrors(await ask(listed?.latest_inactive_verisons[0].id), 501, [
        'Dunwell keeps every version: what runs were pinned to belongs to their evidence.',
      ]);
      expectErrors(await ask(called.number), 404, [`There is no workflow version with Id ${String(called.number)}.`]);
    }
    expect(await stored(h)).toEqual(before);
  });

  it('updates name, description, triggers and status', async () => {
    const { number } = await createWorkflow(h, 'changing', { fields: SEED_FIELDS });
    const changed = await patch(
      { name: 'Changed', description: 'New', callout_trigger: true, status: 'Inactive' },
      number,
    );
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    expect(changed.body).toEqual(await get(`/workflows/${String(number)}`));
    expect(changed.body).toMatchObject({
      name: 'Changed',
      description: 'New',
      calloutTrigger: true,
      ondemandTrigger: true,
      status: 'Inactive',
    });
    const { id: version } = changed.body.active_version as { id: number };
    const again = await patch(
      { active_workflow_version_id: version, status: 'Active', priority: 'Medium', description: '' },
      number,
    );
    expect(again.body).toMatchObject({ status: 'Active', description: '', name: 'Changed', calloutTrigger: true });
    const { updatedAt } = again.body;
    for (const nothing of [undefined, {}]) expect((await patch(nothing, number)).body).toMatchObject({ updatedAt });
  });

  it('gives a schedule, keeps it when the status changes, and takes it away', async () => {
    const { number } = await createWorkflow(h, 'timed', {});
    const clock = { interval: '0 9 * * *', timezone: 'Europe/Amsterdam' };
    expect((await patch({ scheduled_trigger: true, ...clock }, number)).body).toMatchObject({
      scheduledTrigger: true,
      ...clock,
    });
    expect((await patch({ status: 'Inactive' }, number)).body).toMatchObject({ scheduledTrigger: true, ...clock });
    expect((await patch({ interval: '0 8 * * *' }, number)).body).toMatchObject({ ...clock, interval: '0 8 * * *' });
    expect((await patch({ scheduled_trigger: false }, number)).body).toMatchObject({
      scheduledTrigger: false,
      interval: null,
      timezone: null,
    });
  });

  it('says everything that is wrong with an update at once, and changes nothing', async () => {
    const before = await stored(h);
    const reasons = async (body: unknown): Promise<unknown> => {
      const answer = await patch(body);
      expect(answer.status, JSON.stringify(answer.body)).toBe(422);
      expect(answer.body).toEqual({ success: false, reasons: expect.any(Array) });
      return (answer.body.reasons as Json[]).map(({ fieldName, title }) => [fieldName, title] as unknown);
    };
    expect(await reasons({ status: 'on', name: 7, ondemand_trigger: 'yes', priority: 'Urgent' })).toEqual([
      ['name', expect.stringContaining('expected string')],
      ['status', 'on is not a valid status. Choose from Active or Inactive'],
      ['ondemand_trigger', 'The ondemand_trigger is not a boolean. Choose from true or false'],
      ['priority', 'Urgent is not a valid priority. Choose from High, Medium, or Low'],
    ]);
    // The contract's own example: a wrong status and a wrong interval, both told.
    expect(await reasons({ status: 'on', interval: 'often', timezone: 'Nowhere' })).toEqual([
      ['status', 'on is not a valid status. Choose from Active or Inactive'],
      ['interval', expect.stringContaining('needs five fields')],
      ['timezone', expect.stringContaining('must be an IANA zone')],
    ]);
    expect(
      await reasons({
        scheduled_trigger: true,
        priority: 'High',
        active_workflow_version_id: 1,
        callout_trigger: true,
      }),
    ).toEqual([
      ['priority', 'Dunwell has no priorities: every workflow is Medium, High would have no effect.'],
      ['active_workflow_version_id', 'The workflow has no version with Id 1.'],
      ['interval', 'A valid interval is needed while scheduled_trigger is true.'],
      ['timezone', 'A valid timezone is needed while scheduled_trigger is true.'],
      ['fields', expect.stringContaining('one field must bind payment_id')],
    ]);
    expect(await reasons({ interval: '0 9 * * *' })).toEqual([
      ['interval', 'The interval has no effect while scheduled_trigger is false.'],
    ]);
    expect(await reasons({ scheduled_trigger: true, interval: 'soon', timezone: 'Nowhere' })).toEqual([
      ['interval', expect.any(String)],
      ['timezone', expect.any(String)],
    ]);
    expect(await stored(h)).toEqual(before);
    const { data } = await get('/workflows?name=versions');
    const [{ id, latest_inactive_verisons: older }] = data as [Json];
    const old = await patch({ active_workflow_version_id: older[0].id }, id as number);
    expect(old.body).toMatchObject({ reasons: [{ fieldName: 'active_workflow_version_id' }] });
  });

  it('deletes by archiving: open runs stop, and its id is unknown', async () => {
    const { id, number } = await createWorkflow(h, 'leaving', { callout_trigger: true, fields: SEED_FIELDS });
    const action = { workflow_id: id, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' };
    const { id: actionId } = await created(h, '/v1/workflow-actions', action);
    const run = await h.call('POST', `/workflows/${String(number)}/run`, { accountId: 'cust_1', paymentId: 'pay_1' });
    expect(run.status).toBe(200);
    const answer = await h.call('DELETE', `/workflows/${String(number)}`);
    expect([answer.status, answer.body]).toEqual([200, { success: true, id: number }]);
    expect(await get(`/workflows/workflow_runs/${String(run.body.id)}`)).toMatchObject({ status: 'Stopped' });
    expect(await get(`/v1/workflows/${id}`)).toMatchObject({ status: 'ARCHIVED' });
    expect(await numbers('name=leaving')).toEqual([]);
    expectErrors(await h.call('GET', `/workflows/${String(number)}`), 404, [
      `There is no workflow with Id ${String(number)}.`,
    ]);
    const tasks = await get(`/workflows/tasks?workflow_id=${String(number)}`);
    expect([actionId, tasks.data]).toEqual([expect.any(String), []]);
    for (const method of ['DELETE', 'PATCH']) {
      const gone = await h.call(method, `/workflows/${String(number)}`, method === 'PATCH' ? {} : undefined);
      expect([gone.status, gone.body]).toEqual([
        404,
        { errors: [`Invalid ID / Multiple objects returned - ObjectId: ${String(number)}`] },
      ]);
    }
  });

  it('knows nothing of another platform', async () => {
    const theirs = await stranger(h);
    const { body } = await h.call('GET', '/workflows', undefined, theirs);
    expect(body).toEqual({ data: [], pagination: { page: 1, page_length: 20, next_page: null } });
  });

  it('exports what makes the same again', async () => {
    const action = {
      workflow_id: called.id,
      type: 'SEND_EMAIL_TO_CUSTOMER',
      status: 'ACTIVE',
      description: 'Tell them',
      send_email_to_customer: { subject: 'Payment failed', cc_recipients: ['cfo@acme.example'] },
    };
    await created(h, '/v1/workflow-actions', action);
    const from = await get(`/workflows/${String(called.number)}/export`);
    expect(from).toEqual(await get(`/workflows/${String(called.number)}/export?version=0.0.1`));
    expect(from).toEqual(await get(`/workflows/${String(called.number)}/export?version=latest`));
    const { workflow, tasks, linkages } = from as { workflow: Json; tasks: Json[]; linkages: Json[] };
    expect(workflow).toMatchObject({ id: called.number, version: '0.0.1', callout_trigger: true, interval: null });
    expect(tasks).toMatchObject([{ name: 'Tell them', instance: false, action_type: 'Email', object: 'Payment' }]);
    expect(linkages).toEqual([
      {
        source_workflow_id: called.number,
        source_task_id: null,
        target_task_id: tasks[0]?.id as number,
        linkage_type: 'Start',
      },
    ]);
    const again = await createApi();
    await put(again, 'customers/other', {});
    const copy = await created(again, '/v1/workflows', workflow.parameters.workflow as Json);
    const number = String(copy.number);
    expect((await again.call('PUT', `/workflows/${number}/settings`, workflow.parameters.settings)).status).toBe(200);
    for (const { parameters } of tasks) {
      await created(again, '/v1/workflow-actions', { workflow_id: copy.id as string, ...(parameters as Json) });
    }
    const to = (await again.call('GET', `/workflows/${number}/export`)).body as { workflow: Json; tasks: Json[] };
    expect(to.workflow.parameters).toEqual(workflow.parameters);
    expect(to.tasks.map(({ parameters }) => parameters as Json)).toEqual(
      tasks.map(({ parameters }) => parameters as Json),
    );
    await again.stop();
  });

  it('exports an older version, and says what is wrong with a version', async () => {
    const [{ id }] = (await get('/workflows?name=versions')).data as [Json];
    const policy = async (version: string): Promise<unknown> =>
      (await get(`/workflows/${String(id)}/export?version=${version}`)).workflow.parameters.workflow.late_policy;
    expect([await policy('0.0.1'), await policy('0.0.2'), await policy('0.0.13')]).toEqual(['LATEST', 'ALL', 'NONE']);
    const ask = (version: string) => h.call('GET', `/workflows/${String(id)}/export?version=${version}`);
    expectErrors(await ask('1'), 400, ["The input of version '1' is invalid."]);
    expectErrors(await ask('0.0.99'), 404, ["Workflow version '0.0.99' is not found."], 400);
    expectErrors(await h.call('GET', '/workflows/999999/export'), 404, ['There is no workflow with Id 999999.']);
  });
});
