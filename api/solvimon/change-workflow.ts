import { isDeepStrictEqual } from 'node:util';
import type { FastifyRequest } from 'fastify';
import { Refusal, type Problem } from '../../contracts/refusal.js';
import type { DefinitionStatus } from '../../store/actions.js';
import { startBackfill } from '../../store/backfill.js';
import type { Sql } from '../../store/database.js';
import { enqueueFanOut } from '../../store/outbox.js';
import { stopPasses, type PassRow } from '../../store/passes.js';
import { touchRuns } from '../../store/touch-runs.js';
import { insertWorkflow, updateWorkflow, type WorkflowFields, type WorkflowRow } from '../../store/workflows.js';
import { platformOf } from '../plugins/auth.js';
import type { WorkflowCreate } from '../schemas/workflow.js';
import { settingsProblems } from '../zuora/check-settings.js';
import { localeProblems } from './locale-problems.js';
import { nightProblems } from './night-problems.js';
import { orphanedSteps } from './orphaned-steps.js';
import { throwIfAny } from './problems.js';
import { checkTransition, idleConfiguration, workflowBody, workflowFields } from './workflow-fields.js';

/** What becomes of a workflow, and for which resources it is started. */
export interface Change {
  /** The row itself = nothing changes. */
  fields: WorkflowFields;
  backfill?: WorkflowCreate['backfill'];
}

/** A workflow after a change. */
export interface Changed {
  row: WorkflowRow;
  /** What the change began. */
  backfill: PassRow | null;
  /** Warnings: the change was made all the same. */
  problems: Problem[];
}

export async function createWorkflow(
  request: FastifyRequest,
  fields: WorkflowFields,
  backfill: WorkflowCreate['backfill'],
): Promise<Changed> {
  checkBackfill(backfill, null, fields.status);
  const row = await insertWorkflow(request.tx, platformOf(request).id, fields);
  if (!row) throw taken(fields.reference);
  await scheduleAnew(request.tx, null, row);
  return withProblems(request, row, null, backfill);
}

/** Writes what becomes of a locked workflow, and whatever follows from it. */
export async function changeWorkflow(
  request: FastifyRequest,
  before: WorkflowRow,
  { fields, backfill }: Change,
): Promise<Changed> {
  const { tx } = request;
  checkBackfill(backfill, before.status, fields.status);
  if (fields.variant !== before.variant) throwIfAny(settingsProblems(before.run_settings, fields.variant));
  if (fields === before) return { row: before, backfill: null, problems: [] };
  const row = await updateWorkflow(tx, before, fields);
  if (!row) throw taken(fields.reference);
  request.tell('RUN', await touchConcerned(tx, before, row));
  if (before.status === 'ACTIVE' && row.status !== 'ACTIVE') await stopPasses(tx, row.id);
  else if (row.schedule === null) await stopPasses(tx, row.id, ['SWEEP']);
  await scheduleAnew(tx, before, row);
  return withProblems(request, row, before, backfill);
}

/** Its own blocks are validated as a whole when a workflow leaves DRAFT, whichever way it does. */
export function moved(before: WorkflowRow, status: DefinitionStatus): WorkflowFields {
  checkTransition(before.status, status);
  return before.status === status ? before : workflowFields({ ...workflowBody(before), status });
}

async function withProblems(
  request: FastifyRequest,
  row: WorkflowRow,
  before: WorkflowRow | null,
  backfill: WorkflowCreate['backfill'],
): Promise<Changed> {
  const { tx } = request;
  return {
    row,
    problems: [
      ...idleConfiguration(row),
      ...(before ? await orphanedSteps(tx, row) : []),
      ...(row.status === 'ACTIVE' ? nightProblems(row, platformOf(request)) : []),
      ...(row.status === 'ACTIVE' ? await localeProblems(tx, platformOf(request), row) : []),
    ],
    backfill: backfill === 'OPEN_RESOURCES' ? await startBackfill(tx, row) : null,
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

/** Open runs stop when their workflow is archived or their customer falls out of scope (S-D10, D6), and settings
 * are read live; nothing else concerns them. */
async function touchConcerned(tx: Sql, before: WorkflowRow, after: WorkflowRow): Promise<string[]> {
  const scope = (row: WorkflowRow): string =>
    JSON.stringify([row.customer_ids, row.excluded_customer_ids, row.settings]);
  const archived = after.status === 'ARCHIVED' && before.status !== 'ARCHIVED';
  if (!archived && scope(before) === scope(after)) return [];
  return touchRuns(tx, after.platform_id, { kind: 'WORKFLOW', id: after.id });
}

/** The engine's schedule follows what it is made of (S-Z7). */
async function scheduleAnew(tx: Sql, before: WorkflowRow | null, after: WorkflowRow): Promise<void> {
  const told = (row: WorkflowRow | null): unknown =>
    row?.status === 'ACTIVE' && row.schedule && [row.schedule, row.reference, row.variant];
  if (isDeepStrictEqual(told(before) || null, told(after) || null)) return;
  await enqueueFanOut(tx, 'SCHEDULE', after.platform_id, after.id);
}

function taken(reference: string): Refusal {
  return Refusal.taken('reference', `There is a workflow with the reference ${reference} already.`);
}
