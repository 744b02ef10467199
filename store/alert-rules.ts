import type { Instant } from '../domain/types.js';
import { newId } from './ids.js';
import type { Sql } from './database.js';

export type AlertType = 'ENTITLEMENT' | 'INVOICE';

export type AlertRuleStatus = 'DRAFT' | 'ACTIVE' | 'ARCHIVED';

export interface AlertRuleRow {
  id: string;
  platform_id: string;
  reference: string;
  name: string | null;
  description: string | null;
  type: AlertType;
  trigger_type: 'STATIC' | 'DYNAMIC' | null;
  status: AlertRuleStatus;
  /** Empty = every customer. */
  customer_ids: string[];
  /** The contract's block of the type, as given. */
  config: Record<string, unknown> | null;
  created_at: Instant;
  updated_at: Instant;
}

export type AlertRuleFields = Omit<AlertRuleRow, 'id' | 'platform_id' | 'created_at' | 'updated_at'>;

/** Answers null when the reference is taken. */
export function insertAlertRule(tx: Sql, platformId: string, fields: AlertRuleFields): Promise<AlertRuleRow | null> {
  return tx.row<AlertRuleRow>(
    `INSERT INTO alert_rules
       (id, platform_id, reference, name, description, type, trigger_type, status, customer_ids, config)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (platform_id, reference) DO NOTHING RETURNING *`,
    [newId('alru'), platformId, ...columns(fields)],
  );
}

/** Writes a locked rule. Answers null when the reference is taken. */
export function updateAlertRule(tx: Sql, id: string, fields: AlertRuleFields): Promise<AlertRuleRow | null> {
  return tx.row<AlertRuleRow>(
    `UPDATE alert_rules r SET reference = $2, name = $3, description = $4, type = $5, trigger_type = $6, status = $7,
       customer_ids = $8, config = $9, updated_at = clock_timestamp()
     WHERE id = $1
       AND NOT EXISTS (SELECT FROM alert_rules o WHERE o.platform_id = r.platform_id AND o.reference = $2 AND o.id <> r.id)
     RETURNING *`,
    [id, ...columns(fields)],
  );
}

export function getAlertRule(sql: Sql, platformId: string, id: string): Promise<AlertRuleRow | null> {
  return sql.row<AlertRuleRow>('SELECT * FROM alert_rules WHERE platform_id = $1 AND id = $2', [platformId, id]);
}

/** As `getAlertRule`, for several at once; what is not there is left out. */
export function getAlertRules(sql: Sql, platformId: string, ids: readonly string[]): Promise<AlertRuleRow[]> {
  return sql.rows<AlertRuleRow>('SELECT * FROM alert_rules WHERE platform_id = $1 AND id = ANY ($2)', [
    platformId,
    ids,
  ]);
}

/** As `getAlertRule`, and nobody else changes it until the transaction ends. */
export function lockAlertRule(tx: Sql, platformId: string, id: string): Promise<AlertRuleRow | null> {
  return tx.row<AlertRuleRow>('SELECT * FROM alert_rules WHERE platform_id = $1 AND id = $2 FOR NO KEY UPDATE', [
    platformId,
    id,
  ]);
}

function columns(fields: AlertRuleFields): unknown[] {
  return [
    fields.reference,
    fields.name,
    fields.description,
    fields.type,
    fields.trigger_type,
    fields.status,
    fields.customer_ids,
    fields.config && JSON.stringify(fields.config),
  ];
}
