import { z } from 'zod';
import { line, period } from './wire.js';
import { runFilter, workflowRun } from './workflow-run.js';

const step = period.nullish().meta({ description: 'The step of this period; absent = the next one.' });
const note = line(1_000).nullish().meta({ description: 'In your own words; explain shows it.' });

/** What each operation takes (S-R3); the key is its place in the URL. */
export const OPERATIONS = {
  pause: z.object({ note }),
  resume: z.object({ note }),
  cancel: z.object({ reason: note, note }),
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

/**
 * The body of an operation on many runs. Strict, unlike other bodies (S-W3): a misspelt `dry_run` would do it in earnest, and a
 * filter that is misspelt, null or empty by accident would mean every run.
 */
export function bulkBody<Shape extends z.ZodRawShape>(operation: z.ZodObject<Shape>) {
  const filter = z.strictObject(runFilter.shape).superRefine((given, context) => {
    for (const [name, value] of Object.entries(given as Record<string, unknown>)) {
      if (value === undefined) context.addIssue({ code: 'custom', path: [name], message: 'must not be null here' });
    }
  });
  return z
    .strictObject({
      ...operation.shape,
      filter,
      all: z
        .literal(true)
        .nullish()
        .meta({ description: 'Beside an empty filter: every run of the platform is meant.' }),
      dry_run: z.boolean().nullish(),
    })
    .superRefine((body, context) => {
      const named = Object.keys((body as { filter?: object }).filter ?? {}).length > 0;
      if (named || (body as { all?: unknown }).all === true) return;
      const message = 'Name at least one condition, or give "all": true if every run is meant.';
      context.addIssue({ code: 'custom', path: ['filter'], message });
    });
}

export const replanRequest = z
  .strictObject({ ...OPERATIONS.replan.shape, dry_run: z.boolean().nullish() })
  .meta({ id: 'ReplanRunsRequest', examples: [{ dry_run: true }] });
