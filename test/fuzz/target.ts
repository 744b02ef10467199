import { buildApp } from '../../api/app.js';
import { createDunwellClient } from '../../client/client.js';
import { createApiKey } from '../../store/api-keys.js';
import type { Database } from '../../store/database.js';
import { createPlatform } from '../../store/platforms.js';
import { testVault } from '../support/vault.js';

/** The API on a real database, listening, with something of every kind in it; nobody tells the engine. */
export interface Target {
  url: string;
  apiKey: string;
  platformId: string;
  /** What is there, by the word in the URL. */
  ids: Record<string, string[]>;
  /** How often each status was answered so far. */
  statuses: Record<string, number>;
  stop(): Promise<void>;
}

export async function startTarget(db: Database): Promise<Target> {
  const app = await buildApp({ db, vault: testVault, tellSoon: () => undefined, advanceWaitMs: 1 });
  const statuses: Record<string, number> = {};
  app.addHook('onResponse', (_request, { statusCode }, done) => {
    statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
    done();
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const platform = await createPlatform(db, 'Fuzz', 'TEST');
  const apiKey = await createApiKey(db, [platform.id], 'fuzz');
  const ids = await seed(url, apiKey);
  return { url, apiKey, platformId: platform.id, ids, statuses, stop: () => app.close() };
}

async function seed(baseUrl: string, apiKey: string): Promise<Record<string, string[]>> {
  const client = createDunwellClient({ baseUrl, apiKey });
  const created = async (call: Promise<{ data?: { id: string }; error?: unknown }>): Promise<string> => {
    const { data, error } = await call;
    if (!data) throw new Error(`The API refuses what it is seeded with: ${JSON.stringify(error)}`);
    return data.id;
  };
  const put = <Body>(id: string, body: Body) => ({ params: { path: { id } }, body });
  const clock = await created(client.POST('/v1/test-clocks', { body: { frozen_time: '2026-01-01T00:00:00Z' } }));
  const customer = await created(client.PUT('/v1/customers/{id}', put('cust_1', { email: 'ap@acme.example' })));
  const contact = await created(client.PUT('/v1/contacts/{id}', put('cont_1', { customer_id: customer })));
  const ppsu = await created(
    client.PUT('/v1/pricing-plan-subscriptions/{id}', put('ppsu_1', { customer_id: customer })),
  );
  const trial = { pricing_plan_subscription_id: ppsu, type: 'TRIAL' as const, end_at: '2990-01-31T00:00:00Z' };
  const pps = await created(client.PUT('/v1/pricing-plan-schedules/{id}', put('pps_1', trial)));
  const periods = [{ type: 'DAY' as const, value: 7 }];
  const ladder = {
    name: 'Ladder',
    type: 'INVOICE' as const,
    invoice: { variant: 'OVERDUE' as const, overdue: { periods } },
  };
  const workflows = await Promise.all(
    (['ACTIVE', 'DRAFT'] as const).map((status) =>
      created(client.POST('/v1/workflows', { body: { ...ladder, status, reference: status.toLowerCase() } })),
    ),
  );
  const action = { workflow_id: workflows[0] ?? '', type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' } as const;
  const actionId = await created(client.POST('/v1/workflow-actions', { body: action }));
  const open = { customer_id: customer, status: 'FINAL' as const, due_date: '2990-01-31T00:00:00Z' };
  const invoice = await created(client.PUT('/v1/invoices/{id}', put('inv_1', open)));
  const [run] = (await client.GET('/v1/workflow-runs')).data?.data ?? [];
  return {
    'test-clocks': [clock],
    customers: [customer],
    contacts: [contact],
    'pricing-plan-subscriptions': [ppsu],
    'pricing-plan-schedules': [pps],
    workflows: [...workflows, 'active', 'draft'],
    'workflow-actions': [actionId],
    invoices: [invoice],
    'workflow-runs': run ? [run.id] : [],
    'workflow-triggers': run ? [run.trigger_id] : [],
  };
}
