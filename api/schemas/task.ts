import { z } from 'zod';
import { contractList, contractPage, queryFlag } from './run-contract-lists.js';
import { integerId } from './run-contract.js';
import { many } from '../expand.js';
import { idText, instant } from './wire.js';

/** Tasks as the run contract has them (contract/zuora, Task). */

export const OBJECT_WORDS = ['Invoice', 'Payment', 'Subscription', 'Wallet'] as const;

const empty = <Schema extends z.ZodType>(schema: Schema) => schema.nullable().meta({ examples: [null] });
const time = instant.meta({ examples: ['2026-09-19T12:35:43.857Z'] });

export const task = z
  .object({
    id: integerId,
    name: z.string().meta({ examples: ['7-DAY'] }),
    instance: z.boolean().meta({ description: 'true = a step of a run, false = an action of a workflow.' }),
    parameters: z.record(z.string(), z.unknown()).meta({ examples: [{ kind: 'RUNG', periods: [] }] }),
    data: z.record(z.string(), z.unknown()).meta({ examples: [{}] }),
    action_type: z.literal('Email'),
    object: z.enum(OBJECT_WORDS),
    object_id: z
      .string()
      .nullable()
      .meta({ examples: ['inv_2026-0042'] }),
    call_type: z.null().meta({ description: 'No API is called.' }),
    workflow_id: integerId.meta({ description: 'The run, or the workflow of an action.' }),
    status: z.enum(['Queued', 'Processing', 'Pending', 'Success', 'Stopped', 'Error']).nullable(),
    start_time: time.nullable(),
    end_time: time.nullable(),
    original_task_id: integerId.nullable(),
    original_workflow_id: integerId.nullable(),
    tags: z.array(z.string()).meta({ description: 'Always empty.', examples: [[]] }),
    error: empty(z.string()),
    error_class: empty(z.string()),
    error_details: empty(z.string()),
  })
  .meta({ id: 'WorkflowTask' });

export const taskList = contractList(task);

const tags = many(z.string().max(255)).meta({ description: 'Tasks have no tags here: any finds none.' });

export const taskQuery = z.object({
  id: z.string().max(100).optional(),
  name: z.string().min(1).max(255).optional(),
  instance: queryFlag.optional(),
  action_type: z.string().max(100).optional(),
  object: z.string().max(100).optional(),
  object_id: idText.optional(),
  call_type: z.string().max(100).optional(),
  workflow_id: z.string().max(100).optional(),
  tags,
  'tags[]': tags,
  ...contractPage(100),
});

const setup = z.object({
  id: integerId,
  name: z.string().meta({ examples: ['Failed payments'] }),
  description: z.string().meta({ examples: [''] }),
  parameters: z
    .object({ workflow: z.record(z.string(), z.unknown()), settings: z.record(z.string(), z.unknown()) })
    .meta({
      description: 'What makes it again: bodies of `POST /v1/workflows` and of `PUT /workflows/{id}/settings`.',
      examples: [{ workflow: { name: 'Failed payments', type: 'PAYMENT' }, settings: { callout_trigger: true } }],
    }),
  data: z.record(z.string(), z.never()).meta({ examples: [{}] }),
  original_workflow_id: z.null(),
  type: z.literal('Workflow::Setup'),
  ondemand_trigger: z.boolean(),
  callout_trigger: z.boolean(),
  scheduled_trigger: z.boolean(),
  interval: empty(z.string()),
  timezone: empty(z.string()),
  status: z.null(),
  finished_at: z.null(),
  css: z.record(z.string(), z.never()).meta({ examples: [{}] }),
  notifications: z.record(z.string(), z.never()).meta({ examples: [{}] }),
  started_at: z.null(),
  call_type: z.null(),
  priority: z.literal('Medium'),
  sync_trigger: z.literal(false),
  delete_ttl: z.null(),
  task_summary: z.record(z.string(), z.never()).meta({ examples: [{}] }),
  version: z.string().meta({ examples: ['0.0.1'] }),
});

const exportedTask = task.extend({
  parameters: z.record(z.string(), z.unknown()).meta({
    description: 'What makes it again: a body of `POST /v1/workflow-actions`, without its `workflow_id`.',
    examples: [{ type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' }],
  }),
  task_id: z.null(),
  process_id: z.null(),
  css: z.record(z.string(), z.never()).meta({ examples: [{}] }),
  concurrent_limit: z.literal(9999999),
  iterate_row_reference: z.null(),
  object_batched_reference: z.null(),
  priority: z.literal('Medium'),
  assignment: z.array(z.never()).meta({ examples: [[]] }),
});

const linkage = z.object({
  source_workflow_id: integerId,
  source_task_id: z.null(),
  target_task_id: integerId,
  linkage_type: z.literal('Start'),
});

export const exported = z
  .object({ workflow: setup, tasks: z.array(exportedTask), linkages: z.array(linkage) })
  .meta({ id: 'ExportedWorkflow' });
