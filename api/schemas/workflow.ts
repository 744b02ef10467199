import { z } from 'zod';
import { DECIMAL_PATTERN } from '../../domain/decimal.js';
import { calendar } from './calendar.js';
import { externalId, idText, instant, line, ordinal, period, problem } from './wire.js';
import { isNotNegative, money, NOT_NEGATIVE } from './money.js';
import { PAYMENT_RESULTS } from './wallet-facts.js';
import { backfill, backfillChoice } from './backfill.js';
import { schedule } from './schedule.js';
import { patchBody } from './patch-body.js';

const periods = z.array(period).max(50).nullish();

/** The blocks of the four types, as the contract has them (workflows.yml). */
const invoice = z.object({
  variant: z.enum(['TO_FINAL', 'OVERDUE', 'UPCOMING_PAYMENT_REMINDER']).nullish(),
  overdue: z.object({ periods }).nullish(),
  upcoming_payment: z.object({ periods }).nullish(),
});

const payment = z.object({ variant: z.enum(['FAILED_PAYMENT']).nullish() });

const pricingPlanSubscription = z.object({
  variant: z.enum(['FREE_TRIAL_REMINDER']).nullish(),
  reminder_periods: periods,
});

const wallet = z.object({
  variant: z.enum(['WALLET_BALANCE']).nullish(),
  wallet_balance: z
    .object({
      wallet_type_id: idText.nullish(),
      comparator: z.enum(['LESS_THAN'], 'only LESS_THAN is supported').nullish(),
      threshold: z
        .object({
          percentage: z
            .string()
            .regex(/^(100(\.0+)?|\d{1,2}(\.\d+)?)$/, 'must be a percentage above 0 and up to 100')
            .nullish(),
          amount: money.refine(isNotNegative, NOT_NEGATIVE).nullish(),
          credits: z
            .object({ quantity: z.string().regex(DECIMAL_PATTERN, 'must be a decimal string'), credit_type_id: idText })
            .refine(isNotNegative, NOT_NEGATIVE)
            .nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

export const definitionStatus = z.enum(['ACTIVE', 'INACTIVE', 'DRAFT', 'ARCHIVED']);

/** A name of the caller's own, unique per platform and kind (S-D4). */
export const reference = z
  .string()
  // `.` and `..` cannot stand in a URL, and what looks like an id would be taken for one.
  .regex(
    /^(?!\.{1,2}$)(?!wkfl_[A-Za-z0-9]{20}$)[A-Za-z0-9_\-.:]{1,100}$/,
    'must be 1–100 characters of A-Z a-z 0-9 _ - . :, and not look like an id',
  )
  .meta({ examples: ['overdue-ladder'] });

const fields = {
  name: line(255),
  description: line(256).nullish(),
  type: z.enum(['INVOICE', 'PAYMENT', 'PRICING_PLAN_SUBSCRIPTION', 'WALLET']),
  reference,
  status: definitionStatus,
  customer_ids: z.array(externalId).max(10_000).nullish(),
  excluded_customer_ids: z.array(externalId).max(10_000).nullish(),
  invoice: invoice.nullish(),
  payment: payment.nullish(),
  pricing_plan_subscription: pricingPlanSubscription.nullish(),
  wallet: wallet.nullish(),
  failed_results: z
    .array(z.enum(PAYMENT_RESULTS))
    .min(1)
    .max(20)
    .nullish()
    .meta({ description: 'Extension, FAILED_PAYMENT: results that count as failed (default REFUSED, ERROR).' }),
  rearm_margin: z
    .string()
    .regex(DECIMAL_PATTERN, 'must be a decimal string')
    .refine((text) => !text.startsWith('-'), 'must not be negative')
    .nullish()
    .meta({
      description:
        'Extension, WALLET_BALANCE: how far above the threshold, in its unit, a balance must come before it can cross again.',
    }),
  cooldown: period.nullish().meta({
    description: 'Extension, WALLET_BALANCE: at most one mail per wallet within it (default 1 DAY).',
  }),
  late_policy: z
    .enum(['LATEST', 'ALL', 'NONE'])
    .nullish()
    .meta({ description: 'Extension: steps in the past (default LATEST).' }),
  calendar: calendar.nullish().meta({
    description:
      'Extension: when mails may go. null = the platform’s; `{}` = at any time, whatever the platform’s says.',
  }),
  schedule: schedule.nullish().meta({
    description:
      'Extension: runs the workflow by the clock: each firing starts it for all resources that fit and have no run yet.',
  }),
};

export const workflowCreate = z.object({ ...fields, backfill: backfillChoice }).meta({
  id: 'WorkflowCreateRequest',
  examples: [
    {
      name: 'Overdue ladder',
      type: 'INVOICE',
      reference: 'overdue-ladder',
      status: 'ACTIVE',
      invoice: {
        variant: 'OVERDUE',
        overdue: {
          periods: [
            { type: 'DAY', value: 7 },
            { type: 'DAY', value: 15 },
            { type: 'DAY', value: 30 },
          ],
        },
      },
    },
  ],
});

export const workflowPatch = patchBody(workflowCreate, 'WorkflowUpdateRequest');

export const workflow = z
  .object({
    object_type: z.literal('WORKFLOW'),
    id: z.string(),
    number: ordinal.meta({ description: 'Extension: the integer id.' }),
    ...fields,
    version: ordinal.meta({ description: 'Extension: raised when what is pinned at the start of a run changes.' }),
    created_at: instant,
    updated_at: instant,
    backfill: backfill
      .optional()
      .meta({ description: 'Extension: the backfill that this change began; how it goes on is asked with GET.' }),
    problems: z
      .array(problem)
      .optional()
      .meta({ description: 'Extension: warnings about a change that was made all the same.' }),
  })
  .meta({ id: 'Workflow' });

export type WorkflowCreate = z.infer<typeof workflowCreate>;
