import { applyEvaluation } from './apply.js';
import type { Database, Sql } from './database.js';
import { readRunContext, type RunRow } from './run-context.js';

/** Flips ACCEPTED to WAITING: the engine has the run now. */
export async function markStarted(sql: Sql, runId: string, executions: number): Promise<void> {
  await sql.rows(
    `UPDATE runs SET engine_started = true, executions = greatest(executions, $2),
       status = CASE WHEN status = 'ACCEPTED' THEN 'WAITING' ELSE status END
     WHERE id = $1`,
    [runId, executions],
  );
}

/**
 * Records what happened on the engine itself, when the run is still open (S-R7). What was claimed goes no more, and the new
 * fence keeps a sender that comes back from its marker; what was being transmitted is in doubt. It is about the execution of the
 * run as it was read: after a retry that came between, the run waits for another one.
 */
export async function closeFromEngine(
  db: Database,
  { id: runId, executions, engine_started }: Pick<RunRow, 'id' | 'executions' | 'engine_started'>,
  outcome: { status: 'STOPPED'; reason: 'stopped_on_engine' } | { status: 'FAILED'; reason: 'engine_failed' },
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.rows('SELECT lock_runs(ARRAY[$1])', [runId]);
    const closed = await tx.row(
      `UPDATE runs SET status = $2::text, reason = CASE WHEN $2 = 'FAILED' THEN $3::text END,
         stop_reason = CASE WHEN $2 = 'STOPPED' THEN $3::text END, wake_at = NULL, next_step_id = NULL, next_step_at = NULL,
         plan_revision = plan_revision + 1, updated_at = clock_timestamp()
       WHERE id = $1 AND status NOT IN ('COMPLETED', 'STOPPED', 'FAILED') AND executions = $4 AND engine_started = $5
       RETURNING id`,
      [runId, outcome.status, outcome.reason, executions, engine_started],
    );
    if (!closed) return;
    await tx.rows(
      `UPDATE deliveries SET status = CASE status WHEN 'CLAIMED' THEN 'PLANNED' ELSE 'IN_DOUBT' END,
         reason = CASE status WHEN 'CLAIMED' THEN NULL ELSE 'in_doubt' END,
         fence = fence + CASE status WHEN 'CLAIMED' THEN 1 ELSE 0 END,
         sent_at = CASE status WHEN 'TRANSMITTING' THEN claimed_at END, ended_at = claimed_at
       WHERE run_id = $1 AND status IN ('CLAIMED', 'TRANSMITTING')`,
      [runId],
    );
    const loaded = await readRunContext(tx, runId);
    if (loaded) await applyEvaluation(tx, loaded);
  });
}

/** Open runs on the wall clock whose instant passed more than `graceMs` ago with nothing claimed: what the watchdog looks at. */
export async function overdueRuns(sql: Sql, graceMs: number, after: string, limit: number): Promise<string[]> {
  const rows = await sql.rows<{ id: string }>(
    `SELECT id FROM runs
     WHERE status IN ('ACCEPTED', 'WAITING', 'SENDING', 'BLOCKED') AND test_clock_id IS NULL AND engine_started AND id > $2
       AND wake_at < clock_timestamp() - $1 * interval '1 millisecond'
     ORDER BY id LIMIT $3`,
    [graceMs, after, limit],
  );
  return rows.map(({ id }) => id);
}

/** Runs that wait on a test clock for an instant that came more than `graceMs` ago: their wake-up was lost with the engine's data. */
export async function overdueClockRuns(sql: Sql, graceMs: number, limit: number): Promise<string[]> {
  const rows = await sql.rows<{ id: string }>(
    `SELECT r.id FROM runs r JOIN test_clocks k ON k.id = r.test_clock_id
     WHERE r.status IN ('ACCEPTED', 'WAITING', 'SENDING', 'BLOCKED') AND r.engine_started AND r.wake_at <= k.now_at
       AND r.updated_at < clock_timestamp() - $1 * interval '1 millisecond' LIMIT $2`,
    [graceMs, limit],
  );
  return rows.map(({ id }) => id);
}

/** Test clocks whose advance is under way; its execution may have been lost. */
export function advancingClocks(sql: Sql): Promise<{ id: string; advances: number }[]> {
  return sql.rows('SELECT id, advances FROM test_clocks WHERE target_at IS NOT NULL ORDER BY id');
}

/** Of these engine workflow ids, the runs that Postgres still has open. */
export async function openAmong(sql: Sql, workflowIds: readonly string[]): Promise<string[]> {
  const rows = await sql.rows<{ id: string }>(
    `SELECT r.id FROM unnest($1::text[]) AS told (id)
     JOIN runs r ON md5(r.engine_workflow_id)::uuid = md5(told.id)::uuid AND r.engine_workflow_id = told.id
     WHERE r.engine_started AND r.status NOT IN ('COMPLETED', 'STOPPED', 'FAILED')`,
    [workflowIds],
  );
  return rows.map(({ id }) => id);
}
