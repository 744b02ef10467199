import { z } from 'zod';
import { idText, instant, line, period } from './wire.js';

const overdue = z.object({ period: period.nullish() });
const user_id = line(255).nullish();
const invoiceVariant = z.enum(['TO_FINAL', 'OVERDUE', 'UPCOMING_PAYMENT_REMINDER']).nullish();
const paymentVariant = z.enum(['FAILED_PAYMENT']).nullish();
const trialVariant = z.enum(['FREE_TRIAL_REMINDER']).nullish();
const walletVariant = z.enum(['WALLET_BALANCE']).nullish();

/** The four target blocks of a trigger (workflowtriggers.yml); exactly one is given (S-M1). */
const targets = {
  invoice: z
    .object({
      invoice_id: idText,
      event: z.object({ variant: invoiceVariant, overdue: overdue.nullish() }).nullish(),
      manual: z.object({ user_id, variant: invoiceVariant, overdue: overdue.nullish() }).nullish(),
    })
    .nullish(),
  payment: z
    .object({
      payment_id: idText,
      event: z.object({ variant: paymentVariant }).nullish(),
      manual: z.object({ user_id, variant: paymentVariant }).nullish(),
    })
    .nullish(),
  pricing_plan_subscription: z
    .object({
      pricing_plan_subscription_id: idText.nullish(),
      pricing_plan_schedule_id: idText,
      trial_end_at: instant.nullish(),
      event: z.object({ variant: trialVariant }).nullish(),
      manual: z.object({ user_id, variant: trialVariant }).nullish(),
    })
    .nullish(),
  wallet: z
    .object({
      wallet_type_id: idText.nullish(),
      wallet_id: idText,
      customer_reference: z.string().max(255).nullish(),
      wallet_reference: z.string().max(255).nullish(),
      event: z.object({ variant: walletVariant }).nullish(),
      manual: z.object({ user_id, variant: walletVariant }).nullish(),
    })
    .nullish(),
};

export const triggerCreate = z
  .object({
    type: z.enum(['MANUAL', 'EVENT']),
    workflow_id: idText.nullish(),
    customer_id: idText.nullish(),
    ...targets,
  })
  .meta({
    id: 'WorkflowTriggerCreateRequest',
    examples: [{ type: 'MANUAL', invoice: { invoice_id: 'inv_1', manual: { variant: 'OVERDUE' } } }],
  });

const triggeredRun = z.object({
  id: z.string().meta({ examples: ['run_5nV0cQe8RjT2yLxKd7Ba'] }),
  workflow_id: z.string(),
  created: z.boolean(),
  status: z.string().meta({ examples: ['WAITING'] }),
  next_step_at: instant.nullable(),
});

export const trigger = z
  .object({
    object_type: z.literal('WORKFLOW_TRIGGER'),
    id: z.string(),
    type: z.enum(['MANUAL', 'EVENT']),
    customer_id: z.string().nullable(),
    workflow_id: z.string().optional(),
    ...targets,
    created_at: instant,
    runs: z
      .array(triggeredRun)
      .meta({ description: 'Extension: the runs of this trigger; empty = no workflow matched.' }),
  })
  .meta({ id: 'WorkflowTrigger' });

export type TriggerCreate = z.infer<typeof triggerCreate>;
