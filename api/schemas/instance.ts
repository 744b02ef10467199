import { z } from 'zod';
import { contractList, contractPage } from './run-contract-lists.js';
import { integerId, runInstant, runNameText } from './run-contract.js';
import { externalId, idText, instant } from './wire.js';

/** Runs as the run contract has them (contract/zuora, GetWorkflowResponse). */

const INSTANCE_STATUSES = ['Queued', 'Processing', 'Stopping', 'Stopped', 'Finished'] as const;

const count = z.int().meta({ examples: [0] });

export const instance = z
  .object({
    id: integerId,
    name: runNameText,
    originalWorkflowId: integerId,
    type: z.literal('Workflow::Instance'),
    status: z.enum(INSTANCE_STATUSES),
    tasks: z.object({
      total: count,
      queued: count,
      processing: count,
      pending: count,
      stopped: count,
      success: count,
      error: count,
    }),
    runTime: z.number().meta({ description: 'Seconds from its start to its end, or so far.', examples: [64.513] }),
    cpuTime: z
      .string()
      .regex(/^\d{2,}:\d{2}:\d{2}$/)
      .meta({ description: 'The run time, as hours, minutes and seconds.', examples: ['00:01:04'] }),
    finishedAt: runInstant.nullable(),
    createdAt: runInstant,
    updatedAt: runInstant,
  })
  .meta({ id: 'WorkflowRunInstance' });

export const instanceList = contractList(instance);

export const instanceQuery = z.object({
  workflow_id: z.string().max(100).optional(),
  status: z.enum(INSTANCE_STATUSES).optional(),
  resource_id: externalId.optional(),
  customer_id: idText.optional(),
  created_after: instant.optional(),
  created_before: instant.optional(),
  ...contractPage(50),
});

export const stopped = z.object({ success: z.literal(true) }).meta({ id: 'StoppedWorkflowRun' });
