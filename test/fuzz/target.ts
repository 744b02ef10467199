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
  /** An organisation of the platform. */
  orgId: string;
  /** What is there, by the word in the URL. */
  ids: Record<string, string[]>;
  /** How often each status was answered so far. */
  statuses: Record<string, number>;
  stop(): Promise<void>;
}

export async function startTarget(db: Database): Promise<Target> {
  const app = await buildApp({
    db,
    vault: testVault,
    tellSoon: () => undefined,
    advanceWaitMs: 1,
    // Whatever hosts are made up here, nobody outside of this machine hears of them.
    mail: { test: () => Promise.resolve({ successful: false, message: 'not tried' }), objection: () => null },
    webhooks: {
      resolve: (host, done) => {
        done(new Error(`There is no ${host}.`), []);
      },
    },
  });
  const statuses: Record<string, number> = {};
  app.addHook('onResponse', (_request, { statusCode }, done) => {
    statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
    done();
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const platform = await createPlatform(db, 'Fuzz', 'TEST');
  const apiKey = await createApiKey(db, [platform.id], 'fuzz');
  const ids = await seed(url, apiKey, platform.id);
  return { url, apiKey, platformId: platform.id, orgId: ORG_ID, ids, statuses, stop: () => app.close() };
}

const ORG_ID = 'org_1';

async function seed(baseUrl: string, apiKey: string, platformId: string): Promise<Record<string, string[]>> {
  const client = createDunwellClient({ baseUrl, apiKey });
  const created = async (call: Promise<{ data?: { id: string }; error?: unknown }>): Promise<string> => {
    const { data, error } = await call;
    if (!data) throw new Error(`The API refuses what it is seeded with: ${JSON.stringify(error)}`);
    return data.id;
  };
  const put = <Body>(resourceId: string, body: Body) => ({ params: { path: { resourceId } }, body });
  const byReference = <Body>(id: string, body: Body) => ({ params: { path: { resourceIdOrReference: id } }, body });
  const clock = await created(client.POST('/v1/test-clocks', { body: { frozen_time: '2026-01-01T00:00:00Z' } }));
  const customer = await created(
    client.PUT('/v1/customers/{resourceIdOrReference}', byReference('cust_1', { email: 'ap@acme.example' })),
  );
  const contact = await created(client.PUT('/v1/contacts/{resourceId}', put('cont_1', { customer_id: customer })));
  const ppsu = await created(
    client.PUT('/v1/pricing-plan-subscriptions/{resourceId}', put('ppsu_1', { customer_id: customer })),
  );
  const trial = { pricing_plan_subscription_id: ppsu, type: 'TRIAL' as const, end_at: '2990-01-31T00:00:00Z' };
  const pps = await created(client.PUT('/v1/pricing-plan-schedules/{resourceId}', put('pps_1', trial)));
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
  const invoice = await created(client.PUT('/v1/invoices/{resourceId}', put('inv_1', open)));
  const payment = await created(
    client.PUT(
      '/v1/payments/{resourceId}',
      put('pay_1', { customer_id: customer, invoice_id: invoice, result: 'REFUSED' }),
    ),
  );
  const waty = await created(client.PUT('/v1/wallet-types/{resourceIdOrReference}', byReference('waty_1', {})));
  const wallet = await created(
    client.PUT(
      '/v1/wallets/{resourceIdOrReference}',
      byReference('wall_1', { customer_id: customer, wallet_type_id: waty }),
    ),
  );
  const rule = await created(
    client.POST('/v1/alert-rules', { body: { reference: 'rule', type: 'INVOICE', status: 'DRAFT' } }),
  );
  const alert = await created(
    client.POST('/v1/alerts', {
      body: { platform_id: platformId, alert_rule_id: rule, customer_id: customer, type: 'INVOICE', alert_data: {} },
    }),
  );
  const hook = { name: 'Hook', reference: 'hook', url: 'https://hooks.example' };
  const webhook = await created(client.POST('/v1/webhooks', { body: hook }));
  const mail = { reference: 'mail', type: 'EMAIL_PROVIDER' as const };
  const integration = await created(client.POST('/v1/integrations', { body: mail }));
  const key = await created(client.POST('/v1/api-keys', { body: {} }));
  await client.PATCH('/v1/platform', { body: { org_ids: [ORG_ID] } });
  const [run] = (await client.GET('/v1/workflow-runs')).data?.data ?? [];
  const definitions = (await client.GET('/workflows')).data?.data ?? [];
  const tasks = (await client.GET('/workflows/tasks')).data?.data ?? [];
  return {
    'test-clocks': [clock],
    customers: [customer],
    contacts: [contact],
    'pricing-plan-subscriptions': [ppsu],
    'pricing-plan-schedules': [pps],
    workflows: [...workflows, 'active', 'draft'],
    'workflow-actions': [actionId],
    invoices: [invoice],
    payments: [payment],
    'wallet-types': [waty],
    wallets: [wallet],
    'alert-rules': [rule],
    alerts: [alert],
    webhooks: [webhook],
    integrations: [integration],
    'api-keys': [key],
    definitions: definitions.map(({ id }) => String(id)),
    tasks: tasks.map(({ id }) => String(id)),
    workflow_runs: run ? [String(run.number)] : [],
    'workflow-runs': run ? [run.id] : [],
    'workflow-triggers': run ? [run.trigger_id] : [],
  };
}
