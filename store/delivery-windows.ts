import type { Period } from '../domain/types.js';
import type { Sql } from './database.js';

/** How long after its instant each ACTIVE action of a workflow may still send; null = the default. Never empty (S-T7). */
export async function deliveryWindows(sql: Sql, workflowId: string): Promise<readonly (Period | null)[]> {
  const rows = await sql.rows<{ delivery_window: Period | null }>(
    `SELECT nullif(g.email_provider -> 'delivery_window', 'null') AS delivery_window FROM workflow_actions a
     LEFT JOIN integrations g ON g.platform_id = a.platform_id AND g.id = a.send_email_to_customer ->> 'integration_id'
     WHERE a.workflow_id = $1 AND a.status = 'ACTIVE'`,
    [workflowId],
  );
  return rows.length === 0 ? [null] : rows.map(({ delivery_window }) => delivery_window);
}
