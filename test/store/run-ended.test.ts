import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeFromEngine } from '../../store/engine-state.js';
import { createApi, type Api } from '../api/api.js';
import { created, createLadder, openInvoice, put, runsOf, type Json } from '../api/support.js';

const DAY_MS = 86_400_000;

/** The trigger on `runs` (S-A2): what is written for webhooks when a run ends. */
describe('of the ends of a run is written', () => {
  let h: Api;
  let workflow: Json;
  beforeEach(async () => {
    h = await createApi();
    await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
    await created(h, '/v1/webhooks', { name: 'Ours', reference: 'ours', url: 'https://example.com/hook' });
    workflow = await createLadder(h, 'ladder', [7], { late_policy: 'NONE' });
  });
  afterEach(() => h.stop());

  const invoice = (more: Json = {}): Promise<unknown> => put(h, 'invoices/inv_1', openInvoice('cust_1', more));
  const run = async (): Promise<{ id: string; status: string }> => {
    const [only] = await runsOf(h, 'resource_id=inv_1');
    return only as { id: string; status: string };
  };
  /** As if the engine had it. */
  async function started(): Promise<string> {
    const { id } = await run();
    await h.db.rows('UPDATE runs SET engine_started = true, executions = 1 WHERE id = $1', [id]);
    return id;
  }
  const fail = (id: string): Promise<void> =>
    closeFromEngine(h.db, { id, executions: 1, engine_started: true }, { status: 'FAILED', reason: 'engine_failed' });
  /** In the order of the alphabet; each with an id of its own. */
  async function written(): Promise<string[]> {
    const rows = await h.db.rowsOnce<{ subject_id: string; type: string; run_id: string }>(
      `SELECT subject_id, event ->> 'type' AS type, event ->> 'run_id' AS run_id FROM outbox WHERE kind = 'RUN_ENDED' ORDER BY type`,
    );
    expect(new Set(rows.map(({ subject_id: id }) => id)).size).toBe(rows.length);
    const { id } = await run();
    expect(rows.map(({ run_id: of }) => of)).toEqual(rows.map(() => id));
    return rows.map(({ type }) => type.replace('WORKFLOW_RUN.', ''));
  }

  it('that it failed, and that it was cancelled later', async () => {
    await invoice();
    const id = await started();
    await fail(id);
    expect(await written()).toEqual(['FAILED']);
    const answer = await h.call('POST', `/v1/workflow-runs/${id}/cancel`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(await run()).toMatchObject({ status: 'STOPPED' });
    expect(await written()).toEqual(['FAILED', 'STOPPED']);
  });

  it('that it failed, and that its workflow was archived later', async () => {
    await invoice();
    await fail(await started());
    const answer = await h.call('PATCH', `/v1/workflows/${workflow.id as string}`, { status: 'ARCHIVED' });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    await invoice({ reference: 'changed' });
    expect(await run()).toMatchObject({ status: 'STOPPED', stop_reason: 'workflow_archived' });
    expect(await written()).toEqual(['FAILED', 'STOPPED']);
  });

  it('that it stopped, and that nothing was left to send when it was reopened', async () => {
    await invoice();
    await invoice({ payment_status: 'PAID' });
    expect(await written()).toEqual(['STOPPED']);
    await invoice({ payment_status: 'UNPAID', due_date: new Date(Date.now() - 30 * DAY_MS).toISOString() });
    expect(await run()).toMatchObject({ status: 'COMPLETED' });
    expect(await written()).toEqual(['COMPLETED', 'STOPPED']);
  });

  it('only the last one of a transaction: it failed on the engine with nothing left to send', async () => {
    await invoice();
    const id = await started();
    await h.db.rows(`UPDATE run_steps SET status = 'SENT', sent_at = clock_timestamp() WHERE run_id = $1`, [id]);
    await fail(id);
    expect(await run()).toMatchObject({ status: 'COMPLETED' });
    expect(await written()).toEqual(['COMPLETED']);
  });

  it('one for each revision and status, and nothing of an end that the same transaction takes back', async () => {
    await invoice();
    const id = await started();
    const set = (...statuses: string[]): Promise<void> =>
      h.db.transaction(async (tx) => {
        for (const status of statuses) await tx.rows('UPDATE runs SET status = $2 WHERE id = $1', [id, status]);
      });
    await set('FAILED', 'WAITING');
    expect(await written()).toEqual([]);
    // Twice the same: it is one event.
    await set('FAILED', 'STOPPED', 'FAILED');
    expect(await written()).toEqual(['FAILED']);
    await set('FAILED');
    expect(await written()).toEqual(['FAILED']);
    await set('COMPLETED');
    expect(await written()).toEqual(['COMPLETED', 'FAILED']);
  });
});
