import { z } from 'zod';
import { scheduleProblems } from '../../domain/schedule.js';
import { contractList } from './run-contract-lists.js';
import { integerId } from './run-contract.js';
import { instant, line } from './wire.js';

/** Definitions as the run contract has them (contract/zuora, WorkflowDefinition and its like). */

const type = z.literal('Workflow::Setup');
const status = z.enum(['Active', 'Inactive']);
const priority = z.literal('Medium');
const versionText = z.string().meta({ description: '`0.0.` and our version.', examples: ['0.0.1'] });
const created = instant.meta({ examples: ['2026-05-31T14:52:38.171Z'] });

const shown = {
  name: z.string().meta({ examples: ['Failed payments'] }),
  description: z.string().meta({ description: 'Empty where there is none.', examples: [''] }),
  ondemandTrigger: z.boolean(),
  calloutTrigger: z.boolean(),
  scheduledTrigger: z.boolean(),
  interval: z
    .string()
    .nullable()
    .meta({ description: 'A cron expression.', examples: [null] }),
  timezone: z
    .string()
    .nullable()
    .meta({ examples: [null] }),
  createdAt: created,
  updatedAt: created,
};

const activeVersion = z
  .object({ id: integerId, description: z.string().meta({ examples: [''] }), version: versionText, type, status })
  .meta({ id: 'ActiveWorkflowVersion' });

const version = z.object({ id: integerId, ...shown, version: versionText, type }).meta({ id: 'WorkflowVersion' });

const inactiveVersion = version.extend({ priority, status }).meta({ id: 'InactiveWorkflowVersion' });

export const definition = z
  .object({ id: integerId, ...shown, priority, status, active_version: activeVersion })
  .meta({ id: 'WorkflowDefinition' });

const listedDefinition = z
  .object({
    id: integerId,
    ...shown,
    status,
    active_version: activeVersion,
    latest_inactive_verisons: z
      .array(inactiveVersion)
      .meta({ description: 'Newest first, at most ten; spelled as the contract spells it.' }),
  })
  .meta({ id: 'ListedWorkflowDefinition' });

export const definitionList = contractList(listedDefinition);
export const versionList = z.object({ data: z.array(version) });

const triggerFlag = (name: string) => z.boolean(`The ${name} is not a boolean. Choose from true or false`);

/** What `PATCH /workflows/{id}` takes; what is absent stays. */
export const definitionPatch = z
  .object({
    name: line(255),
    description: z.union([line(256), z.literal('')]),
    status: z.enum(['Active', 'Inactive'], { error: ({ input }) => wrongWord(input, 'status', 'Active or Inactive') }),
    active_workflow_version_id: z.int(),
    ondemand_trigger: triggerFlag('ondemand_trigger'),
    callout_trigger: triggerFlag('callout_trigger'),
    scheduled_trigger: triggerFlag('scheduled_trigger'),
    interval: z.string().max(200).superRefine(told('interval')).nullable(),
    timezone: z.string().max(100).superRefine(told('timezone')).nullable(),
    priority: z.enum(['High', 'Medium', 'Low'], {
      error: ({ input }) => wrongWord(input, 'priority', 'High, Medium, or Low'),
    }),
  })
  .partial()
  .meta({ id: 'WorkflowDefinitionPatch', examples: [{ name: 'Failed payments', status: 'Inactive' }] });

/** What is wrong with one half of a schedule, beside everything else that is wrong; empty = it is taken away. */
function told(field: 'interval' | 'timezone') {
  return (value: string, context: z.RefinementCtx): void => {
    if (value === '') return;
    for (const problem of scheduleProblems({ interval: '@daily', timezone: 'UTC', [field]: value })) {
      context.addIssue({ code: 'custom', message: problem.message });
    }
  };
}

function wrongWord(input: unknown, field: string, words: string): string {
  return `${typeof input === 'string' ? input : JSON.stringify(input)} is not a valid ${field}. Choose from ${words}`;
}

export const deleted = z.object({ success: z.literal(true), id: integerId }).meta({ id: 'DeletedWorkflow' });

export const unknownId = z.object({ errors: z.array(z.string()) }).meta({
  id: 'UnknownWorkflowId',
  examples: [{ errors: ['Invalid ID / Multiple objects returned - ObjectId: 19080'] }],
});

export const validationErrors = z
  .object({
    success: z.literal(false),
    reasons: z.array(z.object({ fieldName: z.string().nullable(), title: z.string() })),
  })
  .meta({
    id: 'ValidationErrors',
    examples: [
      {
        success: false,
        reasons: [{ fieldName: 'status', title: 'on is not a valid status. Choose from Active or Inactive' }],
      },
    ],
  });
