import type { SuppressionReason } from '../domain/recipient.js';
import type { Instant } from '../domain/types.js';
import type { Sql } from './database.js';
import { addressKey, suppress, type SuppressionSource } from './suppressions.js';

type DeliveryEventKind = 'DELIVERED' | 'DEFERRED' | 'BOUNCED' | 'COMPLAINED' | 'UNSUBSCRIBED';

/** What somebody reports of one recipient of a mail that was sent. */
export interface MailReport {
  kind: DeliveryEventKind;
  email: string;
  at: Instant;
  source: SuppressionSource;
  /** RFC 3463, `5.1.1`. */
  statusCode: string | null;
  /** The server's words. */
  detail: string | null;
  /** The reporter's own name for the event: told twice it is one. */
  sourceId: string;
  /** As the mail's Message-ID or return path names it; null = it is not known which mail it was. */
  deliveryId: string | null;
  /** Why the address is to get no more mail; null = it may. */
  suppress: SuppressionReason | null;
}

/** What became of a mail after the server had taken it. */
export interface DeliveryEvent {
  kind: DeliveryEventKind;
  address: string;
  at: Instant;
  source: SuppressionSource;
  status_code: string | null;
  detail: string | null;
}

/** Whoever got a mail can send reports of it as long as they like; more than these are not kept with it. */
const MOST_EVENTS = 100;

/** The recipients of delivery `d`, one text in `to`. */
const RECIPIENTS = `jsonb_array_elements_text(jsonb_build_array(d.recipients -> 'to')
  || coalesce(d.recipients -> 'cc', '[]') || coalesce(d.recipients -> 'bcc', '[]')) AS r (email)`;

/**
 * Writes down what became of mails of a platform, and suppresses the recipients who are to get none (S-E6): three statements,
 * however many reports there are. Deliveries of other platforms are not found, and told twice changes nothing.
 */
export async function recordReports(tx: Sql, platformId: string, reports: readonly MailReport[]): Promise<void> {
  if (reports.length === 0) return;
  const known = await insertEvents(tx, platformId, reports);
  await suppress(
    tx,
    platformId,
    reports.flatMap((report) => {
      const { email, suppress: reason, source, statusCode, detail, sourceId } = report;
      const event = known.get(sourceId);
      // Told again: somebody may have let the address have mail again meanwhile.
      if (reason === null || event?.told_before) return [];
      return [{ email, reason, source, statusCode, detail, deliveryId: event?.delivery_id ?? null }];
    }),
  );
}

interface KnownEvent {
  source_id: string;
  delivery_id: string;
  told_before: boolean;
}

/** By the reports' `sourceId` the delivery, where it went to that very address. */
async function insertEvents(
  tx: Sql,
  platformId: string,
  reports: readonly MailReport[],
): Promise<Map<string, KnownEvent>> {
  const rows = reports.flatMap(({ email, at, statusCode, sourceId, deliveryId, ...report }) =>
    deliveryId === null
      ? []
      : [
          {
            ...addressKey(email),
            at: new Date(at).toISOString(),
            status_code: statusCode,
            source_id: sourceId,
            delivery_id: deliveryId,
            ...report,
          },
        ],
  );
  if (rows.length === 0) return new Map();
  const found = await tx.rows<KnownEvent>(
    `WITH known AS MATERIALIZED (
       SELECT e.* FROM jsonb_to_recordset($2) AS e (kind text, address text, "unicode" text, at timestamptz(3), source text,
         status_code text, detail text, source_id text, delivery_id text)
       JOIN deliveries d ON d.id = e.delivery_id AND d.platform_id = $1
       WHERE EXISTS (SELECT FROM ${RECIPIENTS} WHERE lower(btrim(r.email)) IN (e.address, e."unicode"))),
     fresh AS (
       SELECT k.*, dense_rank() OVER (PARTITION BY delivery_id ORDER BY source_id)
           + (SELECT count(*) FROM delivery_events e WHERE e.delivery_id = k.delivery_id) <= $3 AS fits FROM known k
       WHERE NOT EXISTS (SELECT FROM delivery_events e WHERE e.delivery_id = k.delivery_id AND e.source_id = k.source_id)),
     written AS (
       INSERT INTO delivery_events (delivery_id, kind, address, at, source, status_code, detail, source_id)
       SELECT delivery_id, kind, address, at, source, status_code, detail, source_id FROM fresh WHERE fits
       ORDER BY source_id
       ON CONFLICT (delivery_id, source_id) DO NOTHING RETURNING source_id)
     SELECT k.source_id, k.delivery_id, NOT EXISTS (SELECT FROM written w WHERE w.source_id = k.source_id)
       AND NOT EXISTS (SELECT FROM fresh f WHERE f.source_id = k.source_id AND NOT f.fits) AS told_before FROM known k`,
    [platformId, JSON.stringify(rows), MOST_EVENTS],
  );
  return new Map(found.map((event) => [event.source_id, event]));
}

/** What became of a delivery after it was sent, oldest first. */
export function eventsOf(sql: Sql, deliveryId: string): Promise<DeliveryEvent[]> {
  return sql.rows<DeliveryEvent>(
    'SELECT kind, address, at, source, status_code, detail FROM delivery_events WHERE delivery_id = $1 ORDER BY at, id LIMIT $2',
    [deliveryId, MOST_EVENTS],
  );
}

/** Whose delivery it is, and whom the mail went to (as `addressKey` has it); null = there is none. */
export async function recipientsOfDelivery(
  sql: Sql,
  deliveryId: string,
): Promise<{ platformId: string; addresses: string[] } | null> {
  const row = await sql.row<{ platform_id: string; emails: string[] }>(
    `SELECT d.platform_id, ARRAY (SELECT r.email FROM ${RECIPIENTS} WHERE r.email IS NOT NULL) AS emails
     FROM deliveries d WHERE d.id = $1`,
    [deliveryId],
  );
  return row && { platformId: row.platform_id, addresses: row.emails.map((email) => addressKey(email).address) };
}

/** The delivery that a Message-ID of ours names, `<dlv_…@mail.example>`; null = it is not one of ours. */
export function deliveryIn(messageId: string | null | undefined): string | null {
  return /\bdlv_[A-Za-z0-9]{20}\b/.exec(messageId ?? '')?.[0] ?? null;
}
