import type { MailProvider } from '../contracts/email-provider.js';
import type { Pace } from '../contracts/rate-limit.js';
import { pendingActions, actionBlock, isTooLate } from '../domain/judge.js';
import type { Reason } from '../domain/reasons.js';
import { recipientOf } from '../domain/recipient.js';
import type { Step } from '../domain/run.js';
import type { Instant } from '../domain/types.js';
import { directionOf } from '../domain/variants.js';
import { waitsOf, type RunWaits } from '../domain/waits.js';
import { deliveryWindow } from '../domain/window.js';
import { applyEvaluation, type AppliedRun } from './apply.js';
import { at, type Database, type Sql } from './database.js';
import { DOUBTS } from './deliveries.js';
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
  /** The keys of the turns that the deliveries use up, each as often as it is used. */
  spent: readonly string[];
  /** Not empty: nothing was claimed, because turns at these paces are needed first. */
  lacking: readonly Pace[];
  /** How long from now the step may still go; Infinity = no end, or not told. */
  windowMs: number;
  loaded: LoadedRun;
  step: Step | null;
}

export interface ClaimedDelivery {
  id: string;
  fence: number;
  /** How often it was tried before. */
  attempts: number;
  action: LoadedAction;
}

/** Whether mails of this platform to this address can leave at all, and the paces they have to keep. The worker knows, facts do not. */
export type RouteCheck = (
  platform: LoadedRun['platform'],
  to: string,
  via: MailProvider | null,
) => { blocked: Reason } | { paces?: readonly Pace[] } | null;

/** What no fact repairs is tried again by itself this much later. */
const RECHECK_MS = 10 * 60_000;
/** On a test clock each try is a stop of the advance, so there it is tried four times a day. */
const RECHECK_ON_CLOCK_MS = 6 * 3_600_000;

/**
 * The claim: one transaction re-reads facts, status and plan under locks, decides, and takes the step's deliveries with a new
 * fence each. `revision` is what the claimer was armed with; if the run has moved on, nothing is claimed. `turns` are the keys of
 * the paces it may send at; without one that is needed nothing is claimed either: facts are to be read after such a wait. `alone`:
 * of the mails that keep a pace only one is claimed, the others wait for the next claim.
 */
export function claimStep(
  db: Database,
  runId: string,
  stepId: string,
  revision: number,
  routeCheck: RouteCheck,
  turns: readonly string[] = [],
  alone = false,
): Promise<Claim | null> {
  return db.transaction(async (tx) => {
    await tx.rows('SELECT lock_claim(id), share_suppressions(platform_id) FROM runs WHERE id = $1', [runId]);
    await recoverLedger(tx, runId, stepId);
    const loaded = await readRunContext(tx, runId);
    if (!loaded) return null;
    const applied = await applyEvaluation(tx, loaded);
    const step = applied.evaluation.steps.find((own) => own.id === stepId) ?? null;
    const nothing: Claim = {
      waits: waitsOfRun(loaded, applied),
      earlyMs: 0,
      deliveries: [],
      spent: [],
      lacking: [],
      windowMs: Infinity,
      loaded,
      step,
    };
    // Armed with another plan, or the facts just read made another one: nothing is sent, the new waits are the answer.
    const stale = applied.changed || loaded.row.plan_revision !== revision;
    if (!step || stale || applied.evaluation.nextStepId !== stepId) return nothing;
    const earlyMs = step.plannedAt - loaded.context.now;
    if (earlyMs > 0) return { ...nothing, earlyMs };
    const judged = judgePending(loaded, step, routeCheck);
    return claimDeliveries(tx, loaded, step, alone ? onePaced(judged, step) : judged, turns, {
      ...nothing,
      windowMs: windowMsOf(loaded, applied, step),
    });
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
  judged: readonly Judged[],
  turns: readonly string[],
  nothing: Claim,
): Promise<Claim> {
  const needed = judged.flatMap(({ paces }) => paces);
  const lacking = missing(needed, turns);
  if (lacking.length > 0) return { ...nothing, lacking };
  const deliveries: ClaimedDelivery[] = [];
  for (const { action, next } of judged) {
    const row = await upsertDelivery(tx, loaded, step.id, action.id, next);
    if (next.status !== 'CLAIMED') continue;
    deliveries.push({ ...row, action });
  }
  if (deliveries.length > 0) {
    await tx.rows(`UPDATE runs SET status = 'SENDING' WHERE id = $1`, [loaded.row.id]);
    return { ...nothing, deliveries, spent: needed.map(({ key }) => key) };
  }
  const again = await readRunContext(tx, loaded.row.id);
  if (!again) return nothing;
  return { ...nothing, waits: waitsOfRun(again, await applyEvaluation(tx, again)) };
}

interface Judged {
  action: LoadedAction;
  next: { status: 'CLAIMED' | 'PLANNED' | 'BLOCKED' | 'SKIPPED'; reason?: Reason; retryAt?: Instant | null };
  /** What it has to keep if it goes. */
  paces: readonly Pace[];
}

/** What becomes of each action of the step that has not come to an end. */
function judgePending(loaded: LoadedRun, step: Step, routeCheck: RouteCheck): Judged[] {
  const { context, platform, actions } = loaded;
  const pending = new Set(pendingActions(step, actions).map(({ id }) => id));
  return actions
    .filter(({ id }) => pending.has(id))
    .map((action): Judged => {
      if (isTooLate(action, step, context.now)) {
        return { action, next: { status: 'SKIPPED', reason: 'delivery_window_passed' }, paces: [] };
      }
      const known = actionBlock(action, step, context);
      if (known) return { action, next: { status: 'BLOCKED', reason: known }, paces: [] };
      const to = recipientOf(action, context);
      const route = routeCheck(platform, 'email' in to ? to.email : '', action.via) ?? {};
      if (!('blocked' in route)) return { action, next: { status: 'CLAIMED' }, paces: route.paces ?? [] };
      return { action, next: { status: 'BLOCKED', reason: route.blocked, retryAt: recheckAt(loaded) }, paces: [] };
    });
}

/** The one that has waited longest for its turn; one that was tried comes after those that were not. */
function onePaced(judged: readonly Judged[], { ledger }: Step): Judged[] {
  const triedAt = ({ action }: Judged): Instant =>
    ledger.find((own) => own.actionId === action.id)?.endedAt ?? -Infinity;
  const [first] = judged.filter(({ paces }) => paces.length > 0).sort((a, b) => triedAt(a) - triedAt(b) || 0);
  return judged.map((own) =>
    own === first || own.paces.length === 0 ? own : { ...own, next: { status: 'PLANNED' }, paces: [] },
  );
}

/** Those of the paces that there is no turn for, each as often as it is needed. */
function missing(needed: readonly Pace[], turns: readonly string[]): Pace[] {
  const left = [...turns];
  return needed.filter(({ key }) => {
    const index = left.indexOf(key);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

/** On a test clock nothing is told: it does not pass while somebody waits. */
function windowMsOf({ context, row }: LoadedRun, { evaluation }: AppliedRun, step: Step): number {
  if (row.test_clock_id !== null) return Infinity;
  const { pinned, actions, now } = context;
  const anchorAt = evaluation.anchorAt ?? step.rawAt;
  const pending = pendingActions(step, actions);
  return deliveryWindow(step, evaluation.steps, directionOf(pinned.variant), anchorAt, pending).endsAt - now;
}

const DOUBTFUL_ROWS = Object.entries(DOUBTS)
  .map(
    ([policy, { status, reason }]) => `('TRANSMITTING', '${policy}', '${status}', ${reason ? `'${reason}'` : 'NULL'})`,
  )
  .join(', ');

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
       ('CLAIMED', NULL, 'PLANNED', NULL), ${DOUBTFUL_ROWS}) AS n (was, policy, status, reason)
     WHERE d.run_id = $1 AND d.step_id = $2 AND d.status = n.was AND p.id = d.platform_id AND p.in_doubt = coalesce(n.policy, p.in_doubt)`,
    [runId, stepId],
  );
}

async function upsertDelivery(
  tx: Sql,
  loaded: LoadedRun,
  stepId: string,
  actionId: string,
  next: Judged['next'],
): Promise<Pick<ClaimedDelivery, 'id' | 'fence' | 'attempts'>> {
  const row = await tx.row<Pick<ClaimedDelivery, 'id' | 'fence' | 'attempts'>>(
    `INSERT INTO deliveries (id, platform_id, run_id, step_id, action_id, status, reason, retry_at, fence, claimed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)
     ON CONFLICT (run_id, step_id, action_id) DO UPDATE SET status = excluded.status, reason = excluded.reason,
       retry_at = excluded.retry_at, fence = deliveries.fence + 1, claimed_at = excluded.claimed_at
     RETURNING id, fence, attempts`,
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
