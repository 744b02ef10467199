import type { Database, Sql } from './database.js';
import { enqueueFanOut } from './outbox.js';
import { carryPass, getPass, type CarriedPage, type PassRow } from './passes.js';
import type { WorkflowRow } from './workflows.js';

/** Has a workflow started for the resources that were there before it (S-D11), in the background, unless that is under way
 * already. The caller holds the lock of an ACTIVE workflow. */
export async function startBackfill(tx: Sql, { id, platform_id }: WorkflowRow): Promise<PassRow> {
  const started = await tx.row<PassRow>(
    `INSERT INTO passes AS p (workflow_id, platform_id, kind) VALUES ($1, $2, 'BACKFILL')
     ON CONFLICT (workflow_id, kind) DO UPDATE SET cursor = '', horizon = NULL, looked_at = 0, created = 0,
       started_at = clock_timestamp(), finished_at = NULL, stopped = false
     WHERE p.finished_at IS NOT NULL RETURNING *`,
    [id, platform_id],
  );
  if (started) await enqueueFanOut(tx, 'BACKFILL', platform_id, id);
  const row = started ?? (await getBackfill(tx, platform_id, id));
  if (!row) throw new Error(`The backfill of ${id} vanished while its workflow was locked.`);
  return row;
}

export function getBackfill(sql: Sql, platformId: string, workflowId: string): Promise<PassRow | null> {
  return getPass(sql, platformId, workflowId, 'BACKFILL');
}

/** One page of it, see `carryPass`. */
export function carryBackfill(
  db: Database,
  workflowId: string,
  limit: number,
  told: (runIds: string[]) => void,
): Promise<CarriedPage> {
  return carryPass(db, { workflow_id: workflowId, kind: 'BACKFILL', carrier: '' }, limit, told);
}
