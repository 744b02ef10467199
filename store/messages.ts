import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { Sql } from './database.js';
import type { KeptMessage } from './deliveries.js';
import type { Vault } from './vault.js';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Whether messages are kept as they went to the server, and how. */
export interface MessageKeeping {
  vault: Vault;
  /** 0 = they are not kept. */
  keepForMs: number;
}

/** Compressed, and sealed for its delivery: it can be opened for no other one. */
export async function sealMessage(
  { vault, keepForMs }: MessageKeeping,
  raw: Buffer,
  deliveryId: string,
): Promise<NonNullable<KeptMessage>> {
  return { sealed: vault.sealBytes(await deflate(raw), deliveryId), forMs: keepForMs };
}

/** The message as it went to the server (RFC 5322), byte for byte; null = it is not kept (any more), or there is no such delivery. */
export async function readMessage(
  sql: Sql,
  vault: Vault,
  platformId: string,
  deliveryId: string,
): Promise<Buffer | null> {
  const row = await sql.row<{ sealed: Buffer }>(
    `SELECT m.sealed FROM delivery_messages m JOIN deliveries d ON d.id = m.delivery_id
     WHERE d.platform_id = $1 AND d.id = $2 AND m.keep_until > clock_timestamp()`,
    [platformId, deliveryId],
  );
  return row && inflate(vault.openBytes(row.sealed, deliveryId));
}
