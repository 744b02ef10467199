import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../store/api-keys.js';
import { createApi, type Api } from './api.js';
import { createLadder, expectRefusal, openInvoice, put, runsOf, stored, stranger, type Json } from './support.js';

const HOUR = 3_600_000;

describe('Idempotency-Key (S-W9)', () => {
  let h: Api;
  let now = Date.parse('2026-01-01T00:00:00Z');
  const manual = { type: 'MANUAL', invoice: { invoice_id: 'inv_1', manual: { variant: 'OVERDUE' } } };
  const trigger = (key: string, body: Json = manual, headers: Record<string, string> = {}) =>
    h.call('POST', '/v1/workflow-triggers', body, { 'idempotency-key': key, ...headers });
  const workflow = (reference: string): Json => ({ name: 'W', type: 'INVOICE', status: 'DRAFT', reference });

  beforeAll(async () => {
    h = await createApi('TEST', { keyClock: () => now });
    await createLadder(h, 'ladder');
    await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
  });
  afterAll(() => h.stop());

  it('has one effect for a hundred parallel requests; the late ones are answered the first', async () => {
    const before = (await runsOf(h, 'resource_id=inv_1&limit=100')).length;
    const answers = await Promise.all(Array.from({ length: 100 }, () => trigger('parallel')));
    const made = answers.filter(({ status }) => status === 201);
    const busy = answers.filter(({ status }) => status === 422);
    expect(made.length + busy.length).toBe(100);
    expect(made.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    for (const answer of busy) {
      expectRefusal(answer, 422, 'IDEMPOTENCY_CHECK_FAILED', 'Idempotency-Key');
      expect(answer.headers['retry-after']).toBe('1');
      const again = await trigger('parallel');
      expect(again.status).toBe(201);
      expect(again.headers['idempotent-replayed']).toBe('true');
      expect(again.body).toEqual(made[0]?.body);
    }
    expect(await runsOf(h, 'resource_id=inv_1&limit=100')).toHaveLength(before + 1);
  });

  it('control: without a key every request has its effect', async () => {
    const before = (await runsOf(h, 'resource_id=inv_1&limit=100')).length;
    await Promise.all(Array.from({ length: 3 }, () => h.call('POST', '/v1/workflow-triggers', manual)));
    expect(await runsOf(h, 'resource_id=inv_1&limit=100')).toHaveLength(before + 3);
  });

  it('answers with the status, the body and our headers of the first', async () => {
    const body = { ...workflow('replayed'), unknown_field: 1 };
    const headers = { 'idempotency-key': 'headers' };
    const first = await h.call('POST', '/v1/workflows', body, headers);
    const again = await h.call('POST', '/v1/workflows', body, headers);
    expect(first.headers['dunwell-ignored-fields']).toBe('unknown_field');
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers).toMatchObject({ 'dunwell-ignored-fields': 'unknown_field', 'idempotent-replayed': 'true' });
    expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
  });

  it('takes the order of a body’s fields for the same request, and nothing else', async () => {
    const { name, ...rest } = workflow('canonical');
    expect((await h.call('POST', '/v1/workflows', { name, ...rest }, { 'idempotency-key': 'order' })).status).toBe(201);
    const turned = await h.call('POST', '/v1/workflows', { ...rest, name }, { 'idempotency-key': 'order' });
    expect(turned.headers['idempotent-replayed']).toBe('true');
    const before = await stored(h);
    const other = await h.call('POST', '/v1/workflows', workflow('other'), { 'idempotency-key': 'order' });
    expectRefusal(other, 409, 'IDEMPOTENCY_CHECK_FAILED', 'Idempotency-Key');
    expect(await stored(h)).toEqual(before);
  });

  it('keeps no refusal: the mended request has its effect under the same key', async () => {
    const key = { 'idempotency-key': 'mended' };
    expect((await h.call('POST', '/v1/workflows', { ...workflow('mended'), name: '' }, key)).status).toBe(400);
    expect((await h.call('POST', '/v1/workflows', workflow('ladder'), key)).status).toBe(409);
    expect((await h.call('POST', '/v1/workflows', workflow('mended'), key)).status).toBe(201);
  });

  it('is one’s own, and of one method and path', async () => {
    const key = { 'idempotency-key': 'scope' };
    expect((await h.call('POST', '/v1/workflows', workflow('scope'), key)).status).toBe(201);
    const others = [
      await h.call('POST', '/v1/workflows/scope/activate', undefined, key),
      await h.call('PATCH', '/v1/workflows/scope', { description: 'x' }, key),
      await h.call('POST', '/v1/workflows', workflow('scope'), { ...key, ...(await stranger(h)) }),
      await h.call('POST', '/v1/workflows', workflow('scope-2'), {
        ...key,
        'x-api-key': await createApiKey(h.db, [h.platformId], 'another'),
      }),
    ];
    for (const { headers, body } of others) {
      expect(headers['idempotent-replayed'], JSON.stringify(body)).toBeUndefined();
      expect(body.code).not.toBe('IDEMPOTENCY_CHECK_FAILED');
    }
  });

  it('is kept for 48 hours and then free again', async () => {
    const id = (await trigger('expiry')).body.id;
    now += 48 * HOUR - 1;
    expect((await trigger('expiry')).body.id).toBe(id);
    now += 1;
    const later = await trigger('expiry');
    expect(later.status).toBe(201);
    expect(later.headers['idempotent-replayed']).toBeUndefined();
    expect(later.body.id).not.toBe(id);
    expect((await trigger('expiry')).body.id).toBe(later.body.id);
  });

  it.each(['x'.repeat(256), ''])('is refused when it is not 1–255 characters', async (key) => {
    const before = await stored(h);
    expectRefusal(await trigger(key), 400, 'INVALID_FIELD', 'Idempotency-Key');
    expect(await stored(h)).toEqual(before);
  });

  it('rolls the effect back when the answer cannot be kept, and says that it may be repeated', async () => {
    const key = { 'idempotency-key': 'broken' };
    await h.db.rowsOnce('ALTER TABLE idempotency_keys RENAME TO hidden');
    const before = await stored(h);
    const failed = await h.call('POST', '/v1/workflows', workflow('broken'), key);
    expectRefusal(failed, 500, 'INTERNAL_ERROR');
    expect(failed.headers['idempotency-retryable']).toBe('true');
    expect(await stored(h)).toEqual(before);
    await h.db.rowsOnce('ALTER TABLE hidden RENAME TO idempotency_keys');
    expect((await h.call('POST', '/v1/workflows', workflow('broken'), key)).status).toBe(201);
  });

  it('holds for a change that commits in pieces, too', async () => {
    const key = { 'idempotency-key': 'pieces' };
    const clock = async (): Promise<string> => {
      const made = await h.call('POST', '/v1/test-clocks', { frozen_time: '2026-01-01T00:00:00Z' });
      return `/v1/test-clocks/${made.body.id as string}/advance`;
    };
    const body = { frozen_time: '2026-01-02T00:00:00Z' };
    const path = await clock();
    // Nobody carries it out here, so that it is answered as under way; asked without the key again it would be refused.
    const first = await h.call('POST', path, body, key);
    expect(first).toMatchObject({ status: 202, body: { status: 'ADVANCING' } });
    const again = await h.call('POST', path, body, key);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body).toEqual(first.body);
    const other = await clock();
    const parallel = await Promise.all(
      Array.from({ length: 30 }, () => h.call('POST', other, body, { 'idempotency-key': 'pieces-2' })),
    );
    expect(parallel.filter(({ status }) => status !== 202 && status !== 422)).toEqual([]);
    expect(parallel.filter(({ status, headers }) => status === 202 && !headers['idempotent-replayed'])).toHaveLength(1);
  });

  it('holds for PUT and DELETE', async () => {
    const key = { 'idempotency-key': 'put' };
    const customer = { email: 'put@acme.example' };
    expect((await h.call('PUT', '/v1/customers/cust_put', customer, key)).status).toBe(201);
    expect((await h.call('PUT', '/v1/customers/cust_put', customer, key)).status).toBe(201);
    expect((await h.call('PUT', '/v1/customers/cust_put', customer)).status).toBe(200);
  });
});
