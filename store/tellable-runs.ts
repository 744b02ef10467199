import { isClosed } from '../domain/evaluate.js';
import type { OperationFacts, TellableRun } from '../domain/explain.js';
import type { DeliveryFacts } from '../domain/explain-step.js';
import type { Reason } from '../domain/reasons.js';
import type { DeliveryStatus } from '../domain/run.js';
import type { Instant } from '../domain/types.js';
import type { Sql } from './database.js';
import type { Evidence } from './deliveries.js';
import type { HoldRow } from './holds.js';
import { readRunContexts, type LoadedRun } from './run-context.js';
import { readSuppressions } from './suppressed.js';

interface DeliveryRow {
  id: string;
  run_id: string;
  step_id: string;
  action_id: string;
  status: DeliveryStatus;
  reason: Reason | null;
  subject: string | null;
  recipients: Pick<Partial<Evidence['recipients']>, 'to' | 'insteadOf'> | null;
  server_reply: { code?: number | null; text?: string } | null;
  attempts: number;
  sent_at: Instant | null;
  retry_at: Instant | null;
}

/** Runs with everything there is to tell about them, in the order of their ids: five statements, however many there are. */
export async function readTellableRuns(sql: Sql, runIds: readonly string[]): Promise<TellableRun[]> {
  const loaded = await readRunContexts(sql, runIds);
  const deliveries = await deliveriesOf(sql, runIds);
  const operations = await operationsOf(sql, runIds);
  const holds = await holdsOn(sql, loaded);
  const suppressions = await readSuppressions(
    sql,
    loaded.filter(({ row }) => !isClosed(row.status)).flatMap(addressesOf),
  );
  return loaded.map((run) => ({
    ...toTellable(run),
    deliveries: deliveries.filter(({ run_id: runId }) => runId === run.row.id).map(toDelivery),
    operations: operations.filter(({ runId }) => runId === run.row.id),
    holds: holds.filter((hold) => concerns(hold, run)).filter(({ until }) => until === null || until > run.context.now),
    suppressions: suppressions.filter(
      ({ platformId, email }) => platformId === run.row.platform_id && run.context.suppressed.includes(email),
    ),
  }));
}

function operationsOf(sql: Sql, runIds: readonly string[]): Promise<(OperationFacts & { runId: string })[]> {
  return sql.rows(
    `SELECT run_id AS "runId", operation, coalesce(done_at, created_at) AS at, created_by AS by, note, refused, done_at IS NULL AS pending
     FROM run_operations WHERE run_id = ANY ($1) ORDER BY id`,
    [runIds],
  );
}

/** Those that nobody has ended. */
function holdsOn(sql: Sql, runs: readonly LoadedRun[]): Promise<HoldRow[]> {
  return sql.rows<HoldRow>(
    `SELECT * FROM holds WHERE platform_id = ANY ($1) AND ended_at IS NULL AND (customer_id = ANY ($2) OR invoice_id = ANY ($3))
     ORDER BY created_at, id`,
    [
      runs.map(({ row }) => row.platform_id),
      runs.map(({ row }) => row.customer_id),
      runs.flatMap(({ context }) => context.facts.invoice?.id ?? []),
    ],
  );
}

function addressesOf({ row, context }: LoadedRun): { platformId: string; email: string }[] {
  return context.suppressed.map((email) => ({ platformId: row.platform_id, email }));
}

function concerns({ platform_id, customer_id, invoice_id }: HoldRow, { row, context }: LoadedRun): boolean {
  if (platform_id !== row.platform_id) return false;
  return customer_id === null ? invoice_id === context.facts.invoice?.id : customer_id === row.customer_id;
}

function deliveriesOf(sql: Sql, runIds: readonly string[]): Promise<DeliveryRow[]> {
  return sql.rows<DeliveryRow>(
    `SELECT id, run_id, step_id, action_id, status, reason, subject, recipients, server_reply, attempts, sent_at, retry_at
     FROM deliveries WHERE run_id = ANY ($1) ORDER BY created_at, id`,
    [runIds],
  );
}

function toTellable({
  row,
  context,
}: LoadedRun): Omit<TellableRun, 'deliveries' | 'operations' | 'holds' | 'suppressions'> {
  return {
    id: row.id,
    triggerId: row.trigger_id,
    workflow: { id: row.workflow_id, reference: row.workflow_reference },
    resource: { type: row.resource_type, id: row.resource_id },
    createdAt: row.created_at,
    context,
    nextStepId: row.next_step_id,
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
    insteadOf: row.recipients?.insteadOf ?? null,
    reply: replyOf(row.server_reply),
    attempts: row.attempts,
    sentAt: row.sent_at,
    retryAt: row.retry_at,
  };
}

function replyOf(reply: DeliveryRow['server_reply']): DeliveryFacts['reply'] {
  if (!reply?.text) return null;
  if (reply.code == null) return { text: reply.text, byServer: false };
  const code = String(reply.code);
  return { text: reply.text.startsWith(code) ? reply.text : `${code} ${reply.text}`, byServer: true };
}
