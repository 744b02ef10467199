import { z } from 'zod';
import { DATATYPES } from '../../domain/run-settings.js';
import { line } from './wire.js';

/** Shapes of the run contract (contract/zuora). */

const workflowError = z.object({ status: z.int(), code: z.literal('invalid'), title: z.string() }).meta({
  id: 'WorkflowError',
  examples: [{ status: 400, code: 'invalid', title: 'Callout mode is not turned on in this workflow.' }],
});

export const workflowErrors = z.object({ errors: z.array(workflowError) }).meta({ id: 'WorkflowErrors' });

/** `YYYY-MM-DD HH:MM:SS UTC`. */
export const runInstant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC$/)
  .meta({ examples: ['2026-09-19 18:25:33 UTC'] });

export const integerId = z.int().meta({ examples: [396] });
export const runNameText = z.string().meta({ examples: ['WF-396-00000400'] });

export const workflowParameters = z
  .unknown()
  .optional()
  .meta({
    examples: [{ accountId: 'cust_2026-01', paymentId: 'pay_2026-0042' }],
    description: 'A map of parameters, or `{"input_parameters": {…}}`.',
  });

export const calledInstance = z
  .object({
    id: integerId,
    name: runNameText,
    originalWorkflowId: integerId,
    type: z.literal('Workflow::Instance'),
    status: z.enum(['Queued', 'Processing']),
    createdAt: runInstant,
    updatedAt: runInstant,
  })
  .meta({ id: 'WorkflowInstance' });

export const startedRun = z
  .object({
    id: integerId,
    name: runNameText,
    original_workflow_id: integerId,
    state: z.literal('queued'),
    created_time: z.string().meta({ format: 'date-time', examples: ['2026-09-19T18:25:33.000Z'] }),
    updated_time: runInstant,
  })
  .meta({ id: 'StartedWorkflowRun' });

export const requestAccepted = z.object({ request_id: z.uuid() }).meta({ id: 'AcceptedRequest' });

const missingParameters = workflowErrors
  .extend({ parameters: z.object({ workflow: z.unknown() }) })
  .meta({ id: 'MissingParameters' });

/** What a call can be answered besides. */
export const runErrors = {
  400: workflowErrors,
  404: workflowErrors,
  406: missingParameters,
  409: workflowErrors,
  422: workflowErrors,
};

const trigger = (what: string) => z.boolean().meta({ description: what });

const fieldFields = {
  object_name: line(100).meta({ examples: ['Workflow'] }),
  field_name: line(100).meta({ examples: ['paymentId'] }),
  datatype: z.enum(DATATYPES),
  required: z.boolean(),
  default: z.unknown().meta({ description: 'Taken when the call does not give it; null = none.', examples: [null] }),
  callout_id: line(100)
    .nullable()
    .meta({ description: 'The name in the body of a call; null = field_name.', examples: ['paymentId'] }),
  binds_to: z
    .string()
    .max(100)
    .regex(
      /^(invoice_id|payment_id|pricing_plan_schedule_id|wallet_id|customer_id|variable:[A-Za-z][A-Za-z0-9_]*)$/,
      'must be invoice_id, payment_id, pricing_plan_schedule_id, wallet_id, customer_id or variable:<name>',
    )
    .meta({ description: 'What it names, or the `parameters.<name>` of the template.', examples: ['payment_id'] }),
};

const field = z.object(fieldFields).meta({ id: 'RunField' });

const settingsFields = {
  callout_trigger: trigger('By `POST /workflows/{id}/run` (default: false).'),
  ondemand_trigger: trigger('By a trigger of type MANUAL (default: true).'),
  event_trigger: trigger('By facts that arrive, and triggers of type EVENT (default: true).'),
  scheduled_trigger: trigger('By the clock; needs interval and timezone (default: false).'),
  interval: z
    .string()
    .max(200)
    .nullable()
    .meta({ description: 'A cron expression.', examples: ['0 9 * * MON-FRI'] }),
  timezone: z
    .string()
    .max(100)
    .nullable()
    .meta({ description: 'An IANA name, or a friendly one such as Sydney.', examples: ['Europe/Amsterdam'] }),
};

/** How a workflow may be started, and what a call of it gives (S-Z4). */
export const runSettings = z.object({ ...settingsFields, fields: z.array(field) }).meta({ id: 'RunSettings' });

export const runSettingsRequest = z
  // It replaces everything: a field that nobody knows would switch off what was meant.
  .strictObject({
    ...settingsFields,
    fields: z
      .array(
        z.object(fieldFields).partial().required({ field_name: true, binds_to: true }).meta({ id: 'RunFieldRequest' }),
      )
      .max(50),
  })
  .partial()
  .meta({
    id: 'RunSettingsRequest',
    examples: [
      {
        callout_trigger: true,
        fields: [
          { field_name: 'paymentId', datatype: 'Text', required: true, binds_to: 'payment_id' },
          { field_name: 'accountId', datatype: 'Text', required: true, binds_to: 'customer_id' },
        ],
      },
    ],
  });

export type RunSettingsBody = z.infer<typeof runSettingsRequest>;
