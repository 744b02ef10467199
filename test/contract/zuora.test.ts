import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from '../api/api.js';
import { createWorkflow, openCall, SEED_FIELDS, type Called } from '../api/run-contract-support.js';
import { created, put, type Json } from '../api/support.js';
import { EXAMPLE_DIFFERENCES, SCHEMA_DIFFERENCES, ZuoraContract, zuoraContractIsHere } from './zuora-contract.js';

/** Operations that answer 501: nothing of theirs but the shape of the error is held against the contract. */
const NOT_BUILT = [
  'POST /workflows/import',
  'POST /workflows/{workflow_id}/versions/import',
  'PUT /workflows/tasks/batch_update',
  'POST /workflows/tasks/{task_id}/rerun',
  'GET /workflows/metrics.json',
];
/** Answers of the contract that cannot come about here. */
const NEVER = ['DELETE /versions/{version_id} 200'];

describe.skipIf(!zuoraContractIsHere)('every operation of Zuora’s contract answers as its examples do', () => {
  let h: Api;
  let contract: ZuoraContract;
  let called: Called;
  let leaving: Called;
  let ids: Json;
  const answered = new Set<string>();
  beforeAll(async () => {
    contract = new ZuoraContract();
    h = await createApi();
    called = await openCall(h);
    leaving = await createWorkflow(h, 'leaving', { callout_trigger: true, fields: SEED_FIELDS });
    await createWorkflow(h, 'quiet', {});
    const action = { workflow_id: called.id, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' };
    await created(h, '/v1/workflow-actions', action);
    await h.call('PATCH', '/v1/workflows/failed-payment', { late_policy: 'ALL' });
    // The ids of the contract's example, which its requests have.
    const customer = '4028905f5a87c0ff015a87d25ae90025';
    await put(h, `customers/${customer}`, { email: 'ap@example.example' });
    await put(h, 'payments/4028905f5a87c0ff015a889ddfb800c0', { customer_id: customer, result: 'REFUSED' });
    ids = { workflow_id: called.number, task_id: 0, version_id: 0, workflow_run_id: 0 };
  });
  afterAll(() => h.stop());

  /** Sends the contract's own request and holds the answer against its schema and its example. */
  const ask = async (name: string, status: number, more: { ids?: Json; query?: string; body?: unknown } = {}) => {
    const { body: example, answers } = contract.operation(name);
    const [method = '', template = ''] = name.split(' ');
    const path = template.replace(/\{(\w+)\}/g, (_all, word: string) => String({ ...ids, ...more.ids }[word]));
    const answer = await h.call(method, `${path}${more.query ?? ''}`, 'body' in more ? more.body : example);
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    const declared = answers[status];
    if (declared) {
      const problems = declared.schema ? contract.schemaProblems(declared.schema, answer.body) : [];
      expect(
        [...problems, ...contract.exampleProblems(name, status, answer.body)],
        JSON.stringify(answer.body),
      ).toEqual([]);
    }
    answered.add(`${name} ${String(status)}`);
    return answer.body;
  };

  it('control: the examples fit the schemas, but for the differences named', () => {
    const unfit = [...contract.operations.values()].flatMap(({ name, answers }) =>
      Object.entries(answers).flatMap(([status, { schema, example }]) =>
        (schema ? contract.schemaProblems(schema, example) : []).map((problem) => `${name} ${status} ${problem}`),
      ),
    );
    expect(unfit).toEqual([]);
    for (const key of Object.keys(SCHEMA_DIFFERENCES)) {
      const [definition = '', property = ''] = key.split('.');
      const schema = { $ref: `#/definitions/${definition}` };
      expect(contract.schemaProblems(schema, { [property]: 19_080 }, 'plain'), key).not.toEqual([]);
    }
    const { example } = contract.operation('GET /workflows/{workflow_id}').answers[200] ?? {};
    const wrong = { ...(example as Json), id: '2', createdAt: '2021-09-22', more: 1 };
    expect(contract.exampleProblems('GET /workflows/{workflow_id}', 200, wrong)).toHaveLength(3);
  });

  it('definitions', async () => {
    const list = await ask('GET /workflows', 200, { query: '?page_length=1&page=1' });
    ids.version_id = (list.data as Json[])[0]?.active_version.id;
    expect((list.data as Json[])[0]?.latest_inactive_verisons).toHaveLength(1);
    await ask('GET /workflows/{workflow_id}', 200);
    await ask('GET /workflows/{workflow_id}/versions', 200);
    await ask('GET /workflows/{workflow_id}/export', 200);
    await ask('GET /workflows/{workflow_id}/export', 200, { query: '?version=0.0.1' });
    await ask('GET /workflows/{workflow_id}/export', 400, { query: '?version=1' });
    await ask('GET /workflows/{workflow_id}/export', 404, { query: '?version=0.0.9' });
    await ask('DELETE /versions/{version_id}', 403);
  });

  it('runs and their tasks, by the example’s own body', async () => {
    const run = await ask('POST /workflows/{workflow_id}/run', 200);
    ids.workflow_run_id = run.id;
    await ask('POST /workflows/{workflow_id}/run', 409, { ids: { workflow_id: run.id } });
    const missing = await ask('POST /workflows/{workflow_id}/run', 406, { body: {} });
    expect(missing.parameters).toEqual({ workflow: {} });
    const { data } = await h.call('GET', '/workflows?name=quiet').then(({ body }) => body);
    await ask('POST /workflows/{workflow_id}/run', 400, { ids: { workflow_id: (data as Json[])[0]?.id } });
    await ask('GET /workflows/workflow_runs/{workflow_run_id}', 200);
    const tasks = await ask('GET /workflows/tasks', 200);
    ids.task_id = (tasks.data as Json[])[0]?.id;
    for (const { id } of tasks.data as Json[])
      await ask('GET /workflows/tasks/{task_id}', 200, { ids: { task_id: id } });
    const stop = await h.call('PUT', `/workflows/workflow_runs/${String(run.id)}/stop`);
    expect([stop.status, stop.body]).toEqual([200, { success: true }]);
    await ask('GET /workflows/workflow_runs/{workflow_run_id}', 200);
  });

  it('changes and deletions', async () => {
    const update = { name: 'Bill Customers', description: 'It bills everybody', status: 'Inactive' };
    const at = { ids: { workflow_id: leaving.number } };
    await ask('PATCH /workflows/{workflow_id}', 200, { ...at, body: update });
    await ask('PATCH /workflows/{workflow_id}', 422, { ...at, body: { status: 'on', scheduled_trigger: 1 } });
    await ask('DELETE /workflows/{workflow_id}', 200, at);
    await ask('DELETE /workflows/{workflow_id}', 404, at);
    await ask('PATCH /workflows/{workflow_id}', 404, { ...at, body: update });
  });

  it.each(NOT_BUILT)('501 in the contract’s shape of errors: %s', async (name) => {
    const body = await ask(name, 501);
    const shape = { $ref: '#/definitions/WorkflowError' };
    for (const error of body.errors as Json[]) expect(contract.schemaProblems(shape, error)).toEqual([]);
  });

  it('401 and 403 in the contract’s shape of errors', async () => {
    for (const name of contract.operations.keys()) {
      const [method = '', path = ''] = name.split(' ');
      const closed = await h.call(method, path.replace(/\{\w+\}/g, '1'), undefined, { 'x-api-key': 'wrong' });
      expect(closed.status, name).toBe(401);
      expect(closed.body).toEqual({ errors: [{ status: 401, code: 'invalid', title: expect.any(String) }] });
    }
  });

  it('all that the contract declares was asked for, and no difference is named in vain', () => {
    const declared = [...contract.operations.values()].flatMap(({ name, answers }) =>
      NOT_BUILT.includes(name) ? [`${name} 501`] : Object.keys(answers).map((status) => `${name} ${status}`),
    );
    expect([...declared].filter((one) => !answered.has(one) && !NEVER.includes(one))).toEqual([]);
    expect([...contract.used].sort()).toEqual(Object.keys(EXAMPLE_DIFFERENCES).sort());
  });
});
