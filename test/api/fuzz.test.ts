import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MailConnections } from '../../contracts/email-provider.js';
import { providerServer } from '../../email/provider-server.js';
import { testMail } from '../support/mail-connections.js';
import { createApi, type Api } from './api.js';
import { created, createLadder, openInvoice, put, sendRaw, type Json } from './support.js';

/** The same cases each time; `FUZZ_SEED` and `FUZZ_RUNS` look for others. */
const SEED = Number(process.env.FUZZ_SEED ?? 20260101);
const RUNS = Number(process.env.FUZZ_RUNS ?? 40);

/** Values that have broken programs before. */
const NASTY: readonly unknown[] = [
  null,
  true,
  0,
  -0,
  -1,
  0.1,
  2 ** 31,
  2 ** 53,
  1e308,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e',
  '💸',
  '2026-02-31T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  '-1',
  '1e400',
  'NaN',
  "'; DROP TABLE runs; --",
  '%00',
  '../../etc/passwd',
  '{{ 7 | times: 7 }}',
  'x'.repeat(70_000),
  [],
  [[]],
  {},
  [null],
  { type: 'DAY', value: 1 },
  Array<number>(1_000).fill(0),
];

const anything = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.double(),
);

describe('whatever is sent, the answer is never a 500', () => {
  let h: Api;
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    // Connects to nobody, whatever host comes out.
    const test: MailConnections['test'] = async (...settings) => {
      providerServer(...settings);
      return Promise.resolve({ successful: false, message: 'not tried' });
    };
    h = await createApi('TEST', { mail: { ...testMail, test } });
    await put(h, 'customers/cust_1', { email: 'a@x.example' });
    await put(h, 'pricing-plan-subscriptions/ppsu_1', { customer_id: 'cust_1' });
    await put(h, 'pricing-plan-schedules/pps_1', { pricing_plan_subscription_id: 'ppsu_1', type: 'TRIAL' });
    const ladder = await createLadder(h, 'ladder');
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
    const action = { workflow_id: ladder.id as string, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' };
    Object.assign(ids, {
      platform: h.platformId,
      usageRule: (await created(h, '/v1/alert-rules', usageRule)).id,
      overdueRule: (await created(h, '/v1/alert-rules', { ...overdueRule, status: 'DRAFT' })).id,
      workflow: ladder.id,
      draft: (await createLadder(h, 'draft', [7], { status: 'DRAFT' })).id,
      action: (await created(h, '/v1/workflow-actions', action)).id,
      key: (await created(h, '/v1/api-keys', {})).id,
      integration: (await created(h, '/v1/integrations', { reference: 'mail', type: 'EMAIL_PROVIDER' })).id,
      clock: (await created(h, '/v1/test-clocks', { frozen_time: '2026-01-01T00:00:00Z' })).id,
      webhook: (await created(h, '/v1/webhooks', { name: 'W', reference: 'hook', url: 'https://hooks.example' })).id,
    });
  });
  afterAll(() => h.stop());

  const money = { quantity: '10.00', currency: 'EUR' };
  const periods = [
    { type: 'DAY', value: 7 },
    { type: 'MONTH', value: 1 },
  ];
  const email = {
    subject: 'Hello',
    from: { name: 'A', email: 'a@x.example' },
    cc_recipients: ['b@x.example'],
    variant: 'INVOICE',
    invoice: { type: 'OVERDUE', include_pdf: true },
  };
  const workflow = {
    name: 'Fuzz',
    type: 'INVOICE',
    reference: 'fuzz',
    status: 'ACTIVE',
    customer_ids: ['cust_1'],
    invoice: { variant: 'OVERDUE', overdue: { periods } },
    late_policy: 'ALL',
  };
  const wallet = {
    ...workflow,
    type: 'WALLET',
    invoice: null,
    wallet: { variant: 'WALLET_BALANCE', wallet_balance: { comparator: 'LESS_THAN', threshold: { amount: money } } },
  };
  const block = { variant: 'OVERDUE', overdue: { period: periods[0] } };
  const invoice = {
    ...openInvoice('cust_1'),
    paid: false,
    timezone: 'Europe/Amsterdam',
    updated_at: '2026-01-01T00:00:00Z',
    invoice_amount_including_tax: money,
    paid_invoice_amount: money,
    pay_invoice_link: { url: 'https://pay.example/1' },
    lines: [{ text: 'x', amount: 1 }],
  };
  const customer = {
    reference: 'acme',
    email: 'a@x.example',
    timezone: 'UTC',
    locale: 'nl-NL',
    notification_preferences: [{ type: 'INVOICE', channels: [{ type: 'EMAIL', enabled: false }] }],
    individual: { name: { first_name: 'A', last_name: 'B' } },
  };
  const trial = {
    pricing_plan_subscription_id: 'ppsu_1',
    pricing_plan_schedule_id: 'pps_1',
    trial_end_at: '2026-01-01T00:00:00Z',
    manual: { variant: 'FREE_TRIAL_REMINDER' },
  };
  const schedule = { pricing_plan_subscription_id: 'ppsu_1', type: 'TRIAL', end_at: '2990-01-01T00:00:00Z' };
  const payment = {
    customer_id: 'cust_1',
    invoice_id: 'inv_1',
    result: 'REFUSED',
    result_details: { code: 'X', reason: 'Y' },
    amount: money,
    timestamp: '2026-01-01T00:00:00Z',
  };
  const walletFact = {
    customer_id: 'cust_1',
    wallet_type_id: 'waty_1',
    open_balance: { amount: money },
    granted: { credits: { quantity: '5', credit_type_id: 'crty_1' } },
  };
  const search = (name: string): Json => ({
    search_fields: [{ name, value: 'a', wildcard_start: false, ignore_case: false }],
    filter_fields: [{ name: 'custom_field', reference: 'region', values: ['EMEA'] }],
    selection_rule_fields: [{ name: 'status', value: 'ACTIVE' }],
  });
  const webhook = {
    name: 'Hook',
    reference: 'fuzz',
    url: 'https://hooks.example/x?y=1',
    included_actions: ['INVOICE.*', 'DELIVERY.SENT'],
    excluded_actions: ['INVOICE.CREATED'],
    active: true,
    authentication_type: 'API_KEY',
    api_header_field: 'X-Key',
    api_key: 'k',
  };
  const platform = { name: 'A', timezone: 'UTC', sender: email.from, allow_list: ['a@x.example'], blast_limit: 5 };
  const key = { status: 'ACTIVE', description: 'x', role_type: 'READ_ONLY', expires_at: '2990-01-01T00:00:00Z' };
  const filter = { workflow_id: 'w', status: 'BLOCKED', reason: 'paid', next_step_before: '2026-01-01T00:00:00Z' };

  const overdueRule = {
    reference: 'overdue-rule',
    name: 'Late',
    type: 'INVOICE',
    status: 'ACTIVE',
    trigger_type: 'STATIC',
    customer_ids: ['cust_1'],
    invoice: { variant: 'OVERDUE', overdue: { comparator: 'GREATER_THAN', threshold: periods[0] } },
  };
  const usageRule = {
    reference: 'usage-rule',
    type: 'ENTITLEMENT',
    entitlement: { feature_id: 'feat_1', comparator: 'EQUALS', threshold: { amount: money } },
  };
  const alert = {
    platform_id: ':platform',
    alert_rule_id: ':usageRule',
    customer_id: 'cust_1',
    type: 'ENTITLEMENT',
    data_trigger_reference: 'evt_1',
  };
  const invoiceAlert = { type: 'INVOICE', alert_rule_id: ':overdueRule' };
  const value = { number: '1.5', amount: money };
  const overdue = { due_date: '2026-01-01T00:00:00Z', overdue_period: periods[0] };
  const integration = {
    reference: 'fuzz',
    type: 'EMAIL_PROVIDER',
    status: 'ACTIVE',
    name: 'Mailgun',
    authentication: { username_password: { username: 'a', password: 'b' } },
    email_provider: {
      variant: 'MAILGUN',
      mailgun: { domain: 'mg.example', region: 'EU', plan: 'flex' },
      delivery_window: periods[0],
      use_localized_templates: true,
    },
    linked_resources_configurations: [
      { resource_type: 'X', link_details: [{ base_url: 'a', custom_field_reference: 'b' }] },
    ],
  };
  const smtp = { variant: 'SMTP', smtp: { host: '127.0.0.1', port: 25, tls: 'NONE' } };

  const ROUTES: [string, string, Json][] = [
    ['POST', '/v1/alert-rules', overdueRule],
    ['POST', '/v1/alert-rules', usageRule],
    ['PATCH', '/v1/alert-rules/:usageRule', usageRule],
    ['PATCH', '/v1/alert-rules/:overdueRule', overdueRule],
    ['POST', '/v1/alerts', { ...alert, alert_data: { entitlement: { entitlement_value: value, used_value: value } } }],
    ['POST', '/v1/alerts', { ...alert, ...invoiceAlert, alert_data: { invoice: { id: 'inv_1', overdue } } }],
    ['POST', '/v1/workflows', workflow],
    ['POST', '/v1/workflows', wallet],
    ['PATCH', '/v1/workflows/:workflow', workflow],
    ['PATCH', '/v1/workflows/:draft', workflow],
    ['POST', '/v1/workflows/:draft/deactivate', {}],
    [
      'POST',
      '/v1/workflow-actions',
      {
        workflow_id: 'ladder',
        type: 'SEND_EMAIL_TO_CUSTOMER',
        status: 'ACTIVE',
        send_email_to_customer: email,
        steps: periods,
      },
    ],
    ['PATCH', '/v1/workflow-actions/:action', { status: 'ACTIVE', send_email_to_customer: email, steps: periods }],
    [
      'POST',
      '/v1/workflow-triggers',
      { type: 'MANUAL', workflow_id: 'ladder', invoice: { invoice_id: 'inv_1', manual: block } },
    ],
    [
      'POST',
      '/v1/workflow-triggers',
      { type: 'EVENT', customer_id: 'cust_1', invoice: { invoice_id: 'inv_1', event: block } },
    ],
    ['POST', '/v1/workflow-triggers', { type: 'MANUAL', pricing_plan_subscription: trial }],
    ['POST', '/v1/integrations', integration],
    ['PATCH', '/v1/integrations/:integration', { ...integration, reference: 'mail' }],
    ['POST', '/v1/integrations/test-connection', { ...integration.authentication, email_provider: smtp }],
    ['PUT', '/v1/customers/cust_1', customer],
    ['PUT', '/v1/contacts/cont_1', { ...customer, customer_id: 'cust_1' }],
    ['PUT', '/v1/invoices/inv_1', invoice],
    ['PUT', '/v1/pricing-plan-subscriptions/ppsu_1', { customer_id: 'cust_1', status: 'ACTIVE', name: 'Pro' }],
    ['PUT', '/v1/pricing-plan-schedules/pps_1', schedule],
    ['PUT', '/v1/payments/pay_1', payment],
    ['PUT', '/v1/wallet-types/waty_1', { reference: 'prepaid', name: 'Prepaid', status: 'ACTIVE', type: 'BALANCE' }],
    ['PUT', '/v1/wallets/wall_1', walletFact],
    ['POST', '/v1/customers/search', search('name')],
    ['POST', '/v1/invoices/search?expand[]=ALL', search('invoice_number')],
    ['POST', '/v1/pricing-plan-subscriptions/search', search('name')],
    ['PATCH', '/v1/platform', platform],
    ['POST', '/v1/api-keys', key],
    ['PATCH', '/v1/api-keys/:key', key],
    ['POST', '/v1/api-keys/search', { username: 'billing', user_type: 'API', include_inactive: true }],
    ['POST', '/v1/test-clocks', { frozen_time: '2026-01-01T00:00:00Z' }],
    ['POST', '/v1/test-clocks/:clock/advance', { frozen_time: '2026-02-01T00:00:00Z' }],
    ['POST', '/v1/webhooks', { ...webhook, secret_key: 'sixteen-characters' }],
    ['PATCH', '/v1/webhooks/:webhook', webhook],
    ['PATCH', '/v1/webhooks/:webhook/secret-key', { secret_key: 'sixteen-characters' }],
    ['POST', '/v1/workflow-runs/release', { filter, dry_run: false }],
  ];

  const parameters = { seed: SEED, numRuns: RUNS };
  const pathOf = (path: string): string => path.replace(/:(\w+)/, (_all, name: string) => ids[name] ?? name);
  /** Ids in bodies stand as in paths. */
  const filled = (text: string): string =>
    text.replace(/":(\w+)"/g, (all, name: string) => (Object.hasOwn(ids, name) ? JSON.stringify(ids[name]) : all));
  const seen = new Set<number>();
  const sound = (answer: { status: number; headers: Json; body: Json | null }, sent: string): void => {
    expect(answer.status, `${JSON.stringify(answer.body)} for ${sent.slice(0, 2_000)}`).toBeLessThan(500);
    expect(answer.headers['x-request-id']).toMatch(/^reqr_/);
    seen.add(answer.status);
    if (answer.status >= 400) expect(answer.body?.code, sent).toMatch(/^[A-Z_]+$/);
  };

  it.each(ROUTES)('%s %s', async (method, path, good) => {
    const paths = pathsOf(good);
    const change = fc.record({ at: fc.nat(), value: anything, how: fc.constantFrom('replace', 'delete', 'add') });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          { weight: 1, arbitrary: anything },
          { weight: 6, arbitrary: fc.array(change, { minLength: 1, maxLength: 3 }) },
        ),
        async (mutation) => {
          const body = isChanges(mutation) ? changed(good, paths, mutation) : mutation;
          const text = filled(JSON.stringify(body) ?? '');
          sound(await sendRaw(h, method, pathOf(path), text), text);
        },
      ),
      parameters,
    );
  });

  it('any bytes for a body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(...ROUTES), async (bytes, [method, path]) => {
        sound(await sendRaw(h, method, pathOf(path), Buffer.from(bytes)), String(bytes));
      }),
      { ...parameters, numRuns: RUNS * 4 },
    );
  });

  it('any text for an id or a query', async () => {
    const lists = [
      'workflows',
      'workflow-actions',
      'workflow-triggers',
      'workflow-runs',
      'alert-rules',
      'alerts',
      'integrations',
      'customers',
      'contacts',
      'invoices',
      'payments',
      'pricing-plan-subscriptions',
      'pricing-plan-schedules',
      'wallet-types',
      'wallets',
      'test-clocks',
      'webhooks',
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary-ascii', maxLength: 300 }),
      fc.string({ unit: 'grapheme', maxLength: 100 }),
      fc.constantFrom('..', '.', '\u0000', '%', '?', '#'),
    );
    const keys = fc.constantFrom(
      'page',
      'limit',
      'order_by',
      'status',
      'reason',
      'customer_id',
      'expand[]',
      'next_step_before',
      'custom_field',
      'invoice_date',
      'created_at',
      'statuses[]',
      'expand[]',
      '__proto__',
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...lists), text, keys, text, async (list, id, key, value) => {
        const escaped = encodeURIComponent(id);
        const query = `${encodeURIComponent(key)}=${encodeURIComponent(value)}`;
        for (const path of [`${list}/${escaped}`, `${list}?${query}`, `${list}/${escaped}?${query}&${key}=1`]) {
          const response = await h.app.inject({ url: `/v1/${path}`, headers: { 'x-api-key': h.apiKey } });
          sound({ status: response.statusCode, headers: response.headers, body: response.json<Json>() }, path);
        }
      }),
      { ...parameters, numRuns: RUNS * 4 },
    );
  });

  it('control: the cases were good and bad ones', () => {
    expect([...seen]).toEqual(expect.arrayContaining([200, 201, 202, 400, 404]));
  });
});

interface Change {
  at: number;
  value: unknown;
  how: string;
}

type Path = (string | number)[];

function isChanges(value: unknown): value is Change[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => typeof item === 'object' && item !== null && 'how' in item)
  );
}

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, child]) =>
    pathsOf(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length === 0 ? inner : [path, ...inner];
}

function changed(good: Json, paths: readonly Path[], changes: readonly Change[]): Json {
  const body = structuredClone(good);
  for (const { at, value, how } of changes) {
    const path = paths[at % Math.max(paths.length, 1)] ?? ['extra'];
    const last = path.at(-1) ?? 'extra';
    const parent = path.slice(0, -1).reduce<any>((node, key) => node?.[key], body);
    if (typeof parent !== 'object' || parent === null) continue;
    if (how === 'replace') parent[last] = value;
    else if (how === 'delete') delete parent[last];
    else parent[`extra${String(at % 7)}`] = value;
  }
  return body;
}
