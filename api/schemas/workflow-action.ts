import { z } from 'zod';
import { emailAddress, idText, instant, line, period, problem } from './wire.js';
import { patchBody } from './patch-body.js';

const party = z.object({ name: line(255).nullish(), email: emailAddress });

/** `send_email_to_customer` (workflowactions.yml); any field may be given alone (S-D8). */
const sendEmail = z.object({
  integration_id: idText.nullish(),
  subject: line(500).nullish(),
  from: party.nullish(),
  reply_to: party.nullish(),
  cc_recipients: z.array(emailAddress).max(50).nullish(),
  bcc_recipients: z.array(emailAddress).max(50).nullish(),
  fallback_to_contacts: z.boolean().nullish().meta({
    description:
      'Extension: a customer who has no address, or a suppressed one, is replaced by the first contact who can be mailed.',
  }),
  template_name: z.string().min(1).max(100).nullish(),
  variant: z.enum(['INVOICE', 'PAYMENT', 'PRICING_PLAN_SUBSCRIPTION', 'WALLET']).nullish(),
  invoice: z
    .object({
      type: z.enum(['TO_FINAL', 'OVERDUE', 'UPCOMING_PAYMENT_REMINDER']).nullish(),
      include_pdf: z.boolean().nullish(),
      include_payment_link: z.boolean().nullish(),
      include_customer_contacts_as_cc: z.boolean().nullish(),
    })
    .nullish(),
  payment: z.object({ include_customer_contacts_as_cc: z.boolean().nullish() }).nullish(),
  pricing_plan_subscription: z.object({ include_customer_contacts_as_cc: z.boolean().nullish() }).nullish(),
});

const fields = {
  workflow_id: idText,
  type: z.enum(['SEND_EMAIL_TO_CUSTOMER']),
  description: line(256).nullish(),
  status: z.enum(['ACTIVE', 'INACTIVE', 'DRAFT', 'ARCHIVED']),
  send_email_to_customer: sendEmail.nullish(),
  steps: z
    .array(period)
    .min(1)
    .max(50)
    .nullish()
    .meta({ description: 'Extension: the periods it applies to; absent = every step.' }),
};

export const actionCreate = z.object(fields).meta({
  id: 'WorkflowActionCreateRequest',
  examples: [{ workflow_id: 'wkfl_…', type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' }],
});

export const actionPatch = patchBody(actionCreate, 'WorkflowActionUpdateRequest');

export const action = z
  .object({
    object_type: z.literal('WORKFLOW_ACTION'),
    id: z.string(),
    ...fields,
    created_at: instant,
    updated_at: instant,
    problems: z
      .array(problem)
      .optional()
      .meta({ description: 'Extension: warnings about a change that was made all the same.' }),
  })
  .meta({ id: 'WorkflowAction' });

export type ActionCreate = z.infer<typeof actionCreate>;
