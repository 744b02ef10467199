import type { Instant } from '../domain/types.js';
import type { AlertType } from './alert-rules.js';
import { newId } from './ids.js';
import type { Sql } from './database.js';

export interface AlertRow {
  id: string;
  platform_id: string;
  alert_rule_id: string;
  customer_id: string;
  type: AlertType;
  data_trigger_reference: string | null;
  /** The contract's blocks, as given. */
  alert_data: Record<string, unknown>;
  created_at: Instant;
}

export type AlertFields = Omit<AlertRow, 'id' | 'created_at'>;

/** Rule and customer exist: the caller has looked. */
export async function insertAlert(tx: Sql, fields: AlertFields): Promise<AlertRow> {
  const row = await tx.row<AlertRow>(
    `INSERT INTO alerts (id, platform_id, alert_rule_id, customer_id, type, data_trigger_reference, alert_data)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *`,
    [
      newId('alrt'),
      fields.platform_id,
      fields.alert_rule_id,
      fields.customer_id,
      fields.type,
      fields.data_trigger_reference,
      JSON.stringify(fields.alert_data),
    ],
  );
  if (!row) throw new Error('INSERT … RETURNING answered no row');
  return row;
}

export function getAlert(sql: Sql, platformId: string, id: string): Promise<AlertRow | null> {
  return sql.row<AlertRow>('SELECT * FROM alerts WHERE platform_id = $1 AND id = $2', [platformId, id]);
}
