import { createHash, randomBytes } from 'node:crypto';
import type { Instant } from '../domain/types.js';
import { at, type Sql } from './database.js';
import { newId } from './ids.js';
import type { Filter } from './lists.js';
import type { Platform } from './platforms.js';

/** What a key may do, where, and how long. */
export interface ApiKeyFields {
  description: string | null;
  /** At least one; all TEST or all LIVE. */
  platform_ids: string[];
  status: 'ACTIVE' | 'INACTIVE';
  role_type: 'ADMINISTRATOR' | 'READ_ONLY';
  expires_at: Instant | null;
}

export interface ApiKeyRow extends ApiKeyFields {
  id: string;
  created_at: Instant;
  /** Those of `platform_ids`, in their order. */
  platforms: Pick<Platform, 'id' | 'name' | 'environment'>[];
}

/** Whose keys are seen: those of the current platform that serve none beyond the caller's. */
export interface KeyScope {
  platformId: string;
  platformIds: readonly string[];
}

/** An API key that may be used, and the platform it asks for. */
export interface KeyHolder {
  keyId: string;
  role: ApiKeyFields['role_type'];
  platformIds: string[];
  expiresAt: Instant | null;
  /** null = the key may not use the platform that was asked for, or must name one of several. */
  platform: Platform | null;
}

/**
 * A new key in clear: 232 random bits, and a prefix that tells whoever finds it what it is. 42 characters: Zuora's SDK takes no
 * longer client secret.
 */
export function newApiKey(): string {
  return `dw_${randomBytes(29).toString('base64url')}`;
}

/** API keys with their platforms, in one statement; neither the hash nor the sealed text is among it. */
export const SELECT_API_KEYS = `
  SELECT * FROM (SELECT k.id, k.description, k.platform_ids, k.status, k.role_type, k.expires_at, k.created_at,
      (SELECT jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'environment', p.environment) ORDER BY o.position)
       FROM unnest(k.platform_ids) WITH ORDINALITY AS o (id, position) JOIN platforms p ON p.id = o.id) AS platforms
    FROM api_keys k) AS k`;

const VISIBLE = 'id = $1 AND platform_ids @> ARRAY[$2]::text[] AND platform_ids <@ $3::text[]';

/** Makes a key that nobody can decrypt and answers it in clear, once: only its SHA-256 is stored (S-W13). */
export async function createApiKey(
  sql: Sql,
  platformIds: string[],
  description: string | null,
  role: ApiKeyFields['role_type'] = 'ADMINISTRATOR',
): Promise<string> {
  const key = newApiKey();
  const fields = {
    description,
    platform_ids: platformIds,
    status: 'ACTIVE',
    role_type: role,
    expires_at: null,
  } as const;
  await insertApiKey(sql, { id: newId('key'), key, sealedKey: null }, fields);
  return key;
}

/** Stores a key by its hash, and the sealed text that `decrypt` opens once. */
export async function insertApiKey(
  sql: Sql,
  { id, key, sealedKey }: { id: string; key: string; sealedKey: string | null },
  fields: ApiKeyFields,
): Promise<void> {
  await sql.rows(
    `INSERT INTO api_keys (id, key_hash, sealed_key, description, platform_ids, status, role_type, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, hashOf(key), sealedKey, ...columns(fields)],
  );
}

export async function updateApiKey(tx: Sql, id: string, fields: ApiKeyFields): Promise<void> {
  await tx.rows(
    `UPDATE api_keys SET description = $2, platform_ids = $3, status = $4, role_type = $5, expires_at = $6 WHERE id = $1`,
    [id, ...columns(fields)],
  );
}

/** Nobody can decrypt it any more. */
export async function forgetSealedKey(tx: Sql, id: string): Promise<void> {
  await tx.rows('UPDATE api_keys SET sealed_key = NULL WHERE id = $1', [id]);
}

/** `KeyScope` as a condition on a list. */
export function keysOf({ platformId, platformIds }: KeyScope): Filter {
  return {
    condition: 'platform_ids @> ARRAY[?]::text[] AND platform_ids <@ ?::text[]',
    values: [platformId, platformIds],
  };
}

export function getApiKey(sql: Sql, { platformId, platformIds }: KeyScope, id: string): Promise<ApiKeyRow | null> {
  return sql.row<ApiKeyRow>(`${SELECT_API_KEYS} WHERE ${VISIBLE}`, [id, platformId, platformIds]);
}

/** As `getApiKey`, with its sealed text; nobody else changes or decrypts it until the transaction ends. */
export async function lockApiKey(
  tx: Sql,
  scope: KeyScope,
  id: string,
): Promise<(ApiKeyRow & { sealed_key: string | null }) | null> {
  const locked = await tx.row<{ sealed_key: string | null }>(
    `SELECT sealed_key FROM api_keys WHERE ${VISIBLE} FOR UPDATE`,
    [id, scope.platformId, scope.platformIds],
  );
  const row = locked && (await getApiKey(tx, scope, id));
  return row && { ...row, ...locked };
}

/** A key as it was sent or, of whoever has seen it before, its id; and the platform it is asked for (null = the key's only one). */
export interface KeyAsked {
  by: { key: string } | { id: string };
  wanted: string | null;
}

/** Who holds a key; null = no such key, not active, or expired. */
export async function findKeyHolder(sql: Sql, key: string, wanted: string | null): Promise<KeyHolder | null> {
  const [holder] = await findKeyHolders(sql, [{ by: { key }, wanted }]);
  return holder ?? null;
}

/** The same for several, in one statement and in their order. */
export async function findKeyHolders(sql: Sql, asked: readonly KeyAsked[]): Promise<(KeyHolder | null)[]> {
  const marked = asked.map(({ by, wanted }) => {
    const id = 'id' in by ? by.id : null;
    const hash = 'key' in by ? hashOf(by.key) : null;
    return { mark: JSON.stringify([id, hash?.toString('base64'), wanted]), id, hash, wanted };
  });
  const distinct = [...new Map(marked.map((one) => [one.mark, one])).values()];
  const rows = await sql.rows<
    Platform & {
      place: number;
      key_id: string;
      role_type: KeyHolder['role'];
      platform_ids: string[];
      key_expires_at: Instant | null;
    }
  >(
    `SELECT p.*, q.place, k.id AS key_id, k.role_type, k.platform_ids, k.expires_at AS key_expires_at
     FROM unnest($1::bytea[], $2::text[], $3::text[]) WITH ORDINALITY AS q (hash, id, wanted, place)
     CROSS JOIN LATERAL (
       SELECT * FROM api_keys WHERE key_hash = q.hash UNION ALL SELECT * FROM api_keys WHERE id = q.id) AS k
     LEFT JOIN platforms p ON p.id = ANY (k.platform_ids)
       AND p.id = coalesce(q.wanted, CASE WHEN cardinality(k.platform_ids) = 1 THEN k.platform_ids[1] END)
     WHERE k.status = 'ACTIVE' AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())`,
    [distinct.map(({ hash }) => hash), distinct.map(({ id }) => id), distinct.map(({ wanted }) => wanted)],
  );
  const holders = new Map(
    rows.map(
      ({ place, key_id: keyId, role_type: role, platform_ids: platformIds, key_expires_at: expiresAt, ...p }) => {
        const platform = (p.id as string | null) === null ? null : p;
        return [distinct[place - 1]?.mark, { keyId, role, platformIds, expiresAt, platform }] as const;
      },
    ),
  );
  return marked.map(({ mark }) => holders.get(mark) ?? null);
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function columns({ description, platform_ids, status, role_type, expires_at }: ApiKeyFields): unknown[] {
  return [description, platform_ids, status, role_type, at(expires_at)];
}
