import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import { getBackfill, startBackfill } from '../../store/backfill.js';
import { previewBackfill } from '../../store/backfill-preview.js';
import type { PassRow } from '../../store/passes.js';
import { getWorkflow, lockWorkflow, type WorkflowRow } from '../../store/workflows.js';
import type { ApiContext, ZodApp } from '../context.js';
import { platformOf } from '../plugins/auth.js';
import { backfill, backfillPreview, backfillRequest } from '../schemas/backfill.js';
import { iso, isoMs } from '../schemas/wire.js';
import { workflowBody, workflowFields } from './workflow-fields.js';

const PATH = '/v1/workflows/:resourceIdOrReference/backfill';
const params = z.object({ resourceIdOrReference: z.string() });

/** `/v1/workflows/{id}/backfill`: extension, starts a workflow for the resources that were there before it (S-D11). */
export function backfillRoutes(app: ZodApp, { db }: ApiContext): void {
  app.post(
    PATH,
    {
      config: { permission: 'WORKFLOW.UPDATE', commits: 'own' },
      schema: {
        summary: 'Start a workflow for what is there already',
        description:
          '200 = `dry_run`: what would happen now, before the activation, too; nothing is stored. 202 = under way in the background; ask with GET. A resource that has its run already gets no second one. If one is under way, it is answered and nothing else begins.',
        tags: ['workflows'],
        params,
        body: backfillRequest,
        response: { 200: backfillPreview, 202: backfill },
      },
    },
    async (request, reply) => {
      const platform = platformOf(request);
      const { resourceIdOrReference: id } = request.params;
      if (request.body?.dry_run === true) {
        const row = existing(await getWorkflow(db, platform.id, id), id);
        if (row.status === 'ARCHIVED') throw Refusal.operation('The workflow is ARCHIVED.', 'status');
        // Throws when it is not complete.
        workflowFields({ ...workflowBody(row), status: 'ACTIVE' });
        const { samples, ...counts } = await previewBackfill(db, platform, row);
        reply.code(200);
        return {
          workflow_id: row.id,
          ...counts,
          samples: samples.map((one) => ({ ...one, first_step_at: isoMs(one.first_step_at) })),
        };
      }
      const started = await db.transaction(async (tx) => {
        const row = existing(await lockWorkflow(tx, platform.id, id), id);
        if (row.status !== 'ACTIVE') {
          throw Refusal.operation(`The workflow is ${row.status}: activate it, or ask with dry_run.`, 'status');
        }
        return startBackfill(tx, row);
      });
      reply.code(202);
      return backfillResponse(started);
    },
  );

  app.get(
    PATH,
    {
      config: { permission: 'WORKFLOW.VIEW' },
      schema: {
        summary: 'How the last backfill of a workflow is going',
        tags: ['workflows'],
        params,
        response: { 200: backfill },
      },
    },
    async (request) => {
      const platform = platformOf(request);
      const { resourceIdOrReference: id } = request.params;
      const workflow = existing(await getWorkflow(db, platform.id, id), id);
      const row = await getBackfill(db, platform.id, workflow.id);
      if (!row) throw Refusal.notFound('BACKFILL', id);
      return backfillResponse(row);
    },
  );
}

export function backfillResponse(row: PassRow): z.input<typeof backfill> {
  return { workflow_id: row.workflow_id, ...passResponse(row) };
}

export function passResponse(
  row: Pick<PassRow, 'looked_at' | 'created' | 'started_at' | 'finished_at' | 'stopped'>,
): Omit<z.input<typeof backfill>, 'workflow_id'> {
  return {
    status: row.finished_at === null ? 'RUNNING' : row.stopped ? 'STOPPED' : 'DONE',
    looked_at: row.looked_at,
    created: row.created,
    started_at: iso(row.started_at),
    finished_at: iso(row.finished_at),
  };
}

function existing(row: WorkflowRow | null, id: string): WorkflowRow {
  if (!row) throw Refusal.notFound('WORKFLOW', id);
  return row;
}
