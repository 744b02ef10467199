import { z } from 'zod';
import { line, period } from './wire.js';
import { runFilter, workflowRun } from './workflow-run.js';

const step = period.nullish().meta({ description: 'The step of this period; absent = the next one.' });
const note = line(1_000).nullish().meta({ description: 'In your own words; explain shows it.' });

/** What each operation takes (S-R3); the key is its place in the URL. */
export const OPERATIONS = {
  pause: z.object({ note }),
  resume: z.object({ note }),
  cancel: z.object({ reason: note }),
  'send-now': z.object({
    step,
    as: z.enum(['REPLACE', 'EXTRA']).nullish().meta({
      description:
        'REPLACE (default) moves the planned step to now; EXTRA sends one more mail and leaves the ladder alone.',
    }),
    note,
  }),
  'skip-step': z.object({ step, note }),
  retry: z.object({ step, note }),
  replan: z.object({ note }),
  release: z.object({ note }),
} as const;

export type OperationName = keyof typeof OPERATIONS;

/** A run as it stands after an operation. */
export const operatedRun = workflowRun
  .extend({
    in_flight: z
      .array(z.string())
      .meta({ description: 'Deliveries that were on their way already: they go all the same.' }),
  })
  .meta({ id: 'OperatedWorkflowRun' });

const count = z.int().min(0);

export const bulkResult = z
  .object({
    object_type: z.literal('BULK_OPERATION'),
    id: z.string().nullable().meta({ description: 'null in a dry run, or when nothing was done.' }),
    status: z.enum(['DONE', 'RUNNING']),
    matched: count.meta({ description: 'Runs the filter found.' }),
    changed: count.meta({ description: 'Those it was done to, or (dry run) would be.' }),
    refused: count.meta({ description: 'Those it cannot be done to: finished, for example.' }),
    pending: count.meta({ description: 'Of `changed`: in force already, the engine has yet to hear of it.' }),
  })
  .meta({ id: 'BulkOperation' });

/** The body of an operation on many runs. Its filter is strict (S-W3): a misspelt one would otherwise mean every run. */
export function bulkBody<Shape extends z.ZodRawShape>(operation: z.ZodObject<Shape>) {
  return operation.extend({ filter: z.strictObject(runFilter.shape), dry_run: z.boolean().nullish() });
}

export const replanRequest = OPERATIONS.replan
  .extend({ dry_run: z.boolean().nullish() })
  .meta({ id: 'ReplanRunsRequest', examples: [{ dry_run: true }] });
