import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overdueLadder } from '../support/scenario.js';
import { startTestIssuer, type TestIssuer } from '../support/token-issuer.js';
import { createApi, type Api } from './api.js';
import { integrationHelpers } from './integration-support.js';
import { createLadder, expectRefusal, openInvoice, put, refuses, type Json } from './support.js';

const customer = { email: 'ap@acme.example' };
const euros = { amount: { quantity: '5', currency: 'EUR' } };
const inline = (type: string, body: Json): Json => ({ name: 'N', type, reference: 'n', status: 'ACTIVE', ...body });
const failedPayment = inline('PAYMENT', { payment: { variant: 'FAILED_PAYMENT' } });
const lowWallet = inline('WALLET', {
  wallet: { variant: 'WALLET_BALANCE', wallet_balance: { comparator: 'LESS_THAN', threshold: euros } },
});
const ladder = { name: 'L', status: 'ACTIVE', ...overdueLadder('inline', [7]) };
const invoice = { customer_id: 'cust_1', status: 'FINAL', due_date: '2026-01-10T00:00:00Z' };

describe('whose permissions a simulation asks for (S-R5, S-W1)', () => {
  let issuer: TestIssuer;
  let h: Api;
  let integration: Json;
  const { smtp, body, create } = integrationHelpers(() => h);
  beforeAll(async () => {
    issuer = await startTestIssuer();
    h = await createApi('TEST', { tokenIssuer: issuer });
    await createLadder(h, 'ladder');
    await put(h, 'customers/cust_1', customer);
    await put(h, 'invoices/inv_1', openInvoice('cust_1'));
    await put(h, 'payments/pay_1', { customer_id: 'cust_1', invoice_id: 'inv_1', result: 'REFUSED' });
    await put(h, 'wallet-types/waty_1', { name: 'Prepaid' });
    await put(h, 'wallets/wall_1', { customer_id: 'cust_1', wallet_type_id: 'waty_1', open_balance: euros });
    integration = await create(body({ name: 'SMTP', email_provider: smtp() }));
  });
  afterAll(async () => {
    await h.stop();
    await issuer.stop();
  });

  const send = (): Json => ({
    type: 'SEND_EMAIL_TO_CUSTOMER',
    status: 'DRAFT',
    send_email_to_customer: { integration_id: integration.id as string },
  });

  it.each<[string, () => Json, string[]]>([
    [
      'a stored payment, its invoice and its customer',
      () => ({ workflow: failedPayment, payment_id: 'pay_1' }),
      ['PAYMENT.VIEW', 'INVOICE.VIEW', 'CUSTOMER.VIEW'],
    ],
    [
      'a stored wallet, its type and its customer',
      () => ({ workflow: lowWallet, wallet_id: 'wall_1' }),
      ['WALLET.VIEW', 'WALLET_TYPE.VIEW', 'CUSTOMER.VIEW'],
    ],
    ['a stored workflow', () => ({ workflow_id: 'ladder', customer, invoice }), ['WORKFLOW.VIEW']],
    [
      'an integration that an action names',
      () => ({ workflow: ladder, customer, invoice, actions: [send()] }),
      ['INTEGRATION.VIEW'],
    ],
    ['nothing that is stored', () => ({ workflow: ladder, customer, invoice }), []],
  ])('shows %s only to whoever may see it', async (_, asked, needed) => {
    const ask = async (more: readonly string[]) => {
      const token = await issuer.sign({ platform_ids: [h.platformId], permissions: ['WORKFLOW_RUN.VIEW', ...more] });
      const bearer = { authorization: `Bearer ${token}`, 'x-api-key': '' };
      return h.call('POST', '/v1/simulations', asked(), bearer);
    };
    for (const one of needed) {
      const refused = await ask(needed.filter((other) => other !== one));
      expectRefusal(refused, 403, 'USER_NOT_ALLOWED');
      expect(refused.body.message).toContain(`the permission ${one}.`);
    }
    const answer = await ask(needed);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  });

  it('does not tell somebody without it whether a workflow or an integration is there', async () => {
    const token = await issuer.sign({ platform_ids: [h.platformId], permissions: ['WORKFLOW_RUN.VIEW'] });
    const bearer = { authorization: `Bearer ${token}`, 'x-api-key': '' };
    const unknown = { workflow_id: 'nowhere', customer, invoice };
    expectRefusal(await h.call('POST', '/v1/simulations', unknown, bearer), 403, 'USER_NOT_ALLOWED');
  });

  it.each<[string, Json]>([
    ['wallet', { wallet: { customer_id: 'cust_1', open_balance: euros } }],
    ['payment', { payment: { customer_id: 'cust_1', result: 'REFUSED' } }],
  ])('refuses inline facts of another kind than the workflow is about: %s', async (field, more) => {
    const asked = { workflow: ladder, customer, invoice, ...more };
    await refuses(h, ['POST', '/v1/simulations', asked], 400, 'INVALID_FIELD', field);
  });

  it('takes the invoice of a payment beside it', async () => {
    const payment = { customer_id: 'cust_1', invoice_id: 'inv_9', result: 'REFUSED' };
    const answer = await h.call('POST', '/v1/simulations', { workflow: failedPayment, customer, invoice, payment });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  });
});
