import { isDeepStrictEqual } from 'node:util';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import {
  countActions,
  getAction,
  insertAction,
  lockAction,
  updateAction,
  type ActionRow,
} from '../../store/actions.js';
import type { Sql } from '../../store/database.js';
import { shareIntegration, type IntegrationStatus } from '../../store/integrations.js';
import { listPage } from '../../store/lists.js';
import { touchRuns } from '../../store/touch-runs.js';
import { getWorkflow, lockWorkflow, type WorkflowRow } from '../../store/workflows.js';
import type { ApiContext, ZodApp } from '../context.js';
import { pageQuery, toPage } from '../pages.js';
import { patched } from '../patched.js';
import { platformOf } from '../plugins/auth.js';
import { iso } from '../schemas/wire.js';
import { action, actionCreate, actionPatch, type ActionCreate } from '../schemas/workflow-action.js';
import { withoutNulls } from '../without-nulls.js';
import { actionBody, actionFields } from './action-fields.js';
import { localeProblems } from './locale-problems.js';
import { namedTemplate } from './named-template.js';
import { checkTransition } from './workflow-fields.js';

const params = z.object({ resourceId: z.string() });
const MOST_ACTIONS = 10;

/** `/v1/workflow-actions`: what a step does (workflowactions.yml). The list is a bare array, as the contract has it. */
export function workflowActionRoutes(app: ZodApp, { db }: ApiContext): void {
  app.get(
    '/v1/workflow-actions',
    {
      config: { permission: 'WORKFLOW_ACTION.VIEW' },

      schema: {
        summary: 'List workflow actions',
        tags: ['workflow-actions'],
        querystring: pageQuery(['created_at', 'updated_at', 'id']),
        response: { 200: z.array(action) },
      },
    },
    async (request) => {
      const own = { condition: 'platform_id = ?', values: [platformOf(request).id] };
      const page = await listPage<ActionRow>(db, 'SELECT * FROM workflow_actions', [own], toPage(request.query));
      return page.rows.map(toResponse);
    },
  );

  app.post(
    '/v1/workflow-actions',
    {
      config: { permission: 'WORKFLOW_ACTION.CREATE' },

      schema: {
        summary: 'Create an action',
        tags: ['workflow-actions'],
        body: actionCreate,
        response: { 201: action },
      },
    },
    async (request, reply) => {
      const platformId = platformOf(request).id;
      const { workflow_id: workflowId } = request.body;
      const { tx } = request;
      const workflow = await lockWorkflow(tx, platformId, workflowId);
      if (!workflow) throw Refusal.notFound('WORKFLOW', workflowId, 'workflow_id');
      if (workflow.status === 'ARCHIVED') throw Refusal.operation('The workflow is archived.', 'workflow_id');
      if (request.body.status === 'ARCHIVED') throw Refusal.invalid('status', 'An action cannot be created ARCHIVED.');
      if ((await countActions(tx, workflow.id)) >= MOST_ACTIONS) {
        throw Refusal.operation(`A workflow has at most ${String(MOST_ACTIONS)} actions that are not archived.`);
      }
      const integration = await newIntegration(tx, platformId, request.body, null);
      const template = await namedTemplate(tx, platformId, request.body);
      const fields = actionFields(request.body, workflow, integration, template);
      const row = await insertAction(tx, platformId, workflow.id, fields);
      request.tell('RUN', await wakeBlocked(tx, row));
      reply.code(201);
      return answer(request, row, workflow);
    },
  );

  app.get(
    '/v1/workflow-actions/:resourceId',
    {
      config: { permission: 'WORKFLOW_ACTION.VIEW' },
      schema: { summary: 'Get an action', tags: ['workflow-actions'], params, response: { 200: action } },
    },
    async (request) => {
      const row = await getAction(db, platformOf(request).id, request.params.resourceId);
      if (!row) throw Refusal.notFound('WORKFLOW_ACTION', request.params.resourceId);
      return toResponse(row);
    },
  );

  app.patch(
    '/v1/workflow-actions/:resourceId',
    {
      config: { permission: 'WORKFLOW_ACTION.UPDATE' },

      schema: {
        summary: 'Change an action',
        tags: ['workflow-actions'],
        params,
        body: actionPatch,
        response: { 200: action },
      },
    },
    (request, reply) => change(request, reply, request.params.resourceId, request.body),
  );

  app.delete(
    '/v1/workflow-actions/:resourceId',
    {
      config: { permission: 'WORKFLOW_ACTION.DELETE' },

      schema: {
        summary: 'Archive an action',
        tags: ['workflow-actions'],
        params,
        response: { 200: action },
      },
    },
    (request, reply) => change(request, reply, request.params.resourceId, { status: 'ARCHIVED' }),
  );

  async function change(request: FastifyRequest, reply: FastifyReply, id: string, patch: unknown) {
    const platformId = platformOf(request).id;
    const { tx } = request;
    const before = await lockAction(tx, platformId, id);
    if (!before) throw Refusal.notFound('WORKFLOW_ACTION', id);
    const stored = actionBody(before);
    const body = patched(actionCreate, stored, patch, reply);
    if (isDeepStrictEqual(withoutNulls(body), withoutNulls(stored))) return toResponse(before);
    if (before.status === 'ARCHIVED') throw Refusal.operation('An archived action cannot be changed.', 'status');
    if (body.workflow_id !== before.workflow_id) {
      throw Refusal.invalid('workflow_id', 'An action stays with its workflow.');
    }
    checkTransition(before.status, body.status);
    const workflow = await getWorkflow(tx, platformId, before.workflow_id);
    if (!workflow) throw Refusal.notFound('WORKFLOW', before.workflow_id);
    if (workflow.status === 'ARCHIVED' && body.status !== 'ARCHIVED') {
      throw Refusal.operation('The workflow is archived.', 'workflow_id');
    }
    const integration = await newIntegration(tx, platformId, body, before);
    const template = await namedTemplate(tx, platformId, body);
    const fields = actionFields(body, workflow, integration, template);
    const row = await updateAction(tx, id, fields);
    if (!row) throw Refusal.notFound('WORKFLOW_ACTION', id);
    request.tell('RUN', await wakeBlocked(tx, row));
    return answer(request, row, workflow);
  }
}

/** The status of the integration that an action begins to refer to; null = there is no such one, undefined = it refers to none anew. */
async function newIntegration(
  tx: Sql,
  platformId: string,
  { send_email_to_customer: email }: ActionCreate,
  before: ActionRow | null,
): Promise<IntegrationStatus | null | undefined> {
  const id = email?.integration_id;
  if (id == null || id === before?.send_email_to_customer?.integration_id) return undefined;
  return shareIntegration(tx, platformId, id);
}

/** A repaired action lets the runs go that were blocked for want of it (S-R2). */
function wakeBlocked(tx: Sql, row: ActionRow): Promise<string[]> {
  return touchRuns(tx, row.platform_id, { kind: 'BLOCKED', workflowId: row.workflow_id });
}

/** An action that mails customers of an ACTIVE workflow, with what is to be said of their languages (S-E3). */
async function answer(request: FastifyRequest, row: ActionRow, workflow: WorkflowRow): Promise<z.input<typeof action>> {
  const told = row.status === 'ACTIVE' && workflow.status === 'ACTIVE';
  const problems = told ? await localeProblems(request.tx, platformOf(request), workflow, row.id) : [];
  return { ...toResponse(row), ...(problems.length > 0 && { problems }) };
}

function toResponse(row: ActionRow): z.input<typeof action> {
  return {
    object_type: 'WORKFLOW_ACTION',
    id: row.id,
    ...actionBody(row),
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  };
}
