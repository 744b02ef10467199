import { z } from 'zod';
import { REASONS } from '../../domain/reasons.js';
import { idText, instant, ordinal, period } from './wire.js';

export const reasonCode = z.enum(Object.keys(REASONS) as [keyof typeof REASONS]);
export const reason = reasonCode.nullable();

const step = z.object({
  id: z.string().meta({ examples: ['7-DAY'] }),
  kind: z.enum(['RUNG', 'EXTRA']),
  period: period.nullable().meta({ description: 'null where the variant has none.' }),
  periods: z.array(period).meta({ description: 'Every period the step stands for: equal instants are one step.' }),
  raw_at: instant,
  planned_at: instant,
  shifts: z.array(
    z.object({
      from: instant,
      to: instant,
      reason: z.string().meta({ examples: ['holiday'] }),
      detail: z
        .string()
        .optional()
        .meta({ description: 'Which holiday.', examples: ['Christmas Day, NL'] }),
    }),
  ),
  status: z.enum(['PLANNED', 'DONE', 'SKIPPED', 'BLOCKED', 'FAILED']),
  reason,
  sent_at: instant.nullable(),
  delivery_ids: z.array(z.string()),
});

export const runStatus = z.enum([
  'ACCEPTED',
  'WAITING',
  'SENDING',
  'BLOCKED',
  'PAUSED',
  'COMPLETED',
  'STOPPED',
  'FAILED',
]);

export const workflowRun = z
  .object({
    object_type: z.literal('WORKFLOW_RUN'),
    id: z.string(),
    number: ordinal,
    workflow_id: z.string(),
    workflow_version: ordinal,
    trigger_id: z.string(),
    type: z.enum(['MANUAL', 'EVENT']),
    variant: z.string(),
    resource_type: z.string(),
    resource_id: z.string(),
    customer_id: z.string(),
    status: runStatus,
    reason,
    stop_reason: reason,
    anchor_at: instant.nullable().meta({ description: 'What the periods are counted from.' }),
    timezone: z.string().nullable(),
    next_step_at: instant.nullable(),
    parameters: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({
        description: 'What a call of the workflow gave for the template; null = it was none.',
        examples: [null],
      }),
    engine: z.enum(['PENDING', 'TOLD']).meta({ description: 'Whether Temporal knows of the newest revision yet.' }),
    engine_workflow_id: z.string().meta({ description: 'Temporal workflow id.' }),
    revision: ordinal,
    steps: z.array(step),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'WorkflowRun' });

/** null is absent (S-W3). */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

/** The list's filters. */
export const runFilter = z.object({
  workflow_id: optional(idText),
  trigger_id: optional(idText),
  customer_id: optional(idText),
  resource_id: optional(idText),
  status: optional(runStatus),
  reason: optional(reasonCode),
  next_step_before: optional(instant),
  next_step_after: optional(instant),
});
