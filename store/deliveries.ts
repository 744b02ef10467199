import type { ComposedMail, MailFacts, SmtpReply } from '../contracts/mail.js';
import type { Reason } from '../domain/reasons.js';
import type { Recipient } from '../domain/recipient.js';
import type { DeliveryStatus } from '../domain/run.js';
import type { Instant } from '../domain/types.js';
import { at, type Sql } from './database.js';

/** What becomes of a doubtful delivery by itself, by the platform's `in_doubt` (S-E5): of a sender's own, and of one that died. */
export const DOUBTS = {
  HOLD: { status: 'IN_DOUBT', reason: 'in_doubt' },
  RESEND: { status: 'PLANNED', reason: null },
  DROP: { status: 'SKIPPED', reason: 'dropped' },
} as const;

/** What goes, as far as it is told afterwards. */
export interface Evidence {
  subject: string;
  recipients: {
    to: string;
    cc: readonly string[];
    bcc: readonly string[];
    /** Copies that the server refused. */
    refused: readonly string[];
    /** Copies that were left out because they are suppressed (S-E6). */
    suppressed: readonly string[];
    /** Why the To is a contact; null = it is the customer. */
    insteadOf: Recipient['insteadOf'];
  };
  /** What the mail was made from, as read in the claim. */
  facts: MailFacts;
  template: ComposedMail['template'];
  messageId: string;
  /** SHA-256 of the message, hex. */
  messageHash: string;
}

/** The message itself, sealed; null = it is not kept. */
export type KeptMessage = { sealed: Buffer; forMs: number } | null;

/** How an attempt is written down. */
export interface DeliveryRecord {
  status: Extract<DeliveryStatus, 'SENT' | 'REJECTED' | 'IN_DOUBT' | 'PLANNED' | 'BLOCKED' | 'SKIPPED'>;
  reason: Reason | null;
  reply: SmtpReply | { text: string } | null;
  /** BLOCKED: when to try again by itself. */
  retryAt: Instant | null;
  /** null = no mail was made. */
  evidence: Evidence | null;
  /** It does not count as an attempt: no server was asked. */
  uncounted?: boolean;
}

/**
 * The marker (S-E4): immediately before the first byte of DATA, with what is about to go, because nobody may live to tell.
 * false = somebody else holds the delivery now; nothing may be written to the socket.
 */
export async function markTransmitting(
  sql: Sql,
  id: string,
  fence: number,
  evidence: Evidence,
  message: KeptMessage,
): Promise<boolean> {
  const row = await sql.row(
    `WITH marked AS (
       UPDATE deliveries SET status = 'TRANSMITTING', transmitting_at = clock_timestamp(), server_reply = NULL, ${EVIDENCE}
       WHERE id = $1 AND fence = $2 AND status = 'CLAIMED' RETURNING id),
     kept AS (
       INSERT INTO delivery_messages (delivery_id, sealed, keep_until)
       SELECT id, $9, clock_timestamp() + $10 * interval '1 millisecond' FROM marked WHERE $9::bytea IS NOT NULL
       ON CONFLICT (delivery_id) DO UPDATE SET sealed = excluded.sealed, keep_until = excluded.keep_until)
     SELECT id FROM marked`,
    [id, fence, ...evidenceValues(evidence), message?.sealed ?? null, message?.forMs ?? 0],
  );
  return row !== null;
}

/**
 * Writes an attempt's outcome, if the fence is still ours. A sender whose delivery was meanwhile set IN_DOUBT may still say
 * what the server answered; the run has gone on, so there is no other try. false = somebody else holds it.
 */
export async function recordDelivery(sql: Sql, id: string, fence: number, record: DeliveryRecord): Promise<boolean> {
  const row = await sql.row(
    `UPDATE deliveries d SET status = $9, reason = $10, server_reply = $11, retry_at = $12, attempts = attempts + $13::integer, ${EVIDENCE_UNLESS_MARKED},
       ended_at = c.now, sent_at = CASE WHEN $9 IN ('SENT', 'IN_DOUBT') THEN c.now END
     FROM (
       SELECT coalesce(k.now_at, clock_timestamp()) AS now FROM deliveries o JOIN runs r ON r.id = o.run_id
         LEFT JOIN test_clocks k ON k.id = r.test_clock_id WHERE o.id = $1) AS c
     WHERE d.id = $1 AND d.fence = $2
       AND (d.status IN ('CLAIMED', 'TRANSMITTING') OR (${DOUBTFUL} AND $9 IN ('SENT', 'REJECTED'))) RETURNING d.id`,
    [
      id,
      fence,
      ...evidenceValues(record.evidence),
      record.status,
      record.reason,
      record.reply && JSON.stringify(record.reply),
      at(record.retryAt),
      record.uncounted === true ? 0 : 1,
    ],
  );
  return row !== null;
}

/**
 * Until when, by the wall clock, the sender of doubtful delivery `d` may still be at work: it recorded nothing since its marker, and gives
 * a mail server 85 s in all. NULL = nobody is.
 */
export const BUSY_UNTIL = `CASE WHEN d.status = 'IN_DOUBT' AND d.server_reply IS NULL
  AND d.transmitting_at > clock_timestamp() - interval '2 minutes' THEN epoch_ms(d.transmitting_at + interval '2 minutes') END`;

/** Also when the platform, or somebody, has given it up meanwhile: what happened happened. */
const DOUBTFUL = `(d.status = 'IN_DOUBT' OR (d.status = 'SKIPPED' AND d.reason = 'dropped'))`;

const EVIDENCE = `subject = $3, recipients = $4, facts = $5, template = $6, message_id = $7, message_hash = $8`;

/** Of several attempts the last one that got as far as its message counts: the message that is kept is that one's. */
const EVIDENCE_UNLESS_MARKED = `recipients = coalesce($4, d.recipients),
  (subject, facts, template, message_id, message_hash) = (
    SELECT coalesce($3, d.subject), coalesce($5, d.facts), coalesce($6, d.template), coalesce($7, d.message_id), coalesce($8, d.message_hash)
    WHERE d.transmitting_at IS NULL
    UNION ALL SELECT d.subject, d.facts, d.template, d.message_id, d.message_hash WHERE d.transmitting_at IS NOT NULL)`;

function evidenceValues(evidence: Evidence | null): unknown[] {
  if (!evidence) return Array.from({ length: 6 }, () => null);
  const { subject, recipients, facts, template, messageId, messageHash } = evidence;
  const json = [recipients, facts, template].map((value) => JSON.stringify(value));
  return [subject, ...json, messageId, messageHash];
}

/** After an error that is safe to retry the run waits again, it does not send (S-R1). */
export async function backToWaiting(sql: Sql, runId: string): Promise<void> {
  await sql.rows(`UPDATE runs SET status = 'WAITING' WHERE id = $1 AND status = 'SENDING'`, [runId]);
}
