import { Refusal } from '../contracts/refusal.js';
import type { Operation } from '../domain/operate.js';
import type { Sql } from './database.js';
import { newId } from './ids.js';
import { enqueueBulk } from './outbox.js';
import { runConditions, type RunFilter } from './runs.js';
import { INLINE_LIMIT, reviewRuns } from './touch-runs.js';

/** What an operator asks for, and who it is. */
export interface OperationRequest {
  operation: Operation;
  /** In the operator's own words, for whoever asks later. */
  note: string | null;
  /** The credential. */
  by: string;
}

/**
 * Does something to one run: the operation is written down and carried out in this transaction, so no claim after it can ignore
 * it (S-R3). Answers the ids of the runs that the engine has to hear of. Refused operations change nothing.
 */
export async function performOperation(
  tx: Sql,
  platformId: string,
  runId: string,
  { operation, note, by }: OperationRequest,
): Promise<string[]> {
  const known = await tx.row('SELECT id FROM runs WHERE platform_id = $1 AND id = $2', [platformId, runId]);
  if (!known) throw Refusal.notFound('WORKFLOW_RUN', runId);
  await tx.rows('SELECT lock_runs(ARRAY[$1])', [runId]);
  const written = await tx.row<{ id: number }>(
    'INSERT INTO run_operations (run_id, operation, note, created_by) VALUES ($1, $2, $3, $4) RETURNING id',
    [runId, JSON.stringify(operation), note, by],
  );
  const changed = await reviewRuns(tx, [runId]);
  const outcome = await tx.row<{ refused: string | null }>('SELECT refused FROM run_operations WHERE id = $1', [
    written?.id,
  ]);
  if (outcome?.refused) throw Refusal.operation(outcome.refused, fieldOf(operation));
  return changed;
}

function fieldOf(operation: Operation): string | null {
  if (operation.kind === 'RESOLVE') return 'as';
  return 'period' in operation ? 'step' : null;
}

/** Mails of a run that are on their way and go whatever is done to it (S-R3). */
export async function inFlightOf(sql: Sql, runId: string): Promise<string[]> {
  const rows = await sql.rows<{ id: string }>(
    `SELECT id FROM deliveries WHERE run_id = $1 AND status IN ('CLAIMED', 'TRANSMITTING') ORDER BY created_at, id`,
    [runId],
  );
  return rows.map(({ id }) => id);
}

/** What an operation on many runs did (S-R3). */
export interface BulkResult {
  /** null = a dry run, or nothing was done. */
  id: string | null;
  matched: number;
  changed: number;
  refused: number;
  /** Of `changed`: in force, but not carried out yet. */
  pending: number;
}

/**
 * Does something to every run that the filter finds. One statement writes it down for all of them, and from its commit on it is
 * in force, because whoever looks at a run carries it out first. `runIds` are those the engine has to hear of now.
 */
export async function performBulk(
  tx: Sql,
  platformId: string,
  filter: RunFilter,
  { operation, note, by }: OperationRequest,
): Promise<{ result: BulkResult; runIds: string[] }> {
  const { matched, values, next } = matchedRuns(platformId, filter, operation);
  const id = newId('bulk');
  await tx.rows(
    'INSERT INTO bulk_operations (id, platform_id, operation, matched, refused, created_by) VALUES ($1, $2, $3, 0, 0, $4)',
    [id, platformId, JSON.stringify(operation), by],
  );
  const [written] = await tx.rowsOnce<{ matched: number; ids: string[] }>(
    `WITH matched AS MATERIALIZED (${matched}),
       written AS (
         INSERT INTO run_operations (run_id, bulk_id, operation, note, created_by)
         SELECT id, $${String(next)}, $${String(next + 1)}::jsonb, $${String(next + 2)}, $${String(next + 3)}
         FROM matched WHERE possible ORDER BY id RETURNING run_id)
     SELECT (SELECT count(*) FROM matched) AS matched, array(SELECT run_id FROM written ORDER BY run_id) AS ids`,
    [...values, id, JSON.stringify(operation), note, by],
  );
  const ids = written?.ids ?? [];
  const found = written?.matched ?? 0;
  if (ids.length === 0) {
    await tx.rows('DELETE FROM bulk_operations WHERE id = $1', [id]);
    return { result: { id: null, matched: found, changed: 0, refused: found, pending: 0 }, runIds: [] };
  }
  await tx.rows('UPDATE bulk_operations SET matched = $2, refused = $3 WHERE id = $1', [id, found, found - ids.length]);
  if (ids.length > INLINE_LIMIT) await enqueueBulk(tx, platformId, id);
  const runIds = ids.length > INLINE_LIMIT ? [] : await reviewRuns(tx, ids);
  const result = await getBulk(tx, platformId, id);
  if (!result) throw new Error('The operation was not written.');
  return { result, runIds };
}

/** What `performBulk` would do. */
export async function previewBulk(
  sql: Sql,
  platformId: string,
  filter: RunFilter,
  operation: Operation,
): Promise<BulkResult> {
  const { matched, values } = matchedRuns(platformId, filter, operation);
  const [row] = await sql.rowsOnce<{ matched: number; possible: number }>(
    `SELECT count(*) AS matched, count(*) FILTER (WHERE possible) AS possible FROM (${matched}) AS matched`,
    values,
  );
  const { matched: found = 0, possible = 0 } = row ?? {};
  return { id: null, matched: found, changed: possible, refused: found - possible, pending: 0 };
}

/** How far an operation on many runs has come; null = there is none. */
export function getBulk(
  sql: Sql,
  platformId: string,
  id: string,
): Promise<(BulkResult & { operation: Operation }) | null> {
  return sql.row(
    `SELECT b.id, b.operation, b.matched, b.matched - b.refused - count(o.refused) AS changed, b.refused + count(o.refused) AS refused,
       count(o.id) FILTER (WHERE o.done_at IS NULL) AS pending
     FROM bulk_operations b LEFT JOIN run_operations o ON o.bulk_id = b.id
     WHERE b.platform_id = $1 AND b.id = $2 GROUP BY b.id`,
    [platformId, id],
  );
}

/** The next runs on which a bulk operation is to be carried out, in order of id. */
export async function pendingOf(sql: Sql, bulkId: string, after: string, limit: number): Promise<string[]> {
  const rows = await sql.rows<{ run_id: string }>(
    'SELECT run_id FROM run_operations WHERE bulk_id = $1 AND run_id > $2 AND done_at IS NULL ORDER BY run_id LIMIT $3',
    [bulkId, after, limit],
  );
  return rows.map(({ run_id }) => run_id);
}

/** A select of the runs the filter finds, and whether the operation can be done to each; `next` = the next free parameter. */
function matchedRuns(
  platformId: string,
  filter: RunFilter,
  operation: Operation,
): { matched: string; values: unknown[]; next: number } {
  const values: unknown[] = [];
  const parameter = (value: unknown): string => `$${String(values.push(value))}`;
  const conditions = runConditions(platformId, filter).map((own) =>
    own.values.reduce<string>((text, value) => text.replace('?', parameter(value)), own.condition),
  );
  const possible = possibleFor(operation, parameter);
  const ended = operation.kind === 'RETRY' ? `'STOPPED'` : `'COMPLETED', 'STOPPED'`;
  return {
    matched: `SELECT id, coalesce(status NOT IN (${ended}) AND (${possible} OR ${UNDECIDED}), false) AS possible
      FROM runs r WHERE ${conditions.join(' AND ')}`,
    values,
    next: values.length + 1,
  };
}

/** Another operation is in force and not carried out yet: what this one does is known when its turn comes. */
const UNDECIDED = 'EXISTS (SELECT FROM run_operations p WHERE p.run_id = r.id AND p.done_at IS NULL)';

/** What `operate` asks of a run, as far as a look at its rows can tell; what is refused later is counted then. */
function possibleFor(operation: Operation, parameter: (value: unknown) => string): string {
  const step = (condition: string): string => {
    const period = 'period' in operation && operation.period ? operation.period : null;
    const named = period ? ` AND step_periods(s.id, s.periods) @> ${parameter(JSON.stringify([period]))}::jsonb` : '';
    return `EXISTS (SELECT FROM run_steps s WHERE s.run_id = r.id AND ${condition}${named})`;
  };
  const open = `s.kind = 'RUNG' AND s.status IN ('PLANNED', 'BLOCKED')`;
  switch (operation.kind) {
    case 'PAUSE':
      return `NOT paused AND status <> 'FAILED'`;
    case 'RESUME':
      return 'paused';
    case 'CANCEL':
      return 'true';
    case 'SEND_NOW':
      return `NOT paused AND status <> 'FAILED' AND reason IS DISTINCT FROM 'held' AND ${
        operation.as === 'EXTRA' ? 'true' : step(operation.period ? `s.status NOT IN ('DONE', 'FAILED')` : open)
      }`;
    case 'SKIP_STEP':
      return step(open);
    case 'RETRY':
      return `(status = 'FAILED' OR ${step(`s.status IN ('BLOCKED', 'FAILED') AND s.reason IS DISTINCT FROM 'blast_guard'`)})`;
    case 'REPLAN':
      return `EXISTS (SELECT FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = w.version
        JOIN platforms p ON p.id = w.platform_id
        WHERE w.id = r.workflow_id AND (r.workflow_version <> w.version OR r.due_dates <> p.due_dates
          OR r.calendar IS DISTINCT FROM coalesce(nullif(v.definition -> 'calendar', 'null'), p.calendar)))`;
    case 'RELEASE':
      return step(`s.status = 'BLOCKED' AND s.reason = 'blast_guard'`);
    case 'RESOLVE':
      return 'false';
  }
}
