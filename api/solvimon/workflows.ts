import { isDeepStrictEqual } from 'node:util';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal, type Problem } from '../../contracts/refusal.js';
import type { DefinitionStatus } from '../../store/actions.js';
import type { Sql } from '../../store/database.js';
import { startBackfill, stopBackfill } from '../../store/backfill.js';
import { listPage } from '../../store/lists.js';
import { touchRuns } from '../../store/touch-runs.js';
import {
  getWorkflow,
  insertWorkflow,
  lockWorkflow,
  SELECT_WORKFLOWS,
  updateWorkflow,
  type WorkflowFields,
  type WorkflowRow,
} from '../../store/workflows.js';
import type { ApiContext, ZodApp } from '../context.js';
import { customersById } from '../facts/response.js';
import { expand, expandQuery, many, type Expansions } from '../expand.js';
import { pageQuery, pageResponse, toPage, toPageResponse } from '../pages.js';
import { patched } from '../patched.js';
import { callerOf, platformOf } from '../plugins/auth.js';
import { activateRequest } from '../schemas/backfill.js';
import { definitionStatus, workflow, workflowCreate, workflowPatch, type WorkflowCreate } from '../schemas/workflow.js';
import { equals, searchFilters, searchRequest, type SearchFields } from '../search.js';
import { withoutNulls } from '../without-nulls.js';
import { backfillResponse } from './backfills.js';
import { localeProblems } from './locale-problems.js';
import { nightProblems } from './night-problems.js';
import { orphanedSteps } from './orphaned-steps.js';
import { workflowResponse } from './workflow-response.js';
import { checkChange, checkTransition, idleConfiguration, workflowBody, workflowFields } from './workflow-fields.js';

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
      checkBackfill(request.body.backfill, null, fields.status);
      const row = await insertWorkflow(request.tx, platformOf(request).id, fields);
      if (!row) throw taken(fields.reference);
      reply.code(201);
      return answer(request, row, null, request.body.backfill);
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
        checkBackfill(backfill, before.status, body.status);
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
        const fields = moved(before, 'ACTIVE');
        checkBackfill(backfill, before.status, 'ACTIVE');
        return { fields, backfill };
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

  /** Locks a workflow and writes what `next` makes of it; the row itself = nothing to change (S-D3). */
  async function change(request: FastifyRequest, id: string, next: (before: WorkflowRow) => Change) {
    const platformId = platformOf(request).id;
    const { tx } = request;
    const before = await lockWorkflow(tx, platformId, id);
    if (!before) throw Refusal.notFound('WORKFLOW', id);
    const { fields, backfill } = next(before);
    if (fields === before) return workflowResponse(before);
    const row = await updateWorkflow(tx, before, fields);
    if (!row) throw taken(fields.reference);
    request.tell('RUN', await touchConcerned(tx, before, row));
    if (before.status === 'ACTIVE' && row.status !== 'ACTIVE') await stopBackfill(tx, row.id);
    return answer(request, row, before, backfill);
  }
}

/** What becomes of a workflow, and for which resources it is started. */
interface Change {
  fields: WorkflowFields;
  backfill?: WorkflowCreate['backfill'];
}

/** A changed workflow with what is to be said of the change. */
async function answer(
  request: FastifyRequest,
  row: WorkflowRow,
  before: WorkflowRow | null,
  backfill: WorkflowCreate['backfill'],
): Promise<ReturnType<typeof workflowResponse>> {
  const { tx } = request;
  const problems: Problem[] = [
    ...idleConfiguration(row),
    ...(before ? await orphanedSteps(tx, row) : []),
    ...(row.status === 'ACTIVE' ? nightProblems(row, platformOf(request)) : []),
    ...(row.status === 'ACTIVE' ? await localeProblems(tx, platformOf(request), row) : []),
  ];
  return {
    ...workflowResponse(row),
    ...(backfill === 'OPEN_RESOURCES' && { backfill: backfillResponse(await startBackfill(tx, row)) }),
    ...(problems.length > 0 && { problems }),
  };
}

/** A backfill that is asked for begins with this change, or the request is refused: it is never left out in silence (S-D11). */
function checkBackfill(
  backfill: WorkflowCreate['backfill'],
  before: DefinitionStatus | null,
  after: DefinitionStatus,
): void {
  if (backfill !== 'OPEN_RESOURCES' || (after === 'ACTIVE' && before !== 'ACTIVE')) return;
  const message =
    before === 'ACTIVE' && after === 'ACTIVE'
      ? 'The workflow is ACTIVE already: start a backfill with POST /v1/workflows/{id}/backfill.'
      : 'A backfill begins when the workflow becomes ACTIVE; this request does not make it so.';
  throw Refusal.invalid('backfill', message);
}

/** Its own blocks are validated as a whole when a workflow leaves DRAFT, whichever way it does. */
function moved(before: WorkflowRow, status: DefinitionStatus): WorkflowFields {
  checkTransition(before.status, status);
  return before.status === status ? before : workflowFields({ ...workflowBody(before), status });
}

/** Open runs stop when their workflow is archived or their customer falls out of scope (S-D10, D6), and settings
 * are read live; nothing else concerns them. */
async function touchConcerned(tx: Sql, before: WorkflowRow, after: WorkflowRow): Promise<string[]> {
  const scope = (row: WorkflowRow): string =>
    JSON.stringify([row.customer_ids, row.excluded_customer_ids, row.settings]);
  const archived = after.status === 'ARCHIVED' && before.status !== 'ARCHIVED';
  if (!archived && scope(before) === scope(after)) return [];
  return touchRuns(tx, after.platform_id, { kind: 'WORKFLOW', id: after.id });
}

function taken(reference: string): Refusal {
  return Refusal.taken('reference', `There is a workflow with the reference ${reference} already.`);
}
