import type { TellableRun } from '../domain/explain.js';
import type { DeliveryFacts } from '../domain/explain-step.js';
import type { Reason } from '../domain/reasons.js';
import type { DeliveryStatus } from '../domain/run.js';
import type { Instant } from '../domain/types.js';
import type { Sql } from './database.js';
import { readRunContexts, type LoadedRun } from './run-context.js';

interface DeliveryRow {
  id: string;
  run_id: string;
  step_id: string;
  action_id: string;
  status: DeliveryStatus;
  reason: Reason | null;
  subject: string | null;
  recipients: { to?: string } | null;
  server_reply: { code?: number | null; text?: string } | null;
  attempts: number;
  sent_at: Instant | null;
  retry_at: Instant | null;
}

/** Runs with everything there is to tell about them, in the order of their ids: two statements, however many there are. */
export async function readTellableRuns(sql: Sql, runIds: readonly string[]): Promise<TellableRun[]> {
  const loaded = await readRunContexts(sql, runIds);
  const deliveries = await deliveriesOf(sql, runIds);
  return loaded.map((run) =>
    toTellable(
      run,
      deliveries.filter(({ run_id: runId }) => runId === run.row.id),
    ),
  );
}

function deliveriesOf(sql: Sql, runIds: readonly string[]): Promise<DeliveryRow[]> {
  return sql.rows<DeliveryRow>(
    `SELECT id, run_id, step_id, action_id, status, reason, subject, recipients, server_reply, attempts, sent_at, retry_at
     FROM deliveries WHERE run_id = ANY ($1) ORDER BY created_at, id`,
    [runIds],
  );
}

function toTellable({ row, context }: LoadedRun, deliveries: readonly DeliveryRow[]): TellableRun {
  return {
    id: row.id,
    triggerId: row.trigger_id,
    workflow: { id: row.workflow_id, reference: row.workflow_reference },
    resource: { type: row.resource_type, id: row.resource_id },
    createdAt: row.created_at,
    context,
    nextStepId: row.next_step_id,
    deliveries: deliveries.map(toDelivery),
    // To be filled from what operators did and what holds the run, once both are stored: this is the one place.
    operations: [],
    holds: [],
  };
}

function toDelivery(row: DeliveryRow): DeliveryFacts {
  return {
    id: row.id,
    stepId: row.step_id,
    actionId: row.action_id,
    status: row.status,
    reason: row.reason,
    subject: row.subject,
    to: row.recipients?.to ?? null,
    reply: replyOf(row.server_reply),
    attempts: row.attempts,
    sentAt: row.sent_at,
    retryAt: row.retry_at,
  };
}

function replyOf(reply: DeliveryRow['server_reply']): string | null {
  if (!reply?.text) return null;
  const code = reply.code == null ? '' : String(reply.code);
  return reply.text.startsWith(code) ? reply.text : `${code} ${reply.text}`;
}
