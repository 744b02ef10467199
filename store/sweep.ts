import type { SweepProgress, SweepRequest } from '../contracts/engine.js';
import { at, type Database, type Sql } from './database.js';
import { enqueueFanOut } from './outbox.js';
import { carryPass, type PassRow } from './passes.js';

/** Who sweeps: one execution on the engine, and when it was started there. */
type SweepRow = PassRow & { carrier: string };

/** A sweep that has not ended, as far as Postgres knows. */
export type OpenSweep = SweepRow & { engine_workflow_id: string };

/** Of all platforms. */
export function openSweeps(sql: Sql): Promise<OpenSweep[]> {
  return sql.rows<OpenSweep>(`SELECT * FROM passes WHERE kind = 'SWEEP' AND finished_at IS NULL ORDER BY workflow_id`);
}

/**
 * Looks at the next resources of the sweep that this execution carries out, and begins it when it has not begun (S-Z7). Of two
 * at the same time the one that was started later goes on, the other one ends. Where it stands is in Postgres alone.
 */
export async function carrySweep(
  db: Database,
  request: SweepRequest,
  limit: number,
  told: (runIds: string[]) => void,
): Promise<SweepProgress> {
  const pass = { workflow_id: request.workflowId, kind: 'SWEEP' as const, carrier: request.carrier };
  await begin(db, request);
  const { state } = await carryPass(db, pass, limit, told);
  const row = await db.row<SweepRow>(
    `SELECT * FROM passes WHERE workflow_id = $1 AND kind = 'SWEEP' AND carrier = $2`,
    [request.workflowId, request.carrier],
  );
  const ended = state === 'DONE' || row === null || row.finished_at !== null;
  if (ended) await lookAgain(db, request.workflowId);
  return { lookedAt: row?.looked_at ?? 0, created: row?.created ?? 0, state: ended ? endOf(row) : 'MORE' };
}

function endOf(row: SweepRow | null): 'DONE' | 'STOPPED' {
  return row && !row.stopped ? 'DONE' : 'STOPPED';
}

async function begin(sql: Sql, { workflowId, carrier, engineWorkflowId, firedAt }: SweepRequest): Promise<void> {
  await sql.rows(
    `INSERT INTO passes AS p (workflow_id, platform_id, kind, carrier, fired_at, engine_workflow_id, horizon)
     SELECT id, platform_id, 'SWEEP', $2, $3::timestamptz, $4, '0' FROM workflows
     WHERE id = $1 AND status = 'ACTIVE' AND schedule IS NOT NULL
     ON CONFLICT (workflow_id, kind) DO UPDATE SET carrier = $2, fired_at = $3::timestamptz, engine_workflow_id = $4, cursor = '', looked_at = 0,
       created = 0, started_at = clock_timestamp(), finished_at = NULL, stopped = false
     WHERE (p.fired_at, p.carrier) < ($3::timestamptz, $2)`,
    [workflowId, carrier, at(firedAt), engineWorkflowId],
  );
}

/** The engine's schedule: how many firings it has skipped, and whether it should be there at all. */
async function lookAgain(sql: Sql, workflowId: string): Promise<void> {
  const workflow = await sql.row<{ platform_id: string }>('SELECT platform_id FROM workflows WHERE id = $1', [
    workflowId,
  ]);
  if (workflow) await enqueueFanOut(sql, 'SCHEDULE', workflow.platform_id, workflowId);
}
