import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { createLadder, expectRefusal, multiplyRuns, openInvoice, put, type Json } from './support.js';

describe('/v1/suppressions', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi();
  });
  afterAll(() => h.stop());

  const suppress = (body: Json) => h.call('POST', '/v1/suppressions', body);
  const listed = async (query: string): Promise<unknown[]> =>
    ((await h.call('GET', `/v1/suppressions?${query}`)).body.data as Json[]).map(({ email }) => email as string);

  it('keeps an address once: the second POST answers the first entry', async () => {
    const first = await suppress({ email: 'AP@Once.Example', note: 'asked by phone' });
    expect([first.status, first.body]).toEqual([
      201,
      {
        object_type: 'SUPPRESSION',
        id: expect.stringMatching(/^supp_[A-Za-z0-9]{20}$/),
        email: 'ap@once.example',
        reason: 'MANUAL',
        source: 'API',
        status_code: null,
        detail: 'asked by phone',
        delivery_id: null,
        created_at: expect.stringMatching(/Z$/),
      },
    ]);
    const again = await suppress({ email: 'ap@once.example', reason: 'COMPLAINT' });
    expect([again.status, again.body]).toEqual([200, first.body]);
  });

  it('is found and removed by id, and by the address in any spelling', async () => {
    const { body } = await suppress({ email: 'Found@Bücher.Example' });
    expect(body.email).toBe('found@xn--bcher-kva.example');
    for (const key of [body.id as string, 'found@bücher.example', 'FOUND@xn--bcher-kva.example']) {
      const answer = await h.call('GET', `/v1/suppressions/${encodeURIComponent(key)}`);
      expect([answer.status, answer.body], key).toEqual([200, body]);
    }
    const path = `/v1/suppressions/${encodeURIComponent('found@bücher.example')}`;
    const removed = await h.call('DELETE', path);
    expect([removed.status, removed.body]).toEqual([200, body]);
    expectRefusal(await h.call('GET', path), 404, 'RESOURCE_NOT_FOUND');
    expectRefusal(await h.call('DELETE', path), 404, 'RESOURCE_NOT_FOUND');
  });

  it('is listed by address, reason and age', async () => {
    await suppress({ email: 'old@list.example', reason: 'HARD_BOUNCE' });
    await suppress({ email: 'new@list.example', reason: 'COMPLAINT' });
    await h.db.rows(`UPDATE suppressions SET created_at = '2026-01-01' WHERE address = 'old@list.example'`);
    expect(await listed('email=OLD%40list.example')).toEqual(['old@list.example']);
    expect(await listed('reason=HARD_BOUNCE')).toEqual(['old@list.example']);
    expect(await listed('reason=HARD_BOUNCE&since=2026-01-02T00:00:00Z')).toEqual([]);
    expect(await listed('reason=COMPLAINT&since=2026-01-02T00:00:00Z')).toEqual(['new@list.example']);
    expect(await listed('order_by=address&order_direction=asc&email=old%40list.example')).toEqual(['old@list.example']);
    expectRefusal(await h.call('GET', '/v1/suppressions?reason=DISLIKED'), 400, 'INVALID_FIELD', 'reason');
  });

  it('refuses what is no address', async () => {
    expectRefusal(await suppress({ email: 'nobody' }), 400, 'INVALID_FIELD', 'email');
    expectRefusal(await suppress({}), 400, 'MISSING_FIELD', 'email');
  });

  it('wakes the runs of everybody with that address when it is removed, and no others', async () => {
    const emails = { own: 'Same@wake.example', other: 'other@wake.example' };
    for (const [id, email] of Object.entries(emails)) await put(h, `customers/cust_${id}`, { email });
    await put(h, 'customers/cust_contact', {});
    await put(h, 'contacts/cont_1', { customer_id: 'cust_contact', email: 'same@wake.example' });
    await h.call('POST', '/v1/workflows', {
      name: 'Ladder',
      reference: 'wake',
      type: 'INVOICE',
      status: 'ACTIVE',
      invoice: { variant: 'OVERDUE', overdue: { periods: [{ type: 'DAY', value: 7 }] } },
    });
    const due = { status: 'FINAL', due_date: new Date(Date.now() - 7.5 * 86_400_000).toISOString() };
    for (const id of ['own', 'other', 'contact'])
      await put(h, `invoices/inv_${id}`, { ...due, customer_id: `cust_${id}` });
    const { body } = await suppress({ email: 'same@wake.example' });
    // As the claim would leave it: each run waits for a repair, and what is asked is who is looked at again.
    await h.db.rows(`UPDATE runs SET status = 'BLOCKED', reason = 'suppressed', wake_at = now() + interval '1 day'`);
    await h.call('DELETE', `/v1/suppressions/${String(body.id)}`);
    const looked = await h.db.rows<{ resource_id: string }>(
      `SELECT resource_id FROM runs WHERE reason IS DISTINCT FROM 'suppressed' ORDER BY resource_id`,
    );
    expect(looked.map(({ resource_id }) => resource_id)).toEqual(['inv_contact', 'inv_own']);
  });

  it('wakes more than a hundred runs in the background', async () => {
    const many = await createApi();
    await put(many, 'customers/cust_1', { email: 'shared@many.example' });
    await createLadder(many, 'many');
    await put(many, 'invoices/inv_1', openInvoice('cust_1'));
    await multiplyRuns(many, 150);
    await many.call('POST', '/v1/suppressions', { email: 'shared@many.example' });
    await many.db.rows(`UPDATE runs SET status = 'BLOCKED', reason = 'suppressed'`);
    await many.db.rows('DELETE FROM outbox');
    expect((await many.call('DELETE', '/v1/suppressions/shared@many.example')).status).toBe(200);
    expect(await many.db.rows('SELECT kind, subject_id FROM outbox')).toEqual([
      { kind: 'CUSTOMER', subject_id: 'cust_1' },
    ]);
    await many.stop();
  });
});
