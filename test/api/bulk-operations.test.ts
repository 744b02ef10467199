import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pendingOf } from '../../store/operations.js';
import { reviewRuns } from '../../store/touch-runs.js';
import { createApi, type Api } from './api.js';
import { createLadder, multiplyRuns, openInvoice, put, refuses, type Json } from './support.js';

describe('operations on many runs (S-R3)', () => {
  let h: Api;
  let workflow: Json;
  beforeEach(async () => {
    h = await createApi();
    workflow = await createLadder(h, 'ladder');
    await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
  });
  afterEach(() => h.stop());

  const bulk = async (operation: string): Promise<Json> => {
    const body = { filter: { workflow_id: workflow.id as string } };
    const { status, body: answer } = await h.call('POST', `/v1/workflow-runs/${operation}`, body);
    expect(status, JSON.stringify(answer)).toBe(200);
    return answer;
  };
  /** What the dispatcher does with a queued operation. */
  const carryOut = ({ id }: Json): Promise<unknown> =>
    h.db.transaction(async (tx) => reviewRuns(tx, await pendingOf(tx, id as string, '', 1_000)));
  const statuses = async (): Promise<Json> => {
    const rows = await h.db.rowsOnce<{ status: string; runs: number }>(
      'SELECT status, count(*)::integer AS runs FROM runs GROUP BY status',
    );
    return Object.fromEntries(rows.map(({ status, runs }) => [status, runs]));
  };
  const pending = { matched: 111, changed: 111, refused: 0, pending: 111 };

  it('follow each other before the first is carried out: paused and resumed, all go on', async () => {
    await multiplyRuns(h, 110);
    const paused = await bulk('pause');
    expect(paused).toMatchObject(pending);
    const resumed = await bulk('resume');
    expect(resumed).toMatchObject(pending);
    await carryOut(paused);
    await carryOut(resumed);
    expect(await statuses()).toEqual({ ACCEPTED: 111 });
  });

  it('the other way round all are paused', async () => {
    await multiplyRuns(h, 110);
    await carryOut(await bulk('pause'));
    expect(await statuses()).toEqual({ PAUSED: 111 });
    const resumed = await bulk('resume');
    const paused = await bulk('pause');
    expect(paused).toMatchObject(pending);
    await carryOut(resumed);
    await carryOut(paused);
    expect(await statuses()).toEqual({ PAUSED: 111 });
  });

  it.each([
    ['a misspelt dry_run', 'pause', { filter: { customer_id: 'cust_1' }, dryRun: true }, 'dryRun'],
    ['a condition that is null', 'cancel', { filter: { customer_id: null } }, 'filter.customer_id'],
    [
      'one of several that is null',
      'cancel',
      { filter: { status: 'WAITING', workflow_id: null } },
      'filter.workflow_id',
    ],
    ['an empty filter', 'pause', { filter: {} }, 'filter'],
    ['an empty filter that is not meant', 'pause', { filter: {}, all: false }, 'all'],
  ])('are refused for %s, and change nothing', async (_, operation, body, field) => {
    const answer = await h.call('POST', `/v1/workflow-runs/${operation}`, body);
    expect(answer.body.field, JSON.stringify(answer.body)).toBe(field);
    await refuses(h, ['POST', `/v1/workflow-runs/${operation}`, body], 400, answer.body.code as string, field);
  });

  it('mean every run when somebody says so', async () => {
    const answer = await h.call('POST', '/v1/workflow-runs/pause', { filter: {}, all: true });
    expect(answer).toMatchObject({ status: 200, body: { matched: 1, changed: 1 } });
    expect(await statuses()).toEqual({ PAUSED: 1 });
  });

  it('replan-runs does not take a misspelt dry_run for nothing', async () => {
    const path = `/v1/workflows/${workflow.id as string}/replan-runs`;
    const answer = await h.call('POST', path, { 'dry-run': true });
    expect(answer).toMatchObject({ status: 400, body: { field: 'dry-run' } });
    expect((await h.call('POST', path, { dry_run: true })).status).toBe(200);
  });
});
