import { reportText } from '../../contracts/report-text.js';
import { bounceVerdict, statusOf } from '../../domain/bounce-status.js';
import type { Instant } from '../../domain/types.js';
import { deliveryIn, type MailReport } from '../../store/delivery-events.js';
import type { SuppressionReason } from '../../domain/recipient.js';
import { eventTime } from './event-time.js';
import { record, type Json } from './signed.js';

/** Mailgun keeps lists of its own, and does not even try. */
const DROPPED: ReadonlyMap<string, SuppressionReason> = new Map([
  ['suppress-bounce', 'HARD_BOUNCE'],
  ['suppress-complaint', 'COMPLAINT'],
  ['suppress-unsubscribe', 'UNSUBSCRIBE'],
]);

/**
 * One `event-data` of a Mailgun webhook (documentation.mailgun.com, Webhook Payloads); null = nothing of it concerns us.
 * `reason: bounce` is the recipient's server saying no for good; `old` is time that ran out, `generic` anything else.
 */
export function mailgunReport(event: Json, receivedAt: Instant): MailReport | null {
  const email = reportText(event.recipient) ?? '';
  const status = record(event['delivery-status']);
  const words = [status.description, status.message].flatMap((text) => reportText(text) ?? []);
  const detail = reportText([...new Set(words)].join(' '));
  const statusCode = statusOf(reportText(status['enhanced-code'] ?? status['bounce-code']), detail);
  const at = eventTime(event.timestamp, receivedAt);
  const report = (kind: MailReport['kind'], suppress: SuppressionReason | null): MailReport => ({
    kind,
    email,
    at,
    source: 'MAILGUN',
    statusCode,
    detail,
    sourceId: reportText(event.id) ?? `${kind} ${String(at)} ${email}`,
    deliveryId: deliveryIn(reportText(record(record(event.message).headers)['message-id'])),
    suppress,
  });
  switch (event.event) {
    case 'delivered':
      return report('DELIVERED', null);
    case 'complained':
      return report('COMPLAINED', 'COMPLAINT');
    case 'unsubscribed':
      return report('UNSUBSCRIBED', 'UNSUBSCRIBE');
    case 'failed': {
      if (event.severity !== 'permanent') return report('DEFERRED', null);
      const hard = event.reason === 'bounce' && bounceVerdict(statusCode) !== 'NOT_THE_ADDRESS';
      return report('BOUNCED', DROPPED.get(String(event.reason)) ?? (hard ? 'HARD_BOUNCE' : null));
    }
    default:
      return null;
  }
}
