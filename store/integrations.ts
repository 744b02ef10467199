import type { EmailProvider, MailProvider } from '../contracts/email-provider.js';
import type { Instant } from '../domain/types.js';
import type { Sql } from './database.js';
import { newId } from './ids.js';

export const INTEGRATION_STATUSES = [
  'DRAFT',
  'PENDING',
  'TESTING',
  'ACTIVE',
  'ERROR',
  'DEPRECATED',
  'ARCHIVED',
] as const;

export type IntegrationStatus = (typeof INTEGRATION_STATUSES)[number];

/** Mail goes through it: a deprecated one serves the actions it has. */
export const USABLE: readonly IntegrationStatus[] = ['ACTIVE', 'DEPRECATED'];

/** How resources of ours are linked from the provider's side (contract). */
interface LinkedResources {
  resource_type?: string | null | undefined;
  link_details?:
    { base_url?: string | null | undefined; custom_field_reference?: string | null | undefined }[] | null | undefined;
}

export interface IntegrationRow {
  id: string;
  platform_id: string;
  reference: string;
  name: string | null;
  description: string | null;
  type: 'EMAIL_PROVIDER';
  status: IntegrationStatus;
  email_provider: EmailProvider | null;
  /** `ProviderAuthentication` as JSON, sealed for the row's id. */
  sealed_authentication: string | null;
  linked_resources_configurations: LinkedResources[] | null;
  version: number;
  created_at: Instant;
  updated_at: Instant;
}

export type IntegrationFields = Pick<
  IntegrationRow,
  | 'reference'
  | 'name'
  | 'description'
  | 'status'
  | 'email_provider'
  | 'sealed_authentication'
  | 'linked_resources_configurations'
>;

export const newIntegrationId = (): string => newId('int');

/** `id` is made by the caller, because the credentials are sealed for it. Answers null when the reference is taken. */
export function insertIntegration(
  tx: Sql,
  platformId: string,
  id: string,
  fields: IntegrationFields,
): Promise<IntegrationRow | null> {
  return tx.row<IntegrationRow>(
    `INSERT INTO integrations (id, platform_id, reference, type, name, description, status, email_provider,
       sealed_authentication, linked_resources_configurations)
     VALUES ($1, $2, $3, 'EMAIL_PROVIDER', $4, $5, $6, $7, $8, $9)
     ON CONFLICT (platform_id, reference) DO NOTHING RETURNING *`,
    [id, platformId, ...columns(fields)],
  );
}

/** Writes a locked integration. Answers null when the reference is taken. */
export function updateIntegration(tx: Sql, id: string, fields: IntegrationFields): Promise<IntegrationRow | null> {
  return tx.row<IntegrationRow>(
    `UPDATE integrations i SET reference = $2, name = $3, description = $4, status = $5, email_provider = $6,
       sealed_authentication = $7, linked_resources_configurations = $8, version = version + 1, updated_at = clock_timestamp()
     WHERE id = $1
       AND NOT EXISTS (SELECT FROM integrations o WHERE o.platform_id = i.platform_id AND o.reference = $2 AND o.id <> i.id)
     RETURNING *`,
    [id, ...columns(fields)],
  );
}

export function getIntegration(sql: Sql, platformId: string, id: string): Promise<IntegrationRow | null> {
  return sql.row<IntegrationRow>('SELECT * FROM integrations WHERE platform_id = $1 AND id = $2', [platformId, id]);
}

/** Of whatever platform: for those who prove with its keys that they may ask. */
export function findIntegration(sql: Sql, id: string): Promise<IntegrationRow | null> {
  return sql.row<IntegrationRow>('SELECT * FROM integrations WHERE id = $1', [id]);
}

/** Whether a webhook's token vouches for this body: the first it came with, and no other. */
export async function useToken(tx: Sql, integrationId: string, token: string, body: Buffer): Promise<boolean> {
  const row = await tx.row<{ ours: boolean }>(
    `INSERT INTO webhook_tokens (integration_id, token, body_hash) VALUES ($1, $2, sha256($3))
     ON CONFLICT (integration_id, token) DO UPDATE SET token = excluded.token RETURNING body_hash = sha256($3) AS ours`,
    [integrationId, token, body],
  );
  return row?.ours === true;
}

/** Those of the events' ids that this integration has not told before, as far back as its signatures are taken. */
export async function newEvents(tx: Sql, integrationId: string, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await tx.rows<{ token: string }>(
    `INSERT INTO webhook_tokens (integration_id, token, body_hash)
     SELECT $1, token, '' FROM unnest($2::text[]) AS t (token) ORDER BY token
     ON CONFLICT (integration_id, token) DO NOTHING RETURNING token`,
    [integrationId, ids.map((id) => EVENT + id)],
  );
  return new Set(rows.map(({ token }) => token.slice(EVENT.length)));
}

/** Tokens have no such sign. */
const EVENT = 'event:';

/** A way out that mail may take, for a test; null = there is none of this id. */
export async function readProvider(sql: Sql, platformId: string, id: string): Promise<MailProvider | null> {
  const row = await getIntegration(sql, platformId, id);
  if (!row || row.status === 'ARCHIVED') return null;
  const { version, email_provider, sealed_authentication: sealedAuthentication } = row;
  return { id, version, provider: email_provider ?? {}, sealedAuthentication };
}

/** As `getIntegration`, and nobody else changes it, or begins to use it, until the transaction ends. */
export function lockIntegration(tx: Sql, platformId: string, id: string): Promise<IntegrationRow | null> {
  return tx.row<IntegrationRow>('SELECT * FROM integrations WHERE platform_id = $1 AND id = $2 FOR UPDATE', [
    platformId,
    id,
  ]);
}

/** Its status, which stays until the transaction ends: an action is about to refer to it. */
export async function shareIntegration(tx: Sql, platformId: string, id: string): Promise<IntegrationStatus | null> {
  const row = await tx.row<{ status: IntegrationStatus }>(
    'SELECT status FROM integrations WHERE platform_id = $1 AND id = $2 FOR SHARE',
    [platformId, id],
  );
  return row?.status ?? null;
}

/** How many actions that are not archived send through it. */
export async function countUsers(tx: Sql, platformId: string, id: string): Promise<number> {
  const row = await tx.row<{ count: number }>(
    `SELECT count(*) FROM workflow_actions
     WHERE platform_id = $1 AND send_email_to_customer ->> 'integration_id' = $2 AND status <> 'ARCHIVED'`,
    [platformId, id],
  );
  return row?.count ?? 0;
}

function columns(fields: IntegrationFields): unknown[] {
  return [
    fields.reference,
    fields.name,
    fields.description,
    fields.status,
    fields.email_provider && JSON.stringify(fields.email_provider),
    fields.sealed_authentication,
    fields.linked_resources_configurations && JSON.stringify(fields.linked_resources_configurations),
  ];
}
