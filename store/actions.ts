import type { Instant, Period } from '../domain/types.js';
import { newId } from './ids.js';
import type { Sql } from './database.js';

/** `send_email_to_customer` as the contract has it; every field may be left out (S-D8). */
export interface SendEmail {
  integration_id?: string | null;
  subject?: string | null;
  from?: { name?: string | null; email: string } | null;
  reply_to?: { name?: string | null; email: string } | null;
  cc_recipients?: string[] | null;
  bcc_recipients?: string[] | null;
  template_name?: string | null;
  /** Extension: a customer who cannot be mailed is replaced by the first contact who can (S-E6). */
  fallback_to_contacts?: boolean | null;
  variant?: string | null;
  invoice?: {
    type?: string | null;
    include_pdf?: boolean | null;
    include_payment_link?: boolean | null;
    include_customer_contacts_as_cc?: boolean | null;
  } | null;
  payment?: { include_customer_contacts_as_cc?: boolean | null } | null;
  pricing_plan_subscription?: { include_customer_contacts_as_cc?: boolean | null } | null;
}

export type DefinitionStatus = 'DRAFT' | 'ACTIVE' | 'INACTIVE' | 'ARCHIVED';

export interface ActionRow {
  id: string;
  platform_id: string;
  workflow_id: string;
  type: 'SEND_EMAIL_TO_CUSTOMER';
  status: DefinitionStatus;
  description: string | null;
  send_email_to_customer: SendEmail | null;
  steps: Period[] | null;
  created_at: Instant;
  updated_at: Instant;
}

export type ActionFields = Pick<ActionRow, 'status' | 'description' | 'send_email_to_customer' | 'steps'>;

export async function insertAction(
  tx: Sql,
  platformId: string,
  workflowId: string,
  fields: ActionFields,
): Promise<ActionRow> {
  const row = await tx.row<ActionRow>(
    `INSERT INTO workflow_actions (id, platform_id, workflow_id, type, status, description, send_email_to_customer, steps)
     VALUES ($1, $2, $3, 'SEND_EMAIL_TO_CUSTOMER', $4, $5, $6, $7) RETURNING *`,
    [newId('wact'), platformId, workflowId, fields.status, fields.description, ...jsons(fields)],
  );
  if (!row) throw new Error('INSERT … RETURNING answered no row');
  return row;
}

export async function updateAction(tx: Sql, id: string, fields: ActionFields): Promise<ActionRow | null> {
  return tx.row<ActionRow>(
    `UPDATE workflow_actions
     SET status = $2, description = $3, send_email_to_customer = $4, steps = $5, updated_at = clock_timestamp()
     WHERE id = $1 RETURNING *`,
    [id, fields.status, fields.description, ...jsons(fields)],
  );
}

export function getAction(sql: Sql, platformId: string, id: string): Promise<ActionRow | null> {
  return sql.row<ActionRow>('SELECT * FROM workflow_actions WHERE platform_id = $1 AND id = $2', [platformId, id]);
}

/** As `getAction`, and nobody else changes it until the transaction ends. */
export function lockAction(tx: Sql, platformId: string, id: string): Promise<ActionRow | null> {
  return tx.row<ActionRow>('SELECT * FROM workflow_actions WHERE platform_id = $1 AND id = $2 FOR UPDATE', [
    platformId,
    id,
  ]);
}

/** How many actions of a workflow are not archived; the workflow must be locked. */
export async function countActions(tx: Sql, workflowId: string): Promise<number> {
  const row = await tx.row<{ count: number }>(
    `SELECT count(*) FROM workflow_actions WHERE workflow_id = $1 AND status <> 'ARCHIVED'`,
    [workflowId],
  );
  return row?.count ?? 0;
}

function jsons({ send_email_to_customer, steps }: ActionFields): (string | null)[] {
  return [send_email_to_customer && JSON.stringify(send_email_to_customer), steps && JSON.stringify(steps)];
}
