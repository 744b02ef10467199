import { createHash } from 'node:crypto';
import type { ComposedMail, MailRequest, SendOutcome, SmtpReply } from '../contracts/mail.js';
import { DOUBTS, recordDeliveries, type DeliveryRecord, type Evidence } from '../store/deliveries.js';
import { valueOf } from '../store/grouped.js';
import { sealMessage } from '../store/messages.js';
import { recheckAt, type ClaimedDelivery } from '../store/claim.js';
import type { LoadedRun } from '../store/run-context.js';
import { suppress, type Suppressed } from '../store/suppressions.js';
import { choiceOf, mailRequest } from './mail-request.js';
import { attachPdf } from './attach-pdf.js';
import { MailRefused, type ActivityPorts } from './ports.js';

/** What one attempt came to, for the step. */
export type Attempt =
  | { kind: 'ENDED' }
  | { kind: 'SENT' }
  | { kind: 'RETRY'; message: string; retryAfterMs: number | null; unasked?: boolean };

const RECORD_PAUSE_MS = 1_000;

const NOTHING_SENT = { status: 'PLANNED', reason: null, retryAt: null, evidence: null } as const;

/** One claimed delivery: render, marker, SMTP, record. No transaction is open meanwhile (S-E4). */
export async function attemptDelivery(
  ports: ActivityPorts,
  loaded: LoadedRun,
  delivery: ClaimedDelivery,
): Promise<Attempt> {
  const { ledger, mailer, messages } = ports;
  const { platform } = loaded;
  const plain = mailRequest(loaded, delivery, mailer.defaultSender);
  const route = mailer.route(platform.environment, platform.allow_list, plain.to.email, delivery.action.via);
  if ('blocked' in route) return blocked(ports, loaded, delivery, route.blocked, 'No way out for this mail.');

  let request: MailRequest;
  let mail: ComposedMail;
  try {
    const pdf = await attachPdf(ports, loaded, delivery);
    if (pdf.kind === 'NONE') return blocked(ports, loaded, delivery, 'no_pdf', pdf.why);
    if (pdf.kind === 'LATER') return notSent(ports, delivery, pdf.why, pdf.retryAfterMs);
    request = { ...plain, attachments: pdf.attachments };
    mail = await mailer.compose(request);
  } catch (error) {
    if (error instanceof MailRefused) return blocked(ports, loaded, delivery, error.reason, error.message);
    return notSent(ports, delivery, error);
  }
  const evidence = evidenceOf(request, mail, choiceOf(loaded.context, delivery.action));
  const kept = messages.keepForMs === 0 ? null : await sealMessage(messages, mail.raw, delivery.id);
  let markerFailed = false;
  const marker = (): Promise<boolean> =>
    ledger.mark({ id: delivery.id, fence: delivery.fence, evidence, message: kept }).catch((error: unknown) => {
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
  await recordSurely(ports, delivery, recordOf(outcome, loaded, evidence), {
    platformId: platform.id,
    bounced,
  });
  switch (outcome.kind) {
    case 'SENT':
      return { kind: 'SENT' };
    case 'RETRY':
      return {
        kind: 'RETRY',
        message: outcome.reply.text,
        retryAfterMs: outcome.retryAfterMs,
        unasked: outcome.unasked === true,
      };
    case 'IN_DOUBT':
      if (platform.in_doubt === 'RESEND') return { kind: 'RETRY', message: outcome.reply.text, retryAfterMs: null };
      return { kind: platform.in_doubt === 'DROP' ? 'ENDED' : 'SENT' };
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
    evidence: null,
  });
  return { kind: 'ENDED' };
}

/** Whoever holds the server's answer keeps trying to write it down as long as it lives (S-E4). */
async function recordSurely(
  { db, ledger, log }: ActivityPorts,
  delivery: ClaimedDelivery,
  record: DeliveryRecord,
  suppressing: { platformId: string; bounced: readonly Suppressed[] } = { platformId: '', bounced: [] },
): Promise<void> {
  const { platformId, bounced } = suppressing;
  const outcome = { id: delivery.id, fence: delivery.fence, record };
  for (;;) {
    try {
      // Together: were the mailbox recorded later, the next step could be claimed in between.
      const ours =
        bounced.length === 0
          ? await ledger.record(outcome)
          : await db.transaction(async (tx) => {
              const found = bounced.map((one) => ({ ...one, deliveryId: delivery.id }));
              await suppress(tx, platformId, found);
              return valueOf((await recordDeliveries(tx, [outcome]))[0]);
            });
      if (!ours) log.warn({ delivery: delivery.id, outcome: record.status }, 'another worker took this delivery over');
      return;
    } catch (error) {
      log.error({ delivery: delivery.id, outcome: record.status, error: String(error) }, 'outcome not recorded yet');
      await new Promise((resolve) => setTimeout(resolve, RECORD_PAUSE_MS));
    }
  }
}

function evidenceOf(
  request: MailRequest,
  { subject, template, messageId, raw }: ComposedMail,
  choice: ReturnType<typeof choiceOf>,
): Evidence {
  return {
    subject,
    recipients: { to: request.to.email, cc: request.cc, bcc: request.bcc, refused: [], ...choice },
    facts: request.facts,
    template,
    messageId,
    messageHash: createHash('sha256').update(raw).digest('hex'),
  };
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
  evidence: Evidence,
): DeliveryRecord {
  const refused = outcome.kind === 'SENT' ? outcome.refused.map(({ address }) => address) : [];
  const recipients = { ...evidence.recipients, refused };
  const base = { reply: outcome.reply, retryAt: null, evidence: { ...evidence, recipients } };
  switch (outcome.kind) {
    case 'SENT':
      return { ...base, status: 'SENT', reason: null };
    case 'REJECTED':
      return { ...base, status: 'REJECTED', reason: 'rejected' };
    case 'IN_DOUBT':
      return { ...base, ...DOUBTS[loaded.platform.in_doubt] };
    case 'RETRY':
      return { ...base, status: 'PLANNED', reason: null, uncounted: outcome.unasked === true };
    case 'PROVIDER_REFUSED':
      return { ...base, status: 'BLOCKED', reason: 'provider_refused', retryAt: recheckAt(loaded) };
  }
}
