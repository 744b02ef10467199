import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { expectErrors } from './run-contract-support.js';
import { created, createLadder, openInvoice, put, type Json } from './support.js';

describe('/workflows/tasks: actions and steps as the run contract has them', () => {
  let h: Api;
  let workflow: Json;
  let other: Json;
  let run: { id: string; number: number };
  let action: Json;
  beforeAll(async () => {
    h = await createApi();
    await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
    workflow = await createLadder(h, 'ladder');
    other = await created(h, '/v1/workflows', {
      name: 'Payments',
      reference: 'payments',
      type: 'PAYMENT',
      status: 'ACTIVE',
      payment: { variant: 'FAILED_PAYMENT' },
    });
    const mail = { type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' };
    const late = { steps: [{ type: 'DAY', value: 30 }], description: 'The last one' };
    action = await created(h, '/v1/workflow-actions', { ...mail, workflow_id: workflow.id as string, ...late });
    await created(h, '/v1/workflow-actions', { ...mail, workflow_id: other.id as string });
    const gone = await created(h, '/v1/workflow-actions', { ...mail, workflow_id: other.id as string });
    await h.call('DELETE', `/v1/workflow-actions/${gone.id as string}`);
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
    await put(h, 'invoices/inv_2', openInvoice('cust_1'));
    const [row] = await h.db.rows<typeof run>(`SELECT id, number FROM runs WHERE resource_id = 'inv_1'`);
    if (!row) throw new Error('There is no run.');
    run = row;
  });
  afterAll(() => h.stop());

  const list = async (query: string): Promise<Json> => {
    const answer = await h.call('GET', `/workflows/tasks?${query}`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body;
  };
  const found = async (query: string): Promise<Json[]> => (await list(query)).data as Json[];
  const names = async (query: string): Promise<string[]> => (await found(query)).map(({ name }) => name as string);

  it('shows an action', async () => {
    const [task] = await found('instance=false&name=The%20last%20one');
    expect(task).toEqual({
      id: expect.any(Number),
      name: 'The last one',
      instance: false,
      parameters: {
        type: 'SEND_EMAIL_TO_CUSTOMER',
        status: 'ACTIVE',
        description: 'The last one',
        steps: [{ type: 'DAY', value: 30 }],
      },
      data: {},
      action_type: 'Email',
      object: 'Invoice',
      object_id: null,
      call_type: null,
      workflow_id: workflow.number as number,
      status: null,
      start_time: null,
      end_time: null,
      original_task_id: null,
      original_workflow_id: null,
      tags: [],
      error: null,
      error_class: null,
      error_details: null,
    });
    expect((await h.call('GET', `/workflows/tasks/${String(task?.id)}`)).body).toEqual(task);
  });

  it('shows a step, and the action it will be sent by', async () => {
    const [definition] = await found('instance=false&object=Invoice');
    const [first, second, third] = await found(`workflow_id=${String(run.number)}`);
    expect(third).toEqual({
      id: expect.any(Number),
      name: '30-DAY',
      instance: true,
      parameters: { periods: [{ type: 'DAY', value: 30 }] },
      data: {
        raw_at: expect.stringMatching(/^2990-/),
        planned_at: expect.stringMatching(/^2990-/),
        shifts: [],
        reason: null,
      },
      action_type: 'Email',
      object: 'Invoice',
      object_id: 'inv_1',
      call_type: null,
      workflow_id: run.number,
      status: 'Queued',
      start_time: null,
      end_time: null,
      original_task_id: definition?.id as number,
      original_workflow_id: workflow.number as number,
      tags: [],
      error: null,
      error_class: null,
      error_details: null,
    });
    expect([first?.original_task_id, second?.original_task_id]).toEqual([null, null]);
    expect((await h.call('GET', `/workflows/tasks/${String(third?.id)}`)).body).toEqual(third);
  });

  it('says what went wrong', async () => {
    await h.db.rows(`UPDATE run_steps SET status = 'FAILED', reason = 'rejected' WHERE run_id = $1 AND id = '30-DAY'`, [
      run.id,
    ]);
    await h.db.rows(
      `INSERT INTO deliveries (id, platform_id, run_id, step_id, action_id, status, server_reply, claimed_at, ended_at)
       VALUES ('dlv_1', $1, $2, '30-DAY', $3, 'REJECTED', '{"code": 550, "text": "550 no such user"}',
         '2990-03-02T00:00:00Z', '2990-03-02T00:00:01.5Z')`,
      [h.platformId, run.id, action.id],
    );
    const [, , step] = await found(`workflow_id=${String(run.number)}`);
    expect(step).toMatchObject({
      status: 'Error',
      error: 'The recipient’s server refused the message.',
      error_class: 'rejected',
      error_details: '550 no such user',
      start_time: '2990-03-02T00:00:00.000Z',
      end_time: '2990-03-02T00:00:01.500Z',
    });
  });

  it('keeps the id of a step when its run is planned anew', async () => {
    const ids = async (): Promise<[string, number][]> =>
      (await found('object_id=inv_2')).map(({ name, id }) => [name as string, id as number]);
    const before = await ids();
    const { id } = (await h.call('GET', '/v1/workflow-runs?resource_id=inv_2')).body.data[0] as { id: string };
    await h.call('PATCH', '/v1/workflows/ladder', {
      invoice: { overdue: { periods: [1, 7, 15, 30].map((value) => ({ type: 'DAY', value })) } },
    });
    expect((await h.call('POST', `/v1/workflow-runs/${id}/replan`)).status).toBe(200);
    const after = await ids();
    expect(after.map(([name]) => name)).toEqual(['1-DAY', '7-DAY', '15-DAY', '30-DAY']);
    expect(after).toEqual(expect.arrayContaining(before));
  });

  it('filters by everything the contract names', async () => {
    const actions = ['The last one', 'Send e-mail to customer'];
    expect(await names('instance=false')).toEqual(actions);
    expect(await names('object=Payment')).toEqual(['Send e-mail to customer']);
    expect(await names('object=Wallet')).toEqual([]);
    expect(await names('object=Order')).toEqual([]);
    expect(await names('object_id=inv_1')).toEqual(['7-DAY', '15-DAY', '30-DAY']);
    expect(await names('object=Invoice&object_id=inv_1&name=15-DAY')).toEqual(['15-DAY']);
    expect(await names('object=Payment&object_id=inv_1')).toEqual([]);
    expect(await names(`workflow_id=${String(other.number)}`)).toEqual(['Send e-mail to customer']);
    expect(await names('workflow_id=x')).toEqual([]);
    const [{ id }] = (await found('name=7-DAY&object_id=inv_1')) as [Json];
    expect(await names(`id=${String(id)}`)).toEqual(['7-DAY']);
    expect(await names(`id=${String(id)}&instance=false`)).toEqual([]);
    expect(await names('action_type=Email')).toHaveLength(9);
    for (const nothing of ['action_type=If', 'call_type=SOAP', 'tags[]=a&tags[]=b', 'tags=a', 'id=x']) {
      expect(await names(nothing)).toEqual([]);
    }
  });

  it('pages through actions and then steps, without leaving any out', async () => {
    const all = await names('page_length=100');
    const paged: string[] = [];
    for (let query: string | null = 'page_length=2'; query !== null;) {
      const { data, pagination }: Json = await list(query);
      paged.push(...(data as Json[]).map(({ name }) => name as string));
      query = pagination.next_page === null ? null : new URL(pagination.next_page as string).search.slice(1);
    }
    expect([paged, all.length]).toEqual([all, 9]);
    expect(all.slice(0, 3)).toEqual(['The last one', 'Send e-mail to customer', '1-DAY']);
    expect(await names('page_length=2&page=5')).toHaveLength(1);
    expect(await names('page_length=2&page=99')).toEqual([]);
    expect((await h.call('GET', '/workflows/tasks?page_length=101')).status).toBe(400);
  });

  it('404: an id that is none', async () => {
    for (const id of ['x', '0', '999999']) {
      expectErrors(await h.call('GET', `/workflows/tasks/${id}`), 404, [`There is no task with Id ${id}.`]);
    }
  });

  it.each([
    ['POST', '/workflows/import'],
    ['POST', '/workflows/1/versions/import'],
    ['PUT', '/workflows/tasks/batch_update'],
    ['POST', '/workflows/tasks/1/rerun'],
    ['GET', '/workflows/metrics.json'],
  ])('501, and what to use instead: %s %s', async (method, path) => {
    const answer = await h.call(method, path, method === 'GET' ? undefined : {});
    expect(answer.status).toBe(501);
    expect(answer.body).toEqual({
      errors: [{ status: 501, code: 'invalid', title: expect.stringMatching(/^Dunwell does not .*: /) }],
    });
  });
});
