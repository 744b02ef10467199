import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import { nextFirings, readSchedule } from '../../domain/schedule.js';
import { localDateTime } from '../../domain/zone.js';
import type { Sql } from '../../store/database.js';
import { schedulesOf, type ScheduleRow } from '../../store/schedules.js';
import { getWorkflow } from '../../store/workflows.js';
import type { ApiContext, ZodApp } from '../context.js';
import { platformOf } from '../plugins/auth.js';
import { workflowSchedule } from '../schemas/schedule.js';
import { iso } from '../schemas/wire.js';
import { passResponse } from './backfills.js';

/** `GET /v1/workflows/{id}/schedule`: extension, what the clock does with a workflow (S-Z7). */
export function scheduleRoutes(app: ZodApp, { db }: ApiContext): void {
  app.get(
    '/v1/workflows/:resourceIdOrReference/schedule',
    {
      config: { permission: 'WORKFLOW.VIEW' },
      schema: {
        summary: 'When a workflow is run by the clock, and what came of it',
        tags: ['workflows'],
        params: z.object({ resourceIdOrReference: z.string() }),
        response: { 200: workflowSchedule },
      },
    },
    async (request) => {
      const platform = platformOf(request);
      const { resourceIdOrReference: id } = request.params;
      const workflow = await getWorkflow(db, platform.id, id);
      if (!workflow) throw Refusal.notFound('WORKFLOW', id);
      const [row] = await schedulesOf(db, platform.id, workflow.id);
      if (!row) throw Refusal.notFound('SCHEDULE', id);
      return scheduleResponse(row);
    },
  );
}

function scheduleResponse(row: ScheduleRow): z.input<typeof workflowSchedule> {
  return {
    workflow_id: row.workflow_id,
    ...row.schedule,
    zone: readSchedule(row.schedule).zone,
    engine: row.pending ? 'PENDING' : isRefused(row) ? 'REFUSED' : 'TOLD',
    error: isRefused(row) ? row.error : null,
    paused: row.paused,
    next_firings: upcoming(row, 5).map((at) => iso(at)),
    last_sweep: row.sweep && passResponse(row.sweep),
    skipped: row.skipped,
    missed: row.missed,
  };
}

function upcoming(row: ScheduleRow, count: number): number[] {
  return row.status === 'ACTIVE' && !row.paused && !isRefused(row) ? nextFirings(row.schedule, row.now, count) : [];
}

/** What the engine said of an earlier schedule does not count any more. */
function isRefused({ pending, error }: ScheduleRow): boolean {
  return !pending && error !== null;
}

/** For `dunwell schedules`: each schedule of a platform in some lines. */
export async function schedulesPlainly(sql: Sql, platformId: string): Promise<string> {
  const rows = await schedulesOf(sql, platformId);
  if (rows.length === 0) return 'No workflow is run by the clock.';
  return rows.map(plainly).join('\n\n');
}

function plainly(row: ScheduleRow): string {
  const { zone } = readSchedule(row.schedule);
  const local = (at: number): string => localDateTime(at, zone);
  const next = upcoming(row, 3).map(local).join(' · ');
  const stopped = isRefused(row) ? 'the engine refuses it' : 'it is paused on the engine';
  const why = `none, ${row.status === 'ACTIVE' ? stopped : `the workflow is ${row.status}`}`;
  const { sweep } = row;
  const outcome = sweep && passResponse(sweep);
  const said =
    sweep && outcome
      ? `${local(sweep.started_at)} ${outcome.status}, looked at ${String(sweep.looked_at)} resources, made ${String(sweep.created)} runs`
      : 'none yet';
  return [
    `${row.reference}  ${row.schedule.interval}  ${row.schedule.timezone}`,
    `  next: ${next === '' ? why : next}`,
    `  last sweep: ${said}`,
    ...(row.skipped > 0
      ? [`  skipped: ${String(row.skipped)} firings, because a sweep was going on or was caught up`]
      : []),
    ...(row.missed > 0 ? [`  missed: ${String(row.missed)} firings, too old to be caught up`] : []),
    ...(isRefused(row) ? [`  refused: ${row.error ?? ''}`] : []),
    ...(row.pending ? ['  the engine has not heard of the last change yet'] : []),
  ].join('\n');
}
