import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { created, createLadder, openInvoice, put, refuses, runsOf, stored, type Json } from './support.js';

describe('starting a workflow for what is there already (S-D11)', () => {
  let h: Api;
  beforeEach(async () => {
    h = await createApi();
    await put(h, 'customers/cust_1', { timezone: 'Europe/Amsterdam' });
  });
  afterEach(() => h.stop());

  const asked = { backfill: 'OPEN_RESOURCES' };
  const running = (workflow: Json): Json => ({
    workflow_id: workflow.id,
    status: 'RUNNING',
    looked_at: 0,
    created: 0,
    started_at: expect.stringMatching(/Z$/),
    finished_at: null,
  });
  const dryRun = async (workflow: Json): Promise<Json> => {
    const answer = await h.call('POST', `/v1/workflows/${workflow.id as string}/backfill`, { dry_run: true });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body as Json;
  };

  it('starts nothing by itself', async () => {
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
    const active = await createLadder(h, 'active');
    const draft = await createLadder(h, 'draft', [7], { status: 'DRAFT', backfill: 'NONE' });
    const activated = await h.call('POST', `/v1/workflows/${draft.id as string}/activate`);
    expect([active, activated.body].map((row: Json) => row.backfill)).toEqual([undefined, undefined]);
    expect(await h.db.rows('SELECT * FROM passes')).toEqual([]);
    expect(await h.db.rows('SELECT * FROM outbox')).toEqual([]);
    await refuses(h, ['GET', `/v1/workflows/${draft.id as string}/backfill`], 404, 'RESOURCE_NOT_FOUND');
  });

  it.each([
    ['created ACTIVE', () => createLadder(h, 'ladder', [7], asked)],
    [
      'activated',
      async () => {
        const { id } = await createLadder(h, 'ladder', [7], { status: 'DRAFT' });
        return (await h.call('POST', `/v1/workflows/${id as string}/activate`, asked)).body;
      },
    ],
    [
      'patched to ACTIVE',
      async () => {
        const { id } = await createLadder(h, 'ladder', [7], { status: 'INACTIVE' });
        return (await h.call('PATCH', `/v1/workflows/${id as string}`, { status: 'ACTIVE', ...asked })).body;
      },
    ],
  ] as [string, () => Promise<Json>][])(
    'begins in the background when a workflow is %s with it',
    async (_, activate) => {
      const row = await activate();
      expect(row).toMatchObject({ status: 'ACTIVE', backfill: running(row) });
      const { body } = await h.call('GET', `/v1/workflows/${row.id as string}/backfill`);
      expect(body).toEqual(row.backfill);
      expect(await h.db.rows('SELECT kind, subject_id FROM outbox')).toEqual([
        { kind: 'BACKFILL', subject_id: row.id },
      ]);
      expect((await h.call('GET', `/v1/workflows/${row.id as string}`)).body).not.toHaveProperty('backfill');
    },
  );

  it('is refused, and nothing changed, where it would not begin', async () => {
    const active = await createLadder(h, 'active');
    const draft = await createLadder(h, 'draft', [7], { status: 'DRAFT' });
    const { object_type: _, ...body } = { ...draft, reference: 'new', ...asked } as Json;
    const path = (row: Json, verb = ''): string => `/v1/workflows/${row.id as string}${verb}`;
    await refuses(h, ['POST', '/v1/workflows', body], 400, 'INVALID_FIELD', 'backfill');
    await refuses(h, ['PATCH', path(draft), { name: 'N', ...asked }], 400, 'INVALID_FIELD', 'backfill');
    await refuses(h, ['PATCH', path(draft), asked], 400, 'INVALID_FIELD', 'backfill');
    await refuses(h, ['PATCH', path(active), { name: 'N', ...asked }], 400, 'INVALID_FIELD', 'backfill');
    await refuses(h, ['POST', path(active, '/activate'), asked], 400, 'INVALID_FIELD', 'backfill');
    await refuses(h, ['POST', path(draft, '/activate'), { backfill: 'ALL' }], 400, 'INVALID_FIELD', 'backfill');
    await refuses(h, ['POST', path(draft, '/backfill')], 400, 'INVALID_OPERATION', 'status');
    // A misspelt dry_run must not start it.
    await refuses(h, ['POST', path(active, '/backfill'), { dryrun: true }], 400, 'INVALID_FIELD', 'dryrun');
  });

  it('can be asked for later, and is one at a time', async () => {
    const row = await createLadder(h, 'ladder');
    const path = `/v1/workflows/${row.id as string}/backfill`;
    const first = await h.call('POST', path);
    expect([first.status, first.body]).toEqual([202, running(row)]);
    await h.db.rows('UPDATE passes SET looked_at = 5');
    const again = await h.call('POST', path, { dry_run: false });
    expect([again.status, again.body.looked_at]).toEqual([202, 5]);
    await h.db.rows('UPDATE passes SET finished_at = clock_timestamp()');
    expect((await h.call('GET', path)).body).toMatchObject({ status: 'DONE', looked_at: 5 });
    expect((await h.call('POST', path)).body).toEqual(running(row));
  });

  it('stops with its workflow, and does not go on when that is activated again', async () => {
    const row = await createLadder(h, 'ladder', [7], asked);
    const path = `/v1/workflows/${row.id as string}`;
    await h.call('POST', `${path}/deactivate`);
    await h.call('POST', `${path}/activate`);
    expect((await h.call('GET', `${path}/backfill`)).body).toMatchObject({ status: 'STOPPED', created: 0 });
  });

  it('says beforehand what would happen, and stores nothing', async () => {
    const day = 86_400_000;
    const due = (days: number): string => new Date(Date.now() + days * day).toISOString();
    await createLadder(h, 'other');
    const row = await createLadder(h, 'ladder', [7, 15], { excluded_customer_ids: ['cust_2'] });
    await put(h, 'invoices/inv_already', openInvoice('cust_1', { due_date: due(1) }));
    await h.call('POST', `/v1/workflows/${row.id as string}/deactivate`);
    await put(h, 'customers/cust_2', {});
    await put(h, 'invoices/inv_excluded', openInvoice('cust_2', { due_date: due(1) }));
    await put(h, 'invoices/inv_late', openInvoice('cust_1', { due_date: due(-40) }));
    await put(h, 'invoices/inv_next', openInvoice('cust_1', { due_date: due(-10) }));
    await put(h, 'invoices/inv_paid', openInvoice('cust_1', { due_date: due(-10), paid: true }));
    await put(h, 'invoices/inv_soon', openInvoice('cust_1', { due_date: due(1) }));
    const before = await stored(h);
    const expected = { workflow_id: row.id, matched: 3, late: 2, next: 1, already: 1 };
    const preview = await dryRun(row);
    expect(preview).toMatchObject(expected);
    expect(preview.samples.map(({ resource_id: id }: Json) => id as string)).toEqual([
      'inv_late',
      'inv_next',
      'inv_soon',
    ]);
    expect(Date.parse(preview.samples[2].first_step_at)).toBeGreaterThan(Date.now() + 7 * day);
    expect(await stored(h)).toEqual(before);
    expect(await runsOf(h, `workflow_id=${row.id as string}`)).toHaveLength(1);
  });

  it('previews a draft as if it were active, but none that is not complete or archived', async () => {
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
    expect(await dryRun(await createLadder(h, 'draft', [7], { status: 'DRAFT' }))).toMatchObject({
      matched: 1,
      next: 1,
    });
    const empty = await created(h, '/v1/workflows', { name: 'E', type: 'INVOICE', reference: 'e', status: 'DRAFT' });
    const ask = (row: Json): [string, string, Json] => [
      'POST',
      `/v1/workflows/${row.id as string}/backfill`,
      { dry_run: true },
    ];
    await refuses(h, ask(empty), 400, 'MISSING_FIELD', 'invoice');
    await h.call('POST', `/v1/workflows/${empty.id as string}/archive`);
    await refuses(h, ask(empty), 400, 'INVALID_OPERATION', 'status');
  });

  it('previews wallets by the crossing they would be', async () => {
    const euros = (quantity: string): Json => ({ amount: { quantity, currency: 'EUR' } });
    const wallet = (id: string, quantity: string): Promise<Json> =>
      put(h, `wallets/${id}`, { customer_id: 'cust_1', wallet_type_id: 'waty_1', open_balance: euros(quantity) });
    await wallet('wall_low', '5');
    await wallet('wall_full', '50');
    const balance = { comparator: 'LESS_THAN', threshold: euros('10') };
    const row = await created(h, '/v1/workflows', {
      name: 'Low',
      type: 'WALLET',
      reference: 'low',
      status: 'ACTIVE',
      wallet: { variant: 'WALLET_BALANCE', wallet_balance: balance },
    });
    expect(await dryRun(row)).toMatchObject({
      matched: 1,
      late: 1,
      already: 0,
      samples: [{ resource_id: 'wall_low' }],
    });
    await wallet('wall_full', '3');
    expect(await dryRun(row)).toMatchObject({ matched: 1, already: 1 });
  });

  it('warns of mails in the night when a ladder is or becomes ACTIVE, and at no other time', async () => {
    const warning = { code: 'INVALID_FIELD', field: 'calendar.send_at' };
    expect((await createLadder(h, 'active')).problems).toMatchObject([warning]);
    const draft = await createLadder(h, 'draft', [7], { status: 'DRAFT' });
    expect(draft).not.toHaveProperty('problems');
    const path = `/v1/workflows/${draft.id as string}`;
    expect((await h.call('POST', `${path}/activate`)).body.problems).toMatchObject([warning]);
    expect((await h.call('PATCH', path, { name: 'New' })).body.problems).toMatchObject([warning]);
    expect((await h.call('POST', `${path}/deactivate`)).body).not.toHaveProperty('problems');
  });
});
