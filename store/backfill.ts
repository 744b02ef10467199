import { evaluate, isClosed } from '../domain/evaluate.js';
import { isWanted, mismatch } from '../domain/match.js';
import type { Instant, Period, Variant } from '../domain/types.js';
import { traitsOf } from '../domain/variants.js';
import { createRuns, type RunRequest } from './create-runs.js';
import { newRunOf } from './new-run.js';
import type { Database, Sql } from './database.js';
import { deliveryWindows } from './delivery-windows.js';
import { enqueueFanOut } from './outbox.js';
import { getPlatforms, type Platform } from './platforms.js';
import { isComplete, lockResource, resourcesPage, type LoadedResource } from './resources.js';
import { targetOf } from './target.js';
import { firstSeenCrossings } from './wallet-watches.js';
import { getWorkflow, toMatchable, type WorkflowRow } from './workflows.js';

/** Starting a workflow for the resources that were there before it (S-D11); the last one of each workflow is kept. */
export interface BackfillRow {
  workflow_id: string;
  platform_id: string;
  /** The last resource that was looked at. */
  cursor: string;
  looked_at: number;
  created: number;
  started_at: Instant;
  /** null = it is under way. */
  finished_at: Instant | null;
  /** It ended early, because the workflow did not stay ACTIVE. */
  stopped: boolean;
}

/** Where a backfill is after one page. WAITING: nothing was looked at yet, try again in a moment. */
export interface CarriedPage {
  state: 'MORE' | 'DONE' | 'WAITING';
  cursor: string;
}

type ReadyWorkflow = WorkflowRow & { variant: Variant };

/** Somebody else carries this page, or the backfill was stopped meanwhile: what this transaction did is undone. */
class Overtaken extends Error {}

/** Has it done in the background, unless one is under way already. The caller holds the lock of an ACTIVE workflow. */
export async function startBackfill(tx: Sql, { id, platform_id }: WorkflowRow): Promise<BackfillRow> {
  const started = await tx.row<BackfillRow>(
    `INSERT INTO backfills AS b (workflow_id, platform_id) VALUES ($1, $2)
     ON CONFLICT (workflow_id) DO UPDATE SET cursor = '', horizon = NULL, looked_at = 0, created = 0,
       started_at = clock_timestamp(), finished_at = NULL, stopped = false
     WHERE b.finished_at IS NOT NULL RETURNING *`,
    [id, platform_id],
  );
  if (started) await enqueueFanOut(tx, 'BACKFILL', platform_id, id);
  const row = started ?? (await getBackfill(tx, platform_id, id));
  if (!row) throw new Error(`The backfill of ${id} vanished while its workflow was locked.`);
  return row;
}

export function getBackfill(sql: Sql, platformId: string, workflowId: string): Promise<BackfillRow | null> {
  return sql.row<BackfillRow>('SELECT * FROM backfills WHERE platform_id = $1 AND workflow_id = $2', [
    platformId,
    workflowId,
  ]);
}

/** The workflow is not ACTIVE any more: what is under way makes no further run, also when it becomes ACTIVE again. */
export async function stopBackfill(sql: Sql, workflowId: string): Promise<void> {
  await sql.rows(
    'UPDATE backfills SET finished_at = clock_timestamp(), stopped = true WHERE workflow_id = $1 AND finished_at IS NULL',
    [workflowId],
  );
}

/**
 * Looks at the next resources of a backfill. Each that is to have a run is locked, judged and counted in a transaction of its
 * own: after a crash it goes on with the next one. `told` gets the runs the engine has to hear of.
 */
export async function carryBackfill(
  db: Database,
  workflowId: string,
  limit: number,
  told: (runIds: string[]) => void,
): Promise<CarriedPage> {
  const row = await beginPage(db, workflowId);
  if (!row) return { state: 'DONE', cursor: '' };
  let { cursor } = row;
  if (!row.ready) return { state: 'WAITING', cursor };
  const workflow = await getWorkflow(db, row.platform_id, workflowId);
  if (!isReady(workflow)) {
    await stopBackfill(db, workflowId);
    return { state: 'DONE', cursor };
  }
  const windows = await deliveryWindows(db, workflowId);
  const page = await resourcesPage(db, row.platform_id, traitsOf(workflow.variant).resource, cursor, limit);
  let seen = 0;
  for (const resource of page) {
    seen += 1;
    if (!isCandidate(workflow, resource)) continue;
    const step = { workflowId, from: cursor, to: resource.id, seen };
    const runIds = await db.transaction((tx) => backfillOne(tx, step, workflow, windows)).catch(overtaken);
    if (!runIds) return { state: 'MORE', cursor };
    told(runIds);
    cursor = resource.id;
    seen = 0;
  }
  const ended = page.length < limit;
  const moved = await moveOn(db, { workflowId, from: cursor, to: page.at(-1)?.id ?? cursor, seen, ended });
  return { state: ended && moved ? 'DONE' : 'MORE', cursor: page.at(-1)?.id ?? cursor };
}

/** Whether a fact of this workflow would be its event, were it to arrive now; whoever asks for it needs no `event_trigger`. */
export function isCandidate(workflow: ReadyWorkflow, resource: LoadedResource): boolean {
  const { customer, facts } = resource;
  if (!customer || !isComplete(resource)) return false;
  const matchable = { ...toMatchable(workflow), eventTrigger: true };
  if (mismatch(matchable, workflow.variant, customer.id, null, facts) !== null) return false;
  return isWanted(workflow.variant, facts, matchable.terms);
}

/** What an event of this resource would ask for. */
export function eventOf(platform: Platform, workflow: ReadyWorkflow, resource: LoadedResource): RunRequest {
  return {
    platform,
    type: 'EVENT',
    variant: workflow.variant,
    resource,
    workflows: [workflow],
    period: null,
    trialEndAt: null,
    target: targetOf(resource, { event: { variant: workflow.variant } }),
    workflowId: workflow.id,
  };
}

/**
 * The first look waits until every transaction has ended that may have found the workflow not ACTIVE: a fact it stores raises no
 * event, and only from then on is it sure to be seen here. Whoever begins later finds the workflow ACTIVE.
 */
function beginPage(sql: Sql, workflowId: string): Promise<(BackfillRow & { ready: boolean }) | null> {
  return sql.row(
    `UPDATE backfills SET horizon = coalesce(horizon, pg_snapshot_xmax(pg_current_snapshot()))
     WHERE workflow_id = $1 AND finished_at IS NULL
     RETURNING *, pg_snapshot_xmin(pg_current_snapshot()) >= horizon AS ready`,
    [workflowId],
  );
}

interface Progress {
  workflowId: string;
  from: string;
  to: string;
  /** How many resources lie between. */
  seen: number;
  created?: number;
  ended?: boolean;
}

/** false = it does not stand at `from` any more. */
async function moveOn(sql: Sql, { workflowId, from, to, seen, created, ended }: Progress): Promise<boolean> {
  const moved = await sql.row(
    `UPDATE backfills SET cursor = $3, looked_at = looked_at + $4, created = created + $5,
       finished_at = CASE WHEN $6 THEN clock_timestamp() END
     WHERE workflow_id = $1 AND cursor = $2 AND finished_at IS NULL RETURNING workflow_id`,
    [workflowId, from, to, seen, created ?? 0, ended ?? false],
  );
  return moved !== null;
}

async function backfillOne(
  tx: Sql,
  step: Progress,
  { platform_id, variant }: ReadyWorkflow,
  windows: readonly (Period | null)[],
): Promise<string[]> {
  const resource = await lockResource(tx, platform_id, traitsOf(variant).resource, step.to);
  const workflow = await getWorkflow(tx, platform_id, step.workflowId);
  const [platform] = await getPlatforms(tx, [platform_id]);
  const runIds =
    resource && platform && isReady(workflow) ? await startOne(tx, platform, workflow, resource, windows) : [];
  if (!(await moveOn(tx, { ...step, created: runIds.length }))) throw new Overtaken();
  return runIds;
}

/** A run that would be closed from the start, because nothing is left to send, is not made. */
async function startOne(
  tx: Sql,
  platform: Platform,
  workflow: ReadyWorkflow,
  resource: LoadedResource,
  windows: readonly (Period | null)[],
): Promise<string[]> {
  if (!isCandidate(workflow, resource)) return [];
  const request = eventOf(platform, workflow, resource);
  if (isClosed(evaluate(newRunOf(request, workflow, '', null, windows)).status)) return [];
  const { wallet } = resource.facts;
  const crossings = wallet && (await firstSeenCrossings(tx, platform.id, workflow, wallet));
  const { runs } = await createRuns(tx, { ...request, ...(crossings && { crossings }) });
  return runs.filter(({ created }) => created).map(({ id }) => id);
}

function isReady(workflow: WorkflowRow | null): workflow is ReadyWorkflow {
  return workflow?.status === 'ACTIVE' && workflow.variant !== null;
}

function overtaken(error: unknown): null {
  if (error instanceof Overtaken) return null;
  throw error;
}
