import type { Instant } from '../domain/types.js';
import type { Sql } from './database.js';

type AuthenticationType = 'NONE' | 'PASSWORD' | 'API_KEY';

/** Secrets are sealed by the vault, each for `<id>:<field>`. */
export interface WebhookRow {
  id: string;
  platform_id: string;
  reference: string;
  name: string;
  url: string;
  active: boolean;
  /** Empty = every action. */
  included_actions: string[];
  excluded_actions: string[];
  include_previous_data: boolean;
  authentication_type: AuthenticationType;
  username: string | null;
  api_header_field: string | null;
  sealed_password: string | null;
  sealed_api_key: string | null;
  sealed_secret_key: string;
  /** The secret before the last roll, for as long as it signs too. */
  sealed_previous_secret_key: string | null;
  secret_rolled_at: Instant | null;
  created_at: Instant;
  updated_at: Instant;
  /** The clock of Postgres as the row was read (S-T7). */
  now: Instant;
}

export type WebhookFields = Pick<
  WebhookRow,
  | 'reference'
  | 'name'
  | 'url'
  | 'active'
  | 'included_actions'
  | 'excluded_actions'
  | 'include_previous_data'
  | 'authentication_type'
  | 'username'
  | 'api_header_field'
  | 'sealed_password'
  | 'sealed_api_key'
>;

const COLUMNS = `id, platform_id, reference, name, url, active, included_actions, excluded_actions, include_previous_data,
  authentication_type, username, api_header_field, sealed_password, sealed_api_key, sealed_secret_key,
  CASE WHEN previous_ends_at > clock_timestamp() THEN sealed_previous_secret_key END AS sealed_previous_secret_key,
  secret_rolled_at, created_at, updated_at, clock_timestamp() AS now`;

export const SELECT_WEBHOOKS = `SELECT ${COLUMNS} FROM webhooks`;

/** `id` is made by the caller, who sealed the secrets for it. Answers null when the reference is taken. */
export function insertWebhook(
  tx: Sql,
  platformId: string,
  id: string,
  fields: WebhookFields,
  sealedSecret: string,
): Promise<WebhookRow | null> {
  return tx.row<WebhookRow>(
    `INSERT INTO webhooks (id, platform_id, sealed_secret_key, reference, name, url, active, included_actions,
       excluded_actions, include_previous_data, authentication_type, username, api_header_field, sealed_password, sealed_api_key)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     ON CONFLICT (platform_id, reference) DO NOTHING RETURNING ${COLUMNS}`,
    [id, platformId, sealedSecret, ...values(fields)],
  );
}

/** Answers null when the reference is taken. */
export function updateWebhook(tx: Sql, id: string, fields: WebhookFields): Promise<WebhookRow | null> {
  return tx.row<WebhookRow>(
    `UPDATE webhooks w SET reference = $2, name = $3, url = $4, active = $5, included_actions = $6, excluded_actions = $7,
       include_previous_data = $8, authentication_type = $9, username = $10, api_header_field = $11, sealed_password = $12,
       sealed_api_key = $13, updated_at = clock_timestamp()
     WHERE id = $1
       AND NOT EXISTS (SELECT FROM webhooks o WHERE o.platform_id = w.platform_id AND o.reference = $2 AND o.id <> w.id)
     RETURNING ${COLUMNS}`,
    [id, ...values(fields)],
  );
}

/** The new secret signs from now on, the present one too for `overlapHours`; the one before that ends at once. */
export function rollSecret(
  tx: Sql,
  id: string,
  sealedSecret: string,
  overlapHours: number,
): Promise<WebhookRow | null> {
  return tx.row<WebhookRow>(
    `UPDATE webhooks SET sealed_secret_key = $2, secret_rolled_at = clock_timestamp(), updated_at = clock_timestamp(),
       sealed_previous_secret_key = CASE WHEN $3 > 0 THEN sealed_secret_key END,
       previous_ends_at = CASE WHEN $3 > 0 THEN clock_timestamp() + make_interval(hours => $3) END
     WHERE id = $1 RETURNING ${COLUMNS}`,
    [id, sealedSecret, overlapHours],
  );
}

export function getWebhook(sql: Sql, platformId: string, id: string): Promise<WebhookRow | null> {
  return sql.row<WebhookRow>(`${SELECT_WEBHOOKS} WHERE platform_id = $1 AND id = $2`, [platformId, id]);
}

/** As `getWebhook`, and nobody else changes it until the transaction ends. */
export function lockWebhook(tx: Sql, platformId: string, id: string): Promise<WebhookRow | null> {
  return tx.row<WebhookRow>(`${SELECT_WEBHOOKS} WHERE platform_id = $1 AND id = $2 FOR UPDATE`, [platformId, id]);
}

/** Answers the row as it was, or null. */
export function deleteWebhook(tx: Sql, platformId: string, id: string): Promise<WebhookRow | null> {
  return tx.row<WebhookRow>(`DELETE FROM webhooks WHERE platform_id = $1 AND id = $2 RETURNING ${COLUMNS}`, [
    platformId,
    id,
  ]);
}

function values(fields: WebhookFields): unknown[] {
  return [
    fields.reference,
    fields.name,
    fields.url,
    fields.active,
    fields.included_actions,
    fields.excluded_actions,
    fields.include_previous_data,
    fields.authentication_type,
    fields.username,
    fields.api_header_field,
    fields.sealed_password,
    fields.sealed_api_key,
  ];
}
