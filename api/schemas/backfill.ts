import { z } from 'zod';
import { instant } from './wire.js';

const count = z.int().min(0);

export const backfillChoice = z.enum(['NONE', 'OPEN_RESOURCES']).nullish().meta({
  description:
    'Extension, only in a request that makes the workflow ACTIVE: OPEN_RESOURCES starts it for the resources that are there already, too (default NONE).',
});

export const backfill = z
  .object({
    workflow_id: z.string(),
    status: z.enum(['RUNNING', 'DONE', 'STOPPED']).meta({
      description: 'STOPPED: the workflow did not stay ACTIVE until the end.',
    }),
    looked_at: count.meta({ description: 'Resources looked at so far.' }),
    created: count.meta({ description: 'Runs made so far.' }),
    started_at: instant,
    finished_at: instant.nullable(),
  })
  .meta({ id: 'Backfill' });

export const backfillPreview = z
  .object({
    workflow_id: z.string(),
    matched: count.meta({ description: 'Resources that would get a run: `late` and `next` together.' }),
    late: count.meta({ description: 'Of these, with a reminder that would go at once.' }),
    next: count.meta({ description: 'Of these, with their first reminder still to come.' }),
    already: count.meta({ description: 'Resources that have their run already.' }),
    samples: z
      .array(z.object({ resource_id: z.string(), first_step_at: instant }))
      .meta({ description: 'Up to ten of the matched, in order of id.' }),
    truncated: z
      .boolean()
      .meta({ description: 'There are more than 20,000 resources: the numbers are of the first ones.' }),
  })
  .meta({ id: 'BackfillPreview' });

/** Strict, unlike other bodies (S-W3): a misspelt `dry_run` would otherwise start it. */
export const backfillRequest = z
  .strictObject({
    dry_run: z.boolean().nullish().meta({ description: 'true = only say what would happen (default false).' }),
  })
  .nullish()
  .meta({ id: 'BackfillRequest', examples: [{ dry_run: true }] });

export const activateRequest = z
  .object({ backfill: backfillChoice })
  .nullish()
  .meta({ id: 'WorkflowActivateRequest', examples: [{ backfill: 'OPEN_RESOURCES' }] });
