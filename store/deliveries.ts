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

/** What is about to go. */
export interface Mark {
  id: string;
  fence: number;
  evidence: Evidence;
  message: KeptMessage;
}

/**
 * The marker (S-E4), for one or many: immediately before the first byte of DATA, with what is about to go, because nobody may live to
 * tell. false = somebody else holds the delivery now; nothing may be written to the socket.
 */
export async function markTransmitting(sql: Sql, marks: readonly Mark[]): Promise<{ value: boolean }[]> {
  const rows = await sql.rows<Held>(
    `WITH marked AS (
       UPDATE deliveries d SET status = 'TRANSMITTING', transmitting_at = clock_timestamp(), server_reply = NULL,
         subject = n.subject, recipients = n.recipients, facts = n.facts, template = n.template, message_id = n.message_id,
         message_hash = n.message_hash
       FROM jsonb_to_recordset($1) AS n (id text, fence integer, ${EVIDENCE_COLUMNS})
       WHERE d.id = n.id AND d.fence = n.fence AND d.status = 'CLAIMED' AND (d.lane IS NULL OR is_at_work(d.lane))
       RETURNING d.id, d.fence),
     kept AS (
       INSERT INTO delivery_messages (delivery_id, sealed, keep_until)
       SELECT k.id, k.sealed, clock_timestamp() + k.for_ms * interval '1 millisecond'
       FROM marked JOIN unnest($2::text[], $3::bytea[], $4::float8[]) AS k (id, sealed, for_ms) USING (id)
       ON CONFLICT (delivery_id) DO UPDATE SET sealed = excluded.sealed, keep_until = excluded.keep_until)
     SELECT id, fence FROM marked`,
    [
      JSON.stringify(marks.map(({ id, fence, evidence }) => ({ id, fence, ...evidenceRecord(evidence) }))),
      ...keptMessages(marks),
    ],
  );
  return held(marks, rows);
}

/** Of one delivery several may ask at once: theirs is that of the fence. */
interface Held {
  id: string;
  fence: number;
}

function held(asked: readonly Held[], rows: readonly Held[]): { value: boolean }[] {
  const theirs = new Set(rows.map(({ id, fence }) => `${id}/${String(fence)}`));
  return asked.map(({ id, fence }) => ({ value: theirs.has(`${id}/${String(fence)}`) }));
}

function keptMessages(marks: readonly Mark[]): unknown[][] {
  const kept = marks.flatMap(({ id, message }) => (message ? [{ id, ...message }] : []));
  return [kept.map(({ id }) => id), kept.map(({ sealed }) => sealed), kept.map(({ forMs }) => forMs)];
}

/** What came of an attempt. */
export interface Outcome {
  id: string;
  fence: number;
  record: DeliveryRecord;
}

/**
 * Writes outcomes, each if its fence is still ours. A sender whose delivery was meanwhile set IN_DOUBT may still say what the server
 * answered; the run has gone on, so there is no other try. false = somebody else holds it.
 */
export async function recordDeliveries(sql: Sql, outcomes: readonly Outcome[]): Promise<{ value: boolean }[]> {
  const rows = await sql.rows<Held>(
    `UPDATE deliveries d SET status = n.status, reason = n.reason, server_reply = n.reply, retry_at = n.retry_at,
       attempts = attempts + n.counted, ${EVIDENCE_UNLESS_MARKED}, lane = NULL,
       ended_at = c.now, sent_at = CASE WHEN n.status IN ('SENT', 'IN_DOUBT') THEN c.now END
     FROM jsonb_to_recordset($1) AS n (id text, fence integer, status text, reason text, reply jsonb, retry_at timestamptz(3),
       counted integer, ${EVIDENCE_COLUMNS}), LATERAL (
       SELECT coalesce(k.now_at, clock_timestamp()) AS now FROM deliveries o JOIN runs r ON r.id = o.run_id
         LEFT JOIN test_clocks k ON k.id = r.test_clock_id WHERE o.id = n.id) AS c
     WHERE d.id = n.id AND d.fence = n.fence
       AND (d.status IN ('CLAIMED', 'TRANSMITTING') OR (${DOUBTFUL} AND n.status IN ('SENT', 'REJECTED'))) RETURNING d.id, d.fence`,
    [
      JSON.stringify(
        outcomes.map(({ id, fence, record: { status, reason, reply, retryAt, evidence, uncounted } }) => ({
          ...{ id, fence, status, reason, reply },
          retry_at: at(retryAt),
          counted: uncounted === true ? 0 : 1,
          ...(evidence && evidenceRecord(evidence)),
        })),
      ),
    ],
  );
  return held(outcomes, rows);
}

/**
 * Until when, by the wall clock, the sender of doubtful delivery `d` may still be at work: it recorded nothing since its marker, and gives
 * a mail server 85 s in all. NULL = nobody is.
 */
export const BUSY_UNTIL = `CASE WHEN d.status = 'IN_DOUBT' AND d.server_reply IS NULL
  AND d.transmitting_at > clock_timestamp() - interval '2 minutes' THEN epoch_ms(d.transmitting_at + interval '2 minutes') END`;

/** Also when the platform, or somebody, has given it up meanwhile: what happened happened. */
const DOUBTFUL = `(d.status = 'IN_DOUBT' OR (d.status = 'SKIPPED' AND d.reason = 'dropped'))`;

const EVIDENCE_COLUMNS = `subject text, recipients jsonb, facts jsonb, template jsonb, message_id text, message_hash text`;

/** Of several attempts the last one that got as far as its message counts: the message that is kept is that one's. */
const EVIDENCE_UNLESS_MARKED = `recipients = coalesce(n.recipients, d.recipients),
  (subject, facts, template, message_id, message_hash) = (
    SELECT coalesce(n.subject, d.subject), coalesce(n.facts, d.facts), coalesce(n.template, d.template),
      coalesce(n.message_id, d.message_id), coalesce(n.message_hash, d.message_hash)
    WHERE d.transmitting_at IS NULL
    UNION ALL SELECT d.subject, d.facts, d.template, d.message_id, d.message_hash WHERE d.transmitting_at IS NOT NULL)`;

function evidenceRecord({ subject, recipients, facts, template, messageId, messageHash }: Evidence): object {
  return { subject, recipients, facts, template, message_id: messageId, message_hash: messageHash };
}

/** After an error that is safe to retry the run waits again, it does not send (S-R1). */
export async function backToWaiting(sql: Sql, runId: string): Promise<void> {
  await sql.rows(`UPDATE runs SET status = 'WAITING' WHERE id = $1 AND status = 'SENDING'`, [runId]);
}
