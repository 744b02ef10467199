import type { MailProvider } from '../contracts/email-provider.js';
import { pendingActions, actionBlock, isTooLate } from '../domain/judge.js';
import type { Reason } from '../domain/reasons.js';
import { recipientOf } from '../domain/recipient.js';
import type { Step } from '../domain/run.js';
import type { Instant } from '../domain/types.js';
import { waitsOf, type RunWaits } from '../domain/waits.js';
import { applyEvaluation, type AppliedRun } from './apply.js';
import { at, type Database, type Sql } from './database.js';
import { newId } from './ids.js';
import type { LoadedAction } from './loaded-actions.js';
import { lockRunContext, readRunContext, type LoadedRun } from './run-context.js';

/** Who may send a step: exactly one claimer per delivery, by its fence (S-E4). */
export interface Claim {
  /** What the run waits for as it now stands. */
  waits: RunWaits;
  /** The step's instant is this far ahead; nothing was claimed. */
  earlyMs: number;
  /** Empty: there is nothing to send (stale, closed, blocked, skipped, not due). */
  deliveries: readonly ClaimedDelivery[];
  loaded: LoadedRun;
  step: Step | null;
}

export interface ClaimedDelivery {
  id: string;
  fence: number;
  action: LoadedAction;
}

/** Whether mails of this platform to this address can leave at all; a reason when not. The worker knows, facts do not. */
export type RouteCheck = (platform: LoadedRun['platform'], to: string, via: MailProvider | null) => Reason | null;

/** What no fact repairs is tried again by itself this much later. */
const RECHECK_MS = 10 * 60_000;
/** On a test clock each try is a stop of the advance, so there it is tried four times a day. */
const RECHECK_ON_CLOCK_MS = 6 * 3_600_000;

/**
 * The claim: one transaction re-reads facts, status and plan under locks, decides, and takes the step's deliveries with a new
 * fence each. `revision` is what the claimer was armed with; if the run has moved on, nothing is claimed.
 */
export function claimStep(
  db: Database,
  runId: string,
  stepId: string,
  revision: number,
  routeCheck: RouteCheck,
): Promise<Claim | null> {
  return db.transaction(async (tx) => {
    await tx.rows('SELECT lock_claim(id), share_suppressions(platform_id) FROM runs WHERE id = $1', [runId]);
    await recoverLedger(tx, runId, stepId);
    const loaded = await readRunContext(tx, runId);
    if (!loaded) return null;
    const applied = await applyEvaluation(tx, loaded);
    const step = applied.evaluation.steps.find((own) => own.id === stepId) ?? null;
    const nothing = { waits: waitsOfRun(loaded, applied), earlyMs: 0, deliveries: [], loaded, step };
    // Armed with another plan, or the facts just read made another one: nothing is sent, the new waits are the answer.
    const stale = applied.changed || loaded.row.plan_revision !== revision;
    if (!step || stale || applied.evaluation.nextStepId !== stepId) return nothing;
    const earlyMs = step.plannedAt - loaded.context.now;
    if (earlyMs > 0) return { ...nothing, earlyMs };
    return claimDeliveries(tx, loaded, step, routeCheck, nothing);
  });
}

/** Brings a run up to date with the facts, without sending. null = no such run. */
export function reviewRun(db: Database, runId: string): Promise<RunWaits | null> {
  return db.transaction(async (tx) => {
    const loaded = await lockRunContext(tx, runId);
    return loaded && waitsOfRun(loaded, await applyEvaluation(tx, loaded));
  });
}

/** What a run waits for as it stands in Postgres, for starting its execution. */
export async function readWaits(sql: Sql, runId: string): Promise<{ waits: RunWaits; loaded: LoadedRun } | null> {
  const loaded = await readRunContext(sql, runId);
  return loaded && { waits: toWaits(loaded, loaded.row, loaded.context.run.steps), loaded };
}

async function claimDeliveries(
  tx: Sql,
  loaded: LoadedRun,
  step: Step,
  routeCheck: RouteCheck,
  nothing: Claim,
): Promise<Claim> {
  const deliveries: ClaimedDelivery[] = [];
  for (const { id } of pendingActions(step, loaded.actions)) {
    const action = loaded.actions.find((own) => own.id === id);
    if (!action) continue;
    if (isTooLate(action, step, loaded.context.now)) {
      await upsertDelivery(tx, loaded, step.id, id, { status: 'SKIPPED', reason: 'delivery_window_passed' });
      continue;
    }
    const to = recipientOf(action, loaded.context);
    const known = 'blocked' in to ? to.blocked : actionBlock(action, step, loaded.context);
    const block = known ?? routeCheck(loaded.platform, 'email' in to ? to.email : '', action.via);
    const retryAt = block && !known ? recheckAt(loaded) : null;
    const next = block ? ({ status: 'BLOCKED', reason: block, retryAt } as const) : ({ status: 'CLAIMED' } as const);
    const row = await upsertDelivery(tx, loaded, step.id, id, next);
    if (!block) deliveries.push({ ...row, action });
  }
  if (deliveries.length > 0) {
    await tx.rows(`UPDATE runs SET status = 'SENDING' WHERE id = $1`, [loaded.row.id]);
    return { ...nothing, deliveries };
  }
  const again = await readRunContext(tx, loaded.row.id);
  if (!again) return nothing;
  return { ...nothing, waits: waitsOfRun(again, await applyEvaluation(tx, again)) };
}

/**
 * Whoever holds the claim's locks is the only one who may send this step, so a row that is under way belongs to somebody who
 * died or lost touch. CLAIMED: nothing was on the wire, and the new fence keeps it so. TRANSMITTING: it may have arrived; never
 * sent again by itself unless the platform says RESEND (S-E5). The fence stays then, so that a true sender can still record.
 */
async function recoverLedger(tx: Sql, runId: string, stepId: string): Promise<void> {
  await tx.rows(
    `UPDATE deliveries d SET
       status = n.status, reason = n.reason, fence = d.fence + CASE n.status WHEN 'PLANNED' THEN 1 ELSE 0 END,
       sent_at = CASE n.status WHEN 'IN_DOUBT' THEN d.claimed_at END, ended_at = d.claimed_at
     FROM platforms p, (VALUES
       ('CLAIMED', NULL, 'PLANNED', NULL),
       ('TRANSMITTING', 'HOLD', 'IN_DOUBT', 'in_doubt'),
       ('TRANSMITTING', 'RESEND', 'PLANNED', NULL),
       ('TRANSMITTING', 'DROP', 'SKIPPED', 'dropped')) AS n (was, policy, status, reason)
     WHERE d.run_id = $1 AND d.step_id = $2 AND d.status = n.was AND p.id = d.platform_id AND p.in_doubt = coalesce(n.policy, p.in_doubt)`,
    [runId, stepId],
  );
}

async function upsertDelivery(
  tx: Sql,
  loaded: LoadedRun,
  stepId: string,
  actionId: string,
  next: { status: 'CLAIMED' | 'BLOCKED' | 'SKIPPED'; reason?: Reason; retryAt?: Instant | null },
): Promise<{ id: string; fence: number }> {
  const row = await tx.row<{ id: string; fence: number }>(
    `INSERT INTO deliveries (id, platform_id, run_id, step_id, action_id, status, reason, retry_at, fence, claimed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)
     ON CONFLICT (run_id, step_id, action_id) DO UPDATE SET status = excluded.status, reason = excluded.reason,
       retry_at = excluded.retry_at, fence = deliveries.fence + 1, claimed_at = excluded.claimed_at
     RETURNING id, fence`,
    [
      newId('dlv'),
      loaded.row.platform_id,
      loaded.row.id,
      stepId,
      actionId,
      next.status,
      next.reason ?? null,
      at(next.retryAt ?? null),
      next.status === 'CLAIMED' ? at(loaded.context.now) : null,
    ],
  );
  if (!row) throw new Error('INSERT … RETURNING answered no row');
  return row;
}

/** When something outside the facts (a provider, a template) is tried again by itself. */
export function recheckAt({ row, context }: LoadedRun): Instant {
  return context.now + (row.test_clock_id === null ? RECHECK_MS : RECHECK_ON_CLOCK_MS);
}

function waitsOfRun(loaded: LoadedRun, { row, evaluation }: AppliedRun): RunWaits {
  return toWaits(loaded, row, evaluation.steps);
}

function toWaits({ context }: LoadedRun, row: LoadedRun['row'], steps: readonly Step[]): RunWaits {
  return waitsOf({
    revision: row.plan_revision,
    status: row.status,
    reason: row.reason,
    stopReason: row.stop_reason,
    wakeAt: row.wake_at,
    nextStepId: row.next_step_id,
    nextStepAt: row.next_step_at,
    zone: row.zone,
    onTestClock: row.test_clock_id !== null,
    variant: row.variant,
    steps,
    now: context.now,
  });
}
