import { isDeepStrictEqual } from 'node:util';
import { operate, type Newest, type Operation } from '../domain/operate.js';
import { pin } from '../domain/pin.js';
import { readCalendar } from '../domain/read-calendar.js';
import { readTerms } from '../domain/terms.js';
import { at, type Sql } from './database.js';
import type { Run } from '../domain/run.js';
import type { Platform } from './platforms.js';
import type { LoadedRun } from './run-context.js';
import type { WorkflowRow } from './workflows.js';

/**
 * Does to a run what operators asked for and nobody has done yet. It is in force from the moment it was written: every look at
 * the run, the claim included, begins here (S-R3). The caller holds the run's lock and evaluates what comes out.
 */
export async function carryOut(tx: Sql, loaded: LoadedRun): Promise<LoadedRun> {
  let present = loaded;
  for (const { id, operation } of loaded.pending) {
    const newest = operation.kind === 'REPLAN' ? await newestVersion(tx, present) : null;
    const result = operate(present.context, operation, newest && newest.definition);
    const refused = 'refused' in result ? result.refused : null;
    const doneAt = at(present.context.now);
    await tx.rows('UPDATE run_operations SET done_at = $3, refused = $2 WHERE id = $1', [id, refused, doneAt]);
    if ('refused' in result) continue;
    await writeLedger(tx, present.context.run, result.context.run);
    present = { ...present, context: result.context };
    if (result.restart) present = { ...present, row: { ...present.row, engine_started: false } };
    if (newest) present = { ...present, row: { ...present.row, ...newest.row } };
  }
  const { row, context } = present;
  await tx.rows(
    'UPDATE runs SET paused = $2, engine_started = $3, workflow_version = $4, due_dates = $5, calendar = $6 WHERE id = $1',
    [
      row.id,
      context.run.paused,
      row.engine_started,
      row.workflow_version,
      row.due_dates,
      row.calendar && JSON.stringify(row.calendar),
    ],
  );
  return { ...present, pending: [] };
}

type Repinned = 'workflow_version' | 'due_dates' | 'calendar';

/** What a run of this workflow would be pinned to if it began now; null = it is already (S-D6). */
async function newestVersion(
  tx: Sql,
  { row }: LoadedRun,
): Promise<{ definition: Newest; row: Pick<LoadedRun['row'], Repinned> } | null> {
  const newest = await tx.row<
    Pick<WorkflowRow, 'version' | 'definition' | 'settings'> & Pick<Platform, 'due_dates' | 'calendar'>
  >(
    `SELECT w.version, w.settings, v.definition, p.due_dates, p.calendar
     FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = w.version
     JOIN platforms p ON p.id = w.platform_id WHERE w.id = $1`,
    [row.workflow_id],
  );
  if (!newest) return null;
  const { version, definition, due_dates } = newest;
  const calendar = definition.calendar ?? newest.calendar;
  const repinned = { workflow_version: version, due_dates, calendar };
  const { workflow_version, due_dates: present, calendar: own } = row;
  if (isDeepStrictEqual(repinned, { workflow_version, due_dates: present, calendar: own })) return null;
  return {
    definition: {
      pinned: pin({
        type: row.type,
        variant: row.variant,
        singlePeriod: row.single_period,
        periods: definition.periods,
        latePolicy: definition.late_policy,
        dueDates: due_dates,
        calendar: readCalendar(calendar),
      }),
      terms: readTerms(definition.config, newest.settings),
    },
    row: repinned,
  };
}

/**
 * The ledger as the operation left it: refused mails wait again, blocked ones do not wait for their next try, doubts are ended. A
 * sender may record what the server said at this very moment: that stands, and is what the next look at the run finds.
 */
async function writeLedger(tx: Sql, before: Run, after: Run): Promise<void> {
  const changes = after.steps.flatMap((step) =>
    step.ledger.flatMap((entry) => {
      const was = before.steps.find(({ id }) => id === step.id)?.ledger.find((own) => own.actionId === entry.actionId);
      if (!was || was === entry) return [];
      const { actionId, status, reason, retryAt } = entry;
      return [{ step_id: step.id, action_id: actionId, was: was.status, status, reason, retry_at: at(retryAt) }];
    }),
  );
  if (changes.length === 0) return;
  await tx.rows(
    `UPDATE deliveries d SET status = c.status, reason = c.reason, retry_at = c.retry_at,
       sent_at = CASE WHEN c.status = 'SENT' THEN coalesce(d.sent_at, d.claimed_at) WHEN c.status <> 'PLANNED' THEN d.sent_at END,
       fence = d.fence + CASE WHEN c.status = 'PLANNED' THEN 1 ELSE 0 END
     FROM jsonb_to_recordset($2) AS c (step_id text, action_id text, was text, status text, reason text, retry_at timestamptz(3))
     WHERE d.run_id = $1 AND d.step_id = c.step_id AND d.action_id = c.action_id AND d.status = c.was`,
    [before.id, JSON.stringify(changes)],
  );
}

/** What waits to be carried out on a run, as `readRunContext` finds it. */
export interface PendingOperation {
  id: number;
  operation: Operation;
}
