import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDunwellClient, type DunwellClient } from '../../client/client.js';
import { createApi, type Api } from './api.js';

/** The typed client as an integrator uses it: over a socket, against the API as it stands. */
describe('the client', () => {
  let h: Api;
  let baseUrl: string;
  let client: DunwellClient;
  beforeAll(async () => {
    h = await createApi();
    baseUrl = await h.app.listen({ host: '127.0.0.1', port: 0 });
    client = createDunwellClient({ baseUrl, apiKey: h.apiKey });
  });
  afterAll(() => h.stop());

  it('tells a story: a ladder, a customer, an invoice, a run with its three steps', async () => {
    const days = [7, 15, 30].map((value) => ({ type: 'DAY' as const, value }));
    const workflow = await client.POST('/v1/workflows', {
      body: {
        name: 'Ladder',
        reference: 'ladder',
        type: 'INVOICE',
        status: 'ACTIVE',
        invoice: { variant: 'OVERDUE', overdue: { periods: days } },
      },
    });
    expect(workflow.response.status).toBe(201);
    await client.PUT('/v1/customers/{resourceIdOrReference}', {
      params: { path: { resourceIdOrReference: 'cust_1' } },
      body: { email: 'ap@acme.example' },
    });
    const invoice = await client.PUT('/v1/invoices/{resourceId}', {
      params: { path: { resourceId: 'inv_1' }, header: { 'Idempotency-Key': 'inv_1-1' } },
      body: { customer_id: 'cust_1', status: 'FINAL', due_date: '2990-01-31T00:00:00Z' },
    });
    expect(invoice.data).toMatchObject({ object_type: 'INVOICE', id: 'inv_1' });
    const runs = await client.GET('/v1/workflow-runs', { params: { query: { resource_id: 'inv_1', limit: 10 } } });
    expect(runs.data?.data.map(({ workflow_id, steps }) => [workflow_id, steps.map(({ period }) => period)])).toEqual([
      [workflow.data?.id, days],
    ]);
  });

  it('gives a refusal as an error with its code, and does not throw', async () => {
    const path = { resourceIdOrReference: 'nothing' };
    const { data, error, response } = await client.GET('/v1/workflows/{resourceIdOrReference}', { params: { path } });
    expect([response.status, data, error?.code]).toEqual([404, undefined, 'RESOURCE_NOT_FOUND']);
  });

  it('escapes what stands in a path', async () => {
    const path = { resourceId: 'inv_1/../../platform?x=1' };
    expect((await client.GET('/v1/invoices/{resourceId}', { params: { path } })).error?.code).toBe(
      'RESOURCE_NOT_FOUND',
    );
  });

  it('names a platform, and uses the fetch it is given', async () => {
    const asked: string[] = [];
    const recording = (request: Request): Promise<Response> => {
      asked.push(`${request.method} ${request.headers.get('x-platform-id') ?? ''}`);
      return fetch(request);
    };
    const named = createDunwellClient({ baseUrl, apiKey: h.apiKey, platformId: h.platformId, fetch: recording });
    expect((await named.GET('/v1/platform')).data?.id).toBe(h.platformId);
    const other = createDunwellClient({ baseUrl, apiKey: h.apiKey, platformId: 'plat_other', fetch: recording });
    expect((await other.GET('/v1/platform')).error?.code).toBe('USER_NOT_ALLOWED');
    expect(asked).toEqual([`GET ${h.platformId}`, 'GET plat_other']);
  });
});

it('client/openapi.ts is what the generator makes of docs/openapi.json; if not: npm run client', async () => {
  const run = promisify(execFile)('npm', ['run', '--silent', 'client', '--', '--check']);
  await expect(run, 'Run: npm run client').resolves.toBeDefined();
});
