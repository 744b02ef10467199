import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { put } from './support.js';
import { createWorkflow, expectErrors, openCall, type Called } from './run-contract-support.js';

describe('POST /workflows/{id}/run (S-Z2, Z3)', () => {
  let h: Api;
  let called: Called;
  beforeAll(async () => {
    h = await createApi();
    called = await openCall(h);
  });
  afterAll(() => h.stop());

  const run = (body?: unknown, headers: Record<string, string> = {}, id = called.number) =>
    h.call('POST', `/workflows/${String(id)}/run`, body, headers);
  const seed = { accountId: 'cust_1', paymentId: 'pay_1' };

  it('answers the seven fields of the contract, in its formats', async () => {
    const answer = await run(seed);
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body)).toEqual([
      'id',
      'name',
      'originalWorkflowId',
      'type',
      'status',
      'createdAt',
      'updatedAt',
    ]);
    const { id } = answer.body as { id: number };
    expect(answer.body).toEqual({
      id: expect.any(Number),
      name: `WF-${String(called.number)}-${String(id).padStart(8, '0')}`,
      originalWorkflowId: called.number,
      type: 'Workflow::Instance',
      status: 'Queued',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/),
      updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/),
    });
    expect(answer.headers.location).toBe(`/workflows/workflow_runs/${String(id)}`);
    const [made] = await h.db.rows('SELECT type, resource_id, customer_id FROM runs WHERE number = $1', [id]);
    expect(made).toEqual({ type: 'MANUAL', resource_id: 'pay_1', customer_id: 'cust_1' });
  });

  it('takes the parameters wrapped, and answers in the shape of the quickstart API', async () => {
    const answer = await run({ input_parameters: seed });
    expect(answer.status).toBe(201);
    const { id } = answer.body as { id: number };
    expect(answer.body).toEqual({
      id,
      name: `WF-${String(called.number)}-${String(id).padStart(8, '0')}`,
      original_workflow_id: called.number,
      state: 'queued',
      created_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_time: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/),
    });
  });

  it('answers an asynchronous call with an id, and says where the run is', async () => {
    const answer = await run(seed, { async: 'true' });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ request_id: answer.headers['zuora-request-id'] });
    expect(answer.headers.location).toMatch(/^\/workflows\/workflow_runs\/\d+$/);
  });

  it('names parameters nobody declared, and runs', async () => {
    const answer = await run({ ...seed, colour: 'red' });
    expect(answer.status).toBe(200);
    expect(answer.headers['dunwell-ignored-fields']).toBe('colour');
  });

  it('says in a header that a run with nothing to send has ended', async () => {
    await put(h, 'payments/pay_ok', { customer_id: 'cust_1', result: 'AUTHORIZED', timestamp: '2026-01-10T09:00:00Z' });
    const answer = await run({ ...seed, paymentId: 'pay_ok' });
    expect(answer).toMatchObject({ status: 200, headers: { 'dunwell-run-status': 'STOPPED' } });
    const { body } = await h.call('GET', `/v1/workflow-runs/${String(answer.headers['dunwell-run-id'])}`);
    expect(body).toMatchObject({ number: answer.body.id, status: 'STOPPED', parameters: {} });
  });

  it('404: no such id, one of another platform, and one that is no number', async () => {
    for (const id of ['999999999', '0', 'abc', '99999999999999999999']) {
      expectErrors(await h.call('POST', `/workflows/${id}/run`, seed), 404, [`There is no workflow with Id ${id}.`]);
    }
  });

  it('409: the id of a run, with the inner status of the contract', async () => {
    const { id, name } = (await run(seed)).body as { id: number; name: string };
    expectErrors(await run(seed, {}, id), 409, [`Workflow ${name} with Id ${String(id)} is an instance/run.`], 406);
  });

  it('422: not active; 400: callout trigger off, in this order', async () => {
    const other = await createWorkflow(h, 'resting', { callout_trigger: false, fields: [] });
    const body = { nothing: true };
    expectErrors(await run(body, {}, other.number), 400, ['Callout mode is not turned on in this workflow.']);
    await h.call('POST', '/v1/workflows/resting/deactivate');
    const title = `Workflow ${String(other.number)} is INACTIVE: only ACTIVE ones can be run.`;
    expectErrors(await run(body, {}, other.number), 422, [title]);
  });

  it('406: everything that is missing at once, with the body as it was given', async () => {
    const answer = await run({ colour: 'red' });
    const missing = (field: string) =>
      `Required field for Workflow-${field} does not have a set value. Ensure parameter '${field}' is present.`;
    expectErrors(answer, 406, [missing('accountId'), missing('paymentId')]);
    expect(answer.body).toMatchObject({ parameters: { workflow: { colour: 'red' } } });
    expect((await run()).body).toMatchObject({ parameters: { workflow: {} } });
    expectErrors(await run({ ...seed, paymentId: '' }), 406, [missing('paymentId')]);
    expectErrors(await run({ ...seed, paymentId: null }), 406, [missing('paymentId')]);
  });

  it('400: everything that is wrong at once, before what is missing', async () => {
    expectErrors(await run({ id: 1, format: 'x', accountId: 7 }), 400, [
      "'id' is a reserved word: no parameter can have that name.",
      "'format' is a reserved word: no parameter can have that name.",
      "Parameter 'accountId' must be text of at most 10000 characters.",
    ]);
    for (const body of ['"text"', '7', '[{}]', 'true']) {
      const answer = await run(body, { 'content-type': 'application/json' });
      expectErrors(answer, 400, ['The body must be an object: a map of parameters.']);
    }
    expectErrors(await run({ input_parameters: [1] }), 400, [
      'input_parameters must be an object: a map of parameters.',
    ]);
  });

  it('400: an id that names nothing, and a customer that does not fit; also where something else is missing', async () => {
    const nothing = "Parameter 'paymentId': There is no payment pay_none.";
    expectErrors(await run({ ...seed, paymentId: 'pay_none' }), 400, [nothing]);
    expectErrors(await run({ paymentId: 'pay_none' }), 400, [nothing]);
    const other = "Parameter 'accountId': The resource belongs to another customer.";
    expectErrors(await run({ ...seed, accountId: 'cust_2' }), 400, [other]);
    expect(await h.db.rows('SELECT 1 FROM runs WHERE customer_id = $1', ['cust_2'])).toEqual([]);
    const nobody = "Parameter 'accountId': There is no customer cust_none.";
    expectErrors(await run({ accountId: 'cust_none' }), 400, [nobody]);
    const long = "Parameter 'paymentId' must be an id of at most 255 characters.";
    expectErrors(await run({ ...seed, paymentId: 'p'.repeat(256) }), 400, [long]);
  });

  it('says that nothing has an id before what is wrong with the body', async () => {
    const broken = { 'content-type': 'application/json' };
    const gone = ['There is no workflow with Id 999999999.'];
    for (const body of ['{', '{"a":1,"a":2}', '{"a":"\\u0000"}', '[1e999]']) {
      expectErrors(await h.call('POST', '/workflows/999999999/run', body, broken), 404, gone);
      expect((await run(body, broken)).status).toBe(400);
      // Kept for a repeated key like any other refusal.
      const key = { 'idempotency-key': `broken ${body}` };
      const first = await run(body, { ...broken, ...key });
      expect(first.status).toBe(400);
      expect(await run(seed, key)).toMatchObject({ status: 400, body: first.body });
    }
  });

  it('is the same contract whatever way its path is written', async () => {
    const path = `/%77orkflows/${String(called.number)}/run`;
    expectErrors(await h.call('POST', path, { id: 1 }), 400, [
      "'id' is a reserved word: no parameter can have that name.",
    ]);
    expect((await h.call('POST', path, seed)).headers['zuora-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    const whole = await h.call('POST', `http://api.example/workflows/${String(called.number)}/run`, seed, {
      async: 'true',
    });
    expect(whole.body).toEqual({ request_id: whole.headers['zuora-request-id'] });
  });
});
