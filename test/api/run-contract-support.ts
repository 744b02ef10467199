import { expect } from 'vitest';
import type { Answer } from '../support/call.js';
import type { Api } from './api.js';
import { put } from './support.js';

/** A workflow that can be called, and a payment to call it for. */
export interface Called {
  id: string;
  number: number;
}

export const SEED_FIELDS = [
  { field_name: 'accountId', datatype: 'Text', required: true, binds_to: 'customer_id' },
  { field_name: 'paymentId', datatype: 'Text', required: true, binds_to: 'payment_id' },
];

/** An ACTIVE workflow about failed payments with these settings. */
export async function createWorkflow(h: Api, reference: string, settings: object, more: object = {}): Promise<Called> {
  const body = {
    name: reference,
    reference,
    type: 'PAYMENT',
    status: 'ACTIVE',
    payment: { variant: 'FAILED_PAYMENT' },
  };
  const created = await h.call('POST', '/v1/workflows', { ...body, ...more });
  expect(created.status).toBe(201);
  const { id, number } = created.body as unknown as Called;
  const set = await h.call('PUT', `/workflows/${String(number)}/settings`, settings);
  expect(set.status, JSON.stringify(set.body)).toBe(200);
  return { id, number };
}

/** The workflow, the customer and the failed payment of the contract's own example. */
export async function openCall(h: Api): Promise<Called> {
  await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
  await put(h, 'customers/cust_2', { email: 'ap@other.example' });
  await put(h, 'payments/pay_1', {
    customer_id: 'cust_1',
    result: 'REFUSED',
    timestamp: new Date(Date.now()).toISOString(),
  });
  return createWorkflow(h, 'failed-payment', { callout_trigger: true, fields: SEED_FIELDS });
}

/** Errors in the shape of the run contract. */
export function expectErrors(answer: Answer, status: number, titles: readonly string[], inner = status): void {
  expect(answer.status).toBe(status);
  expect(answer.body.errors).toEqual(titles.map((title) => ({ status: inner, code: 'invalid', title })));
}
