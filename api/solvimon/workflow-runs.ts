import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import { listPage } from '../../store/lists.js';
import { getRun, runConditions, SELECT_RUNS, type RunFilter, type RunView } from '../../store/runs.js';
import type { ApiContext, ZodApp } from '../context.js';
import { pageQuery, pageResponse, toPage, toPageResponse } from '../pages.js';
import { platformOf } from '../plugins/auth.js';
import { isoMs } from '../schemas/wire.js';
import { runFilter, workflowRun } from '../schemas/workflow-run.js';

const params = z.object({ resourceId: z.string() });

/** `/v1/workflow-runs`: extension, one run = one workflow executed for one resource (S-R1). */
export function workflowRunRoutes(app: ZodApp, { db }: ApiContext): void {
  app.get(
    '/v1/workflow-runs',
    {
      config: { permission: 'WORKFLOW_RUN.VIEW' },
      schema: {
        summary: 'List runs',
        tags: ['workflow-runs'],
        querystring: pageQuery(['created_at', 'updated_at', 'next_step_at', 'number', 'id']).extend(runFilter.shape),
        response: { 200: pageResponse(workflowRun) },
      },
    },
    async (request) => {
      const filters = runConditions(platformOf(request).id, toRunFilter(request.query));
      const page = await listPage<RunView>(db, SELECT_RUNS, filters, toPage(request.query), 'runs');
      return toPageResponse(request, request.query, page, runResponse);
    },
  );

  app.get(
    '/v1/workflow-runs/:resourceId',
    {
      config: { permission: 'WORKFLOW_RUN.VIEW' },
      schema: { summary: 'Get a run', tags: ['workflow-runs'], params, response: { 200: workflowRun } },
    },
    async (request) => {
      const { resourceId: id } = request.params;
      const run = await getRun(db, platformOf(request).id, id);
      if (!run) throw Refusal.notFound('WORKFLOW_RUN', id);
      return runResponse(run);
    },
  );
}

/** The list's filters, for the list and for operations on many runs. */
export function toRunFilter({ next_step_before, next_step_after, ...rest }: z.infer<typeof runFilter>): RunFilter {
  return {
    ...rest,
    next_step_before: next_step_before === undefined ? undefined : Date.parse(next_step_before),
    next_step_after: next_step_after === undefined ? undefined : Date.parse(next_step_after),
  };
}

export function runResponse(run: RunView): z.input<typeof workflowRun> {
  return {
    object_type: 'WORKFLOW_RUN',
    id: run.id,
    number: run.number,
    workflow_id: run.workflow_id,
    workflow_version: run.workflow_version,
    trigger_id: run.trigger_id,
    type: run.type,
    variant: run.variant,
    resource_type: run.resource_type,
    resource_id: run.resource_id,
    customer_id: run.customer_id,
    status: run.status,
    reason: run.reason,
    stop_reason: run.stop_reason,
    anchor_at: isoMs(run.anchor_at),
    timezone: run.zone,
    next_step_at: isoMs(run.next_step_at),
    parameters: run.variables,
    engine: run.engine,
    engine_workflow_id: run.engine_workflow_id,
    revision: run.plan_revision,
    steps: run.steps.map((step) => ({
      id: step.id,
      kind: step.kind,
      period: step.periods[0] ?? null,
      periods: step.periods,
      raw_at: isoMs(step.raw_at),
      planned_at: isoMs(step.planned_at),
      shifts: step.shifts.map((shift) => ({ ...shift, from: isoMs(shift.from), to: isoMs(shift.to) })),
      status: step.status,
      reason: step.reason,
      sent_at: isoMs(step.sent_at),
      delivery_ids: step.delivery_ids,
    })),
    created_at: isoMs(run.created_at),
    updated_at: isoMs(run.updated_at),
  };
}
