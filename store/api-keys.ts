import { createHash, randomBytes } from 'node:crypto';
import type { Sql } from './database.js';
import { newId } from './ids.js';
import type { Platform } from './platforms.js';

/** Who is calling, and for which platform. */
export interface Caller {
  keyId: string;
  /** null = the key may not use the platform that was asked for, or must name one of several. */
  platform: Platform | null;
}

/** Makes a key and answers it in clear, once: only its SHA-256 is stored (S-W13). */
export async function createApiKey(sql: Sql, platformIds: string[], description: string | null): Promise<string> {
  const key = `dw_${randomBytes(32).toString('base64url')}`;
  await sql.rows('INSERT INTO api_keys (id, key_hash, description, platform_ids) VALUES ($1, $2, $3, $4)', [
    newId('key'),
    hash(key),
    description,
    platformIds,
  ]);
  return key;
}

/** The caller behind a key; without a wanted platform the key's only one. null = no such key, or it is not active. */
export async function findCaller(sql: Sql, key: string, wantedPlatformId: string | null): Promise<Caller | null> {
  const row = await sql.row<Platform & { key_id: string }>(
    `SELECT p.*, k.id AS key_id FROM api_keys k
     LEFT JOIN platforms p ON p.id = ANY (k.platform_ids)
       AND p.id = coalesce($2, CASE WHEN cardinality(k.platform_ids) = 1 THEN k.platform_ids[1] END)
     WHERE k.key_hash = $1 AND k.status = 'ACTIVE'`,
    [hash(key), wantedPlatformId],
  );
  if (!row) return null;
  const { key_id: keyId, ...platform } = row;
  return { keyId, platform: (platform.id as string | null) === null ? null : platform };
}

function hash(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
