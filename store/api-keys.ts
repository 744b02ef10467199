import { createHash, randomBytes } from 'node:crypto';
import type { Sql } from './database.js';
import { newId } from './ids.js';

/** Who is calling. */
export interface Credential {
  keyId: string;
  platformIds: string[];
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

export async function findCredential(sql: Sql, key: string): Promise<Credential | null> {
  return sql.row<Credential>(
    `SELECT id AS "keyId", platform_ids AS "platformIds" FROM api_keys WHERE key_hash = $1 AND status = 'ACTIVE'`,
    [hash(key)],
  );
}

function hash(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
