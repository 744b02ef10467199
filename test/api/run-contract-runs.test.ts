import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { createApi, type Api } from './api.js';
import { expectErrors, openCall, type Called } from './run-contract-support.js';
import { created, createLadder, openInvoice, put, stored, type Json } from './support.js';

describe('/workflows/workflow_runs: runs as the run contract has them', () => {
  let h: Api;
  let called: Called;
  beforeAll(async () => {
    h = await createApi();
    called = await openCall(h);
  });
  afterAll(() => h.stop());

  const start = async (): Promise<number> => {
    const answer = await h.call('POST', `/workflows/${String(called.number)}/run`, {
      accountId: 'cust_1',
      paymentId: 'pay_1',
    });
    expect(answer.status).toBe(200);
    return answer.body.id as number;
  };
  const path = (id: number): string => `/workflows/workflow_runs/${String(id)}`;
  const get = async (url: string): Promise<Json> => {
    const answer = await h.call('GET', url);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body;
  };
  const rows = async (query: string): Promise<number[]> =>
    ((await get(`/workflow_runs?${query}`)).data as Json[]).map(({ id }) => id as number);

  it('answers the fields of the contract’s example, in its formats', async () => {
    const id = await start();
    const open = await get(path(id));
    expect(open).toEqual({
      id,
      name: `WF-${String(called.number)}-${String(id).padStart(8, '0')}`,
      originalWorkflowId: called.number,
      type: 'Workflow::Instance',
      status: 'Queued',
      tasks: { total: 1, queued: 1, processing: 0, pending: 0, stopped: 0, success: 0, error: 0 },
      runTime: expect.any(Number),
      cpuTime: expect.stringMatching(/^00:00:\d\d$/),
      finishedAt: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/),
      updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/),
    });
    await h.db.rows(
      `UPDATE runs SET created_at = '2026-01-01T00:00:00Z', updated_at = '2026-01-05T03:04:05.500Z', status = 'COMPLETED' WHERE number = $1`,
      [id],
    );
    expect(await get(path(id))).toMatchObject({
      status: 'Finished',
      runTime: 4 * 86_400 + 11_045.5,
      cpuTime: '99:04:05',
      finishedAt: '2026-01-05 03:04:05 UTC',
      tasks: { total: 1, stopped: 1 },
    });
  });

  it('404: an id that is none, and that of a workflow', async () => {
    for (const id of ['0', 'x', '999999', String(called.number)]) {
      const title = [`There is no workflow run with Id ${id}.`];
      expectErrors(await h.call('GET', `/workflows/workflow_runs/${id}`), 404, title);
      expectErrors(await h.call('PUT', `/workflows/workflow_runs/${id}/stop`), 404, title);
    }
  });

  it('waits for the end of a run that is open, as long as it is asked to', async () => {
    const id = await start();
    let answered = false;
    const waiting = get(`${path(id)}?wait=60`).then((run) => {
      answered = true;
      return run;
    });
    const began = performance.now();
    expect(await get(`${path(id)}?wait=0.5`)).toMatchObject({ status: 'Queued', finishedAt: null });
    expect(performance.now() - began).toBeGreaterThan(450);
    expect(answered).toBe(false);
    expect((await h.call('PUT', `${path(id)}/stop`)).status).toBe(200);
    expect(await waiting).toMatchObject({ status: 'Stopped', finishedAt: expect.any(String) });
    expect(await get(`${path(id)}?wait=60`)).toMatchObject({ status: 'Stopped' });
    expect(performance.now() - began).toBeLessThan(30_000);
    for (const wait of ['61', '-1', 'soon']) {
      const wrong = await h.call('GET', `${path(id)}?wait=${wait}`);
      expect(wrong.status).toBe(400);
      expect(wrong.body.errors).toEqual([{ status: 400, code: 'invalid', title: expect.stringContaining('wait') }]);
    }
  });

  it('lets who waits go when the server stops', async () => {
    const other = await createApi();
    const { number } = await openCall(other);
    const seed = { accountId: 'cust_1', paymentId: 'pay_1' };
    const made = await other.call('POST', `/workflows/${String(number)}/run`, seed);
    const url = await other.app.listen({ host: '127.0.0.1', port: 0 });
    const answer = asked(`${url}${path(made.body.id as number)}?wait=60`, other.apiKey);
    await until('the request is under way', async () => (await connections(other)) > 0);
    await other.stop();
    expect(await answer).toBe(200);
  });

  it('stops a run, and changes nothing of one that has ended', async () => {
    const id = await start();
    const stop = () => h.call('PUT', `${path(id)}/stop`);
    const answer = await stop();
    expect([answer.status, answer.body]).toEqual([200, { success: true }]);
    const [run] = await h.db.rows<Json>('SELECT status, stop_reason FROM runs WHERE number = $1', [id]);
    expect(run).toEqual({ status: 'STOPPED', stop_reason: 'cancelled_by_operator' });
    expect(await get(path(id))).toMatchObject({ status: 'Stopped', tasks: { stopped: 1 } });
    const before = await stored(h);
    expect([(await stop()).status, await stored(h)]).toEqual([200, before]);
  });

  it('lists runs, newest first, by every filter, under both spellings', async () => {
    await put(h, 'customers/cust_3', {});
    const ladder = await createLadder(h, 'ladder');
    await put(h, 'invoices/inv_3', openInvoice('cust_3'));
    const [row] = await h.db.rows<{ number: number }>(`SELECT number FROM runs WHERE resource_id = 'inv_3'`);
    const id = row?.number ?? 0;
    expect(await rows(`workflow_id=${String(ladder.number)}`)).toEqual([id]);
    expect(await rows('resource_id=inv_3')).toEqual([id]);
    expect(await rows('customer_id=cust_3&status=Queued')).toEqual([id]);
    expect(await rows('customer_id=cust_3&status=Processing')).toEqual([]);
    expect(await rows('status=Stopping')).toEqual([]);
    expect(await rows('workflow_id=x')).toEqual([]);
    const { pagination, data } = await get('/workflows/workflow_runs?page_length=1');
    expect([pagination.page, (data as Json[])[0]]).toEqual([
      1,
      await get(path(id)).then((run) => ({ ...run, runTime: expect.any(Number), cpuTime: expect.any(String) })),
    ]);
    const all = await rows('page_length=50');
    expect([all[0], new Set(all).size]).toEqual([id, all.length]);
    expect(await rows('page_length=1&page=2')).toEqual([all[1]]);
    await h.db.rows(`UPDATE runs SET created_at = '2026-02-01T00:00:00Z' WHERE number = $1`, [id]);
    expect(await rows('created_after=2026-02-01T00:00:00Z&created_before=2026-02-01T00:00:01Z')).toEqual([id]);
    expect(await rows('created_after=2026-01-31T00:00:00Z&created_before=2026-02-01T00:00:00Z')).toEqual([]);
    expect((await h.call('GET', '/workflow_runs?status=DONE')).status).toBe(400);
    expect((await h.call('GET', '/workflow_runs?bogus=1')).headers['dunwell-ignored-fields']).toBe('?bogus');
  });

  it('tells what becomes of a step in the contract’s words', async () => {
    await created(h, '/v1/workflow-actions', {
      workflow_id: called.id,
      type: 'SEND_EMAIL_TO_CUSTOMER',
      status: 'ACTIVE',
    });
    const id = await start();
    const counted = async (run: string, step: string, reason: string | null = null): Promise<string[]> => {
      await h.db.rows('UPDATE runs SET status = $2 WHERE number = $1', [id, run]);
      await h.db.rows(
        'UPDATE run_steps SET status = $2, reason = $3 WHERE run_id = (SELECT id FROM runs WHERE number = $1)',
        [id, step, reason],
      );
      const { tasks } = await get(path(id));
      return Object.entries(tasks as Json).flatMap(([word, count]) => (word !== 'total' && count === 1 ? [word] : []));
    };
    expect(await counted('ACCEPTED', 'PLANNED')).toEqual(['queued']);
    expect(await counted('WAITING', 'PLANNED')).toEqual(['queued']);
    expect(await counted('PAUSED', 'PLANNED')).toEqual(['pending']);
    expect(await counted('FAILED', 'PLANNED')).toEqual(['pending']);
    expect(await counted('BLOCKED', 'BLOCKED', 'no_pdf')).toEqual(['pending']);
    expect(await counted('COMPLETED', 'DONE')).toEqual(['success']);
    expect(await counted('COMPLETED', 'SKIPPED', 'late')).toEqual(['stopped']);
    expect(await counted('STOPPED', 'PLANNED')).toEqual(['stopped']);
    expect(await counted('COMPLETED', 'FAILED', 'rejected')).toEqual(['error']);
    await h.db.rows(
      `INSERT INTO deliveries (id, platform_id, run_id, step_id, action_id, status)
       SELECT 'dlv_1', r.platform_id, r.id, s.id, a.id, 'TRANSMITTING' FROM runs r JOIN run_steps s ON s.run_id = r.id
         JOIN workflow_actions a ON a.workflow_id = r.workflow_id WHERE r.number = $1`,
      [id],
    );
    expect(await counted('SENDING', 'PLANNED')).toEqual(['processing']);
  });
});

function connections({ app }: Api): Promise<number> {
  return new Promise((resolve, reject) => {
    app.server.getConnections((error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
  });
}

/** The status of an answer, on a connection that ends with it. */
function asked(url: string, key: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { agent: false, headers: { 'x-api-key': key } }, (answer) => {
      resolve(answer.resume().statusCode);
    })
      .on('error', reject)
      .end();
  });
}
