import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeFromEngine, openAmong } from '../../store/engine-state.js';
import { readResources } from '../../store/resources.js';
import { readRunContext } from '../../store/run-context.js';
import { createApi, type Api } from '../api/api.js';
import { created, createLadder, openInvoice, put, runsOf, type Json } from '../api/support.js';

const DAY_MS = 86_400_000;

describe('a run as it stands in Postgres', () => {
  let h: Api;
  beforeEach(async () => {
    h = await createApi();
    await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
  });
  afterEach(() => h.stop());

  const runOf = async (invoiceId: string): Promise<Json> => {
    const [run] = await runsOf(h, `resource_id=${invoiceId}`);
    if (!run) throw new Error(`No run for ${invoiceId}.`);
    return run;
  };
  const action = (workflow: Json): Promise<Json> =>
    created(h, '/v1/workflow-actions', {
      workflow_id: workflow.id as string,
      type: 'SEND_EMAIL_TO_CUSTOMER',
      status: 'ACTIVE',
    });
  const longDue = (more: Json = {}): Json =>
    openInvoice('cust_1', { due_date: new Date(Date.now() - 8 * DAY_MS).toISOString(), ...more });

  describe('that was retried and waits for its next execution (S-R7)', () => {
    let id: string;
    beforeEach(async () => {
      await createLadder(h, 'ladder');
      await put(h, 'invoices/inv_1', openInvoice('cust_1'));
      ({ id } = (await runOf('inv_1')) as { id: string });
      await h.db.rows('UPDATE runs SET engine_started = true, executions = 2 WHERE id = $1', [id]);
    });
    const engineId = async (): Promise<string> => (await readRunContext(h.db, id))?.row.engine_workflow_id ?? '';
    const failed = { status: 'FAILED', reason: 'engine_failed' } as const;

    it('is none of those the watchdog finds closed on the engine', async () => {
      const engine = await engineId();
      expect(await openAmong(h.db, [engine])).toEqual([id]);
      await h.db.rows('UPDATE runs SET engine_started = false WHERE id = $1', [id]);
      expect(await openAmong(h.db, [engine])).toEqual([]);
    });

    it('is not closed by what became of an older execution', async () => {
      const before = await runOf('inv_1');
      await closeFromEngine(h.db, { id, executions: 1, engine_started: true }, failed);
      await closeFromEngine(h.db, { id, executions: 2, engine_started: false }, failed);
      expect(await runOf('inv_1')).toEqual(before);
      await closeFromEngine(h.db, { id, executions: 2, engine_started: true }, failed);
      expect(await runOf('inv_1')).toMatchObject({ status: 'FAILED', reason: 'engine_failed' });
    });
  });

  it('counts for the blast guard when it is planned, also if its late step is BLOCKED by something else (S-T4)', async () => {
    await h.db.rows('UPDATE platforms SET blast_limit = 1 WHERE id = $1', [h.platformId]);
    await action(await createLadder(h, 'ladder', [7]));
    await put(h, 'invoices/inv_1', longDue({ on_hold: true }));
    expect(await runOf('inv_1')).toMatchObject({ status: 'BLOCKED', reason: 'on_hold' });
    await put(h, 'invoices/inv_2', longDue());
    expect(await runOf('inv_2')).toMatchObject({ status: 'BLOCKED', reason: 'blast_guard' });
  });

  it('a retry tries the mails of the step it names, and leaves those of others refused (S-R3)', async () => {
    const workflow = await createLadder(h, 'ladder');
    const actions = [await action(workflow), await action(workflow)].map(({ id }) => id as string);
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
    const { id } = (await runOf('inv_1')) as { id: string };
    const delivery = (name: string, step: string, by: number, status: string): Promise<unknown> =>
      h.db.rows(
        `INSERT INTO deliveries (id, platform_id, run_id, step_id, action_id, status, reason)
         VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $6 = 'REJECTED' THEN 'rejected' END)`,
        [name, h.platformId, id, step, actions[by], status],
      );
    await delivery('dlv_1', '7-DAY', 0, 'REJECTED');
    await delivery('dlv_2', '7-DAY', 1, 'REJECTED');
    await delivery('dlv_3', '15-DAY', 0, 'REJECTED');
    await delivery('dlv_4', '15-DAY', 1, 'PLANNED');
    await h.db.rows(`UPDATE run_steps SET status = 'FAILED', reason = 'rejected' WHERE run_id = $1 AND id = '7-DAY'`, [
      id,
    ]);
    const answer = await h.call('POST', `/v1/workflow-runs/${id}/retry`, { step: { type: 'DAY', value: 7 } });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const left = await h.db.rowsOnce<{ id: string; status: string }>('SELECT id, status FROM deliveries ORDER BY id');
    expect(left.map(({ status }) => status)).toEqual(['PLANNED', 'PLANNED', 'REJECTED', 'PLANNED']);
  });

  it('wakes when its customer, who was only named so far, arrives (S-R2)', async () => {
    await action(await createLadder(h, 'ladder', [7]));
    await put(h, 'invoices/inv_1', longDue());
    await put(h, 'invoices/inv_1', longDue({ customer_id: 'cust_2' }));
    expect(await runOf('inv_1')).toMatchObject({ status: 'BLOCKED', reason: 'no_recipient' });
    await put(h, 'customers/cust_2', { email: 'billing@beta.example' });
    expect(await runOf('inv_1')).toMatchObject({ status: 'ACCEPTED', reason: null });
  });

  it('does not read holds that have run out (S-C6)', async () => {
    await createLadder(h, 'ladder');
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
    const until = '2980-01-01T00:00:00Z';
    await created(h, '/v1/holds', { customer_id: 'cust_1', reason: 'SNOOZE', until });
    const { id } = (await runOf('inv_1')) as { id: string };
    const holds = async (): Promise<unknown[]> => {
      const [resource] = await readResources(h.db, h.platformId, 'INVOICE', ['inv_1']);
      return [(await readRunContext(h.db, id))?.context.holds, resource?.holds];
    };
    const held = [{ until: Date.parse(until) }];
    expect(await holds()).toEqual([held, held]);
    await h.db.rowsOnce(`UPDATE holds SET until = clock_timestamp() - interval '1 second'`);
    expect(await holds()).toEqual([[], []]);
  });

  it('a hold keeps its end to the millisecond when only its note is changed', async () => {
    const hold = await created(h, '/v1/holds', {
      customer_id: 'cust_1',
      reason: 'SNOOZE',
      until: '2980-01-01T00:00:00.123Z',
    });
    await h.call('PATCH', `/v1/holds/${hold.id as string}`, { note: 'rang them' });
    const [row] = await h.db.rowsOnce(`SELECT note, epoch_ms(until) AS until FROM holds`);
    expect(row).toEqual({ note: 'rang them', until: Date.parse('2980-01-01T00:00:00.123Z') });
  });
});
