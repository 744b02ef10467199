import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Networks } from '../../contracts/networks.js';
import { createApi, type Api } from '../api/api.js';
import { openInvoice, put, type Json } from '../api/support.js';
import { startReceiver, type Receiver } from '../support/webhooks/receiver.js';
import { Contract, contractIsHere } from './contract.js';

/** Put in by `expand[]`, or nothing that is kept here. */
const EXPANDED = ['customers', 'customer', 'alert_rule'];

describe.skipIf(!contractIsHere)('every operation of the contract answers as it says', () => {
  let h: Api;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
    h = await createApi('TEST', { webhooks: { allowedNetworks: new Networks(['127.0.0.0/8']) } });
    await put(h, 'customers/cust_1', { reference: 'acme', email: 'ap@acme.example' });
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
    await put(h, 'payments/pay_1', { customer_id: 'cust_1', invoice_id: 'inv_1', result: 'REFUSED' });
    await put(h, 'pricing-plan-subscriptions/ppsu_1', { customer_id: 'cust_1', status: 'ACTIVE' });
    await put(h, 'pricing-plan-schedules/pps_1', {
      pricing_plan_subscription_id: 'ppsu_1',
      type: 'TRIAL',
      end_at: '2990-01-01T00:00:00Z',
    });
    await put(h, 'wallet-types/waty_1', { reference: 'prepaid', name: 'Prepaid', status: 'ACTIVE' });
    await put(h, 'wallets/wall_1', { customer_id: 'cust_1', wallet_type_id: 'waty_1', reference: 'w1' });
    await put(h, 'contacts/cont_1', { customer_id: 'cust_1', email: 'cfo@acme.example' });
  });
  afterAll(async () => {
    await h.stop();
    await receiver.stop();
  });

  /** What an answer lacks that its schema has; resources of ours are whole, facts are given back as they came. */
  const whole = (contract: Contract, name: string, body: Json): void => {
    const operation = contract.operations.get(name);
    const schema = operation?.answers[201] ?? operation?.answers[200];
    const absent = schema ? contract.absent(schema, body).filter((field) => !EXPANDED.includes(field)) : [];
    expect(absent, `${name} lacks fields`).toEqual([]);
  };

  /** All of them were asked, but for those that are not built; the errors of each fit, too. */
  const complete = async (contract: Contract, not: readonly string[] = []): Promise<void> => {
    const wanted = [...contract.operations.keys()].filter((name) => !not.includes(name));
    expect([...contract.called].sort()).toEqual(wanted.sort());
    for (const name of wanted) {
      const [method = '', path = ''] = name.split(' ');
      const url = `/v1${path.replace(/\{\w+\}/g, 'nothing')}`;
      const unknown = await h.call('GET', url);
      if (unknown.status >= 400) contract.fits('ApiError', unknown.body, `GET ${url}`);
      const closed = await h.call(method, url, undefined, { 'x-api-key': 'wrong' });
      expect(closed.status, name).toBe(401);
      contract.fits('ApiError', closed.body, `401 of ${name}`);
    }
  };

  it('workflows', async () => {
    const contract = new Contract('workflows');
    const body = {
      name: 'Ladder',
      description: 'Overdue',
      type: 'INVOICE',
      reference: 'ladder',
      status: 'ACTIVE',
      customer_ids: null,
      invoice: { variant: 'OVERDUE', overdue: { periods: [{ type: 'DAY', value: 7 }] } },
    };
    const created = await contract.call(h, 'POST /workflows', {}, body);
    whole(contract, 'POST /workflows', created.body as Json);
    const ids = { resourceIdOrReference: 'ladder' };
    await contract.call(h, 'GET /workflows', {}, undefined, '?limit=1&order_by=name&order_direction=asc');
    await contract.call(h, 'GET /workflows/{resourceIdOrReference}', ids);
    const patch = { name: 'Ladder 2', description: null };
    await contract.call(h, 'PATCH /workflows/{resourceIdOrReference}', ids, patch);
    const search = {
      search_fields: [{ name: 'name', value: 'adder', wildcard_start: true, wildcard_end: true, ignore_case: true }],
      filter_fields: [{ name: 'type', reference: null, value: 'INVOICE', values: [] }],
      selection_rule_fields: [{ name: 'status', value: 'ACTIVE' }],
    };
    const query = '?statuses[]=ACTIVE&statuses[]=DRAFT&expand[]=ALL&page=1';
    const found = await contract.call(h, 'POST /workflows/search', {}, search, query);
    expect(found.body.data).toHaveLength(1);
    for (const verb of ['deactivate', 'activate', 'archive']) {
      await contract.call(h, `POST /workflows/{resourceIdOrReference}/${verb}`, ids);
    }
    await complete(contract);
  });

  it('workflow actions', async () => {
    const contract = new Contract('workflowactions');
    const workflow = { name: 'W', type: 'INVOICE', reference: 'for-actions', status: 'DRAFT' };
    const { id } = (await h.call('POST', '/v1/workflows', workflow)).body;
    const bare = { workflow_id: id as string, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' };
    const created = await contract.call(h, 'POST /workflow-actions', {}, bare);
    whole(contract, 'POST /workflow-actions', created.body as Json);
    const ids = { resourceId: created.body.id as string };
    expect((await contract.call(h, 'GET /workflow-actions')).body).toHaveLength(1);
    await contract.call(h, 'GET /workflow-actions/{resourceId}', ids);
    const email = {
      subject: 'Hello',
      cc_recipients: ['cc@acme.example'],
      from: { name: 'A', email: 'a@acme.example' },
    };
    await contract.call(h, 'PATCH /workflow-actions/{resourceId}', ids, { send_email_to_customer: email });
    await contract.call(h, 'DELETE /workflow-actions/{resourceId}', ids);
    await complete(contract);
  });

  it('workflow triggers, with each of the four blocks', async () => {
    const contract = new Contract('workflowtriggers');
    const blocks = { invoice: null, payment: null, pricing_plan_subscription: null, wallet: null };
    const trial = {
      pricing_plan_subscription_id: 'ppsu_1',
      pricing_plan_schedule_id: 'pps_1',
      trial_end_at: '2990-01-01T00:00:00Z',
    };
    const occasion = (type: string, variant: string) =>
      type === 'MANUAL' ? { event: null, manual: { user_id: null, variant } } : { event: { variant } };
    const bodies = ['MANUAL', 'EVENT'].flatMap((type): Json[] => [
      { type, invoice: { invoice_id: 'inv_1', ...occasion(type, 'OVERDUE') } },
      { type, payment: { payment_id: 'pay_1', ...occasion(type, 'FAILED_PAYMENT') } },
      { type, pricing_plan_subscription: { ...trial, ...occasion(type, 'FREE_TRIAL_REMINDER') } },
      // A wallet has no `manual` block in the contract (S-M8).
      { type, wallet: { wallet_id: 'wall_1', ...(type === 'EVENT' && { event: { variant: 'WALLET_BALANCE' } }) } },
    ]);
    let id = '';
    for (const body of bodies) {
      const answer = await contract.call(h, 'POST /workflow-triggers', {}, body);
      whole(contract, 'POST /workflow-triggers', answer.body as Json);
      id = answer.body.id as string;
      // The examples of the contract show the other blocks as null, which their own schema does not allow.
      expect((await h.call('POST', '/v1/workflow-triggers', { ...blocks, ...body })).status).toBe(201);
    }
    await contract.call(h, 'GET /workflow-triggers', {}, undefined, '?limit=2&page=2');
    await contract.call(h, 'GET /workflow-triggers/{resourceId}', { resourceId: id });
    const search = { filter_fields: [{ name: 'invoice_id', values: ['inv_1'] }] };
    const found = await contract.call(h, 'POST /workflow-triggers/search', {}, search, '?expand[]=customer_id');
    expect(found.body.data.length).toBeGreaterThan(0);
    const bare = await h.call('POST', '/v1/workflow-triggers', { type: 'MANUAL' });
    expect([bare.status, bare.body.code]).toEqual([400, 'MISSING_FIELD']);
    await complete(contract);
  });

  it('alert rules and alerts', async () => {
    const rules = new Contract('alertrules');
    const threshold = { type: 'DAY', value: 30 };
    const body = {
      reference: 'late',
      name: 'Late',
      description: null,
      status: 'ACTIVE',
      customer_ids: ['cust_1'],
      type: 'INVOICE',
      trigger_type: 'STATIC',
      invoice: { variant: 'OVERDUE', overdue: { comparator: 'GREATER_THAN_OR_EQUALS', threshold } },
    };
    const rule = await rules.call(h, 'POST /alert-rules', {}, body);
    whole(rules, 'POST /alert-rules', rule.body as Json);
    const ids = { resourceId: rule.body.id as string };
    await rules.call(h, 'GET /alert-rules', {}, undefined, '?expand[]=ALL');
    await rules.call(h, 'GET /alert-rules/{resourceId}', ids, undefined, '?expand[]=customer_ids');
    await rules.call(h, 'PATCH /alert-rules/{resourceId}', ids, { name: 'Later' });

    const alerts = new Contract('alerts');
    const alert = {
      platform_id: h.platformId,
      alert_rule_id: rule.body.id as string,
      customer_id: 'cust_1',
      type: 'INVOICE',
      alert_data: {},
    };
    const raised = await alerts.call(h, 'POST /alerts', {}, alert);
    whole(alerts, 'POST /alerts', raised.body as Json);
    const overdue = { due_date: '2026-01-01T00:00:00Z', overdue_period: threshold };
    await alerts.call(h, 'POST /alerts', {}, { ...alert, alert_data: { invoice: { id: 'inv_1', overdue } } });
    const listed = await alerts.call(h, 'GET /alerts', {}, undefined, '?customer_id=cust_1&expand[]=ALL');
    expect(listed.body.data).toHaveLength(2);
    const expand = '?expand[]=alert_rule_id&expand[]=customer_id';
    await alerts.call(h, 'GET /alerts/{resourceId}', { resourceId: raised.body.id as string }, undefined, expand);
    await rules.call(h, 'DELETE /alert-rules/{resourceId}', ids);
    await complete(rules);
    await complete(alerts);
  });

  it('webhooks', async () => {
    const contract = new Contract('webhooks');
    const body = {
      url: receiver.url,
      name: 'Hook',
      reference: 'hook',
      included_actions: ['INVOICE.CREATED'],
      excluded_actions: null,
      active: true,
      authentication_type: 'NONE',
      include_previous_data: false,
    };
    expect((await contract.call(h, 'POST /webhooks/test-connection', {}, body)).body).toMatchObject({
      successful: true,
    });
    const created = await contract.call(h, 'POST /webhooks', {}, body);
    whole(contract, 'POST /webhooks', created.body as Json);
    const ids = { resourceId: created.body.id as string };
    await contract.call(h, 'GET /webhooks', {}, undefined, '?limit=1');
    await contract.call(h, 'GET /webhooks/{resourceId}', ids);
    await contract.call(h, 'PATCH /webhooks/{resourceId}', ids, { name: 'Hook 2' });
    await contract.call(h, 'PATCH /webhooks/{resourceId}/secret-key', ids, {});
    await contract.call(h, 'DELETE /webhooks/{resourceId}/secret-key', ids);
    const sent = await contract.call(h, 'POST /webhooks/{resourceId}/send-test', ids);
    expect(sent.body).toMatchObject({ successful: true });
    const penalty = await contract.call(h, 'POST /webhooks/{resourceId}/send-penalty-box-payload', ids);
    expect(penalty.status).toBe(400);
    await contract.call(h, 'GET /webhooks/actions', {}, undefined, '?page=1&limit=100');
    await contract.call(h, 'DELETE /webhooks/{resourceId}', ids);
    await complete(contract);
  });

  it('integrations', async () => {
    const contract = new Contract('integrations');
    const authentication = { username_password: { username: 'postmaster', password: 'secret' } };
    const body = {
      reference: 'mailgun',
      name: 'Mailgun',
      description: 'Reminders',
      type: 'EMAIL_PROVIDER',
      status: 'ACTIVE',
      authentication,
      email_provider: { variant: 'MAILGUN', mailgun: { domain: 'mg.acme.example', region: 'EU', plan: null } },
    };
    const created = await contract.call(h, 'POST /integrations', {}, body);
    whole(contract, 'POST /integrations', created.body as Json);
    const ids = { resourceId: created.body.id as string };
    await contract.call(h, 'GET /integrations');
    await contract.call(h, 'GET /integrations/{resourceId}', ids);
    await contract.call(h, 'PATCH /integrations/{resourceId}', ids, { description: 'Overdue' });
    for (const verb of ['deprecate', 'activate', 'archive']) {
      await contract.call(h, `POST /integrations/{resourceId}/${verb}`, ids);
    }
    await contract.call(h, 'DELETE /integrations/{resourceId}', ids);
    await contract.call(h, 'GET /integrations/e-invoicing/default-mandates');
    const system = { reference: 'system', type: 'EMAIL_PROVIDER', email_provider: { variant: 'SYSTEM' } };
    const { id } = (await contract.call(h, 'POST /integrations', {}, system)).body as Json;
    const query = `?integration_type=EMAIL_PROVIDER&integration_id=${String(id)}`;
    await contract.call(h, 'POST /integrations/test-connection', {}, {}, query);
    await complete(contract);
  });

  it('API keys', async () => {
    const contract = new Contract('apikeys');
    const body = {
      description: 'Reporting',
      role_type: 'READ_ONLY',
      account_memberships: [{ account_id: h.platformId, type: 'USER', role_ids: [] }],
    };
    const created = await contract.call(h, 'POST /api-keys', {}, body);
    whole(contract, 'POST /api-keys', created.body as Json);
    const ids = { resourceId: created.body.id as string };
    await contract.call(h, 'GET /api-keys', {}, undefined, '?active=true');
    await contract.call(h, 'GET /api-keys/{resourceId}', ids);
    const shown = await contract.call(h, 'GET /api-keys/{resourceId}/decrypt', ids);
    expect(shown.body.api_key).toMatch(/^dw_/);
    await contract.call(h, 'PATCH /api-keys/{resourceId}', ids, { active: false });
    const search = { resource_id: created.body.id as string, include_inactive: true };
    expect((await contract.call(h, 'POST /api-keys/search', {}, search)).body.id).toBe(created.body.id);
    await complete(contract);
  });

  it.each([
    ['customers', 'resourceIdOrReference', 'cust_1', ['POST /customers/search']],
    ['contacts', 'resourceId', 'cont_1', []],
    ['invoices', 'resourceId', 'inv_1', ['POST /invoices/search']],
    ['payments', 'resourceId', 'pay_1', []],
    ['pricingplansubscriptions', 'resourceId', 'ppsu_1', ['POST /pricing-plan-subscriptions/search']],
    ['pricingplanschedules', 'resourceId', 'pps_1', []],
    ['wallets', 'resourceIdOrReference', 'wall_1', []],
    ['wallettypes', 'resourceIdOrReference', 'waty_1', []],
  ])('%s can be got, listed and searched', async (file, parameter, id, searches) => {
    const contract = new Contract(file);
    const word = [...contract.operations.keys()].find((name) => /^GET \/[\w-]+$/.test(name)) ?? '';
    const one = `${word}/{${parameter}}`;
    await contract.call(h, one, { [parameter]: id });
    const list = await contract.call(h, word);
    expect((list.body.data as Json[]).map((row) => row.id)).toEqual([id]);
    for (const search of searches) {
      const found = await contract.call(h, search, {}, { filter_fields: [{ name: 'id', value: id, values: [] }] });
      expect((found.body.data as Json[]).map((row) => row.id)).toEqual([id]);
    }
    if (file === 'invoices') {
      for (const path of ['payments', 'payment-attempts']) {
        await contract.call(h, `GET /invoices/{resourceId}/${path}`, { resourceId: id });
      }
    }
    await complete(
      contract,
      [...contract.operations.keys()].filter((name) => !contract.called.has(name)),
    );
  });
});
