import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { createWorkflow, expectErrors, openCall, SEED_FIELDS, type Called } from './run-contract-support.js';

const DAY_MS = 86_400_000;
const REUSED = 'This Idempotency-Key was used with another URL or method.';

describe('Idempotency-Key of the run contract (S-Z5)', () => {
  let h: Api;
  let called: Called;
  let now = Date.parse('2026-01-01T00:00:00Z');
  beforeAll(async () => {
    h = await createApi('TEST', { keyClock: () => now });
    called = await openCall(h);
  });
  afterAll(() => h.stop());

  const seed = { accountId: 'cust_1', paymentId: 'pay_1' };
  const run = (key: string, body: unknown = seed, id = called.number, headers: Record<string, string> = {}) =>
    h.call('POST', `/workflows/${String(id)}/run`, body, { 'idempotency-key': key, ...headers });
  const runs = async (): Promise<number> => (await h.db.rows('SELECT 1 FROM runs')).length;

  it('makes one run of 200 identical calls; the others are told to wait, and get the first’s answer afterwards', async () => {
    const before = await runs();
    const answers = await Promise.all(Array.from({ length: 200 }, () => run('parallel')));
    const made = answers.filter(({ status }) => status === 200);
    const busy = answers.filter(({ status }) => status === 409);
    expect(made.length + busy.length).toBe(200);
    expect(busy.length).toBeGreaterThan(0);
    expect(made.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1);
    const title = 'The first request with this Idempotency-Key is still in progress: try again in a moment.';
    for (const answer of busy) expectErrors(answer, 409, [title]);
    const again = await run('parallel');
    expect(again.headers['idempotent-replayed']).toBe('true');
    for (const answer of [...made, again]) expect(answer.body).toEqual(made[0]?.body);
    expect(again.headers.location).toBe(made[0]?.headers.location);
    expect(await runs()).toBe(before + 1);
  });

  it('repeats a refusal, though what was missing is optional by now', async () => {
    const fields = [...SEED_FIELDS, { field_name: 'note', binds_to: 'variable:note', required: true }];
    const other = await createWorkflow(h, 'noted', { callout_trigger: true, fields });
    const refused = await run('refused', seed, other.number);
    expect(refused.status).toBe(406);
    const optional = fields.map((field) => ({ ...field, required: field.field_name !== 'note' }));
    const body = { callout_trigger: true, fields: optional };
    expect((await h.call('PUT', `/workflows/${String(other.number)}/settings`, body)).status).toBe(200);
    const again = await run('refused', seed, other.number);
    expect(again).toMatchObject({ status: 406, body: refused.body, headers: { 'idempotent-replayed': 'true' } });
    expect((await run('another', seed, other.number)).status).toBe(200);
  });

  it('runs again 24 hours and a second later, and not before', async () => {
    const first = await run('day');
    now += DAY_MS - 1_000;
    expect((await run('day')).body).toEqual(first.body);
    now += 2_000;
    const later = await run('day');
    expect(later.headers['idempotent-replayed']).toBeUndefined();
    expect(later.body.id).not.toBe(first.body.id);
  });

  it('is for one URL and one method: 422', async () => {
    expect((await run('once')).status).toBe(200);
    expectErrors(await run('once', seed, 999_999), 422, [REUSED]);
    const settings = { callout_trigger: true, fields: SEED_FIELDS };
    const path = `/workflows/${String(called.number)}/settings`;
    expectErrors(await h.call('PUT', path, settings, { 'idempotency-key': 'once' }), 422, [REUSED]);
    // The body is not compared: the first answer stands.
    expect((await run('once', { colour: 'red' })).status).toBe(200);
  });

  it('knows nothing of the keys of the other contract', async () => {
    expect((await run('shared')).status).toBe(200);
    const trigger = { type: 'MANUAL', payment: { payment_id: 'pay_1', manual: { variant: 'FAILED_PAYMENT' } } };
    const answer = await h.call('POST', '/v1/workflow-triggers', trigger, { 'idempotency-key': 'shared' });
    expect(answer.status).toBe(201);
  });

  it('echoes each request’s own track id, and an id of ours that is never the same', async () => {
    const first = await run('traced', seed, called.number, { 'zuora-track-id': 'one' });
    const again = await run('traced', seed, called.number, { 'zuora-track-id': 'two' });
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect([first.headers['zuora-track-id'], again.headers['zuora-track-id']]).toEqual(['one', 'two']);
    expect(again.headers['zuora-request-id']).not.toBe(first.headers['zuora-request-id']);
  });

  it('keeps no body that anybody can read', async () => {
    expect((await run('sealed', { word: 'a secret of the caller' })).status).toBe(406);
    expect(JSON.stringify(await h.db.rows('SELECT * FROM idempotency_keys'))).not.toContain('a secret of');
    expect((await run('sealed')).body).toMatchObject({ parameters: { workflow: { word: 'a secret of the caller' } } });
  });

  it('has at most 255 characters', async () => {
    expect((await run('k'.repeat(255))).status).toBe(200);
    const message = 'Idempotency-Key: An idempotency key has 1–255 characters.';
    expectErrors(await run('k'.repeat(256)), 400, [message]);
  });
});
