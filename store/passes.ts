import { evaluate, isClosed } from '../domain/evaluate.js';
import type { Instant, Period } from '../domain/types.js';
import { traitsOf } from '../domain/variants.js';
import { createRuns } from './create-runs.js';
import { newRunOf } from './new-run.js';
import { at, type Database, type Sql } from './database.js';
import { deliveryWindows } from './delivery-windows.js';
import { getPlatforms, type Platform } from './platforms.js';
import { eventOf, isCandidate, prospectsAmong, type ReadyWorkflow } from './prospects.js';
import { lockResource, resourcesPage, type LoadedResource } from './resources.js';
import { firstSeenCrossings } from './wallet-watches.js';
import { getWorkflow, type WorkflowRow } from './workflows.js';

/**
 * Starting a workflow for all resources there are: BACKFILL for those that were there before it (S-D11), SWEEP because its
 * schedule fired (S-Z7). The last one of each kind is kept.
 */
export interface PassRow {
  workflow_id: string;
  platform_id: string;
  kind: 'BACKFILL' | 'SWEEP';
  /** The last resource that was looked at. */
  cursor: string;
  looked_at: number;
  created: number;
  started_at: Instant;
  /** null = it is under way. */
  finished_at: Instant | null;
  /** It ended early, because the workflow did not stay ACTIVE, or is not run by the clock any more. */
  stopped: boolean;
}

/** Which pass is meant; the carrier of a BACKFILL, which the outbox carries, is ''. */
export type PassId = Pick<PassRow, 'workflow_id' | 'kind'> & { carrier: string };

/** This one pass: the next of its kind may have the same carrier. */
export type OnePass = PassId & Pick<PassRow, 'started_at'>;

/** Where a pass is after one page. WAITING: nothing was looked at yet, try again in a moment. */
export interface CarriedPage {
  state: 'MORE' | 'DONE' | 'WAITING';
  cursor: string;
}

/** Somebody else carries this page, or the pass was stopped meanwhile: what this transaction did is undone. */
class Overtaken extends Error {}

export function getPass(
  sql: Sql,
  platformId: string,
  workflowId: string,
  kind: PassRow['kind'],
): Promise<PassRow | null> {
  return sql.row<PassRow>('SELECT * FROM passes WHERE platform_id = $1 AND workflow_id = $2 AND kind = $3', [
    platformId,
    workflowId,
    kind,
  ]);
}

/** What is under way makes no further run, also when there would be a reason for it again. */
export async function stopPasses(
  sql: Sql,
  workflowId: string,
  kinds: readonly PassRow['kind'][] = ['BACKFILL', 'SWEEP'],
): Promise<void> {
  await sql.rows(
    `UPDATE passes SET finished_at = clock_timestamp(), stopped = true
     WHERE workflow_id = $1 AND kind = ANY ($2) AND finished_at IS NULL`,
    [workflowId, kinds],
  );
}

/** Stops what this pass has left to do; one that was begun since goes on. */
export async function stopPass(sql: Sql, { workflow_id, kind, carrier, started_at }: OnePass): Promise<void> {
  await sql.rows(
    `UPDATE passes SET finished_at = clock_timestamp(), stopped = true
     WHERE workflow_id = $1 AND kind = $2 AND carrier = $3 AND started_at = $4 AND finished_at IS NULL`,
    [workflow_id, kind, carrier, at(started_at)],
  );
}

/**
 * Looks at the next resources of a pass. Each that is to have a run is locked, judged and counted in a transaction of its
 * own: after a crash it goes on with the next one. `told` gets the runs the engine has to hear of.
 */
export async function carryPass(
  db: Database,
  id: PassId,
  limit: number,
  told: (runIds: string[]) => void,
): Promise<CarriedPage> {
  const row = await beginPage(db, id);
  if (!row) return { state: 'DONE', cursor: '' };
  const pass = { ...id, started_at: row.started_at };
  let { cursor } = row;
  if (!row.ready) return { state: 'WAITING', cursor };
  const workflow = await getWorkflow(db, row.platform_id, row.workflow_id);
  const [platform] = await getPlatforms(db, [row.platform_id]);
  if (!platform || !isReady(workflow, pass)) {
    await stopPass(db, pass);
    return { state: 'DONE', cursor };
  }
  const windows = await deliveryWindows(db, row.workflow_id);
  const page = await resourcesPage(db, row.platform_id, traitsOf(workflow.variant).resource, cursor, limit);
  const places = new Map(page.map(({ id }, index) => [id, index + 1]));
  let seen = 0;
  for (const { resource, start } of await prospectsAmong(db, platform, workflow, page, windows)) {
    if (start !== 'OPEN') continue;
    const place = places.get(resource.id) ?? 0;
    const step = { ...pass, from: cursor, to: resource.id, seen: place - seen };
    const runIds = await db.transaction((tx) => passOne(tx, step, workflow, windows)).catch(overtaken);
    if (!runIds) return { state: 'MORE', cursor };
    told(runIds);
    cursor = resource.id;
    seen = place;
  }
  const ended = page.length < limit;
  const last = page.at(-1)?.id ?? cursor;
  const moved = await moveOn(db, { ...pass, from: cursor, to: last, seen: page.length - seen, ended });
  return { state: ended && moved ? 'DONE' : 'MORE', cursor: last };
}

/**
 * The first look of a BACKFILL waits until every transaction has ended that may have found the workflow not ACTIVE: a fact it
 * stores raises no event, and only from then on is it sure to be seen here. Whoever begins later finds the workflow ACTIVE.
 */
function beginPage(sql: Sql, { workflow_id, kind, carrier }: PassId): Promise<(PassRow & { ready: boolean }) | null> {
  return sql.row(
    `UPDATE passes SET horizon = coalesce(horizon, pg_snapshot_xmax(pg_current_snapshot()))
     WHERE workflow_id = $1 AND kind = $2 AND carrier = $3 AND finished_at IS NULL
     RETURNING *, pg_snapshot_xmin(pg_current_snapshot()) >= horizon AS ready`,
    [workflow_id, kind, carrier],
  );
}

interface Progress extends OnePass {
  from: string;
  to: string;
  /** How many resources lie between. */
  seen: number;
  created?: number;
  ended?: boolean;
}

/** false = it does not stand at `from` any more. */
async function moveOn(
  sql: Sql,
  { workflow_id, kind, carrier, started_at, from, to, seen, created, ended }: Progress,
): Promise<boolean> {
  const moved = await sql.row(
    `UPDATE passes SET cursor = $5, looked_at = looked_at + $6, created = created + $7,
       finished_at = CASE WHEN $8 THEN clock_timestamp() END
     WHERE workflow_id = $1 AND kind = $2 AND carrier = $3 AND cursor = $4 AND started_at = $9 AND finished_at IS NULL
     RETURNING workflow_id`,
    [workflow_id, kind, carrier, from, to, seen, created ?? 0, ended ?? false, at(started_at)],
  );
  return moved !== null;
}

async function passOne(
  tx: Sql,
  step: Progress,
  { platform_id, variant }: ReadyWorkflow,
  windows: readonly (Period | null)[],
): Promise<string[]> {
  const resource = await lockResource(tx, platform_id, traitsOf(variant).resource, step.to);
  const workflow = await getWorkflow(tx, platform_id, step.workflow_id);
  const [platform] = await getPlatforms(tx, [platform_id]);
  const runIds =
    resource && platform && isReady(workflow, step) ? await startOne(tx, platform, workflow, resource, windows) : [];
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

function isReady(workflow: WorkflowRow | null, { kind }: PassId): workflow is ReadyWorkflow {
  if (workflow?.status !== 'ACTIVE' || workflow.variant === null) return false;
  return kind === 'BACKFILL' || workflow.schedule !== null;
}

function overtaken(error: unknown): null {
  if (error instanceof Overtaken) return null;
  throw error;
}
