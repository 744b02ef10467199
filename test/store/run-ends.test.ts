import Fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sql } from '../../store/database.js';
import { RunEnds, type RunEndsOptions } from '../../store/run-ends.js';
import { createApi, type Api } from '../api/api.js';
import { createLadder, openInvoice, put, runsOf } from '../api/support.js';
import { until } from '../support/until.js';

const LONG_MS = 600_000;

describe('waiting for the end of a run', () => {
  let h: Api;
  let statements: number;
  let ends: RunEnds;
  beforeEach(async () => {
    h = await createApi();
    statements = 0;
    ends = waitFor({ everyMs: 10 });
    await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
    await createLadder(h, 'ladder');
  });
  afterEach(async () => {
    ends.close();
    await h.stop();
  });

  function waitFor(options: RunEndsOptions, wrap: Partial<Sql> = {}): RunEnds {
    const counting: Sql = {
      rows: (...statement) => {
        statements += 1;
        return h.db.rows(...statement);
      },
      row: (...statement) => h.db.row(...statement),
      rowsOnce: (...statement) => h.db.rowsOnce(...statement),
      ...wrap,
    };
    return new RunEnds(counting, options);
  }
  async function run(invoiceId: string): Promise<string> {
    await put(h, `invoices/${invoiceId}`, openInvoice('cust_1'));
    return (await runsOf(h, `resource_id=${invoiceId}`))[0]?.id as string;
  }
  const pay = (invoiceId: string): Promise<unknown> =>
    put(h, `invoices/${invoiceId}`, openInvoice('cust_1', { payment_status: 'PAID' }));
  /** What has come so far of a promise. */
  function seen(promise: Promise<void>): { done: boolean; promise: Promise<void> } {
    const state = { done: false, promise: promise.then(() => void (state.done = true)) };
    return state;
  }

  it('lets all go that wait for a run when it ends, and nobody else', async () => {
    const [first, other] = [await run('inv_1'), await run('inv_2')];
    const [a, b, c] = [first, first, other].map((id) => seen(ends.wait(id, LONG_MS)));
    await until('two looks', () => statements >= 2);
    expect([a?.done, b?.done, c?.done]).toEqual([false, false, false]);
    await pay('inv_1');
    await Promise.all([a?.promise, b?.promise]);
    expect(c?.done).toBe(false);
    await pay('inv_2');
    await c?.promise;
  });

  it('asks for all that wait in one statement, and for nothing once nobody waits', async () => {
    const ids: unknown[] = [];
    ends = waitFor(
      { everyMs: 1 },
      {
        rows: (text, values) => {
          ids.push(values?.[0]);
          return h.db.rows(text, values);
        },
      },
    );
    const [first, other] = [await run('inv_1'), await run('inv_2')];
    const both = [ends.wait(first, LONG_MS), ends.wait(other, LONG_MS)];
    await until('both are asked for at once', () => ids.some((asked) => Array.isArray(asked) && asked.length === 2));
    await pay('inv_1');
    await pay('inv_2');
    await Promise.all(both);
    const before = ids.length;
    // As long as this takes, several looks would fit.
    await run('inv_3');
    expect(ids).toHaveLength(before);
  });

  it('does not wait for a run that has ended', async () => {
    const id = await run('inv_1');
    await pay('inv_1');
    await ends.wait(id, LONG_MS);
    expect(statements).toBe(0);
  });

  it('waits as long as it was asked to and no longer', async () => {
    const began = performance.now();
    await ends.wait(await run('inv_1'), 100);
    expect(performance.now() - began).toBeGreaterThanOrEqual(99);
  });

  it('stops waiting for a client that has gone', async () => {
    const gone = new AbortController();
    const id = await run('inv_1');
    const waiting = ends.wait(id, LONG_MS, gone.signal);
    await until('it waits', () => statements > 0);
    gone.abort();
    await waiting;
    await ends.wait(id, LONG_MS, gone.signal);
  });

  it('sends away at once whoever comes when too many wait', async () => {
    ends = waitFor({ everyMs: 10, mostWaiting: 1 });
    const id = await run('inv_1');
    const waiting = seen(ends.wait(id, LONG_MS));
    await ends.wait(id, LONG_MS);
    expect(waiting.done).toBe(false);
    await pay('inv_1');
    await waiting.promise;
    // The place is free again.
    const next = seen(ends.wait(await run('inv_2'), LONG_MS));
    await until('it waits', () => statements > 2);
    expect(next.done).toBe(false);
  });

  it('lets everybody go when Postgres does not answer a look, and looks again for whoever comes next', async () => {
    let broken = true;
    ends = waitFor(
      { everyMs: 10 },
      { rows: (...statement) => (broken ? Promise.reject(new Error('gone')) : h.db.rows(...statement)) },
    );
    const id = await run('inv_1');
    await ends.wait(id, LONG_MS);
    broken = false;
    const waiting = ends.wait(id, LONG_MS);
    await pay('inv_1');
    await waiting;
  });

  it('lets its requests be answered when the server closes', async () => {
    const id = await run('inv_1');
    const app = Fastify();
    app.addHook('preClose', (done) => {
      ends.close();
      done();
    });
    app.get('/', async () => {
      await ends.wait(id, LONG_MS);
      return 'what stands';
    });
    const answer = app.inject('/');
    await until('it waits', () => statements > 0);
    await app.close();
    expect((await answer).body).toBe('what stands');
    await ends.wait(id, LONG_MS);
  });
});
