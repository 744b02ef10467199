import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from '../api/api.js';
import { created, createLadder, openInvoice, put, type Json } from '../api/support.js';
import { Contract, contractIsHere } from './contract.js';

describe.skipIf(!contractIsHere)('definitions and triggers answer as the contract says', () => {
  let h: Api;
  let workflow: Json;
  const files = new Map<string, Contract>();
  const contract = (file: string): Contract => {
    const known = files.get(file) ?? new Contract(file);
    files.set(file, known);
    return known;
  };
  const fits = (file: string, schema: string, value: unknown): void => {
    contract(file).fits(schema, value, schema);
  };

  beforeAll(async () => {
    h = await createApi();
    await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
    workflow = await createLadder(h, 'ladder');
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
  });
  afterAll(() => h.stop());

  const period = { type: 'MONTH', value: 1 };
  const amount = { quantity: '10.00', currency: 'EUR' };
  const balance = (threshold: Json): Json => ({
    type: 'WALLET',
    wallet: {
      variant: 'WALLET_BALANCE',
      wallet_balance: { wallet_type_id: 'waty_1', comparator: 'LESS_THAN', threshold },
    },
  });
  it.each<[string, Json]>([
    ['draft', { type: 'INVOICE', status: 'DRAFT' }],
    ['to-final', { type: 'INVOICE', invoice: { variant: 'TO_FINAL' } }],
    [
      'upcoming',
      { type: 'INVOICE', invoice: { variant: 'UPCOMING_PAYMENT_REMINDER', upcoming_payment: { periods: [period] } } },
    ],
    ['payment', { type: 'PAYMENT', payment: { variant: 'FAILED_PAYMENT' } }],
    [
      'trial',
      {
        type: 'PRICING_PLAN_SUBSCRIPTION',
        pricing_plan_subscription: { variant: 'FREE_TRIAL_REMINDER', reminder_periods: [period] },
      },
    ],
    ['percentage', balance({ percentage: '12.5' })],
    ['amount', balance({ amount })],
    ['credits', balance({ credits: { quantity: '5', credit_type_id: 'crty_1' } })],
  ])('a workflow: %s', async (reference, body) => {
    const request = { name: reference, reference, status: 'ACTIVE', customer_ids: ['cust_9'], ...body };
    fits('workflows', 'WorkflowCreateRequest', request);
    const row = await created(h, '/v1/workflows', request);
    fits('workflows', 'Workflow', row);
    fits(
      'workflows',
      'Workflow',
      (await h.call('PATCH', `/v1/workflows/${row.id as string}`, { description: 'x' })).body,
    );
    for (const verb of ['activate', 'deactivate', 'archive']) {
      const answer = await h.call('POST', `/v1/workflows/${row.id as string}/${verb}`);
      fits('workflows', answer.status === 200 ? 'Workflow' : 'ApiError', answer.body);
    }
  });

  it('an action, bare and with everything', async () => {
    const bare = { workflow_id: workflow.id as string, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' };
    const email = {
      subject: 'Reminder',
      from: { name: 'Accounts', email: 'ar@acme.example' },
      reply_to: { name: null, email: 'ar@acme.example' },
      cc_recipients: ['a@x.example'],
      bcc_recipients: null,
      variant: 'INVOICE',
      invoice: {
        type: 'OVERDUE',
        include_pdf: true,
        include_payment_link: true,
        include_customer_contacts_as_cc: true,
      },
    };
    for (const request of [bare, { ...bare, description: 'x', send_email_to_customer: email }]) {
      fits('workflowactions', 'WorkflowActionCreateRequest', request);
      const row = await created(h, '/v1/workflow-actions', request);
      fits('workflowactions', 'WorkflowAction', row);
      fits(
        'workflowactions',
        'WorkflowAction',
        (await h.call('DELETE', `/v1/workflow-actions/${row.id as string}`)).body,
      );
    }
    for (const row of (await h.call('GET', '/v1/workflow-actions')).body as Json[]) {
      fits('workflowactions', 'WorkflowAction', row);
    }
  });

  it('a trigger, by call and by a fact', async () => {
    const overdue = { period: { type: 'DAY', value: 7 } };
    const request = {
      type: 'MANUAL',
      invoice: { invoice_id: 'inv_1', event: null, manual: { user_id: null, variant: 'OVERDUE', overdue } },
    };
    fits('workflowtriggers', 'WorkflowTriggerCreateRequest', request);
    fits('workflowtriggers', 'WorkflowTrigger', await created(h, '/v1/workflow-triggers', request));
    const list = (await h.call('GET', '/v1/workflow-triggers')).body;
    fits('workflowtriggers', 'WorkflowTriggerPaginatedResponse', list);
    expect(list.data).toHaveLength(2);
    for (const { id } of list.data as Json[]) {
      fits('workflowtriggers', 'WorkflowTrigger', (await h.call('GET', `/v1/workflow-triggers/${id as string}`)).body);
    }
  });

  it('a list of workflows', async () => {
    fits('workflows', 'WorkflowPaginatedResponse', (await h.call('GET', '/v1/workflows?limit=1')).body);
  });

  it.each([
    ['GET', '/v1/workflows/nothing', undefined],
    ['POST', '/v1/workflows', {}],
    ['POST', '/v1/workflow-triggers', { type: 'MANUAL' }],
    ['GET', '/v2/workflows', undefined],
    ['GET', '/v1/workflows?limit=0', undefined],
  ])('an error: %s %s', async (method, path, body) => {
    fits('workflows', 'ApiError', (await h.call(method, path, body)).body);
  });

  it('every currency of the contract is one here', async () => {
    const { AmountCurrency } = contract('invoices').document.components.schemas as Json;
    for (const currency of AmountCurrency.enum as string[]) {
      const invoice = openInvoice('cust_2', { open_invoice_amount: { quantity: '5', currency } });
      expect((await h.call('PUT', '/v1/invoices/inv_money', invoice)).status, currency).toBeLessThan(300);
    }
  });

  it('every operation served under a path of the contract is one of the contract, or an extension named here', async () => {
    const extensions = [
      'get /v1/workflows/{}/backfill',
      'get /v1/workflows/{}/schedule',
      'post /v1/workflows/{}/backfill',
      'post /v1/workflows/{}/replan-runs',
    ];
    const document = (await h.call('GET', '/openapi.json')).body;
    const shape = (path: string): string => path.replace('/v{version}', '/v1').replaceAll(/\{\w+\}/g, '{}');
    const theirs = ['workflows', 'workflowactions', 'workflowtriggers'].flatMap((file) =>
      Object.entries(contract(file).document.paths as Json).flatMap(([path, item]) =>
        Object.keys(item as Json).map((method) => `${method} ${shape(path)}`),
      ),
    );
    const ours = Object.entries(document.paths as Json)
      .filter(([path]) => /^\/v1\/workflow(s|-actions|-triggers)\b/.test(path))
      .flatMap(([path, item]) => Object.keys(item as Json).map((method) => `${method} ${shape(path)}`));
    expect([...theirs, ...extensions]).toEqual(expect.arrayContaining(ours));
  });
});
