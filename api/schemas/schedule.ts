import { z } from 'zod';
import { instant } from './wire.js';
import { backfill } from './backfill.js';

const count = z.int().min(0);

/** Its words are judged by `scheduleProblems`. */
export const schedule = z.object({
  interval: z
    .string()
    .max(255)
    .meta({
      description:
        'A cron expression: five fields (minute, hour, day of month, month, day of week), or six with the seconds first; at most once a minute.',
      examples: ['0 9 * * MON-FRI'],
    }),
  timezone: z
    .string()
    .max(100)
    .meta({
      description: 'An IANA zone, or a friendly name such as `Eastern Time (US & Canada)`; given back as it was given.',
      examples: ['Europe/Amsterdam'],
    }),
});

export const workflowSchedule = z
  .object({
    workflow_id: z.string(),
    ...schedule.shape,
    zone: z.string().meta({ description: 'The IANA zone that `timezone` means.', examples: ['Europe/Amsterdam'] }),
    engine: z.enum(['PENDING', 'TOLD', 'REFUSED']).meta({
      description:
        'PENDING: the engine has not heard of the last change. REFUSED: it did not take the schedule, so nothing fires until that is changed.',
    }),
    error: z
      .string()
      .nullable()
      .meta({
        description: 'What the engine said when it REFUSED the schedule; null otherwise.',
        examples: [null, 'invalid timezone: unknown time zone US/Pacific-New'],
      }),
    paused: z.boolean().meta({ description: 'Somebody has paused it on the engine.' }),
    next_firings: z.array(instant).meta({
      description: 'The next five; none while the workflow is not ACTIVE, or the schedule is paused or refused.',
    }),
    last_sweep: backfill
      .omit({ workflow_id: true })
      .nullable()
      .meta({ id: 'Sweep', description: 'What the last firing did or does; null = it has not fired.' }),
    skipped: count.meta({
      description:
        'Firings that started no sweep, because one was going on, or several were caught up by one. Counted by the engine since it has the schedule; as of the end of the last sweep, or the last change.',
    }),
    missed: count.meta({ description: 'Firings too old to be caught up, counted likewise.' }),
  })
  .meta({ id: 'WorkflowSchedule' });
