import type { SmtpReply } from '../contracts/mail.js';
import type { Reason } from '../domain/reasons.js';
import type { DeliveryStatus } from '../domain/run.js';
import type { Instant } from '../domain/types.js';
import { at, type Sql } from './database.js';

/** How an attempt is written down. */
export interface DeliveryRecord {
  status: Extract<DeliveryStatus, 'SENT' | 'REJECTED' | 'IN_DOUBT' | 'PLANNED' | 'BLOCKED' | 'SKIPPED'>;
  reason: Reason | null;
  reply: SmtpReply | { text: string } | null;
  /** BLOCKED: when to try again by itself. */
  retryAt: Instant | null;
  subject: string | null;
  recipients: {
    to: string;
    cc: readonly string[];
    bcc: readonly string[];
    refused: readonly string[];
    /** Copies that were left out because they are suppressed (S-E6). */
    suppressed: readonly string[];
  } | null;
}

/**
 * The marker (S-E4): immediately before the first byte of DATA. false = somebody else holds the delivery now; nothing may be
 * written to the socket.
 */
export async function markTransmitting(sql: Sql, id: string, fence: number): Promise<boolean> {
  const row = await sql.row(
    `UPDATE deliveries SET status = 'TRANSMITTING', transmitting_at = clock_timestamp()
     WHERE id = $1 AND fence = $2 AND status = 'CLAIMED' RETURNING id`,
    [id, fence],
  );
  return row !== null;
}

/**
 * Writes an attempt's outcome, if the fence is still ours. A sender whose delivery was meanwhile set IN_DOUBT may still say
 * what the server answered; the run has gone on, so there is no other try. false = somebody else holds it.
 */
export async function recordDelivery(sql: Sql, id: string, fence: number, record: DeliveryRecord): Promise<boolean> {
  const row = await sql.row(
    `UPDATE deliveries d SET status = $3, reason = $4, server_reply = $5, retry_at = $6, attempts = attempts + 1,
       subject = coalesce($7, subject), recipients = coalesce($8, recipients),
       sent_at = CASE WHEN $3 IN ('SENT', 'IN_DOUBT') THEN (
         SELECT coalesce(k.now_at, clock_timestamp()) FROM runs r LEFT JOIN test_clocks k ON k.id = r.test_clock_id
         WHERE r.id = d.run_id) END
     WHERE id = $1 AND fence = $2
       AND (status IN ('CLAIMED', 'TRANSMITTING') OR (status = 'IN_DOUBT' AND $3 IN ('SENT', 'REJECTED'))) RETURNING id`,
    [
      id,
      fence,
      record.status,
      record.reason,
      record.reply && JSON.stringify(record.reply),
      at(record.retryAt),
      record.subject,
      record.recipients && JSON.stringify(record.recipients),
    ],
  );
  return row !== null;
}

/** After an error that is safe to retry the run waits again, it does not send (S-R1). */
export async function backToWaiting(sql: Sql, runId: string): Promise<void> {
  await sql.rows(`UPDATE runs SET status = 'WAITING' WHERE id = $1 AND status = 'SENDING'`, [runId]);
}
