import { createHash, randomBytes } from 'node:crypto';
import type { Instant } from '../domain/types.js';
import type { Sql } from './database.js';
import { newId } from './ids.js';
import type { Platform } from './platforms.js';

export interface ApiKeyRow {
  id: string;
  description: string | null;
  platform_ids: string[];
  status: 'ACTIVE' | 'INACTIVE';
  role_type: 'ADMINISTRATOR' | 'READ_ONLY';
  expires_at: Instant | null;
  sealed_key: string | null;
  created_at: Instant;
}

/** An API key that may be used, and the platform it asks for. */
export interface KeyHolder {
  keyId: string;
  role: ApiKeyRow['role_type'];
  platformIds: string[];
  /** null = the key may not use the platform that was asked for, or must name one of several. */
  platform: Platform | null;
}

/** A new key in clear: 256 random bits, and a prefix that tells whoever finds it what it is. */
export function newApiKey(): string {
  return `dw_${randomBytes(32).toString('base64url')}`;
}

/** Makes a key and answers it in clear, once: only its SHA-256 is stored (S-W13). */
export async function createApiKey(
  sql: Sql,
  platformIds: string[],
  description: string | null,
  role: ApiKeyRow['role_type'] = 'ADMINISTRATOR',
): Promise<string> {
  const key = newApiKey();
  await sql.rows(
    'INSERT INTO api_keys (id, key_hash, description, platform_ids, role_type) VALUES ($1, $2, $3, $4, $5)',
    [newId('key'), hashOf(key), description, platformIds, role],
  );
  return key;
}

/** Who holds a key; without a wanted platform the key's only one. null = no such key, not active, or expired. */
export async function findKeyHolder(sql: Sql, key: string, wantedPlatformId: string | null): Promise<KeyHolder | null> {
  const row = await sql.row<Platform & { key_id: string; role_type: KeyHolder['role']; platform_ids: string[] }>(
    `SELECT p.*, k.id AS key_id, k.role_type, k.platform_ids FROM api_keys k
     LEFT JOIN platforms p ON p.id = ANY (k.platform_ids)
       AND p.id = coalesce($2, CASE WHEN cardinality(k.platform_ids) = 1 THEN k.platform_ids[1] END)
     WHERE k.key_hash = $1 AND k.status = 'ACTIVE' AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())`,
    [hashOf(key), wantedPlatformId],
  );
  if (!row) return null;
  const { key_id: keyId, role_type: role, platform_ids: platformIds, ...platform } = row;
  return { keyId, role, platformIds, platform: (platform.id as string | null) === null ? null : platform };
}

export function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
