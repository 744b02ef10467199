import type { DueDates } from '../domain/anchor.js';
import { readContact, readCustomer, type FactBody } from '../domain/facts.js';
import { pin } from '../domain/pin.js';
import { readCalendar, type CalendarBody } from '../domain/read-calendar.js';
import type { LatePolicy, Shift } from '../domain/plan.js';
import type { Reason } from '../domain/reasons.js';
import type {
  DeliveryStatus,
  InvoicePdfState,
  Run,
  RunContext,
  RunStatus,
  SiblingDelivery,
  Step,
  StepStatus,
} from '../domain/run.js';
import type { Instant, Period, ResourceType, TriggerType, Variant } from '../domain/types.js';
import type { Sql } from './database.js';
import { readTerms, type TermSettings } from '../domain/terms.js';
import type { PendingOperation } from './carry-out.js';
import { ACTION, INTEGRATION_OF_ACTION, toAction, type ActionJson, type LoadedAction } from './loaded-actions.js';
import { readFacts, WALLET_TYPE_NAME, type FactColumns } from './resources.js';
import { holdsOf } from './holds.js';
import { BUSY_UNTIL } from './deliveries.js';
import { CONTACTS_OF_CUSTOMER, IS_SUPPRESSED } from './suppressed.js';
import { PDF_STATE } from './invoice-pdfs.js';
import type { PdfSource } from './platforms.js';

/** A run with everything that decides about it, and what telling the engine and sending need besides. */
export interface LoadedRun {
  context: RunContext;
  row: RunRow;
  actions: readonly LoadedAction[];
  platform: PlatformRow;
  /** What operators asked for and nobody has done yet, oldest first. */
  pending: readonly PendingOperation[];
}

export interface PlatformRow {
  id: string;
  environment: 'TEST' | 'LIVE';
  timezone: string | null;
  locale: string | null;
  sender_name: string | null;
  sender_email: string | null;
  in_doubt: 'HOLD' | 'RESEND' | 'DROP';
  allow_list: string[];
  blast_limit: number | null;
  invoice_pdf_source: PdfSource | null;
}

export interface RunRow {
  id: string;
  platform_id: string;
  workflow_id: string;
  type: TriggerType;
  variant: Variant;
  resource_type: ResourceType;
  resource_id: string;
  customer_id: string;
  single_period: Period | null;
  due_dates: DueDates;
  workflow_version: number;
  paused: boolean;
  calendar: CalendarBody | null;
  trial_end_at: Instant | null;
  schedule_end_at: Instant | null;
  occurred_at: Instant | null;
  test_clock_id: string | null;
  status: RunStatus;
  reason: Reason | null;
  stop_reason: Reason | null;
  anchor_at: Instant | null;
  zone: string | null;
  plan_revision: number;
  wake_at: Instant | null;
  next_step_id: string | null;
  next_step_at: Instant | null;
  engine_workflow_id: string;
  engine_started: boolean;
  executions: number;
  /** Its execution wakes later than `wake_at`: the burst lane sends its step. */
  by_lane: boolean;
  workflow_reference: string;
  trigger_id: string;
  /** What the call gave for the template, by name; null = no call made it. */
  variables: Record<string, unknown> | null;
  created_at: Instant;
}

interface ContextRow extends RunRow, FactColumns {
  now: Instant;
  pdf: InvoicePdfState;
  workflow_status: RunContext['workflow']['status'];
  customer_ids: string[];
  excluded_customer_ids: string[];
  definition: { config: FactBody | null; periods: Period[]; late_policy: LatePolicy };
  settings: Partial<TermSettings>;
  last_mail_at: Instant | null;
  platform: PlatformRow;
  present_customer_id: string;
  present_clock_id: string | null;
  customer_body: FactBody | null;
  contacts: FactBody[];
  suppressed: string[];
  steps: StepRow[];
  actions: ActionJson[];
  siblings: SiblingDelivery[];
  holds: { until: Instant | null }[];
  pending: PendingOperation[];
}

interface StepRow {
  id: string;
  kind: Step['kind'];
  periods: Period[];
  raw_at: Instant;
  planned_at: Instant;
  shifts: Shift[];
  status: StepStatus;
  reason: Reason | null;
  late: boolean;
  sent_at: Instant | null;
  ledger: {
    actionId: string;
    status: DeliveryStatus;
    reason: Reason | null;
    sentAt: Instant | null;
    endedAt: Instant | null;
    retryAt: Instant | null;
    busyUntil: Instant | null;
  }[];
}

const HOLDS = holdsOf('r.platform_id', 'c.id', 'i.id');

/**
 * One statement, so one snapshot. `now` is Postgres' clock or the customer's test clock, never a host's (S-T7). The customer is
 * read through the resource: if the resource changed hands, its runs follow (S-C1).
 */
const CONTEXT = `
  SELECT r.*,
    w.reference AS workflow_reference, w.status AS workflow_status, w.customer_ids,
    w.excluded_customer_ids, w.settings, v.definition, to_jsonb(p) AS platform,
    coalesce(c.id, r.customer_id) AS present_customer_id, c.test_clock_id AS present_clock_id, c.body AS customer_body,
    i.id AS invoice_id, i.body AS invoice_body, i.first_final_at, ${PDF_STATE} AS pdf,
    y.id AS payment_id, y.body AS payment_body, coalesce(y.result_since, y.created_at) AS payment_since,
    s.id AS schedule_id, s.body AS schedule_body, u.id AS subscription_id, u.body AS subscription_body,
    x.id AS wallet_id, x.body AS wallet_body, ${WALLET_TYPE_NAME} AS wallet_type_name,
    CASE WHEN r.resource_type = 'WALLET' THEN last_mail_at(r.platform_id, r.workflow_id, r.resource_id, r.id) END AS last_mail_at,
    coalesce(k.now_at, date_trunc('milliseconds', clock_timestamp())) AS now,
    coalesce((
      SELECT jsonb_agg(jsonb_build_object(
        'id', t.id, 'kind', t.kind, 'periods', step_periods(t.id, t.periods), 'raw_at', epoch_ms(t.raw_at), 'planned_at', epoch_ms(t.planned_at),
        'shifts', t.shifts, 'status', t.status, 'reason', t.reason, 'late', t.late,
        'sent_at', epoch_ms(t.sent_at),
        'ledger', coalesce((
          SELECT jsonb_agg(jsonb_build_object('actionId', d.action_id, 'status', d.status, 'reason', d.reason,
            'sentAt', epoch_ms(d.sent_at), 'endedAt', epoch_ms(d.ended_at), 'retryAt', epoch_ms(d.retry_at),
            'busyUntil', ${BUSY_UNTIL}) ORDER BY d.created_at, d.id)
          FROM deliveries d WHERE d.run_id = t.run_id AND d.step_id = t.id), '[]')) ORDER BY t.position)
      FROM run_steps t WHERE t.run_id = r.id), '[]') AS steps,
    coalesce((
      SELECT jsonb_agg(${ACTION} ORDER BY a.created_at, a.id)
      FROM workflow_actions a ${INTEGRATION_OF_ACTION}
      WHERE a.workflow_id = r.workflow_id AND a.status = 'ACTIVE'), '[]') AS actions,
    coalesce((
      -- What was given up may have arrived.
      SELECT jsonb_agg(jsonb_build_object('periods', step_periods(t.id, t.periods), 'status',
        CASE WHEN d.status = 'SKIPPED' AND d.reason = 'dropped' THEN 'IN_DOUBT' ELSE d.status END))
      FROM runs o JOIN run_steps t ON t.run_id = o.id JOIN deliveries d ON d.run_id = o.id AND d.step_id = t.id
      WHERE o.platform_id = r.platform_id AND o.resource_type = r.resource_type AND o.resource_id = r.resource_id
        AND o.workflow_id = r.workflow_id AND o.id <> r.id), '[]') AS siblings,
    coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', o.id, 'operation', o.operation) ORDER BY o.id)
      FROM run_operations o WHERE o.run_id = r.id AND o.done_at IS NULL), '[]') AS pending,
    ${HOLDS},
    ${CONTACTS_OF_CUSTOMER} AS contacts,
    coalesce((
      SELECT jsonb_agg(DISTINCT e.email) FROM (
        SELECT c.body ->> 'email' AS email
        UNION ALL SELECT t.body ->> 'email' FROM contacts t WHERE t.platform_id = c.platform_id AND t.customer_id = c.id
        UNION ALL SELECT copy FROM workflow_actions a, jsonb_array_elements_text(
            coalesce(a.send_email_to_customer -> 'cc_recipients', '[]') || coalesce(a.send_email_to_customer -> 'bcc_recipients', '[]')) copy
          WHERE a.workflow_id = r.workflow_id AND a.status = 'ACTIVE') e
      WHERE ${IS_SUPPRESSED}), '[]') AS suppressed
  FROM runs r
  JOIN workflows w ON w.id = r.workflow_id
  JOIN workflow_versions v ON v.workflow_id = r.workflow_id AND v.version = r.workflow_version
  JOIN platforms p ON p.id = r.platform_id
  LEFT JOIN payments y ON r.resource_type = 'PAYMENT' AND y.platform_id = r.platform_id AND y.id = r.resource_id
  LEFT JOIN invoices i ON i.platform_id = r.platform_id
    AND i.id = CASE r.resource_type WHEN 'INVOICE' THEN r.resource_id WHEN 'PAYMENT' THEN y.body ->> 'invoice_id' END
  LEFT JOIN wallets x ON r.resource_type = 'WALLET' AND x.platform_id = r.platform_id AND x.id = r.resource_id
  LEFT JOIN pricing_plan_schedules s
    ON r.resource_type = 'PRICING_PLAN_SCHEDULE' AND s.platform_id = r.platform_id AND s.id = r.resource_id
  LEFT JOIN pricing_plan_subscriptions u ON u.platform_id = s.platform_id AND u.id = s.pricing_plan_subscription_id
  LEFT JOIN customers c ON c.platform_id = r.platform_id AND c.id = coalesce(y.customer_id, i.customer_id, u.customer_id, x.customer_id)
  LEFT JOIN test_clocks k ON k.id = c.test_clock_id`;
const ONE = `${CONTEXT} WHERE r.id = $1`;
const MANY = `${CONTEXT} WHERE r.id = ANY ($1) ORDER BY array_position($1, r.id)`;

/** A run with everything that decides about it; whoever decides has locked it (`lock_runs`). null = no such run. */
export async function readRunContext(sql: Sql, runId: string): Promise<LoadedRun | null> {
  const row = await sql.row<ContextRow>(ONE, [runId]);
  return row && toLoadedRun(row);
}

/** Several at once, in the order of their ids as given. */
export async function readRunContexts(sql: Sql, runIds: readonly string[]): Promise<LoadedRun[]> {
  if (runIds.length === 0) return [];
  return (await sql.rows<ContextRow>(MANY, [runIds])).map(toLoadedRun);
}

function toLoadedRun(row: ContextRow): LoadedRun {
  const actions = row.actions.map(toAction);
  return {
    row: { ...row, customer_id: row.present_customer_id, test_clock_id: row.present_clock_id },
    actions,
    platform: row.platform,
    pending: row.pending,
    context: {
      now: row.now,
      run: toRun(row),
      pinned: pin({
        type: row.type,
        variant: row.variant,
        singlePeriod: row.single_period,
        periods: row.definition.periods,
        latePolicy: row.definition.late_policy,
        dueDates: row.due_dates,
        calendar: readCalendar(row.calendar),
      }),
      workflow: {
        status: row.workflow_status,
        customerIds: row.customer_ids,
        excludedCustomerIds: row.excluded_customer_ids,
      },
      actions,
      platform: { timezone: row.platform.timezone },
      customer: readCustomer(row.present_customer_id, row.customer_body ?? {}),
      terms: readTerms(row.definition.config, row.settings),
      contacts: row.contacts.flatMap((body) => readContact(body) ?? []),
      suppressed: row.suppressed,
      facts: readFacts(row),
      pdf: row.pdf,
      siblings: row.siblings,
      holds: row.holds,
      lastMailAt: row.last_mail_at,
      lateStepsAllowed: true,
    },
  };
}

function toRun(row: ContextRow): Run {
  return {
    id: row.id,
    type: row.type,
    status: row.status,
    reason: row.reason,
    stopReason: row.stop_reason,
    paused: row.paused,
    cancelled: false,
    anchorAt: row.anchor_at,
    zone: row.zone,
    trial: row.trial_end_at === null ? null : { endAt: row.trial_end_at, scheduleEndAtAcceptance: row.schedule_end_at },
    occurredAt: row.occurred_at,
    wakeAt: row.wake_at,
    steps: row.steps.map((step): Step => ({
      id: step.id,
      kind: step.kind,
      periods: step.periods,
      rawAt: step.raw_at,
      plannedAt: step.planned_at,
      shifts: step.shifts,
      status: step.status,
      reason: step.reason,
      late: step.late,
      sentAt: step.sent_at,
      ledger: step.ledger,
    })),
  };
}
