import { z } from 'zod';
import { Refusal, type Problem } from '../../contracts/refusal.js';
import { samePeriod } from '../../domain/period.js';
import {
  countActions,
  getAction,
  insertAction,
  lockAction,
  updateAction,
  type ActionFields,
  type ActionRow,
} from '../../store/actions.js';
import type { Sql } from '../../store/database.js';
import { listPage } from '../../store/lists.js';
import { touchRuns } from '../../store/touch-runs.js';
import { getWorkflow, lockWorkflow, type WorkflowRow } from '../../store/workflows.js';
import { templateExists } from '../../email/built-in-library.js';
import type { ApiContext, ZodApp } from '../context.js';
import { mergePatch } from '../merge-patch.js';
import { pageQuery, toPage } from '../pages.js';
import { platformOf } from '../plugins/auth.js';
import { problemsOf } from '../plugins/errors.js';
import { errors, iso } from '../schemas/common.js';
import { action, actionCreate, actionPatch, type ActionCreate } from '../schemas/workflow-action.js';
import { withoutNulls } from '../without-nulls.js';
import { checkTransition } from './workflow-fields.js';

const params = z.object({ resourceId: z.string() });
const MOST_ACTIONS = 10;
const BLOCKS = {
  INVOICE: 'invoice',
  PAYMENT: 'payment',
  PRICING_PLAN_SUBSCRIPTION: 'pricing_plan_subscription',
} as const;

/** `/v1/workflow-actions`: what a step does (workflowactions.yml). The list is a bare array, as the contract has it. */
export function workflowActionRoutes(app: ZodApp, { db, tellSoon }: ApiContext): void {
  app.get(
    '/v1/workflow-actions',
    {
      schema: {
        summary: 'List workflow actions',
        tags: ['workflow-actions'],
        querystring: pageQuery(['created_at', 'updated_at', 'id']),
        response: { 200: z.array(action), ...errors },
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
      schema: {
        summary: 'Create an action',
        tags: ['workflow-actions'],
        body: actionCreate,
        response: { 201: action, ...errors },
      },
    },
    async (request, reply) => {
      const platformId = platformOf(request).id;
      const { workflow_id: workflowId } = request.body;
      const { row, touched } = await db.transaction(async (tx) => {
        const workflow = await lockWorkflow(tx, platformId, workflowId);
        if (!workflow) throw Refusal.notFound('WORKFLOW', workflowId, 'workflow_id');
        if (workflow.status === 'ARCHIVED') throw Refusal.operation('The workflow is archived.', 'workflow_id');
        if (request.body.status === 'ARCHIVED')
          throw Refusal.invalid('status', 'An action cannot be created ARCHIVED.');
        if ((await countActions(tx, workflow.id)) >= MOST_ACTIONS) {
          throw Refusal.operation(`A workflow has at most ${String(MOST_ACTIONS)} actions that are not archived.`);
        }
        const row = await insertAction(tx, platformId, workflow.id, actionFields(request.body, workflow));
        return { row, touched: await wakeBlocked(tx, row) };
      });
      tellSoon('RUN', touched);
      return reply.code(201).send(toResponse(row));
    },
  );

  app.get(
    '/v1/workflow-actions/:resourceId',
    { schema: { summary: 'Get an action', tags: ['workflow-actions'], params, response: { 200: action, ...errors } } },
    async (request) => {
      const row = await getAction(db, platformOf(request).id, request.params.resourceId);
      if (!row) throw Refusal.notFound('WORKFLOW_ACTION', request.params.resourceId);
      return toResponse(row);
    },
  );

  app.patch(
    '/v1/workflow-actions/:resourceId',
    {
      schema: {
        summary: 'Change an action',
        tags: ['workflow-actions'],
        params,
        body: actionPatch,
        response: { 200: action, ...errors },
      },
    },
    (request) => change(platformOf(request).id, request.params.resourceId, request.body),
  );

  app.delete(
    '/v1/workflow-actions/:resourceId',
    {
      schema: {
        summary: 'Archive an action',
        tags: ['workflow-actions'],
        params,
        response: { 200: action, ...errors },
      },
    },
    (request) => change(platformOf(request).id, request.params.resourceId, { status: 'ARCHIVED' }),
  );

  async function change(platformId: string, id: string, patch: unknown) {
    const { row, touched } = await db.transaction(async (tx) => {
      const before = await lockAction(tx, platformId, id);
      if (!before) throw Refusal.notFound('WORKFLOW_ACTION', id);
      const workflow = await getWorkflow(tx, platformId, before.workflow_id);
      if (!workflow) throw Refusal.notFound('WORKFLOW', before.workflow_id);
      const parsed = actionCreate.safeParse(mergePatch(actionBody(before), patch), { reportInput: true });
      if (!parsed.success) throw new Refusal(problemsOf(parsed.error));
      if (parsed.data.workflow_id !== before.workflow_id) {
        throw Refusal.invalid('workflow_id', 'An action stays with its workflow.');
      }
      const repeatedArchive = before.status === 'ARCHIVED' && parsed.data.status === 'ARCHIVED';
      if (before.status === 'ARCHIVED' && !repeatedArchive) {
        throw Refusal.operation('An archived action cannot be changed.', 'status');
      }
      checkTransition(before.status, parsed.data.status);
      const row = repeatedArchive ? before : await updateAction(tx, id, actionFields(parsed.data, workflow));
      if (!row) throw Refusal.notFound('WORKFLOW_ACTION', id);
      return { row, touched: await wakeBlocked(tx, row) };
    });
    tellSoon('RUN', touched);
    return toResponse(row);
  }
}

/** A repaired action lets the runs go that were blocked for want of it (S-R2). */
function wakeBlocked(tx: Sql, row: ActionRow): Promise<string[]> {
  return touchRuns(tx, row.platform_id, { kind: 'BLOCKED', workflowId: row.workflow_id });
}

/** A parsed action as it is stored; it must fit its workflow (S-D8, D9). */
function actionFields(body: ActionCreate, workflow: WorkflowRow): ActionFields {
  const problems = [...fitProblems(body, workflow), ...stepProblems(body, workflow)];
  const [first, ...rest] = problems;
  if (first) throw new Refusal([first, ...rest]);
  return {
    status: body.status,
    description: body.description ?? null,
    send_email_to_customer: body.send_email_to_customer ? withoutNulls(body.send_email_to_customer) : null,
    steps: body.steps ?? null,
  };
}

function fitProblems({ send_email_to_customer: email }: ActionCreate, workflow: WorkflowRow): Problem[] {
  if (!email) return [];
  const at = (field: string, message: string): Problem => ({
    code: 'INVALID_FIELD',
    field: `send_email_to_customer.${field}`,
    message,
  });
  const problems: Problem[] = [];
  if (email.integration_id != null)
    problems.push(at('integration_id', `There is no integration ${email.integration_id}.`));
  if (email.template_name != null && !templateExists(email.template_name)) {
    problems.push(at('template_name', `There is no template ${email.template_name}.`));
  }
  if (email.variant != null && email.variant !== workflow.type) {
    problems.push(at('variant', `The workflow is of type ${workflow.type}.`));
  }
  for (const [type, block] of Object.entries(BLOCKS)) {
    if (type !== workflow.type && email[block] != null) {
      problems.push(at(block, `An action of a ${workflow.type} workflow has no ${block} block.`));
    }
  }
  if (email.invoice?.type != null && workflow.variant !== null && email.invoice.type !== workflow.variant) {
    problems.push(at('invoice.type', `The workflow’s variant is ${workflow.variant}.`));
  }
  if (workflow.variant === 'UPCOMING_PAYMENT_REMINDER') {
    for (const field of ['include_pdf', 'include_payment_link'] as const) {
      if (email.invoice?.[field]) problems.push(at(`invoice.${field}`, 'applies only to TO_FINAL and OVERDUE.'));
    }
  }
  return problems;
}

function stepProblems({ steps }: ActionCreate, workflow: WorkflowRow): Problem[] {
  return (steps ?? []).flatMap((step, index): Problem[] =>
    workflow.definition.periods.some((period) => samePeriod(period, step))
      ? []
      : [{ code: 'INVALID_FIELD', field: `steps[${String(index)}]`, message: 'The workflow has no such period.' }],
  );
}

function actionBody(row: ActionRow): ActionCreate {
  return {
    workflow_id: row.workflow_id,
    type: row.type,
    description: row.description,
    status: row.status,
    ...(row.send_email_to_customer
      ? { send_email_to_customer: row.send_email_to_customer as ActionCreate['send_email_to_customer'] }
      : {}),
    steps: row.steps,
  };
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
