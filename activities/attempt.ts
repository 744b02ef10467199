import type { ComposedMail, MailRequest, SendOutcome, SmtpReply } from '../contracts/mail.js';
import { markTransmitting, recordDelivery, type DeliveryRecord } from '../store/deliveries.js';
import { recheckAt, type ClaimedDelivery } from '../store/claim.js';
import type { Sql } from '../store/database.js';
import type { LoadedRun } from '../store/run-context.js';
import { suppress, type Suppressed } from '../store/suppressions.js';
import { leftOut, mailRequest } from './mail-request.js';
import { MailRefused, type ActivityPorts } from './ports.js';

/** What one attempt came to, for the step. */
export type Attempt =
  { kind: 'ENDED' } | { kind: 'SENT' } | { kind: 'RETRY'; message: string; retryAfterMs: number | null };

const RECORD_PAUSE_MS = 1_000;

const NOTHING_SENT = { status: 'PLANNED', reason: null, retryAt: null, subject: null, recipients: null } as const;

/** One claimed delivery: render, marker, SMTP, record. No transaction is open meanwhile (S-E4). */
export async function attemptDelivery(
  ports: ActivityPorts,
  loaded: LoadedRun,
  delivery: ClaimedDelivery,
): Promise<Attempt> {
  const { db, mailer } = ports;
  const { platform } = loaded;
  const request = mailRequest(loaded, delivery, mailer.defaultSender);
  const route = mailer.route(platform.environment, platform.allow_list, request.to.email, delivery.action.via);
  if ('blocked' in route) return blocked(ports, loaded, delivery, route.blocked, 'No way out for this mail.');

  let mail: ComposedMail;
  try {
    mail = await mailer.compose(request);
  } catch (error) {
    if (error instanceof MailRefused) return blocked(ports, loaded, delivery, error.reason, error.message);
    return notSent(ports, delivery, error);
  }
  let markerFailed = false;
  const marker = (): Promise<boolean> =>
    markTransmitting(db, delivery.id, delivery.fence).catch((error: unknown) => {
      markerFailed = true;
      throw error;
    });
  let outcome: SendOutcome;
  try {
    outcome = await route.sender.send(mail, marker);
  } catch (error) {
    if (!markerFailed) throw error;
    // The marker may have been written though its answer was lost; nothing of the mail was, so this is no doubt (S-E5).
    return notSent(ports, delivery, error);
  }
  if (outcome.kind === 'FENCED') return { kind: 'ENDED' };
  const bounced = hardBounces(outcome, request.to.email);
  await recordSurely(ports, delivery, recordOf(outcome, loaded, delivery, request, mail), {
    platformId: platform.id,
    bounced,
  });
  switch (outcome.kind) {
    case 'SENT':
      return { kind: 'SENT' };
    case 'RETRY':
      return { kind: 'RETRY', message: outcome.reply.text, retryAfterMs: outcome.retryAfterMs };
    case 'IN_DOUBT':
      return platform.in_doubt === 'RESEND'
        ? { kind: 'RETRY', message: outcome.reply.text, retryAfterMs: null }
        : { kind: 'SENT' };
    default:
      return { kind: 'ENDED' };
  }
}

/** An error of ours before anything was written: recorded, and tried again, without holding the step's other mails back (S-D7). */
async function notSent(ports: ActivityPorts, delivery: ClaimedDelivery, error: unknown): Promise<Attempt> {
  const message = String(error);
  await recordSurely(ports, delivery, { ...NOTHING_SENT, reply: { text: message } });
  return { kind: 'RETRY', message, retryAfterMs: null };
}

async function blocked(
  ports: ActivityPorts,
  loaded: LoadedRun,
  delivery: ClaimedDelivery,
  reason: MailRefused['reason'],
  text: string,
): Promise<Attempt> {
  await recordSurely(ports, delivery, {
    status: 'BLOCKED',
    reason,
    reply: { text },
    retryAt: recheckAt(loaded),
    subject: null,
    recipients: null,
  });
  return { kind: 'ENDED' };
}

/** Whoever holds the server's answer keeps trying to write it down as long as it lives (S-E4). */
async function recordSurely(
  { db, log }: ActivityPorts,
  delivery: ClaimedDelivery,
  record: DeliveryRecord,
  suppressing: { platformId: string; bounced: readonly Suppressed[] } = { platformId: '', bounced: [] },
): Promise<void> {
  const { platformId, bounced } = suppressing;
  const write = (sql: Sql): Promise<boolean> => recordDelivery(sql, delivery.id, delivery.fence, record);
  for (;;) {
    try {
      // Together: were the mailbox recorded later, the next step could be claimed in between.
      const ours =
        bounced.length === 0
          ? await write(db)
          : await db.transaction(async (tx) => {
              const found = bounced.map((one) => ({ ...one, deliveryId: delivery.id }));
              await suppress(tx, platformId, found);
              return write(tx);
            });
      if (!ours) log.warn({ delivery: delivery.id, outcome: record.status }, 'another worker took this delivery over');
      return;
    } catch (error) {
      log.error({ delivery: delivery.id, outcome: record.status, error: String(error) }, 'outcome not recorded yet');
      await new Promise((resolve) => setTimeout(resolve, RECORD_PAUSE_MS));
    }
  }
}

/** Mailboxes that the server says are not there: the To, or a copy that it refused beside it (S-E5, S-E6). */
function hardBounces(outcome: SendOutcome, to: string): Suppressed[] {
  const bounces = (email: string, { enhanced, text }: SmtpReply): Suppressed => ({
    email,
    reason: 'HARD_BOUNCE',
    source: 'SMTP',
    statusCode: enhanced,
    detail: text,
  });
  if (outcome.kind === 'REJECTED') return outcome.unknownMailbox ? [bounces(to, outcome.reply)] : [];
  if (outcome.kind !== 'SENT') return [];
  const unknown = outcome.refused.filter(({ reply }) => reply.enhanced === '5.1.1');
  return unknown.map(({ address, reply }) => bounces(address, reply));
}

function recordOf(
  outcome: Exclude<SendOutcome, { kind: 'FENCED' }>,
  loaded: LoadedRun,
  { action }: ClaimedDelivery,
  request: MailRequest,
  mail: ComposedMail,
): DeliveryRecord {
  const refused = outcome.kind === 'SENT' ? outcome.refused.map(({ address }) => address) : [];
  const base = {
    reply: outcome.reply,
    retryAt: null,
    subject: mail.subject,
    recipients: {
      to: request.to.email,
      cc: request.cc,
      bcc: request.bcc,
      refused,
      suppressed: leftOut(loaded.context, action),
    },
  };
  switch (outcome.kind) {
    case 'SENT':
      return { ...base, status: 'SENT', reason: null };
    case 'REJECTED':
      return { ...base, status: 'REJECTED', reason: 'rejected' };
    case 'IN_DOUBT':
      return loaded.platform.in_doubt === 'RESEND'
        ? { ...base, status: 'PLANNED', reason: null }
        : { ...base, status: 'IN_DOUBT', reason: 'in_doubt' };
    case 'RETRY':
      return { ...base, status: 'PLANNED', reason: null };
    case 'PROVIDER_REFUSED':
      return { ...base, status: 'BLOCKED', reason: 'provider_refused', retryAt: recheckAt(loaded) };
  }
}
