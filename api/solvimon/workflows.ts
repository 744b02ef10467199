import { isDeepStrictEqual } from 'node:util';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import { listPage } from '../../store/lists.js';
import { getWorkflow, lockWorkflow, SELECT_WORKFLOWS, type WorkflowRow } from '../../store/workflows.js';
import type { ApiContext, ZodApp } from '../context.js';
import { customersById } from '../facts/response.js';
import { expand, expandQuery, many, type Expansions } from '../expand.js';
import { pageQuery, pageResponse, toPage, toPageResponse } from '../pages.js';
import { patched } from '../patched.js';
import { callerOf, platformOf } from '../plugins/auth.js';
import { activateRequest } from '../schemas/backfill.js';
import { definitionStatus, workflow, workflowCreate, workflowPatch } from '../schemas/workflow.js';
import { equals, searchFilters, searchRequest, type SearchFields } from '../search.js';
import { withoutNulls } from '../without-nulls.js';
import { backfillResponse } from './backfills.js';
import { changeWorkflow, createWorkflow, moved, type Change, type Changed } from './change-workflow.js';
import { workflowResponse } from './workflow-response.js';
import { checkChange, workflowBody, workflowFields } from './workflow-fields.js';

const params = z.object({ resourceIdOrReference: z.string() });
const one = { 200: workflow };
const SEARCHED: SearchFields = {
  name: { expression: 'name', kind: 'TEXT' },
  description: { expression: 'description', kind: 'TEXT' },
  id: { expression: 'id', kind: 'EXACT' },
  reference: { expression: 'reference', kind: 'EXACT' },
  type: { expression: 'type', kind: 'EXACT' },
  variant: { expression: 'variant', kind: 'EXACT' },
  status: { expression: 'status', kind: 'EXACT' },
  customer_ids: { expression: 'customer_ids', kind: 'LIST' },
};
const EXPANSIONS: Expansions<WorkflowRow> = {
  customer_ids: {
    permission: 'CUSTOMER.VIEW',
    field: 'customers',
    many: true,
    ids: (row) => row.customer_ids,
    load: customersById,
  },
};
const MOVES = { deactivate: 'INACTIVE', archive: 'ARCHIVED' } as const;

/** `/v1/workflows`: definitions (workflows.yml). */
export function workflowRoutes(app: ZodApp, { db }: ApiContext): void {
  const query = pageQuery(['created_at', 'updated_at', 'name', 'reference', 'id']);
  app.get(
    '/v1/workflows',
    {
      config: { permission: 'WORKFLOW.VIEW' },

      schema: {
        summary: 'List workflows',
        tags: ['workflows'],
        querystring: query,
        response: { 200: pageResponse(workflow) },
      },
    },
    async (request) => {
      const own = { condition: 'platform_id = ?', values: [platformOf(request).id] };
      const page = await listPage<WorkflowRow>(db, SELECT_WORKFLOWS, [own], toPage(request.query));
      return toPageResponse(request, request.query, page, workflowResponse);
    },
  );

  app.post(
    '/v1/workflows/search',
    {
      config: { permission: 'WORKFLOW.VIEW' },
      schema: {
        summary: 'Search workflows',
        tags: ['workflows'],
        querystring: query.extend({ ...expandQuery, 'statuses[]': many(definitionStatus) }),
        body: searchRequest,
        response: { 200: pageResponse(workflow) },
      },
    },
    async (request) => {
      const { 'statuses[]': statuses, 'expand[]': wanted } = request.query;
      const filters = [
        { condition: 'platform_id = ?', values: [platformOf(request).id] },
        ...searchFilters(SEARCHED, request.body),
        ...(statuses ? [equals('status', 'EXACT', statuses)] : []),
      ];
      const page = await listPage<WorkflowRow>(db, SELECT_WORKFLOWS, filters, toPage(request.query));
      const expanded = await expand(db, callerOf(request), EXPANSIONS, wanted, page.rows);
      return toPageResponse(request, request.query, page, (row) => ({ ...workflowResponse(row), ...expanded(row) }));
    },
  );

  app.post(
    '/v1/workflows',
    {
      config: { permission: 'WORKFLOW.CREATE' },

      schema: {
        summary: 'Create a workflow',
        tags: ['workflows'],
        body: workflowCreate,
        response: { 201: workflow },
      },
    },
    async (request, reply) => {
      const fields = workflowFields(request.body);
      if (fields.status === 'ARCHIVED') throw Refusal.invalid('status', 'A workflow cannot be created ARCHIVED.');
      reply.code(201);
      return answer(await createWorkflow(request, fields, request.body.backfill));
    },
  );

  app.get(
    '/v1/workflows/:resourceIdOrReference',
    {
      config: { permission: 'WORKFLOW.VIEW' },
      schema: { summary: 'Get a workflow', tags: ['workflows'], params, response: one },
    },
    async (request) => {
      const { resourceIdOrReference: id } = request.params;
      const row = await getWorkflow(db, platformOf(request).id, id);
      if (!row) throw Refusal.notFound('WORKFLOW', id);
      return workflowResponse(row);
    },
  );

  app.patch(
    '/v1/workflows/:resourceIdOrReference',
    {
      config: { permission: 'WORKFLOW.UPDATE' },

      schema: {
        summary: 'Change a workflow',
        tags: ['workflows'],
        params,
        body: workflowPatch,
        response: one,
      },
    },
    (request, reply) =>
      change(request, request.params.resourceIdOrReference, (before) => {
        const stored = workflowBody(before);
        const { backfill, ...body } = patched(workflowCreate, stored, request.body, reply);
        const same = isDeepStrictEqual(withoutNulls(body), withoutNulls(stored));
        if (!same) checkChange(before, body);
        return { fields: same ? before : workflowFields(body), backfill };
      }),
  );

  app.post(
    '/v1/workflows/:resourceIdOrReference/activate',
    {
      config: { permission: 'WORKFLOW.UPDATE' },
      schema: { summary: 'Make a workflow ACTIVE', tags: ['workflows'], params, body: activateRequest, response: one },
    },
    (request) =>
      change(request, request.params.resourceIdOrReference, (before) => {
        const backfill = request.body?.backfill;
        return { fields: moved(before, 'ACTIVE'), backfill };
      }),
  );

  for (const [verb, status] of Object.entries(MOVES)) {
    app.post(
      `/v1/workflows/:resourceIdOrReference/${verb}`,
      {
        config: { permission: 'WORKFLOW.UPDATE' },
        schema: { summary: `Make a workflow ${status}`, tags: ['workflows'], params, response: one },
      },
      (request) =>
        change(request, request.params.resourceIdOrReference, (before) => ({ fields: moved(before, status) })),
    );
  }

  /** Locks a workflow and writes what `next` makes of it (S-D3). */
  async function change(request: FastifyRequest, id: string, next: (before: WorkflowRow) => Change) {
    const before = await lockWorkflow(request.tx, platformOf(request).id, id);
    if (!before) throw Refusal.notFound('WORKFLOW', id);
    return answer(await changeWorkflow(request, before, next(before)));
  }
}

/** A changed workflow with what is to be said of the change. */
function answer({ row, backfill, problems }: Changed): ReturnType<typeof workflowResponse> {
  return {
    ...workflowResponse(row),
    ...(backfill && { backfill: backfillResponse(backfill) }),
    ...(problems.length > 0 && { problems }),
  };
}
