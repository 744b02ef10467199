import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepTestClock } from '../../store/test-clocks.js';
import { createApi, type Api } from './api.js';
import { created, createLadder, openInvoice, put, refuses, runsOf, type Json } from './support.js';

const NOW = '2026-01-01T08:00:00Z';
const LATER = '2026-02-01T08:00:00Z';

describe('test clocks (S-T8)', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi();
    await createLadder(h, 'ladder');
  });
  afterAll(() => h.stop());

  const clockAt = (frozen_time: string): Promise<Json> => created(h, '/v1/test-clocks', { frozen_time });
  const path = (clock: Json): string => `/v1/test-clocks/${clock.id as string}`;
  const advance = (clock: Json, frozen_time: string) => h.call('POST', `${path(clock)}/advance`, { frozen_time });
  const bind = (customer: string, test_clock_id: unknown) =>
    ['PUT', `/v1/customers/${customer}`, { email: 'a@x.example', test_clock_id }] as const;

  it.each([NOW, '1970-01-01T00:00:00Z', '2999-12-31T23:59:59Z'])('are created at %s, past or future', async (time) => {
    const clock = await clockAt(time);
    expect(clock).toMatchObject({ object_type: 'TEST_CLOCK', frozen_time: time, status: 'READY', target_time: null });
    expect(clock.id).toMatch(/^tclk_[A-Za-z0-9]{20}$/);
    expect((await h.call('GET', path(clock))).body).toEqual(clock);
  });

  it.each<[string, unknown, string]>([
    ['no time', undefined, 'MISSING_FIELD'],
    ['a time without a zone', '2026-01-01T00:00:00', 'INVALID_FIELD'],
    ['the year 3000', '3000-01-01T00:00:00Z', 'INVALID_FIELD'],
    ['a number', 5, 'INVALID_FIELD'],
  ])('are not created with %s', (_what, frozen_time, code) =>
    refuses(h, ['POST', '/v1/test-clocks', { frozen_time }], 400, code, 'frozen_time'),
  );

  it('do not exist on LIVE platforms', async () => {
    const live = await createApi('LIVE');
    await refuses(live, ['POST', '/v1/test-clocks', { frozen_time: NOW }], 400, 'INVALID_OPERATION');
    await refuses(live, ['PUT', '/v1/customers/c', { test_clock_id: 'tclk_x' }], 400, 'INVALID_FIELD', 'test_clock_id');
    await live.stop();
  });

  it('answer 202 while they advance, and show it', async () => {
    const clock = await clockAt(NOW);
    const answer = await advance(clock, LATER);
    const advancing = { status: 'ADVANCING', frozen_time: NOW, target_time: LATER };
    expect([answer.status, answer.body]).toEqual([202, { ...clock, ...advancing }]);
    expect((await h.call('GET', path(clock))).body).toMatchObject(advancing);
    await stepTestClock(h.db, clock.id as string);
    const ready = { status: 'READY', frozen_time: LATER, target_time: null };
    expect((await h.call('GET', path(clock))).body).toMatchObject(ready);
  });

  it('refuse a second advance meanwhile, also of 10 at once', async () => {
    const clock = await clockAt(NOW);
    const answers = await Promise.all(Array.from({ length: 10 }, () => advance(clock, LATER)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array<number>(9).fill(400)]);
    await refuses(h, ['POST', `${path(clock)}/advance`, { frozen_time: LATER }], 400, 'INVALID_OPERATION');
  });

  it('do not move back', async () => {
    const clock = await clockAt(LATER);
    await refuses(h, ['POST', `${path(clock)}/advance`, { frozen_time: NOW }], 400, 'INVALID_OPERATION', 'frozen_time');
  });

  it('are unknown by another id, to get, to advance and to bind', async () => {
    await refuses(h, ['GET', '/v1/test-clocks/tclk_x'], 404, 'RESOURCE_NOT_FOUND');
    await refuses(h, ['POST', '/v1/test-clocks/tclk_x/advance', { frozen_time: NOW }], 404, 'RESOURCE_NOT_FOUND');
    await refuses(h, bind('cust_x', 'tclk_x'), 400, 'INVALID_FIELD', 'test_clock_id');
    await refuses(h, bind('cust_x', 7), 400, 'INVALID_FIELD', 'test_clock_id');
  });

  it('stay bound when a customer is told without one, and are unbound with null (S-A3)', async () => {
    const clock = await clockAt(NOW);
    expect((await h.call(...bind('cust_1', clock.id))).body.test_clock_id).toBe(clock.id);
    expect((await put(h, 'customers/cust_1', { locale: 'nl' })).test_clock_id).toBe(clock.id);
    expect((await h.call(...bind('cust_1', null))).body.test_clock_id).toBeNull();
  });

  it('give their customers’ runs their time', async () => {
    const clock = await clockAt(NOW);
    await h.call(...bind('cust_time', clock.id));
    await put(h, 'invoices/inv_time', openInvoice('cust_time', { due_date: '2025-12-20T08:00:00Z' }));
    const [run] = await runsOf(h, 'resource_id=inv_time');
    expect(run?.steps[0]).toMatchObject({ raw_at: '2025-12-27T08:00:00.000Z', planned_at: '2026-01-01T08:00:00.000Z' });
  });

  it('cannot be bound, changed or unbound under open runs, only told again', async () => {
    const [clock, other] = [await clockAt(NOW), await clockAt(NOW)];
    await h.call(...bind('cust_bound', clock.id));
    for (const customer of ['cust_bound', 'cust_free']) {
      await put(h, `customers/${customer}`, {});
      await put(h, `invoices/inv_${customer}`, openInvoice(customer));
      await refuses(h, bind(customer, other.id), 400, 'INVALID_OPERATION', 'test_clock_id');
    }
    await refuses(h, bind('cust_bound', null), 400, 'INVALID_OPERATION', 'test_clock_id');
    expect((await h.call(...bind('cust_bound', clock.id))).status).toBe(200);
    await put(h, 'invoices/inv_cust_bound', openInvoice('cust_bound', { paid: true }));
    expect((await h.call(...bind('cust_bound', null))).status).toBe(200);
  });
});
