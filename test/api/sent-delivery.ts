import { expect } from 'vitest';
import { newId } from '../../store/ids.js';
import type { Api } from './api.js';
import { put } from './support.js';

/** A mail that went to ap@acme.example with a copy to cc@acme.example. Answers its id. */
export async function sentDelivery(h: Api): Promise<string> {
  await put(h, 'customers/cust_1', { email: 'ap@acme.example' });
  const workflow = { name: 'L', type: 'INVOICE', reference: 'sent', status: 'ACTIVE' };
  const invoice = { variant: 'OVERDUE', overdue: { periods: [{ type: 'DAY', value: 7 }] } };
  const { id } = (await h.call('POST', '/v1/workflows', { ...workflow, invoice })).body;
  await h.call('POST', '/v1/workflow-actions', { workflow_id: id, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' });
  await put(h, 'invoices/inv_1', { customer_id: 'cust_1', status: 'FINAL', due_date: '2990-01-01T00:00:00Z' });
  const delivery = newId('dlv');
  const recipients = { to: 'AP@acme.example', cc: ['cc@acme.example'], bcc: [], refused: [], suppressed: [] };
  const written = await h.db.rows(
    `INSERT INTO deliveries (id, platform_id, run_id, step_id, action_id, status, recipients)
     SELECT $1, r.platform_id, r.id, s.id, a.id, 'SENT', $2 FROM runs r JOIN run_steps s ON s.run_id = r.id
     JOIN workflow_actions a ON a.workflow_id = r.workflow_id WHERE r.workflow_id = $3 RETURNING id`,
    [delivery, JSON.stringify(recipients), id],
  );
  expect(written).toHaveLength(1);
  return delivery;
}
