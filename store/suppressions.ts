import { domainToASCII, domainToUnicode } from 'node:url';
import type { SuppressionReason } from '../domain/recipient.js';
import type { Instant } from '../domain/types.js';
import type { Sql } from './database.js';
import { newId } from './ids.js';

/** Who told us: a person, the server itself, a report by mail (RFC 3464, RFC 5965), a provider's webhook. */
export const SUPPRESSION_SOURCES = ['API', 'SMTP', 'DSN', 'FEEDBACK', 'MAILGUN', 'SENDGRID'] as const;

export type SuppressionSource = (typeof SUPPRESSION_SOURCES)[number];

/** An address that no mail of a platform goes to (S-E6). */
export interface SuppressionRow {
  id: string;
  platform_id: string;
  /** As `addressKey` makes it. */
  address: string;
  unicode_address: string | null;
  reason: SuppressionReason;
  source: SuppressionSource;
  /** RFC 3463, `5.1.1`. */
  status_code: string | null;
  /** The server's words, or a person's note. */
  detail: string | null;
  delivery_id: string | null;
  created_at: Instant;
}

export interface Suppressed {
  email: string;
  reason: SuppressionReason;
  source: SuppressionSource;
  statusCode?: string | null;
  detail?: string | null;
  deliveryId?: string | null;
}

/** An address as it is compared: lower case, with its domain in ASCII; and in Unicode where that is another spelling. */
export function addressKey(email: string): { address: string; unicode: string | null } {
  const text = email.trim().toLowerCase();
  const at = text.lastIndexOf('@') + 1;
  const spelled = (domain: string): string => (domain === '' ? text : text.slice(0, at) + domain);
  const address = spelled(domainToASCII(text.slice(at)));
  const unicode = spelled(domainToUnicode(text.slice(at)));
  return { address, unicode: unicode === address ? null : unicode };
}

/**
 * Suppresses addresses; one that is already stays as it was first entered. Answers the new ones. Once the transaction has
 * committed, no claim that mails one of them can commit: see `share_suppressions`. To be called before deliveries are locked.
 */
export async function suppress(tx: Sql, platformId: string, entries: readonly Suppressed[]): Promise<SuppressionRow[]> {
  if (entries.length === 0) return [];
  await tx.rows('SELECT lock_suppressions($1)', [platformId]);
  const rows = entries.map(({ email, reason, source, statusCode, detail, deliveryId }) => ({
    id: newId('supp'),
    ...addressKey(email),
    reason,
    source,
    status_code: statusCode ?? null,
    detail: detail ?? null,
    delivery_id: deliveryId ?? null,
  }));
  return tx.rows<SuppressionRow>(
    `INSERT INTO suppressions (id, platform_id, address, unicode_address, reason, source, status_code, detail, delivery_id)
     SELECT id, $1, address, "unicode", reason, source, status_code, detail, delivery_id
     FROM jsonb_to_recordset($2) AS e (id text, address text, "unicode" text, reason text, source text, status_code text,
       detail text, delivery_id text)
     ON CONFLICT (platform_id, address) DO NOTHING RETURNING *`,
    [platformId, JSON.stringify(rows)],
  );
}

/** By its id, or by the address in any spelling. */
export function getSuppression(sql: Sql, platformId: string, idOrEmail: string): Promise<SuppressionRow | null> {
  return sql.row<SuppressionRow>('SELECT * FROM suppressions WHERE platform_id = $1 AND (id = $2 OR address = $3)', [
    platformId,
    idOrEmail,
    addressKey(idOrEmail).address,
  ]);
}

/** Answers what was removed. Who waits for it is then to be woken: `spellings`. */
export function deleteSuppression(tx: Sql, platformId: string, idOrEmail: string): Promise<SuppressionRow | null> {
  return tx.row<SuppressionRow>(
    'DELETE FROM suppressions WHERE platform_id = $1 AND (id = $2 OR address = $3) RETURNING *',
    [platformId, idOrEmail, addressKey(idOrEmail).address],
  );
}

/** How facts may spell the address, in lower case. */
export function spellings({ address, unicode_address }: SuppressionRow): string[] {
  return unicode_address === null ? [address] : [address, unicode_address];
}
