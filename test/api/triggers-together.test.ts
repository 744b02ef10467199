import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '../../contracts/refusal.js';
import { createApiKey, findKeyHolders } from '../../store/api-keys.js';
import { getPlatforms, type Platform } from '../../store/platforms.js';
import { acceptTriggers, type Asked } from '../../store/triggers.js';
import { askedFor } from '../support/asked-for.js';
import { createApi, type Api } from './api.js';
import { createLadder, openInvoice, put, runsOf, stored, type Json } from './support.js';

const PATH = '/v1/workflow-triggers';

describe('triggers that are accepted together', () => {
  let h: Api;
  let platform: Platform;
  const invoices = Array.from({ length: 24 }, (_, index) => `inv_${String(index)}`);
  const event = (id: string, extra: Json = {}): Json => ({
    type: 'EVENT',
    invoice: { invoice_id: id, event: { variant: 'OVERDUE' } },
    ...extra,
  });
  const post = (body: Json, headers: Record<string, string> = {}) => h.call('POST', PATH, body, headers);
  const accept = (asked: readonly [string, string | null][]) =>
    h.db.transaction((tx) =>
      acceptTriggers(
        tx,
        asked.map(([id, workflow]): Asked => ({ platform, request: askedFor(id, workflow) })),
      ),
    );

  beforeAll(async () => {
    h = await createApi();
    [platform] = (await getPlatforms(h.db, [h.platformId])) as [Platform];
    for (let index = 0; index < 6; index += 1)
      await put(h, `customers/cust_${String(index)}`, { email: 'ap@a.example' });
    for (const [index, id] of invoices.entries())
      await put(h, `invoices/${id}`, openInvoice(`cust_${String(index % 6)}`));
    await put(h, 'invoices/inv_paid', openInvoice('cust_1', { paid: true }));
    for (const id of ['inv_twice', 'inv_key', 'inv_mixed']) await put(h, `invoices/${id}`, openInvoice('cust_1'));
    await createLadder(h, 'ladder');
    await createLadder(h, 'second', [3]);
  });
  afterAll(() => h.stop());

  it('refuse each what is wrong with it, and accept the others', async () => {
    const [nowhere, made, noWorkflow, unwanted] = await accept([
      ['inv_nowhere', 'ladder'],
      ['inv_mixed', 'ladder'],
      ['inv_mixed', 'no-such-workflow'],
      ['inv_paid', 'ladder'],
    ]);
    expect(nowhere).toEqual({ error: Refusal.notFound('INVOICE', 'inv_nowhere', 'invoice.invoice_id') });
    expect(noWorkflow).toEqual({ error: Refusal.notFound('WORKFLOW', 'no-such-workflow', 'workflow_id') });
    expect(made).toMatchObject({ value: { created: true, runs: [{ created: true }] } });
    expect(unwanted).toMatchObject({ value: { created: true, runs: [] } });
    expect(await runsOf(h, 'resource_id=inv_mixed')).toHaveLength(1);
  });

  it('write nothing when all are refused', async () => {
    const before = await stored(h);
    expect(
      await accept([
        ['inv_nowhere', null],
        ['inv_0', 'no-such-workflow'],
      ]),
    ).toEqual([{ error: expect.any(Refusal) }, { error: expect.any(Refusal) }]);
    expect(await stored(h)).toEqual(before);
  });

  it('find what one before them has made, as if they had come one after the other (S-M6)', async () => {
    const [first, second, both, again] = await accept([
      ['inv_twice', 'ladder'],
      ['inv_twice', 'ladder'],
      ['inv_twice', null],
      ['inv_twice', null],
    ]);
    if (!first || !both || !('value' in first) || !('value' in both)) throw new Error('It was refused.');
    const { triggerId, trigger, runs } = first.value;
    expect(second).toEqual({
      value: { triggerId, created: false, trigger, runs: runs.map((run) => ({ ...run, created: false })) },
    });
    expect(both.value).toMatchObject({ created: true, runs: [{ created: false }, { created: true }] });
    expect(again).toMatchObject({
      value: { triggerId, created: false, runs: [{ created: false }, { created: false }] },
    });
    expect(await runsOf(h, 'resource_id=inv_twice')).toHaveLength(2);
  });

  it('keep the answer of each key, and give one key to one of them', async () => {
    const keyed = (key: string, id: string) => post(event(id), { 'idempotency-key': key });
    const answers = await Promise.all([
      ...Array.from({ length: 8 }, () => keyed('same', 'inv_key')),
      keyed('refused', 'inv_nowhere'),
      keyed('other', 'inv_key'),
      post(event('inv_key')),
    ]);
    const same = answers.slice(0, 8).filter(({ status }) => status !== 422);
    expect(same.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1);
    expect(answers[8]?.status).toBe(404);
    expect(
      answers.filter(({ status }) => status === 201).filter(({ headers }) => !headers['idempotent-replayed']),
    ).toHaveLength(1);
    expect(await runsOf(h, 'resource_id=inv_key')).toHaveLength(2);
    const again = await keyed('same', 'inv_key');
    expect(again.body).toEqual(same[0]?.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
    // A refusal is not kept, and another body under the same key is refused.
    expect((await keyed('refused', 'inv_key')).status).toBe(200);
    expect((await keyed('same', 'inv_paid')).status).toBe(409);
  });

  it('meet invoices and customers that change, and nobody waits for a deadlock or makes a run twice', async () => {
    const before = await deadlocks(h);
    for (let round = 0; round < 4; round += 1) {
      const work = invoices.flatMap((id, index) => [
        () => post(event(id)),
        () => post(event(id, { workflow_id: 'ladder' })),
        () => h.call('PUT', `/v1/invoices/${id}`, openInvoice(`cust_${String(index % 6)}`, { paid: round % 2 === 0 })),
        ...(index < 6
          ? [() => h.call('PUT', `/v1/customers/cust_${String(index)}`, { email: `r${String(round)}@a.example` })]
          : []),
      ]);
      const answers = await Promise.all(shuffled(work, round).map((one) => one()));
      expect(answers.filter(({ status }) => ![200, 201].includes(status)).map(({ body }) => body)).toEqual([]);
    }
    for (const id of invoices) await post(event(id));
    expect(await deadlocks(h)).toBe(before);
    const twice = await h.db.rows(
      `SELECT workflow_id, resource_id FROM runs WHERE type = 'EVENT' GROUP BY 1, 2, occurrence HAVING count(*) > 1`,
    );
    expect(twice).toEqual([]);
  });

  it('know a key no more as soon as it is switched off, also beside others', async () => {
    const off = await createApiKey(h.db, [h.platformId], 'to be switched off');
    const call = (key: string) => post(event('inv_0'), { 'x-api-key': key });
    expect((await call(off)).status).toBe(200);
    const earlier = Array.from({ length: 16 }, () => call(h.apiKey));
    await h.db.rows(`UPDATE api_keys SET status = 'INACTIVE' WHERE description = 'to be switched off'`);
    const answers = await Promise.all([call(h.apiKey), call(off), call(h.apiKey), call(off), ...earlier]);
    expect(answers.slice(0, 4).map(({ status }) => status)).toEqual([200, 401, 200, 401]);
    const found = await findKeyHolders(h.db, [
      { by: { key: off }, wanted: null },
      { by: { key: h.apiKey }, wanted: null },
      { by: { key: h.apiKey }, wanted: 'plat_other' },
    ]);
    expect(found.map((one) => one && (one.platform?.id ?? null))).toEqual([null, h.platformId, null]);
    expect(found[2]).not.toBeNull();
  });
});

/** In another order for each seed, and the same one each time. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  return items
    .map((item, index) => ({ item, place: ((index + 1) * 7_919 * (seed + 3)) % 1_009 }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

async function deadlocks(h: Api): Promise<number> {
  await h.db.rowsOnce('SELECT pg_stat_force_next_flush()');
  const [row] = await h.db.rowsOnce<{ deadlocks: number }>(
    'SELECT deadlocks::integer FROM pg_stat_database WHERE datname = current_database()',
  );
  return row?.deadlocks ?? 0;
}
