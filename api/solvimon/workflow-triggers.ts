import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import type { TriggeredRun, TriggerRow } from '../../store/create-runs.js';
import { listPage, type Filter } from '../../store/lists.js';
import { acceptTriggers, getTrigger, runsOfTriggers } from '../../store/triggers.js';
import type { ApiContext, ZodApp } from '../context.js';
import { customersById } from '../facts/response.js';
import { expand, expandQuery, type Expansions } from '../expand.js';
import { pageQuery, pageResponse, toPage, toPageResponse, type PageParameters } from '../pages.js';
import { callerOf, platformOf } from '../plugins/auth.js';
import { iso, isoMs } from '../schemas/wire.js';
import { trigger, triggerCreate } from '../schemas/workflow-trigger.js';
import { searchFilters, searchRequest, type SearchFields } from '../search.js';
import { triggerRequest } from './trigger-request.js';
import { workflowsById } from './workflow-response.js';

const params = z.object({ resourceId: z.string() });
const SEARCHED: SearchFields = {
  id: { expression: 'id', kind: 'EXACT' },
  type: { expression: 'type', kind: 'EXACT' },
  workflow_id: { expression: 'workflow_id', kind: 'EXACT' },
  customer_id: { expression: 'customer_id', kind: 'EXACT' },
  invoice_id: { expression: `target -> 'invoice' ->> 'invoice_id'`, kind: 'EXACT' },
  payment_id: { expression: `target -> 'payment' ->> 'payment_id'`, kind: 'EXACT' },
  pricing_plan_subscription_id: {
    expression: `target -> 'pricing_plan_subscription' ->> 'pricing_plan_subscription_id'`,
    kind: 'EXACT',
  },
  pricing_plan_schedule_id: {
    expression: `target -> 'pricing_plan_subscription' ->> 'pricing_plan_schedule_id'`,
    kind: 'EXACT',
  },
  wallet_id: { expression: `target -> 'wallet' ->> 'wallet_id'`, kind: 'EXACT' },
};
const EXPANSIONS: Expansions<TriggerRow> = {
  customer_id: {
    permission: 'CUSTOMER.VIEW',
    field: 'customer',
    ids: ({ customer_id: id }) => (id === null ? [] : [id]),
    load: customersById,
  },
  workflow_id: {
    permission: 'WORKFLOW.VIEW',
    field: 'workflow',
    ids: ({ workflow_id: id }) => (id === null ? [] : [id]),
    load: workflowsById,
  },
};

/** `/v1/workflow-triggers`: runs started by call (workflowtriggers.yml). */
export function workflowTriggerRoutes(app: ZodApp, { db }: ApiContext): void {
  app.post(
    '/v1/workflow-triggers',
    {
      config: { permission: 'WORKFLOW_TRIGGER.CREATE', commits: 'together' },
      schema: {
        summary: 'Trigger workflows for a resource',
        description:
          '201 = accepted. 200 = every run of this EVENT exists already; the trigger that made the oldest is answered.',
        tags: ['workflow-triggers'],
        body: triggerCreate,
        response: { 200: trigger, 201: trigger },
      },
    },
    (request, reply) =>
      request.together(
        acceptTriggers,
        () => ({ platform: platformOf(request), request: triggerRequest(request.body, callerOf(request)) }),
        ({ trigger: row, created, runs }) => {
          request.tell(
            'RUN',
            runs.filter((run) => run.created).map((run) => run.id),
          );
          reply.code(created ? 201 : 200);
          return toResponse(row, runs);
        },
      ),
  );

  app.post(
    '/v1/workflow-triggers/search',
    {
      config: { permission: 'WORKFLOW_TRIGGER.VIEW' },
      schema: {
        summary: 'Search triggers',
        tags: ['workflow-triggers'],
        querystring: pageQuery(['created_at', 'id']).extend(expandQuery),
        body: searchRequest,
        response: { 200: pageResponse(trigger) },
      },
    },
    (request) => answerList(request, searchFilters(SEARCHED, request.body), request.query['expand[]']),
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
    (request) => answerList(request, [], undefined),
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

  async function answerList(
    request: FastifyRequest<{ Querystring: PageParameters }>,
    filters: readonly Filter[],
    wanted: readonly string[] | undefined,
  ) {
    const { id: platformId } = platformOf(request);
    const own = { condition: 'platform_id = ?', values: [platformId] };
    const page = await listPage<TriggerRow>(
      db,
      'SELECT * FROM workflow_triggers',
      [own, ...filters],
      toPage(request.query),
    );
    const ids = page.rows.map(({ id }) => id);
    const [runs, expanded] = await Promise.all([
      runsOfTriggers(db, ids),
      expand(db, callerOf(request), EXPANSIONS, wanted, page.rows),
    ]);
    return toPageResponse(request, request.query, page, (row) => {
      const made = runs.filter((run) => run.trigger_id === row.id).map((run) => ({ ...run, created: true }));
      return { ...toResponse(row, made), ...expanded(row) };
    });
  }
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
