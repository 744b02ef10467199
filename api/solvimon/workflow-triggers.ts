import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import type { TriggeredRun } from '../../store/create-runs.js';
import { listPage } from '../../store/lists.js';
import { acceptTrigger, getTrigger, runsOfTriggers, type TriggerRow } from '../../store/triggers.js';
import type { ApiContext, ZodApp } from '../context.js';
import { pageQuery, pageResponse, toPage, toPageResponse } from '../pages.js';
import { callerOf, platformOf } from '../plugins/auth.js';
import { iso, isoMs } from '../schemas/wire.js';
import { trigger, triggerCreate } from '../schemas/workflow-trigger.js';
import { triggerRequest } from './trigger-request.js';

const params = z.object({ resourceId: z.string() });

/** `/v1/workflow-triggers`: runs started by call (workflowtriggers.yml). */
export function workflowTriggerRoutes(app: ZodApp, { db }: ApiContext): void {
  app.post(
    '/v1/workflow-triggers',
    {
      config: { permission: 'WORKFLOW_TRIGGER.CREATE' },
      schema: {
        summary: 'Trigger workflows for a resource',
        description:
          '201 = accepted. 200 = every run of this EVENT exists already; the trigger that made the oldest is answered.',
        tags: ['workflow-triggers'],
        body: triggerCreate,
        response: { 200: trigger, 201: trigger },
      },
    },
    async (request, reply) => {
      const platform = platformOf(request);
      const result = await acceptTrigger(request.tx, platform, triggerRequest(request.body, callerOf(request)));
      request.tell(
        'RUN',
        result.runs.filter((run) => run.created).map((run) => run.id),
      );
      const row = await getTrigger(request.tx, platform.id, result.triggerId);
      if (!row) throw Refusal.notFound('WORKFLOW_TRIGGER', result.triggerId);
      reply.code(result.created ? 201 : 200);
      return toResponse(row, result.runs);
    },
  );

  app.get(
    '/v1/workflow-triggers',
    {
      config: { permission: 'WORKFLOW_TRIGGER.VIEW' },
      schema: {
        summary: 'List triggers',
        tags: ['workflow-triggers'],
        querystring: pageQuery(['created_at', 'id']),
        response: { 200: pageResponse(trigger) },
      },
    },
    async (request) => {
      const own = { condition: 'platform_id = ?', values: [platformOf(request).id] };
      const page = await listPage<TriggerRow>(db, 'SELECT * FROM workflow_triggers', [own], toPage(request.query));
      const runs = await runsOfTriggers(
        db,
        page.rows.map(({ id }) => id),
      );
      return toPageResponse(request, request.query, page, (row) =>
        toResponse(
          row,
          runs.filter((run) => run.trigger_id === row.id).map((run) => ({ ...run, created: true })),
        ),
      );
    },
  );

  app.get(
    '/v1/workflow-triggers/:resourceId',
    {
      config: { permission: 'WORKFLOW_TRIGGER.VIEW' },
      schema: { summary: 'Get a trigger', tags: ['workflow-triggers'], params, response: { 200: trigger } },
    },
    async (request) => {
      const { resourceId: id } = request.params;
      const row = await getTrigger(db, platformOf(request).id, id);
      if (!row) throw Refusal.notFound('WORKFLOW_TRIGGER', id);
      const runs = await runsOfTriggers(db, [id]);
      return toResponse(
        row,
        runs.map((run) => ({ ...run, created: true })),
      );
    },
  );
}

function toResponse(row: TriggerRow, runs: readonly TriggeredRun[]): z.input<typeof trigger> {
  return {
    object_type: 'WORKFLOW_TRIGGER',
    id: row.id,
    type: row.type,
    customer_id: row.customer_id,
    ...(row.workflow_id === null ? {} : { workflow_id: row.workflow_id }),
    ...row.target,
    created_at: iso(row.created_at),
    runs: runs.map(({ id, workflow_id, created, status, next_step_at }) => ({
      id,
      workflow_id,
      created,
      status,
      next_step_at: isoMs(next_step_at),
    })),
  };
}
