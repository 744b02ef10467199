import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { carryBackfill } from '../../store/backfill.js';
import type { CarriedPage } from '../../store/passes.js';
import { previewBackfill } from '../../store/backfill-preview.js';
import type { Database } from '../../store/database.js';
import { getPlatforms } from '../../store/platforms.js';
import { putFact } from '../../store/put-fact.js';
import { createApi, type Api } from '../api/api.js';
import { created, createLadder, openInvoice, put, runsOf, type Json } from '../api/support.js';

describe('carrying out a backfill (S-D11)', () => {
  let h: Api;
  beforeEach(async () => {
    h = await createApi('LIVE');
    await put(h, 'customers/cust_1', { timezone: 'Europe/Amsterdam' });
  });
  afterEach(() => h.stop());

  const day = 86_400_000;
  const due = (days: number): Json => ({ due_date: new Date(Date.now() + days * day).toISOString() });
  const ignore = (): void => undefined;
  const invoices = async (count: number, more: Json = {}): Promise<void> => {
    for (let n = 1; n <= count; n += 1) await put(h, `invoices/inv_${String(n)}`, openInvoice('cust_1', more));
  };
  const activate = (more: Json = {}): Promise<Json> =>
    createLadder(h, 'ladder', [7], { backfill: 'OPEN_RESOURCES', ...more });

  /** One page, once transactions of other tests on the same server are out of the way. */
  async function page(workflow: Json, limit = 100, db: Database = h.db): Promise<CarriedPage['state']> {
    for (;;) {
      const { state } = await carryBackfill(db, workflow.id as string, limit, ignore);
      if (state !== 'WAITING') return state;
    }
  }
  const progress = async (workflow: Json): Promise<Json> =>
    (await h.call('GET', `/v1/workflows/${workflow.id as string}/backfill`)).body as Json;
  const resources = async (workflow: Json): Promise<string[]> =>
    (await runsOf(h, `workflow_id=${workflow.id as string}&order_by=number&order_direction=ASC`)).map(
      (run) => run.resource_id as string,
    );

  it('makes the runs page by page, says how far it is, and what the dry run said comes true', async () => {
    await invoices(5);
    await put(h, 'invoices/inv_3', openInvoice('cust_1', { paid: true }));
    const workflow = await activate();
    const preview = await h.call('POST', `/v1/workflows/${workflow.id as string}/backfill`, { dry_run: true });
    expect(preview.body).toMatchObject({ matched: 4, next: 4, already: 0 });
    expect(await page(workflow, 2)).toBe('MORE');
    expect(await progress(workflow)).toMatchObject({ status: 'RUNNING', looked_at: 2, created: 2 });
    expect(await page(workflow, 2)).toBe('MORE');
    expect(await page(workflow, 2)).toBe('DONE');
    expect(await progress(workflow)).toMatchObject({ status: 'DONE', looked_at: 5, created: 4 });
    expect(await resources(workflow)).toEqual(['inv_1', 'inv_2', 'inv_4', 'inv_5']);
    expect(await page(workflow)).toBe('DONE');
    expect(await progress(workflow)).toMatchObject({ looked_at: 5, created: 4 });
  });

  it('a page that stood still over the end of its backfill neither stops nor carries on the next one', async () => {
    const workflow = await activate();
    const path = `/v1/workflows/${workflow.id as string}`;
    await h.db.rows(`UPDATE workflows SET run_settings = run_settings || '{"event_trigger": false}'`);
    await invoices(2);
    await page(workflow, 1);
    // It reads that the workflow is not ACTIVE, and goes on when it is again.
    let again = false;
    const rows: Database['rows'] = async <Row>(text: string, values?: readonly unknown[]) => {
      const found = await h.db.rows<Row>(text, values);
      if (!again && text.includes('FROM platforms')) {
        again = true;
        expect((await h.call('POST', `${path}/activate`, { backfill: 'OPEN_RESOURCES' })).status).toBe(200);
      }
      return found;
    };
    const row: Database['row'] = async <Row>(text: string, values?: readonly unknown[]) => {
      const found = await h.db.row<Row>(text, values);
      if (text.startsWith('UPDATE passes SET horizon')) await h.call('POST', `${path}/deactivate`);
      return found;
    };
    await page(workflow, 1, Object.create(h.db, { rows: { value: rows }, row: { value: row } }) as Database);
    expect(again).toBe(true);
    expect(await progress(workflow)).toMatchObject({ status: 'RUNNING', looked_at: 0 });
    expect(await page(workflow)).toBe('DONE');
    expect(await progress(workflow)).toMatchObject({ status: 'DONE', looked_at: 2 });
    expect(await resources(workflow)).toHaveLength(2);
  });

  it('goes on after a crash in the middle of a page, with nothing lost and nothing twice', async () => {
    await invoices(4);
    const workflow = await activate();
    await page(workflow, 1);
    let left = 2;
    const crashing = Object.create(h.db, {
      transaction: {
        value: (work: Parameters<Database['transaction']>[0]) =>
          h.db.transaction(async (tx) => {
            const result = await work(tx);
            left -= 1;
            if (left === 0) throw new Error('killed');
            return result;
          }),
      },
    }) as Database;
    await expect(page(workflow, 3, crashing)).rejects.toThrow('killed');
    expect(await progress(workflow)).toMatchObject({ status: 'RUNNING', looked_at: 2, created: 2 });
    expect(await page(workflow)).toBe('DONE');
    expect(await progress(workflow)).toMatchObject({ looked_at: 4, created: 4 });
    expect(await resources(workflow)).toEqual(['inv_1', 'inv_2', 'inv_3', 'inv_4']);
  });

  it('carried by several at once makes each run once and counts it once', async () => {
    await invoices(12);
    const workflow = await activate();
    await Promise.all([page(workflow), page(workflow), page(workflow)]);
    await page(workflow);
    expect(await progress(workflow)).toMatchObject({ status: 'DONE', looked_at: 12, created: 12 });
    expect(await resources(workflow)).toHaveLength(12);
  });

  it('makes no second run for what an event started, and a later event none for what it started', async () => {
    await invoices(2);
    const workflow = await activate();
    const event = { type: 'EVENT', invoice: { invoice_id: 'inv_1', event: { variant: 'OVERDUE' } } };
    expect((await h.call('POST', '/v1/workflow-triggers', event)).status).toBe(201);
    await page(workflow);
    expect(await progress(workflow)).toMatchObject({ looked_at: 2, created: 1 });
    const second = { type: 'EVENT', invoice: { invoice_id: 'inv_2', event: { variant: 'OVERDUE' } } };
    const [, run] = await runsOf(h, 'order_by=number&order_direction=ASC');
    const again = await h.call('POST', '/v1/workflow-triggers', second);
    expect([again.status, again.body.id]).toEqual([200, run?.trigger_id]);
  });

  it('waits for a fact that was being stored when the workflow became active', async () => {
    const [platform] = await getPlatforms(h.db, [h.platformId]);
    if (!platform) throw new Error('no platform');
    let workflow: Json = {};
    await h.db.transaction(async (tx) => {
      await putFact(tx, platform, { kind: 'invoices', id: 'inv_1', body: openInvoice('cust_1') });
      workflow = await activate();
      const { state } = await carryBackfill(h.db, workflow.id as string, 100, ignore);
      expect(state).toBe('WAITING');
    });
    await page(workflow);
    expect(await resources(workflow)).toEqual(['inv_1']);
  });

  it('stops when its workflow does', async () => {
    await invoices(3);
    const workflow = await activate();
    await page(workflow, 1);
    await h.call('POST', `/v1/workflows/${workflow.id as string}/deactivate`);
    expect(await page(workflow, 1)).toBe('DONE');
    expect(await progress(workflow)).toMatchObject({ status: 'STOPPED', created: 1 });
    expect(await resources(workflow)).toEqual(['inv_1']);
  });

  it('makes no run that would have nothing to send', async () => {
    const [platform] = await getPlatforms(h.db, [h.platformId]);
    const days = (value: number): Json => ({ type: 'DAY', value });
    await put(h, 'invoices/inv_passed', openInvoice('cust_1', due(-3)));
    await put(h, 'invoices/inv_coming', openInvoice('cust_1', due(3)));
    const workflow = await created(h, '/v1/workflows', {
      name: 'Upcoming',
      type: 'INVOICE',
      reference: 'upcoming',
      status: 'ACTIVE',
      backfill: 'OPEN_RESOURCES',
      invoice: { variant: 'UPCOMING_PAYMENT_REMINDER', upcoming_payment: { periods: [days(7), days(1)] } },
    });
    await page(workflow);
    expect(await resources(workflow)).toEqual(['inv_coming']);
    const [row] = await h.db.rows<any>(
      `SELECT w.*, v.definition FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id`,
    );
    expect(platform && (await previewBackfill(h.db, platform, row))).toMatchObject({ matched: 0, already: 1 });
  });

  it('keeps no wallet from its next crossing, and starts none twice for the same', async () => {
    const euros = (quantity: string): Json => ({ amount: { quantity, currency: 'EUR' } });
    const wallet = (quantity: string): Promise<Json> =>
      put(h, 'wallets/wall_1', { customer_id: 'cust_1', open_balance: euros(quantity) });
    await wallet('5');
    const workflow = await created(h, '/v1/workflows', {
      name: 'Low',
      type: 'WALLET',
      reference: 'low',
      status: 'ACTIVE',
      backfill: 'OPEN_RESOURCES',
      wallet: {
        variant: 'WALLET_BALANCE',
        wallet_balance: { comparator: 'LESS_THAN', threshold: euros('10') },
      },
    });
    const again = (): Promise<unknown> => h.call('POST', `/v1/workflows/${workflow.id as string}/backfill`);
    await page(workflow);
    expect(await resources(workflow)).toHaveLength(1);
    await wallet('4');
    await again();
    await page(workflow);
    expect(await resources(workflow)).toHaveLength(1);
    await wallet('20');
    await wallet('3');
    expect(await resources(workflow)).toHaveLength(2);
    // Came back while it was active, fell while it was not: seen below for the first time now.
    await wallet('20');
    await h.call('POST', `/v1/workflows/${workflow.id as string}/deactivate`);
    await wallet('2');
    await h.call('POST', `/v1/workflows/${workflow.id as string}/activate`);
    await again();
    await page(workflow);
    expect(await resources(workflow)).toHaveLength(3);
  });

  it('leaves what is above the blast limit to a person, and a release lets it go', async () => {
    await h.call('PATCH', '/v1/platform', { blast_limit: 3 });
    await invoices(5, due(-30));
    const workflow = await activate();
    await page(workflow);
    const held = '?reason=blast_guard';
    const blocked = (await h.call('GET', `/v1/workflow-runs${held}`)).body.data as Json[];
    expect(blocked.map(({ status, resource_id: id }) => `${String(id)} ${String(status)}`).sort()).toEqual([
      'inv_4 BLOCKED',
      'inv_5 BLOCKED',
    ]);
    const filter = { workflow_id: workflow.id as string, reason: 'blast_guard' };
    const released = await h.call('POST', '/v1/workflow-runs/release', { filter });
    expect(released.body).toMatchObject({ matched: 2, changed: 2, refused: 0 });
    expect((await h.call('GET', `/v1/workflow-runs${held}`)).body.data).toEqual([]);
  });
});
