import type { ComposedMail, MailRequest, SendOutcome } from '../contracts/mail.js';
import { markTransmitting, recordDelivery, type DeliveryRecord } from '../store/deliveries.js';
import { recheckAt, type ClaimedDelivery } from '../store/claim.js';
import type { LoadedRun } from '../store/run-context.js';
import { attachPdf } from './attach-pdf.js';
import { mailRequest } from './mail-request.js';
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
  const { platform, context } = loaded;
  const { environment, allow_list } = platform;
  const route = mailer.route(environment, allow_list, context.customer.email ?? '', delivery.action.via);
  if ('blocked' in route) return blocked(ports, loaded, delivery, route.blocked, 'No way out for this mail.');

  let request: MailRequest;
  let mail: ComposedMail;
  try {
    const pdf = await attachPdf(ports, loaded, delivery);
    if (pdf.kind === 'NONE') return blocked(ports, loaded, delivery, 'no_pdf', pdf.why);
    if (pdf.kind === 'LATER') return notSent(ports, delivery, pdf.why, pdf.retryAfterMs);
    request = { ...mailRequest(loaded, delivery, mailer.defaultSender), attachments: pdf.attachments };
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
  await recordSurely(ports, delivery, recordOf(outcome, loaded, request, mail));
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
async function notSent(
  ports: ActivityPorts,
  delivery: ClaimedDelivery,
  error: unknown,
  retryAfterMs: number | null = null,
): Promise<Attempt> {
  const message = String(error);
  await recordSurely(ports, delivery, { ...NOTHING_SENT, reply: { text: message } });
  return { kind: 'RETRY', message, retryAfterMs };
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
): Promise<void> {
  for (;;) {
    try {
      const ours = await recordDelivery(db, delivery.id, delivery.fence, record);
      if (!ours) log.warn({ delivery: delivery.id, outcome: record.status }, 'another worker took this delivery over');
      return;
    } catch (error) {
      log.error({ delivery: delivery.id, outcome: record.status, error: String(error) }, 'outcome not recorded yet');
      await new Promise((resolve) => setTimeout(resolve, RECORD_PAUSE_MS));
    }
  }
}

function recordOf(
  outcome: Exclude<SendOutcome, { kind: 'FENCED' }>,
  loaded: LoadedRun,
  request: MailRequest,
  mail: ComposedMail,
): DeliveryRecord {
  const refused = outcome.kind === 'SENT' ? outcome.refused.map(({ address }) => address) : [];
  const base = {
    reply: outcome.reply,
    retryAt: null,
    subject: mail.subject,
    recipients: { to: request.to.email, cc: request.cc, bcc: request.bcc, refused },
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
