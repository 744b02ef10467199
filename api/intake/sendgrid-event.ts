import { reportText } from '../../contracts/report-text.js';
import { bounceVerdict, statusOf } from '../../domain/bounce-status.js';
import type { Instant } from '../../domain/types.js';
import { deliveryIn, type MailReport } from '../../store/delivery-events.js';
import type { SuppressionReason } from '../../domain/recipient.js';
import { eventTime } from './event-time.js';
import type { Json } from './signed.js';

/** SendGrid keeps lists of its own, and does not even try. */
const DROPPED: ReadonlyMap<string, SuppressionReason> = new Map([
  ['Bounced Address', 'HARD_BOUNCE'],
  ['Spam Reporting Address', 'COMPLAINT'],
  ['Unsubscribed Address', 'UNSUBSCRIBE'],
]);

/**
 * One event of a SendGrid webhook (twilio.com/docs, Event Webhook Reference); null = nothing of it concerns us. Of `bounce` only
 * the type `bounce` is about the address: `blocked` is about us or this message, `expired` is time that ran out.
 */
export function sendgridReport(event: Json, receivedAt: Instant): MailReport | null {
  const email = reportText(event.email) ?? '';
  const detail = reportText(event.reason ?? event.response);
  const statusCode = statusOf(reportText(event.status), detail);
  const at = eventTime(event.timestamp, receivedAt);
  const report = (kind: MailReport['kind'], suppress: SuppressionReason | null): MailReport => ({
    kind,
    email,
    at,
    source: 'SENDGRID',
    statusCode,
    detail,
    sourceId: reportText(event.sg_event_id) ?? `${kind} ${String(at)} ${email}`,
    deliveryId: deliveryIn(reportText(event['smtp-id'])),
    suppress,
  });
  switch (event.event) {
    case 'delivered':
      return report('DELIVERED', null);
    case 'deferred':
      return report('DEFERRED', null);
    case 'spamreport':
      return report('COMPLAINED', 'COMPLAINT');
    case 'unsubscribe':
    case 'group_unsubscribe':
      return report('UNSUBSCRIBED', 'UNSUBSCRIBE');
    case 'dropped':
      return report('BOUNCED', DROPPED.get(String(event.reason)) ?? null);
    case 'bounce': {
      const hard = event.type === 'bounce' && bounceVerdict(statusCode) !== 'NOT_THE_ADDRESS';
      return report('BOUNCED', hard ? 'HARD_BOUNCE' : null);
    }
    default:
      return null;
  }
}
