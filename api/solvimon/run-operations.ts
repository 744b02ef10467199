import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import type { Operation } from '../../domain/operate.js';
import type { Period } from '../../domain/types.js';
import {
  getBulk,
  inFlightOf,
  performBulk,
  performOperation,
  previewBulk,
  type BulkResult,
  type OperationRequest,
} from '../../store/operations.js';
import { getRun, type RunFilter } from '../../store/runs.js';
import { getWorkflow } from '../../store/workflows.js';
import type { ApiContext, ZodApp } from '../context.js';
import { callerOf, platformOf } from '../plugins/auth.js';
import {
  bulkBody,
  bulkResult,
  operatedRun,
  OPERATIONS,
  replanRequest,
  type OperationName,
} from '../schemas/run-operation.js';
import type { runFilter } from '../schemas/workflow-run.js';
import { runResponse, toRunFilter } from './workflow-runs.js';

const params = z.object({ resourceId: z.string() });
const tags = ['workflow-runs'];

/** What the operations are for, in the API's description. */
const SUMMARIES: Record<OperationName, [one: string, what: string]> = {
  pause: ['Pause a run', 'Nothing is sent until it is resumed. Facts still stop it.'],
  resume: ['Resume a run', 'What came due meanwhile goes by the late policy.'],
  cancel: ['Cancel a run', 'It ends STOPPED `cancelled_by_operator`.'],
  'send-now': ['Send a step now', 'Whatever its instant and the calendar say; never what is paid for.'],
  'skip-step': ['Skip a step', 'It ends SKIPPED `skipped_by_operator`; the run goes on with the next one.'],
  retry: ['Try again', 'A FAILED run starts anew, a BLOCKED step is tried at once, a refused mail is sent again.'],
  replan: ['Move a run to the newest version', 'What was sent stays sent; every other step is planned anew.'],
  release: ['Release what the blast guard holds', 'Late steps above the platform’s `blast_limit` wait for this.'],
};

/** `POST /v1/workflow-runs/{id}/{operation}` and `/v1/workflow-runs/{operation}` by filter (extension, S-R3). */
export function runOperationRoutes(app: ZodApp, { db }: ApiContext): void {
  for (const name of Object.keys(OPERATIONS) as OperationName[]) {
    const [summary, description] = SUMMARIES[name];
    const body = OPERATIONS[name] as z.ZodObject;

    app.post(
      `/v1/workflow-runs/:resourceId/${name}`,
      {
        config: { permission: 'WORKFLOW_RUN.UPDATE' },
        schema: { summary, description, tags, params, body: body.nullish(), response: { 200: operatedRun } },
      },
      async (request) => {
        const { id: platformId } = platformOf(request);
        const { resourceId: id } = request.params;
        const asked = requestOf(name, request.body ?? {}, callerOf(request).credentialId);
        request.tell('RUN', await performOperation(request.tx, platformId, id, asked));
        const run = await getRun(request.tx, platformId, id);
        if (!run) throw Refusal.notFound('WORKFLOW_RUN', id);
        return { ...runResponse(run), in_flight: await inFlightOf(request.tx, id) };
      },
    );

    app.post(
      `/v1/workflow-runs/${name}`,
      {
        config: { permission: 'WORKFLOW_RUN.UPDATE' },
        schema: {
          summary: `${summary}: all that a filter finds`,
          description: `${description} In force from the answer on; the engine hears of many runs in the background.`,
          tags,
          body: bulkBody(body),
          response: { 200: bulkResult },
        },
      },
      async (request) => {
        const { id: platformId } = platformOf(request);
        const { filter, dry_run: dryRun, ...fields } = request.body as unknown as BulkRequest;
        const asked = requestOf(name, fields, callerOf(request).credentialId);
        return doBulk(request, platformId, toRunFilter(filter), asked, dryRun ?? false);
      },
    );
  }

  app.post(
    '/v1/workflows/:resourceIdOrReference/replan-runs',
    {
      config: { permission: 'WORKFLOW.UPDATE' },
      schema: {
        summary: 'Move the open runs of a workflow to its newest version',
        description: 'Runs keep the version they began with; this is how a changed ladder reaches them (extension).',
        tags: ['workflows'],
        params: z.object({ resourceIdOrReference: z.string() }),
        body: replanRequest.nullish(),
        response: { 200: bulkResult },
      },
    },
    async (request) => {
      const { id: platformId } = platformOf(request);
      const workflow = await getWorkflow(request.tx, platformId, request.params.resourceIdOrReference);
      if (!workflow) throw Refusal.notFound('WORKFLOW', request.params.resourceIdOrReference);
      const asked = requestOf('replan', request.body ?? {}, callerOf(request).credentialId);
      return doBulk(request, platformId, { workflow_id: workflow.id }, asked, request.body?.dry_run ?? false);
    },
  );

  app.get(
    '/v1/workflow-runs/operations/:resourceId',
    {
      config: { permission: 'WORKFLOW_RUN.VIEW' },
      schema: { summary: 'How far an operation on many runs has come', tags, params, response: { 200: bulkResult } },
    },
    async (request) => {
      const { resourceId: id } = request.params;
      const result = await getBulk(db, platformOf(request).id, id);
      if (!result) throw Refusal.notFound('BULK_OPERATION', id);
      return bulkResponse(result);
    },
  );
}

async function doBulk(
  { tx, tell }: FastifyRequest,
  platformId: string,
  filter: RunFilter,
  asked: OperationRequest,
  dryRun: boolean,
) {
  if (dryRun) return bulkResponse(await previewBulk(tx, platformId, filter, asked.operation));
  const { result, runIds } = await performBulk(tx, platformId, filter, asked);
  tell('RUN', runIds);
  return bulkResponse(result);
}

type BulkRequest = Fields & { filter: z.infer<typeof runFilter>; dry_run?: boolean | null };

interface Fields {
  step?: Period | null;
  as?: 'REPLACE' | 'EXTRA' | null;
  note?: string | null;
  reason?: string | null;
}

function requestOf(name: OperationName, fields: Fields, by: string): OperationRequest {
  const { step, as, note, reason } = fields;
  return { operation: operationOf(name, step ?? null, as ?? 'REPLACE'), note: note ?? reason ?? null, by };
}

function operationOf(name: OperationName, period: Period | null, as: 'REPLACE' | 'EXTRA'): Operation {
  switch (name) {
    case 'send-now':
      return { kind: 'SEND_NOW', period, as };
    case 'skip-step':
      return { kind: 'SKIP_STEP', period };
    case 'retry':
      return { kind: 'RETRY', period };
    case 'pause':
      return { kind: 'PAUSE' };
    case 'resume':
      return { kind: 'RESUME' };
    case 'cancel':
      return { kind: 'CANCEL' };
    case 'replan':
      return { kind: 'REPLAN' };
    case 'release':
      return { kind: 'RELEASE' };
  }
}

function bulkResponse({ id, matched, changed, refused, pending }: BulkResult): z.input<typeof bulkResult> {
  return {
    object_type: 'BULK_OPERATION',
    id,
    status: pending > 0 ? 'RUNNING' : 'DONE',
    matched,
    changed,
    refused,
    pending,
  };
}
