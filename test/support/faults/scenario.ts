import { expect } from 'vitest';
import type { Harness } from '../harness.js';
import { inParallel } from './in-parallel.js';

type Api = Pick<Harness, 'call'>;

/** `inv_0`, `inv_1`, … */
export const invoiceIds = (count: number, prefix = 'inv'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}_${String(index)}`);

/** An instant so many seconds from now, as the API takes it. Postgres runs on this machine: the clocks are one. */
export const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();

/** An ACTIVE overdue ladder with one e-mail action; the periods are days after the due date. Answers the workflow's id. */
export async function createLadder(api: Api, days: readonly number[] = [0], reference = 'overdue'): Promise<string> {
  const periods = days.map((value) => ({ type: 'DAY', value }));
  const workflow = await api.call('POST', '/v1/workflows', {
    name: 'Overdue',
    type: 'INVOICE',
    reference,
    status: 'ACTIVE',
    invoice: { variant: 'OVERDUE', overdue: { periods } },
  });
  const action = await api.call('POST', '/v1/workflow-actions', {
    workflow_id: workflow.body.id,
    type: 'SEND_EMAIL_TO_CUSTOMER',
    status: 'ACTIVE',
  });
  expect([workflow.status, action.status]).toEqual([201, 201]);
  return workflow.body.id as string;
}

export async function putCustomer(api: Api, id: string, more: Record<string, unknown> = {}): Promise<void> {
  const answer = await api.call('PUT', `/v1/customers/${id}`, { email: `${id}@acme.example`, locale: 'en', ...more });
  expect(answer.status).toBeLessThan(300);
}

/** FINAL invoices of one customer. While a ladder is active each gets its run by itself. */
export async function putInvoices(
  api: Api,
  ids: readonly string[],
  more: Record<string, unknown> & { due_date: string },
  customerId = 'cust_1',
): Promise<void> {
  const answers = await inParallel(ids, 20, (id) =>
    api.call('PUT', `/v1/invoices/${id}`, { customer_id: customerId, status: 'FINAL', ...more }),
  );
  expect(answers.filter(({ status }) => status > 201)).toEqual([]);
}
