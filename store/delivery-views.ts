import type { MailFacts, SmtpReply } from '../contracts/mail.js';
import type { Resolution } from '../domain/operate.js';
import type { Reason } from '../domain/reasons.js';
import type { DeliveryStatus } from '../domain/run.js';
import type { Instant, ResourceType } from '../domain/types.js';
import { at, type Sql } from './database.js';
import type { Evidence } from './deliveries.js';
import type { Filter } from './lists.js';

/** A delivery as it is shown: one mail of one action for one step of a run. */
export interface DeliveryView {
  id: string;
  run_id: string;
  step_id: string;
  action_id: string;
  workflow_id: string;
  customer_id: string;
  resource_type: ResourceType;
  resource_id: string;
  status: DeliveryStatus;
  reason: Reason | null;
  attempts: number;
  subject: string | null;
  recipients: Partial<Evidence['recipients']> | null;
  template: Evidence['template'] | null;
  message_id: string | null;
  /** Without a stage no server was asked. */
  server_reply: Partial<SmtpReply> | null;
  retry_at: Instant | null;
  claimed_at: Instant | null;
  transmitting_at: Instant | null;
  sent_at: Instant | null;
  ended_at: Instant | null;
  created_at: Instant;
}

/** With everything there is to prove what went. */
export interface DeliveryEvidence extends DeliveryView {
  facts: MailFacts | null;
  message_hash: string | null;
  message_kept_until: Instant | null;
  /** How somebody ended its doubt, the last time; null = nobody did. */
  resolved: { as: Resolution; by: string; note: string | null; at: Instant } | null;
}

const FIELDS = `d.id, d.platform_id, d.run_id, d.step_id, d.action_id, d.status, d.reason, d.attempts, d.subject, d.recipients,
  d.template, d.message_id, d.server_reply, d.retry_at, d.claimed_at, d.transmitting_at, d.sent_at, d.ended_at, d.created_at,
  r.workflow_id, r.customer_id, r.resource_type, r.resource_id`;

export const SELECT_DELIVERIES = `SELECT * FROM (SELECT ${FIELDS} FROM deliveries d JOIN runs r ON r.id = d.run_id) AS d`;

/** null = there is no such delivery. */
export function getDelivery(sql: Sql, platformId: string, id: string): Promise<DeliveryEvidence | null> {
  return sql.row<DeliveryEvidence>(
    `SELECT ${FIELDS}, d.facts, d.message_hash, m.keep_until AS message_kept_until, (
       SELECT jsonb_build_object('as', o.operation ->> 'as', 'by', o.created_by, 'note', o.note, 'at', epoch_ms(coalesce(o.done_at, o.created_at)))
       FROM run_operations o WHERE o.run_id = d.run_id AND o.refused IS NULL AND o.operation ->> 'kind' = 'RESOLVE'
         AND o.operation ->> 'stepId' = d.step_id AND o.operation ->> 'actionId' = d.action_id
       ORDER BY o.id DESC LIMIT 1) AS resolved
     FROM deliveries d JOIN runs r ON r.id = d.run_id
     LEFT JOIN delivery_messages m ON m.delivery_id = d.id AND m.keep_until > clock_timestamp()
     WHERE d.platform_id = $1 AND d.id = $2`,
    [platformId, id],
  );
}

/** The list's filters; absent = not asked for. */
export interface DeliveryFilter {
  run_id?: string;
  workflow_id?: string;
  action_id?: string;
  customer_id?: string;
  resource_id?: string;
  status?: DeliveryStatus;
  reason?: Reason;
  sent_before?: Instant;
  sent_after?: Instant;
}

const EQUAL = ['run_id', 'workflow_id', 'action_id', 'customer_id', 'resource_id', 'status', 'reason'] as const;

export function deliveryConditions(platformId: string, filter: DeliveryFilter): Filter[] {
  const { sent_before: before, sent_after: after } = filter;
  return [
    { condition: 'platform_id = ?', values: [platformId] },
    ...EQUAL.flatMap((field) =>
      filter[field] === undefined ? [] : [{ condition: `${field} = ?`, values: [filter[field]] }],
    ),
    ...(before === undefined ? [] : [{ condition: 'sent_at < ?', values: [at(before)] }]),
    ...(after === undefined ? [] : [{ condition: 'sent_at >= ?', values: [at(after)] }]),
  ];
}
