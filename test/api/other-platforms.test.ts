import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../store/ids.js';
import { sealMessage } from '../../store/messages.js';
import { overdueLadder } from '../support/scenario.js';
import { testVault } from '../support/vault.js';
import { createApi, type Api } from './api.js';
import { created, createLadder, openInvoice, put, stored, stranger, type Json } from './support.js';

describe('the ids of another platform (S-W1)', () => {
  let h: Api;
  let theirs: Record<string, string>;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    h = await createApi();
    // Integer ids that stand nowhere else in an answer.
    await h.db.rows('ALTER SEQUENCE numbers RESTART 700001');
    await h.db.rows('ALTER SEQUENCE task_numbers RESTART 800001');
    theirs = await stranger(h);
    const ladder = await createLadder(h, 'ladder');
    const draft = await createLadder(h, 'draft', [7], { status: 'DRAFT' });
    const action = { workflow_id: ladder.id as string, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' };
    await put(h, 'customers/cust_1', { reference: 'acme' });
    await put(h, 'contacts/cont_1', { customer_id: 'cust_1' });
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
    await put(h, 'pricing-plan-subscriptions/ppsu_1', { customer_id: 'cust_1' });
    await put(h, 'pricing-plan-schedules/pps_1', { pricing_plan_subscription_id: 'ppsu_1' });
    await put(h, 'payments/pay_1', { customer_id: 'cust_1', invoice_id: 'inv_1', result: 'REFUSED' });
    await put(h, 'wallet-types/waty_1', { reference: 'prepaid' });
    await put(h, 'wallets/wall_1', { customer_id: 'cust_1', wallet_type_id: 'waty_1', reference: 'acme-prepaid' });
    const [run] = (await h.call('GET', '/v1/workflow-runs')).body.data as Json[];
    const rule = await created(h, '/v1/alert-rules', { reference: 'late', type: 'INVOICE' });
    const alert = { platform_id: h.platformId, alert_rule_id: rule.id as string, customer_id: 'cust_1' };
    const theirRule = await h.call('POST', '/v1/alert-rules', { reference: 'own', type: 'INVOICE' }, theirs);
    await h.app.inject({
      method: 'PUT',
      url: '/v1/invoices/inv_1/pdf',
      headers: { 'x-api-key': h.apiKey, 'content-type': 'application/pdf' },
      payload: Buffer.from('%PDF-1.7\n'),
    });
    const { id: actionId } = await created(h, '/v1/workflow-actions', action);
    const contract = async (path: string): Promise<Json> => (await h.call('GET', path)).body;
    const { id: number, active_version: version } = await contract(`/workflows/${String(ladder.number)}`);
    const [instance] = (await contract('/workflow_runs')).data as Json[];
    const [actionTask] = (await contract('/workflows/tasks?instance=false')).data as Json[];
    const [stepTask] = (await contract('/workflows/tasks?instance=true')).data as Json[];
    Object.assign(ids, {
      number: String(number),
      version: String(version.id),
      instance: String(instance?.id),
      actionTask: String(actionTask?.id),
      stepTask: String(stepTask?.id),
      action: actionId,
      theirPlatform: (await h.call('GET', '/v1/platform', undefined, theirs)).body.id,
      theirRule: theirRule.body.id,
      rule: rule.id,
      alert: (await created(h, '/v1/alerts', { ...alert, type: 'INVOICE', alert_data: {} })).id,
      workflow: ladder.id,
      draft: draft.id,
      reference: ladder.reference,
      clock: (await created(h, '/v1/test-clocks', { frozen_time: '2026-01-01T00:00:00Z' })).id,
      webhook: (await created(h, '/v1/webhooks', { name: 'W', reference: 'hook', url: 'https://hooks.example' })).id,
      run: run?.id,
      bulk: (await h.call('POST', '/v1/workflow-runs/pause', { filter: { status: 'ACCEPTED' } })).body.id,
      delivery: await aDelivery(h, run?.id as string),
      hold: (await created(h, '/v1/holds', { customer_id: 'cust_1', reason: 'OTHER' })).id,
      integration: (await created(h, '/v1/integrations', { reference: 'mail', type: 'EMAIL_PROVIDER' })).id,
      suppression: (await created(h, '/v1/suppressions', { email: 'gone@acme.example' })).id,
      template: (await put(h, 'email-templates/ours', { locale: 'en', subject: 'S', html: '<p>' })).name,
      trigger: run?.trigger_id,
      key: (await created(h, '/v1/api-keys', {})).id,
      customer: 'cust_1',
      customerReference: 'acme',
      contact: 'cont_1',
      invoice: 'inv_1',
      subscription: 'ppsu_1',
      schedule: 'pps_1',
      payment: 'pay_1',
      walletType: 'waty_1',
      walletTypeReference: 'prepaid',
      wallet: 'wall_1',
      walletReference: 'acme-prepaid',
    });
  });
  afterAll(() => h.stop());

  const trigger = { type: 'MANUAL', invoice: { invoice_id: 'inv_own', manual: { variant: 'OVERDUE' } } };
  const theirAlert = (more: Json): Json => ({
    platform_id: ids.theirPlatform,
    alert_rule_id: ids.theirRule,
    customer_id: 'cust_own',
    type: 'INVOICE',
    alert_data: {},
    ...more,
  });
  const inlineLadder = { name: 'L', status: 'ACTIVE', ...overdueLadder('inline', [7]) };
  const ASKED: [string, string, string, ((id: string) => unknown)?][] = [
    ['workflow', 'GET', '/v1/workflows/:id'],
    ['reference', 'GET', '/v1/workflows/:id'],
    ['workflow', 'PATCH', '/v1/workflows/:id', () => ({ name: 'Mine' })],
    ['draft', 'POST', '/v1/workflows/:id/activate'],
    ['workflow', 'POST', '/v1/workflows/:id/deactivate'],
    ['reference', 'POST', '/v1/workflows/:id/archive'],
    ['reference', 'GET', '/v1/workflows/:id/backfill'],
    ['workflow', 'GET', '/v1/workflows/:id/schedule'],
    ['workflow', 'POST', '/v1/workflows/:id/backfill', () => ({ dry_run: true })],
    ['workflow', 'POST', '/v1/workflows/:id/backfill'],
    ['action', 'GET', '/v1/workflow-actions/:id'],
    ['action', 'PATCH', '/v1/workflow-actions/:id', () => ({ description: 'Mine' })],
    ['action', 'DELETE', '/v1/workflow-actions/:id'],
    [
      'workflow',
      'POST',
      '/v1/workflow-actions',
      (id) => ({ workflow_id: id, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' }),
    ],
    ['integration', 'GET', '/v1/integrations/:id'],
    ['integration', 'PATCH', '/v1/integrations/:id', () => ({ name: 'Mine' })],
    ['integration', 'DELETE', '/v1/integrations/:id'],
    ['integration', 'POST', '/v1/integrations/:id/activate'],
    ['integration', 'POST', '/v1/integrations/:id/deprecate'],
    ['integration', 'POST', '/v1/integrations/:id/archive'],
    ['integration', 'POST', '/v1/integrations/test-connection?integration_id=:id'],
    [
      'integration',
      'POST',
      '/v1/workflow-actions',
      (id) => ({
        workflow_id: 'own',
        type: 'SEND_EMAIL_TO_CUSTOMER',
        status: 'ACTIVE',
        send_email_to_customer: { integration_id: id },
      }),
    ],
    ['suppression', 'GET', '/v1/suppressions/:id'],
    ['suppression', 'DELETE', '/v1/suppressions/:id'],
    ['template', 'GET', '/v1/email-templates/:id'],
    ['template', 'DELETE', '/v1/email-templates/:id'],
    ['template', 'POST', '/v1/email-templates/:id/preview'],
    ['template', 'POST', '/v1/email-templates/:id/test-send', () => ({ to: 'me@acme.example' })],
    ['invoice', 'POST', '/v1/email-templates/overdue/preview', (id) => ({ invoice_id: id })],
    ['run', 'POST', '/v1/email-templates/overdue/preview', (id) => ({ run_id: id })],
    [
      'template',
      'POST',
      '/v1/workflow-actions',
      (id) => ({
        workflow_id: 'own',
        type: 'SEND_EMAIL_TO_CUSTOMER',
        status: 'ACTIVE',
        send_email_to_customer: { template_name: id },
      }),
    ],
    ['trigger', 'GET', '/v1/workflow-triggers/:id'],
    [
      'invoice',
      'POST',
      '/v1/workflow-triggers',
      (id) => ({ ...trigger, invoice: { ...trigger.invoice, invoice_id: id } }),
    ],
    ['workflow', 'POST', '/v1/workflow-triggers', (id) => ({ ...trigger, workflow_id: id })],
    ['customer', 'POST', '/v1/workflow-triggers', (id) => ({ ...trigger, customer_id: id })],
    [
      'schedule',
      'POST',
      '/v1/workflow-triggers',
      (id) => ({ type: 'EVENT', pricing_plan_subscription: { pricing_plan_schedule_id: id } }),
    ],
    ['run', 'GET', '/v1/workflow-runs/:id'],
    ['run', 'GET', '/v1/workflow-runs/:id/explain'],
    ['invoice', 'GET', '/v1/explain?invoice_id=:id'],
    ['subscription', 'GET', '/v1/explain?pricing_plan_subscription_id=:id'],
    ['customer', 'GET', '/v1/explain?customer_id=:id'],
    ['workflow', 'POST', '/v1/simulations', (id) => ({ workflow_id: id, invoice_id: 'inv_own' })],
    ['invoice', 'POST', '/v1/simulations', (id) => ({ workflow: inlineLadder, invoice_id: id })],
    ['customer', 'GET', '/v1/workflow-runs?customer_id=:id'],
    ['workflow', 'GET', '/v1/workflow-runs?workflow_id=:id'],
    ['invoice', 'POST', '/v1/workflow-runs/release', (id) => ({ filter: { resource_id: id } })],
    ...['pause', 'resume', 'cancel', 'send-now', 'skip-step', 'retry', 'replan', 'release'].map(
      (operation): [string, string, string] => ['run', 'POST', `/v1/workflow-runs/:id/${operation}`],
    ),
    ['workflow', 'POST', '/v1/workflow-runs/cancel', (id) => ({ filter: { workflow_id: id } })],
    ['bulk', 'GET', '/v1/workflow-runs/operations/:id'],
    ['workflow', 'POST', '/v1/workflows/:id/replan-runs'],
    ['invoice', 'GET', '/v1/invoices/:id/pdf'],
    ['invoice', 'DELETE', '/v1/invoices/:id/pdf'],
    ['delivery', 'GET', '/v1/deliveries/:id'],
    ['delivery', 'GET', '/v1/deliveries/:id/message'],
    ['delivery', 'POST', '/v1/deliveries/:id/resolve', () => ({ as: 'DROP' })],
    ['hold', 'GET', '/v1/holds/:id'],
    ['hold', 'PATCH', '/v1/holds/:id', () => ({ note: 'mine' })],
    ['hold', 'DELETE', '/v1/holds/:id'],
    ['customer', 'GET', '/v1/holds?customer_id=:id'],
    ['customer', 'POST', '/v1/holds', (id) => ({ customer_id: id, reason: 'OTHER' })],
    ['invoice', 'POST', '/v1/holds', (id) => ({ invoice_id: id, reason: 'OTHER' })],
    ['clock', 'GET', '/v1/test-clocks/:id'],
    ['clock', 'POST', '/v1/test-clocks/:id/advance', () => ({ frozen_time: '2027-01-01T00:00:00Z' })],
    ['clock', 'PUT', '/v1/customers/cust_own', (id) => ({ test_clock_id: id })],
    ['key', 'GET', '/v1/api-keys/:id'],
    ['key', 'PATCH', '/v1/api-keys/:id', () => ({ description: 'Mine' })],
    ['key', 'GET', '/v1/api-keys/:id/decrypt'],
    ['invoice', 'GET', '/v1/invoices/:id/payment-attempts'],
    ['webhook', 'GET', '/v1/webhooks/:id'],
    ['webhook', 'PATCH', '/v1/webhooks/:id', () => ({ name: 'Mine' })],
    ['webhook', 'DELETE', '/v1/webhooks/:id'],
    ['webhook', 'PATCH', '/v1/webhooks/:id/secret-key', () => ({})],
    ['webhook', 'DELETE', '/v1/webhooks/:id/secret-key'],
    ['webhook', 'POST', '/v1/webhooks/:id/send-test'],
    ['webhook', 'POST', '/v1/webhooks/:id/send-penalty-box-payload'],
    ['rule', 'GET', '/v1/alert-rules/:id'],
    ['rule', 'PATCH', '/v1/alert-rules/:id', () => ({ name: 'Mine' })],
    ['rule', 'DELETE', '/v1/alert-rules/:id'],
    ['customer', 'POST', '/v1/alert-rules', (id) => ({ reference: 'r', type: 'INVOICE', customer_ids: [id] })],
    ['alert', 'GET', '/v1/alerts/:id'],
    ['customer', 'GET', '/v1/alerts?customer_id=:id'],
    ['rule', 'POST', '/v1/alerts', (id) => theirAlert({ alert_rule_id: id })],
    ['customer', 'POST', '/v1/alerts', (id) => theirAlert({ customer_id: id })],
    ['customer', 'GET', '/v1/customers/:id'],
    ['customerReference', 'GET', '/v1/customers/:id'],
    ['contact', 'GET', '/v1/contacts/:id'],
    ['invoice', 'GET', '/v1/invoices/:id'],
    ['subscription', 'GET', '/v1/pricing-plan-subscriptions/:id'],
    ['schedule', 'GET', '/v1/pricing-plan-schedules/:id'],
    ['payment', 'GET', '/v1/payments/:id'],
    ['walletType', 'GET', '/v1/wallet-types/:id'],
    ['walletTypeReference', 'GET', '/v1/wallet-types/:id'],
    ['wallet', 'GET', '/v1/wallets/:id'],
    ['walletReference', 'GET', '/v1/wallets/:id'],
    ['invoice', 'GET', '/v1/invoices/:id/payments'],
    ['invoice', 'GET', '/v1/payments?invoice_id=:id'],
    ['customer', 'GET', '/v1/invoices?customer_id=:id'],
    ['customerReference', 'GET', '/v1/customers?reference=:id'],
    ['subscription', 'GET', '/v1/pricing-plan-schedules?pricing_plan_subscription_id=:id'],
    ['walletType', 'GET', '/v1/wallets?wallet_type_id=:id'],
    ['number', 'GET', '/workflows/:id'],
    ['number', 'PATCH', '/workflows/:id', () => ({ name: 'Mine' })],
    ['number', 'DELETE', '/workflows/:id'],
    ['number', 'GET', '/workflows/:id/versions'],
    ['number', 'GET', '/workflows/:id/export'],
    ['number', 'GET', '/workflows/:id/settings'],
    ['number', 'PUT', '/workflows/:id/settings', () => ({})],
    ['number', 'POST', '/workflows/:id/run', () => ({})],
    ['instance', 'POST', '/workflows/:id/run', () => ({})],
    ['number', 'POST', '/workflows/:id/versions/import', () => ({})],
    ['version', 'DELETE', '/versions/:id'],
    ['version', 'DELETE', '/workflows/versions/:id'],
    ['instance', 'GET', '/workflows/workflow_runs/:id'],
    ['instance', 'PUT', '/workflows/workflow_runs/:id/stop'],
    ['actionTask', 'GET', '/workflows/tasks/:id'],
    ['stepTask', 'GET', '/workflows/tasks/:id'],
    ['stepTask', 'POST', '/workflows/tasks/:id/rerun'],
    ['stepTask', 'GET', '/workflows/tasks?id=:id'],
    ['invoice', 'GET', '/workflows/tasks?object_id=:id'],
    ['instance', 'GET', '/workflows/tasks?workflow_id=:id'],
    ['number', 'GET', '/workflow_runs?workflow_id=:id'],
    ['invoice', 'GET', '/workflows/workflow_runs?resource_id=:id'],
    ['invoice', 'POST', '/v1/invoices/search', (id) => ({ filter_fields: [{ name: 'id', value: id }] })],
  ];

  it('every route that has an id in its path is asked', async () => {
    const { paths } = (await h.call('GET', '/openapi.json')).body;
    const routes = Object.entries(paths as Json).flatMap(([path, item]) =>
      Object.keys(item as Json).map((method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/, ':id')}`),
    );
    // A PUT stores under an id of one's own: it may be used by everybody, see below.
    // Whoever signs is believed, whatever platform it is.
    const wanted = routes.filter((route) => route.includes(':id') && !/^PUT|\/intake\//.test(route));
    expect(wanted.filter((route) => !ASKED.some(([, method, path]) => route === `${method} ${path}`))).toEqual([]);
  });

  it.each(ASKED)('are unknown: %s in %s %s', async (kind, method, path, body) => {
    await h.call('PUT', '/v1/customers/cust_own', {}, theirs);
    await h.call('PUT', '/v1/invoices/inv_own', openInvoice('cust_own', { status: 'DRAFT' }), theirs);
    await h.call('POST', '/v1/workflows', { name: 'Own', type: 'INVOICE', reference: 'own', status: 'DRAFT' }, theirs);
    const before = await stored(h);
    const ask = async (id: string) => {
      const answer = await h.call(method, path.replace(':id', id), body?.(id), theirs);
      // Both say the same once the id itself is taken out.
      return { status: answer.status, body: JSON.stringify(answer.body).replaceAll(id, '<id>') };
    };
    const real = ids[kind] ?? '';
    expect(real).not.toBe('');
    expect(await ask(real)).toEqual(await ask(`${real}x`));
    expect(await stored(h)).toEqual(before);
  });

  it('may be used again by another platform, each for its own', async () => {
    for (const path of ['customers/cust_1', 'invoices/inv_1']) {
      const body = path.startsWith('inv') ? openInvoice('cust_1', { invoice_number: 'theirs' }) : {};
      expect((await h.call('PUT', `/v1/${path}`, body, theirs)).status).toBe(201);
    }
    expect((await h.call('GET', '/v1/invoices/inv_1')).body).not.toHaveProperty('invoice_number');
    const again = { name: 'x', type: 'INVOICE', reference: 'ladder', status: 'DRAFT' };
    expect((await h.call('POST', '/v1/workflows', again, theirs)).status).toBe(201);
    const hook = { name: 'x', reference: 'hook', url: 'https://hooks.example' };
    expect((await h.call('POST', '/v1/webhooks', hook, theirs)).status).toBe(201);
    const mail = { reference: 'mail', type: 'EMAIL_PROVIDER' };
    expect((await h.call('POST', '/v1/integrations', mail, theirs)).status).toBe(201);
  });

  it('appear in no list', async () => {
    const [own, other] = await Promise.all([createApi(), stranger(h)]);
    const facts = ['customers', 'contacts', 'invoices', 'payments', 'wallets', 'wallet-types'];
    const plans = ['pricing-plan-subscriptions', 'pricing-plan-schedules'];
    const paths = [
      'workflows',
      'workflow-actions',
      'workflow-triggers',
      'workflow-runs',
      'deliveries',
      'webhooks',
      'integrations',
      'suppressions',
      'alert-rules',
      'alerts',
      ...facts,
      ...plans,
    ];
    for (const path of paths) {
      const { body } = await h.call('GET', `/v1/${path}`, undefined, other);
      expect(Array.isArray(body) ? body : body.data).toEqual([]);
    }
    await own.stop();
  });
});

/** A doubtful one with its message, as a worker would leave it. */
async function aDelivery({ db }: Api, runId: string): Promise<string> {
  const id = newId('dlv');
  await db.rows(
    `INSERT INTO deliveries (id, platform_id, run_id, step_id, action_id, status)
     SELECT $1, r.platform_id, r.id, s.id, a.id, 'IN_DOUBT' FROM runs r JOIN run_steps s ON s.run_id = r.id
       JOIN workflow_actions a ON a.workflow_id = r.workflow_id WHERE r.id = $2 LIMIT 1`,
    [id, runId],
  );
  const { sealed, forMs } = await sealMessage({ vault: testVault, keepForMs: 60_000 }, Buffer.from('Subject: Hi'), id);
  await db.rows(`INSERT INTO delivery_messages VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')`, [
    id,
    sealed,
    forMs,
  ]);
  return id;
}
