import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimStep } from '../support/ledger.js';
import { createApi, type Api } from './api.js';
import { createLadder, expectRefusal, multiplyRuns, openInvoice, put, refuses, stored, type Json } from './support.js';

describe('operations on a run (S-R3)', () => {
  let h: Api;
  let workflow: Json;
  let run: Json;
  beforeEach(async () => {
    h = await createApi();
    workflow = await createLadder(h, 'ladder');
    await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
    [run] = (await h.call('GET', '/v1/workflow-runs')).body.data as [Json];
  });
  afterEach(() => h.stop());

  const operate = (operation: string, body?: Json, headers: Record<string, string> = {}) =>
    h.call('POST', `/v1/workflow-runs/${run.id as string}/${operation}`, body, headers);

  it('answer the run as it now stands, that the engine has yet to hear of it, and what is on its way', async () => {
    expect(await operate('pause')).toMatchObject({
      status: 200,
      body: { object_type: 'WORKFLOW_RUN', id: run.id, status: 'PAUSED', engine: 'PENDING', in_flight: [] },
    });
    expect((await operate('resume', { note: 'all clear' })).body).toMatchObject({ status: 'ACCEPTED' });
    expect((await operate('skip-step', { step: { type: 'DAY', value: 15 } })).body.steps[1]).toMatchObject({
      status: 'SKIPPED',
      reason: 'skipped_by_operator',
    });
    expect((await operate('cancel', { reason: 'agreed' })).body).toMatchObject({
      status: 'STOPPED',
      stop_reason: 'cancelled_by_operator',
    });
  });

  it.each([
    ['resume', undefined, null],
    ['retry', undefined, 'step'],
    ['retry', { step: { type: 'DAY', value: 7 } }, 'step'],
    ['skip-step', { step: { type: 'DAY', value: 8 } }, 'step'],
    ['send-now', { step: { type: 'WEEK', value: 9 } }, 'step'],
    ['replan', {}, null],
    ['release', {}, null],
  ])(
    'are refused with a reason when there is nothing to do, and change nothing: %s',
    async (operation, body, field) => {
      const path = `/v1/workflow-runs/${run.id as string}/${operation}`;
      await refuses(h, ['POST', path, body], 400, 'INVALID_OPERATION', field);
    },
  );

  it.each([
    ['send-now', { as: 'TWICE' }, 'as'],
    ['send-now', { step: { type: 'DAY' } }, 'step.value'],
    ['skip-step', { step: '7 days' }, 'step'],
    ['pause', { note: 'x'.repeat(1_001) }, 'note'],
  ])('name the field that is wrong: %s %j', async (operation, body, field) => {
    const answer = await operate(operation, body);
    expect(answer).toMatchObject({ status: 400, body: { field } });
  });

  it('are refused on a run that has ended', async () => {
    await operate('cancel');
    for (const operation of ['pause', 'resume', 'cancel', 'send-now', 'skip-step', 'retry', 'replan', 'release']) {
      expectRefusal(
        await operate(operation),
        400,
        'INVALID_OPERATION',
        ['send-now', 'skip-step', 'retry'].includes(operation) ? 'step' : null,
      );
    }
  });

  it('happen once however often they are repeated with one key', async () => {
    const key = { 'idempotency-key': 'once' };
    const first = await operate('send-now', { as: 'EXTRA' }, key);
    const again = await operate('send-now', { as: 'EXTRA' }, key);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body).toEqual(first.body);
    expect(first.body.steps).toHaveLength(4);
  });

  it('hold from the moment they are written down: a claim that nobody told of a pause finds it', async () => {
    await operate('send-now');
    const [told] = (await h.call('GET', '/v1/workflow-runs')).body.data as [Json];
    await h.db.rowsOnce(
      `INSERT INTO run_operations (run_id, operation, created_by) VALUES ('${run.id as string}', '{"kind":"PAUSE"}', 'test')`,
    );
    const claim = await claimStep(h.db, run.id as string, '7-DAY', told.revision as number, () => null);
    expect(claim?.deliveries).toEqual([]);
    expect(claim?.waits).toMatchObject({ status: 'PAUSED', closed: false, wakeAt: null });
  });

  it('a mail that is on its way goes, and is named', async () => {
    const { revision } = (await operate('send-now')).body;
    const claim = await claimStep(h.db, run.id as string, '7-DAY', revision as number, () => null);
    // The workflow has no action yet: nothing was claimed, so nothing is on its way.
    expect(claim?.deliveries).toEqual([]);
    const action = { workflow_id: workflow.id as string, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' };
    await h.call('POST', '/v1/workflow-actions', action);
    const now = (await h.call('GET', `/v1/workflow-runs/${run.id as string}`)).body;
    const claimed = await claimStep(h.db, run.id as string, '7-DAY', now.revision as number, () => null);
    expect(claimed?.deliveries).toHaveLength(1);
    expect((await operate('pause')).body).toMatchObject({
      status: 'PAUSED',
      in_flight: claimed?.deliveries.map(({ id }) => id),
    });
    expectRefusal(await operate('skip-step', { step: { type: 'DAY', value: 7 } }), 400, 'INVALID_OPERATION', 'step');
  });

  it('on more runs than are done at once hold at once, and are carried out in the background', async () => {
    await multiplyRuns(h, 130);
    const body = { filter: { workflow_id: workflow.id as string } };
    const dry = await h.call('POST', '/v1/workflow-runs/pause', { ...body, dry_run: true });
    expect(dry.body).toMatchObject({ id: null, matched: 131, changed: 131, refused: 0 });
    const paused = await h.call('POST', '/v1/workflow-runs/pause', body);
    expect(paused.body).toMatchObject({ status: 'RUNNING', matched: 131, changed: 131, refused: 0, pending: 131 });
    const [one] = await h.db.rowsOnce<{ id: string; revision: number }>(
      `SELECT id, plan_revision AS revision FROM runs WHERE resource_id = 'many_77'`,
    );
    const claim = await claimStep(h.db, one?.id ?? '', '7-DAY', one?.revision ?? 0, () => null);
    expect(claim?.waits.status).toBe('PAUSED');
    const progress = await h.call('GET', `/v1/workflow-runs/operations/${paused.body.id as string}`);
    expect(progress.body).toMatchObject({ status: 'RUNNING', changed: 131, pending: 130 });
    const [queued] = await h.db.rowsOnce(`SELECT kind FROM outbox WHERE kind = 'BULK'`);
    expect(queued).toEqual({ kind: 'BULK' });
  });

  it('by filter write nothing when nothing can be done', async () => {
    const before = await stored(h);
    const answer = await h.call('POST', '/v1/workflow-runs/resume', { filter: {}, all: true });
    expect(answer.body).toMatchObject({ id: null, matched: 1, changed: 0, refused: 1 });
    expect(await stored(h)).toEqual(before);
    await refuses(h, ['POST', '/v1/workflow-runs/cancel', {}], 400, 'MISSING_FIELD', 'filter');
    const misspelt = { filter: { workflow: workflow.id as string } };
    expect((await h.call('POST', '/v1/workflow-runs/cancel', misspelt)).status).toBe(400);
    expect(await stored(h)).toEqual(before);
  });
});

describe('holds (S-C6)', () => {
  let h: Api;
  beforeEach(async () => {
    h = await createApi();
    await createLadder(h, 'ladder');
    await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
  });
  afterEach(() => h.stop());

  const hold = (body: Json) => h.call('POST', '/v1/holds', body);
  const run = async (): Promise<Json> => ((await h.call('GET', '/v1/workflow-runs')).body.data as [Json])[0];

  it('make the open runs wait, until they are ended', async () => {
    const made = await hold({ invoice_id: 'inv_1', reason: 'DISPUTE', note: 'goods came broken' });
    expect(made).toMatchObject({ status: 201, body: { object_type: 'HOLD', until: null, ended_at: null } });
    expect(await run()).toMatchObject({ status: 'ACCEPTED', reason: 'held' });
    const path = `/v1/holds/${made.body.id as string}`;
    expect((await h.call('PATCH', path, { until: '2980-01-01T00:00:00Z' })).body).toMatchObject({
      reason: 'DISPUTE',
      note: 'goods came broken',
      until: '2980-01-01T00:00:00Z',
    });
    const ended = await h.call('DELETE', path);
    expect(ended.body.ended_at).not.toBeNull();
    expect((await run()).reason).toBeNull();
    expect((await h.call('DELETE', path)).body).toEqual(ended.body);
    expectRefusal(await h.call('PATCH', path, { note: 'x' }), 400, 'INVALID_OPERATION');
    expect((await h.call('GET', '/v1/holds?invoice_id=inv_1&ended=true')).body.data).toEqual([ended.body]);
    expect((await h.call('GET', '/v1/holds?ended=false')).body.data).toEqual([]);
  });

  it('concern what comes later, too', async () => {
    await hold({ customer_id: 'cust_1', reason: 'SNOOZE', until: '2980-01-01T00:00:00Z' });
    await put(h, 'invoices/inv_2', openInvoice('cust_1'));
    const runs = (await h.call('GET', '/v1/workflow-runs')).body.data as Json[];
    expect(runs.map(({ reason }) => reason as string)).toEqual(['held', 'held']);
  });

  it.each([
    [{ reason: 'OTHER' }, 'MISSING_FIELD', 'customer_id'],
    [{ reason: 'OTHER', customer_id: 'cust_1', invoice_id: 'inv_1' }, 'INVALID_FIELD', 'invoice_id'],
    [{ customer_id: 'cust_1' }, 'MISSING_FIELD', 'reason'],
    [{ customer_id: 'cust_1', reason: 'BORED' }, 'INVALID_FIELD', 'reason'],
    [{ customer_id: 'cust_1', reason: 'OTHER', until: '2020-01-01T00:00:00Z' }, 'INVALID_FIELD', 'until'],
    [{ customer_id: 'cust_1', reason: 'OTHER', until: '2980-01-01T00:00:00' }, 'INVALID_FIELD', 'until'],
  ])('are refused when they make no sense: %j', async (body, code, field) => {
    await refuses(h, ['POST', '/v1/holds', body], 400, code, field);
  });

  it.each([
    [{ customer_id: 'cust_9' }, 'customer_id'],
    [{ invoice_id: 'inv_9' }, 'invoice_id'],
  ])('need somebody to hold: %j', async (target, field) => {
    await refuses(h, ['POST', '/v1/holds', { ...target, reason: 'OTHER' }], 404, 'RESOURCE_NOT_FOUND', field);
  });
});
