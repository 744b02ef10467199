import { createApiKey } from '../../store/api-keys.js';
import type { Database } from '../../store/database.js';
import { migrate } from '../../store/migrate.js';
import { createPlatform } from '../../store/platforms.js';
import type { OwnDatabase } from '../servers/ground.js';
import { reminderAddress, type Reminders } from './contestant.js';

type Call = (method: string, path: string, body?: unknown) => Promise<unknown>;

const DAY_MS = 86_400_000;
const PATTERN = 'pattern';

/** The schema, a LIVE platform and a key to it. */
export async function prepareDunwell({ url, db }: OwnDatabase): Promise<{ apiKey: string; platformId: string }> {
  await migrate(url);
  const { id } = await createPlatform(db, 'Bench', 'LIVE');
  return { apiKey: await createApiKey(db, [id], 'bench'), platformId: id };
}

/**
 * The facts that reminders are about. One customer and one invoice are told to the API; the others are copies of their rows, each
 * with its own name, address and due date, because telling facts is not what is measured.
 */
export class DunwellFacts {
  constructor(
    readonly db: Database,
    readonly call: Call,
  ) {}

  /** The pattern, then an ACTIVE overdue ladder with one e-mail. Answers the workflow's id. */
  async begin(ladder: readonly number[]): Promise<string> {
    await this.call('PUT', `/v1/customers/${PATTERN}`, { name: 'Acme', email: 'a@customer.example', locale: 'en' });
    // While there is no workflow yet: a FINAL invoice would get its run by itself.
    await this.call('PUT', `/v1/invoices/${PATTERN}`, {
      customer_id: PATTERN,
      status: 'FINAL',
      invoice_number: 'INV-417',
      invoice_date: '2026-02-01T00:00:00Z',
      due_date: '2030-01-01T00:00:00Z',
      invoice_amount_including_tax: { quantity: '1200.50', currency: 'EUR' },
    });
    const workflow = await this.call('POST', '/v1/workflows', {
      name: 'Overdue',
      type: 'INVOICE',
      reference: 'overdue',
      status: 'ACTIVE',
      invoice: { variant: 'OVERDUE', overdue: { periods: ladder.map((value) => ({ type: 'DAY', value })) } },
    });
    const { id } = workflow as { id: string };
    const action = { workflow_id: id, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' };
    await this.call('POST', '/v1/workflow-actions', action);
    return id;
  }

  /** `cust_<n>` and `inv_<n>`, so that a step `days` after the due date is due as asked. */
  async addInvoices({ from, count, dueAt, everyMs }: Reminders, days: number): Promise<void> {
    const range = [from, from + count - 1];
    await this.copy(
      'customers',
      range,
      `jsonb_build_object('id', 'cust_' || i, 'body', t.body || jsonb_build_object('email', $3 || i || $4::text))`,
      [...reminderAddress(0).split('0')],
    );
    await this.copy(
      'invoices',
      range,
      `jsonb_build_object('id', 'inv_' || i, 'customer_id', 'cust_' || i, 'body', t.body || jsonb_build_object('due_date',
         to_char((to_timestamp(($3::float8 + (i - $1) * $4::float8) / 1000)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))`,
      [dueAt - days * DAY_MS, everyMs],
    );
    await this.db.rowsOnce('ANALYZE customers, invoices');
  }

  async count(text: string): Promise<number> {
    return (await this.db.row<{ count: number }>(text))?.count ?? 0;
  }

  /** Rows like the pattern's, for each number of a range; `changes` is an SQL expression over the pattern `t` and the number `i`. */
  private async copy(table: string, range: number[], changes: string, values: unknown[]): Promise<void> {
    await this.db.rowsOnce(
      `INSERT INTO ${table} OVERRIDING USER VALUE SELECT (jsonb_populate_record(t, ${changes})).*
       FROM ${table} t, generate_series($1::integer, $2::integer) AS i WHERE t.id = '${PATTERN}'`,
      [...range, ...values],
    );
  }
}
