import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { created, createLadder, openInvoice, put, refuses, runsOf, type Json } from './support.js';

const LISTS = ['/v1/workflows', '/v1/workflow-actions', '/v1/workflow-triggers', '/v1/workflow-runs'];

describe('lists (S-W7)', () => {
  let h: Api;
  let ladder: Json;
  beforeAll(async () => {
    h = await createApi();
    ladder = await createLadder(h, 'ladder');
    await createLadder(h, 'another', [1]);
    const action = { workflow_id: ladder.id as string, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' };
    for (let n = 0; n < 5; n += 1) await created(h, '/v1/workflow-actions', action);
    for (const name of ['c', 'a', 'b'])
      await createLadder(h, `ref-${name}`, [1], { name: `Name ${name}`, status: 'DRAFT' });
    for (const customer of ['cust_1', 'cust_2']) {
      await put(h, `customers/${customer}`, {});
      for (const year of ['2990', '2991', '2992']) {
        const due_date = `${year}-01-01T00:00:00Z`;
        await put(h, `invoices/inv_${customer}_${year}`, openInvoice(customer, { due_date }));
      }
    }
    await put(h, 'invoices/inv_cust_1_2992', openInvoice('cust_1', { paid: true }));
  });
  afterAll(() => h.stop());

  const rowsOf = (body: Json): Json[] => (Array.isArray(body) ? (body as Json[]) : (body.data as Json[]));

  it.each(LISTS)('%s answers the newest first, ties by id', async (path) => {
    const rows = rowsOf((await h.call('GET', path)).body);
    expect(rows.length).toBeGreaterThan(4);
    const keys = rows.map((row) => `${row.created_at as string} ${row.id as string}`);
    // Milliseconds are cut off on all but runs: only the seconds can be compared.
    expect(rows.map((row) => row.created_at as string)).toEqual(
      rows
        .map((row) => row.created_at as string)
        .sort()
        .reverse(),
    );
    expect(new Set(keys).size).toBe(rows.length);
  });

  it.each(LISTS)('%s gives each row once over its pages, in either direction', async (path) => {
    const all = rowsOf((await h.call('GET', path)).body).map((row) => row.id as string);
    for (const direction of ['desc', 'ASC']) {
      const seen: string[] = [];
      for (let page = 1; page <= all.length; page += 1) {
        const answer = await h.call('GET', `${path}?limit=1&page=${String(page)}&order_direction=${direction}`);
        seen.push(...rowsOf(answer.body).map((row) => row.id as string));
      }
      expect(seen).toEqual(direction === 'desc' ? all : [...all].reverse());
      const beyond = await h.call('GET', `${path}?limit=1&page=${String(all.length + 1)}`);
      expect(rowsOf(beyond.body)).toEqual([]);
    }
  });

  it('is a bare array for actions, as the contract has it', async () => {
    expect((await h.call('GET', '/v1/workflow-actions')).body).toHaveLength(5);
  });

  it('links to the neighbours with absolute URLs that keep the filters', async () => {
    const host = { host: 'billing.example:8443' };
    const start = '/v1/workflow-runs?limit=2&customer_id=cust_2&order_by=next_step_at&order_direction=asc';
    const first = (await h.call('GET', start, undefined, host)).body;
    expect(first).toMatchObject({ limit: 2, page: 1, links: { previous: null } });
    expect(first.links.current).toBe(first.links.first);
    const next = new URL(first.links.next as string);
    expect([next.origin, next.searchParams.get('page')]).toEqual(['http://billing.example:8443', '2']);
    const second = (await h.call('GET', next.pathname + next.search, undefined, host)).body;
    expect(second.links).toMatchObject({ previous: first.links.first, first: first.links.first });
    const rows: Json[] = [...first.data, ...second.data];
    expect(rows.every((run) => run.customer_id === 'cust_2')).toBe(true);
    expect(rows.map((run) => run.next_step_at as string)).toEqual(rows.map((run) => run.next_step_at as string).sort());
    const last = (await h.call('GET', '/v1/workflow-runs?limit=100')).body;
    expect(last.links.next).toBeNull();
  });

  it('shows fifty at a time unless asked otherwise', async () => {
    expect((await h.call('GET', '/v1/workflows')).body).toMatchObject({ page: 1, limit: 50 });
  });

  it('orders by what it was asked for', async () => {
    for (const by of ['name', 'reference']) {
      const rows = rowsOf((await h.call('GET', `/v1/workflows?order_by=${by}&order_direction=asc`)).body);
      expect(rows.map((row) => row[by] as string)).toEqual(rows.map((row) => row[by] as string).sort());
    }
  });

  it.each(LISTS)('%s refuses pages, limits and orders that are none', async (path) => {
    for (const [field, values] of Object.entries({
      page: ['0', '-1', '1.5', 'x', '', '100001', '1&page=2'],
      limit: ['0', '101', '1e9', 'all'],
      order_by: ['nothing', 'created_at;drop', 'definition', '1'],
      order_direction: ['up', ''],
    }))
      for (const value of values) await refuses(h, ['GET', `${path}?${field}=${value}`], 400, 'INVALID_FIELD', field);
  });

  describe('filters of /v1/workflow-runs (S-R1)', () => {
    it.each<[string, number]>([
      ['customer_id=cust_1', 6],
      ['customer_id=cust_1&status=ACCEPTED', 4],
      ['status=STOPPED', 2],
      ['reason=paid', 2],
      ['resource_id=inv_cust_2_2991', 2],
      ['next_step_before=2991-01-01T00:00:00Z', 4],
      ['next_step_after=2991-01-01T00:00:00Z', 6],
      ['next_step_after=2990-01-01T00:00:00Z&next_step_before=2990-12-31T00:00:00Z&customer_id=cust_1', 2],
      ['customer_id=nobody', 0],
      ['customer_id=cust_1%27%20OR%201=1', 0],
    ])('%s', async (query, count) => {
      expect(await runsOf(h, query)).toHaveLength(count);
    });

    it('finds the runs of a workflow and of a trigger', async () => {
      const runs = await runsOf(h, `workflow_id=${ladder.id as string}`);
      expect(runs).toHaveLength(6);
      const trigger = runs[0]?.trigger_id as string;
      expect((await runsOf(h, `trigger_id=${trigger}`)).every((run) => run.trigger_id === trigger)).toBe(true);
    });

    it.each([
      ['status', 'OPEN'],
      ['reason', 'bored'],
      ['next_step_before', 'tomorrow'],
      ['next_step_after', '2990-01-01T00:00:00'],
    ])('refuses %s=%s', (field, value) =>
      refuses(h, ['GET', `/v1/workflow-runs?${field}=${value}`], 400, 'INVALID_FIELD', field),
    );

    it('shows one run like the list does', async () => {
      const [run] = await runsOf(h, 'resource_id=inv_cust_2_2990&limit=1');
      expect((await h.call('GET', `/v1/workflow-runs/${run?.id as string}`)).body).toEqual(run);
      await refuses(h, ['GET', '/v1/workflow-runs/run_unknown'], 404, 'RESOURCE_NOT_FOUND');
    });
  });

  describe('/v1/workflow-runs/release (S-T4)', () => {
    const bulk = (counts: Json): Json => ({
      object_type: 'BULK_OPERATION',
      id: null,
      status: 'DONE',
      matched: 0,
      changed: 0,
      refused: 0,
      pending: 0,
      ...counts,
    });

    it('counts what it was asked for and changes nothing on a dry run, or where nothing is held', async () => {
      const filter = { customer_id: 'cust_1' };
      for (const dry_run of [true, false, null]) {
        const answer = await h.call('POST', '/v1/workflow-runs/release', { filter, dry_run });
        expect([answer.status, answer.body]).toEqual([200, bulk({ matched: 6, refused: 6 })]);
      }
    });

    it('lets go what the blast guard holds, once', async () => {
      await h.call('PATCH', '/v1/platform', { blast_limit: 0 });
      const late = openInvoice('cust_1', { due_date: '2026-01-01T00:00:00Z' });
      await put(h, 'invoices/inv_late', late);
      await h.call('PATCH', '/v1/platform', { blast_limit: null });
      const [held] = await runsOf(h, `resource_id=inv_late&workflow_id=${ladder.id as string}`);
      expect(held).toMatchObject({ status: 'BLOCKED', reason: 'blast_guard' });
      const body = { filter: { resource_id: 'inv_late', reason: 'blast_guard' } };
      const dry = await h.call('POST', '/v1/workflow-runs/release', { ...body, dry_run: true });
      expect(dry.body).toEqual(bulk({ matched: 2, changed: 2 }));
      const released = (await h.call('POST', '/v1/workflow-runs/release', body)).body;
      expect(released).toEqual(bulk({ id: expect.stringMatching(/^bulk_/), matched: 2, changed: 2 }));
      expect((await h.call('POST', '/v1/workflow-runs/release', body)).body).toEqual(bulk({}));
    });

    it('needs a filter, and refuses one that is none', async () => {
      const path = '/v1/workflow-runs/release';
      await refuses(h, ['POST', path, {}], 400, 'MISSING_FIELD', 'filter');
      await refuses(h, ['POST', path, { filter: [] }], 400, 'INVALID_FIELD', 'filter');
      await refuses(h, ['POST', path, { filter: { status: 'LATE' } }], 400, 'INVALID_FIELD', 'filter.status');
    });
  });
});
