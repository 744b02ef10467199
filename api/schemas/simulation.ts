import { z } from 'zod';
import { sentence, shift } from './explain.js';
import { factSchemas } from './facts.js';
import { idText, instant, period } from './wire.js';
import { workflowCreate } from './workflow.js';
import { actionCreate } from './workflow-action.js';
import { reason } from './workflow-run.js';

/** The facts a simulation can be told inline, by the field they stand in. */
export const SIMULATED_FACTS = {
  customer: factSchemas.customers,
  invoice: factSchemas.invoices,
  payment: factSchemas.payments,
  pricing_plan_subscription: factSchemas['pricing-plan-subscriptions'],
  pricing_plan_schedule: factSchemas['pricing-plan-schedules'],
  wallet: factSchemas.wallets,
} as const;

const patch = z.record(z.string(), z.unknown()).nullish();

const change = z.object({
  at: instant,
  customer: patch,
  invoice: patch,
  payment: patch,
  pricing_plan_subscription: patch,
  pricing_plan_schedule: patch,
  wallet: patch,
});

export const simulationRequest = z
  .object({
    workflow_id: idText.nullish().meta({ description: 'A stored workflow, by id or reference.' }),
    workflow: workflowCreate.nullish().meta({ description: 'Or one as `POST /v1/workflows` takes it.' }),
    actions: z
      .array(actionCreate.omit({ workflow_id: true }))
      .max(10)
      .nullish()
      .meta({
        description:
          'As `POST /v1/workflow-actions` takes them. Absent: those of the stored workflow; for an inline one, the plainest there is.',
      }),
    invoice_id: idText.nullish(),
    payment_id: idText.nullish(),
    pricing_plan_schedule_id: idText.nullish(),
    wallet_id: idText.nullish(),
    customer: SIMULATED_FACTS.customer.nullish(),
    invoice: SIMULATED_FACTS.invoice.nullish(),
    payment: SIMULATED_FACTS.payment.nullish(),
    pricing_plan_subscription: SIMULATED_FACTS.pricing_plan_subscription.nullish(),
    pricing_plan_schedule: SIMULATED_FACTS.pricing_plan_schedule.nullish(),
    wallet: SIMULATED_FACTS.wallet.nullish(),
    wallet_type: factSchemas['wallet-types'].nullish(),
    type: z.enum(['EVENT', 'MANUAL']).nullish().meta({ description: 'How the run is triggered (default EVENT).' }),
    period: period.nullish().meta({ description: 'OVERDUE: that one step only.' }),
    from: instant
      .nullish()
      .meta({ description: 'When it begins (default now, on the customer’s test clock if it has one).' }),
    to: instant.nullish().meta({ description: 'When it ends (default a year after `from`, at most ten).' }),
    changes: z
      .array(change)
      .max(100)
      .nullish()
      .meta({ description: 'Facts that change on the way: each is merged into the fact as it stands then.' }),
    render: z.boolean().nullish().meta({ description: 'Whether to make the mails, too.' }),
  })
  .meta({
    id: 'SimulationRequest',
    examples: [
      {
        workflow_id: 'overdue-ladder',
        invoice_id: 'inv_2026-0042',
        from: '2026-01-01T00:00:00Z',
        changes: [{ at: '2026-02-20T10:00:00Z', invoice: { paid: true } }],
      },
    ],
  });

export const simulation = z
  .object({
    object_type: z.literal('SIMULATION'),
    from: instant,
    to: instant,
    matched: z.boolean().meta({ description: 'Whether a run begins at all.' }),
    not_matched_because: z
      .object({
        code: z.string().meta({ examples: ['out_of_scope'] }),
        text: z.string().meta({ examples: ['7 days after 10 Jan 2026 00:00 Europe/Amsterdam.'] }),
      })
      .nullable(),
    started_at: instant.nullable(),
    notes: z.array(sentence).meta({ description: 'What was assumed.' }),
    mails: z.array(
      z.object({
        step: z.string().meta({ examples: ['7-DAY'] }),
        action_id: z.string().meta({ examples: ['wact_5nV0cQe8RjT2yLxKd7Ba'] }),
        at: instant,
        local: z.string().meta({ examples: ['17 Jan 2026 00:00'] }),
        timezone: z.string(),
        why: z.string().meta({ examples: ['7 days after 10 Jan 2026 00:00 Europe/Amsterdam.'] }),
        shifts: z.array(shift),
        to: z
          .string()
          .meta({ examples: ['ap@acme.example'] })
          .nullable(),
        subject: z
          .string()
          .meta({ examples: ['Reminder: invoice 2026-0042 is 7 days overdue'] })
          .nullable(),
        html: z
          .string()
          .meta({ examples: ['<p>…</p>'] })
          .nullable(),
        text: z
          .string()
          .meta({ examples: ['7 days after 10 Jan 2026 00:00 Europe/Amsterdam.'] })
          .nullable(),
        problem: z
          .string()
          .nullable()
          .meta({
            examples: ['There is no template x'],
            description: 'Why the mail cannot be made: the step would be blocked.',
          }),
      }),
    ),
    skipped: z.array(
      z.object({
        step: z.string().meta({ examples: ['7-DAY'] }),
        reason,
        text: z.string().meta({ examples: ['7 days after 10 Jan 2026 00:00 Europe/Amsterdam.'] }),
      }),
    ),
    end: z.object({
      status: z
        .enum(['WAITING', 'SENDING', 'BLOCKED', 'PAUSED', 'COMPLETED', 'STOPPED', 'FAILED', 'ACCEPTED'])
        .nullable(),
      reason,
      stop_reason: reason,
      text: z.string().meta({ examples: ['7 days after 10 Jan 2026 00:00 Europe/Amsterdam.'] }),
    }),
    text: z.string().meta({
      examples: ['Invoice inv_2026-0042 of customer cust_acme …'],
      description: 'All of it, for a terminal: at most 100 columns.',
    }),
  })
  .meta({ id: 'Simulation' });

export type SimulationRequest = z.infer<typeof simulationRequest>;
export type SimulationAnswer = z.input<typeof simulation>;
