import { z } from 'zod';
import { idText, instant, period } from './wire.js';
import { reason, runStatus } from './workflow-run.js';

export const sentence = z.string().meta({ examples: ['7 days after 10 Jan 2026 00:00 Europe/Amsterdam.'] });
const sentences = z.array(sentence);

const delivery = z.object({
  id: z.string().meta({ examples: ['dlv_5nV0cQe8RjT2yLxKd7Ba'] }),
  action_id: z.string().meta({ examples: ['wact_5nV0cQe8RjT2yLxKd7Ba'] }),
  status: z.enum(['PLANNED', 'CLAIMED', 'TRANSMITTING', 'SENT', 'REJECTED', 'IN_DOUBT', 'SKIPPED', 'BLOCKED']),
  reason,
  to: z
    .string()
    .meta({ examples: ['ap@acme.example'] })
    .nullable(),
  subject: z
    .string()
    .meta({ examples: ['Reminder: invoice 2026-0042 is 7 days overdue'] })
    .nullable(),
  server_reply: z
    .string()
    .meta({ examples: ['250 2.0.0 queued'] })
    .nullable(),
  attempts: z.int().min(0),
  sent_at: instant.nullable(),
  retry_at: instant.nullable(),
});

export const shift = z.object({
  from: instant,
  to: instant,
  reason: z.string().meta({ examples: ['late'] }),
  text: z.string().meta({ examples: ['7 days after 10 Jan 2026 00:00 Europe/Amsterdam.'] }),
});

const step = z.object({
  id: z.string().meta({ examples: ['7-DAY'] }),
  label: z.string().meta({ examples: ['7 days overdue'] }),
  periods: z.array(period),
  status: z.enum(['PLANNED', 'DONE', 'SKIPPED', 'BLOCKED', 'FAILED']),
  reason,
  raw_at: instant,
  planned_at: instant,
  sent_at: instant.nullable(),
  local: z.string().meta({
    description: 'When it went or is to go, on the clock of the run’s zone.',
    examples: ['17 Jan 2026 00:00 Europe/Amsterdam'],
  }),
  why: sentences.meta({ description: 'Why that instant: what it is counted from, then every shift.' }),
  shifts: z.array(shift),
  outcome: sentences.meta({ description: 'What came of it, or will.' }),
  deliveries: z.array(delivery),
});

const run = z.object({
  run_id: z.string().meta({ examples: ['run_5nV0cQe8RjT2yLxKd7Ba'] }),
  workflow_id: z.string(),
  workflow_reference: z.string().meta({ examples: ['overdue-ladder'] }),
  trigger_id: z.string(),
  type: z.enum(['MANUAL', 'EVENT']),
  variant: z.string(),
  resource_type: z.string(),
  resource_id: z.string(),
  customer_id: z.string(),
  status: runStatus,
  reason,
  stop_reason: reason,
  standing: sentences.meta({ description: 'Where it stands and why.' }),
  needed: sentences.meta({ description: 'What would have to happen for it to go on.' }),
  anchor: z.object({
    at: instant.nullable(),
    field: z
      .string()
      .nullable()
      .meta({ description: 'The fact it was read from.', examples: ['due_date'] }),
    text: z.string().meta({ examples: ['7 days after 10 Jan 2026 00:00 Europe/Amsterdam.'] }),
  }),
  timezone: z.string(),
  timezone_text: z.string().meta({ examples: ['Europe/Amsterdam, the customer’s zone'] }),
  steps: z.array(step),
  disagreements: sentences.meta({ description: 'Where the facts contradict each other, and which of them counts.' }),
  operations: z.array(
    z.object({
      operation: z.enum([
        'PAUSE',
        'RESUME',
        'CANCEL',
        'SEND_NOW',
        'SKIP_STEP',
        'RETRY',
        'REPLAN',
        'RELEASE',
        'RESOLVE',
      ]),
      step: period.nullable().meta({ description: 'The step it was about, if one was named.' }),
      at: instant,
      by: z.string().meta({ examples: ['key_5nV0cQe8RjT2yLxKd7Ba'] }),
      note: z
        .string()
        .meta({ examples: ['Asked for by the customer'] })
        .nullable(),
      refused: z
        .string()
        .meta({ examples: ['The run is paused already.'] })
        .nullable()
        .meta({ description: 'Why it could not be done when its turn came.' }),
      pending: z.boolean().meta({ description: 'In force, and not carried out yet.' }),
    }),
  ),
  holds: z.array(
    z.object({
      id: z.string().meta({ examples: ['hold_5nV0cQe8RjT2yLxKd7Ba'] }),
      reason: z.string().meta({ examples: ['DISPUTE'] }),
      until: instant.nullable(),
      note: z
        .string()
        .meta({ examples: ['Asked for by the customer'] })
        .nullable(),
    }),
  ),
  created_at: instant,
});

const text = z.string().meta({
  examples: ['Invoice inv_2026-0042 of customer cust_acme …'],
  description: 'All of it, for a terminal: at most 100 columns.',
});

export const runExplanation = run
  .extend({ object_type: z.literal('RUN_EXPLANATION'), text })
  .meta({ id: 'RunExplanation' });

const resource = z.object({
  resource_type: z.string(),
  resource_id: z.string(),
  customer_id: z.string().nullable(),
  disagreements: sentences,
  runs: z.array(run),
  not_matched: z
    .array(
      z.object({
        workflow_id: z.string(),
        reference: z.string().meta({ examples: ['overdue-ladder'] }),
        name: z.string().meta({ examples: ['Overdue ladder'] }),
        variant: z.string(),
        status: z.enum(['DRAFT', 'ACTIVE', 'INACTIVE', 'ARCHIVED']),
        code: z.string().meta({ examples: ['out_of_scope'] }),
        text: z.string().meta({ examples: ['7 days after 10 Jan 2026 00:00 Europe/Amsterdam.'] }),
      }),
    )
    .meta({ description: 'Workflows of a fitting variant that have no run for it, and why.' }),
  unmatched_triggers: z
    .array(z.object({ trigger_id: z.string(), type: z.enum(['MANUAL', 'EVENT']), created_at: instant }))
    .meta({ description: 'Triggers that were accepted and matched no workflow.' }),
  cut: sentences.meta({ description: 'What was left out.' }),
});

export const explanation = z
  .object({
    object_type: z.literal('EXPLANATION'),
    resources: z.array(resource),
    truncated: z.boolean().meta({ description: 'There are more resources than these; open ones come first.' }),
    text,
  })
  .meta({ id: 'Explanation' });

const id = idText.optional();

export const explainQuery = z.object({
  invoice_id: id,
  payment_id: id,
  pricing_plan_schedule_id: id,
  pricing_plan_subscription_id: id,
  wallet_id: id,
  customer_id: id,
});
