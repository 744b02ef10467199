import type { MailProvider } from '../contracts/email-provider.js';
import type { Pace } from '../contracts/rate-limit.js';
import { pendingActions, actionBlock, isTooLate } from '../domain/judge.js';
import type { Reason } from '../domain/reasons.js';
import { recipientOf } from '../domain/recipient.js';
import { inFlight, type Step } from '../domain/run.js';
import type { Instant } from '../domain/types.js';
import { directionOf } from '../domain/variants.js';
import { waitsOf, type RunWaits } from '../domain/waits.js';
import { deliveryWindow } from '../domain/window.js';
import { applyEvaluations, type AppliedRun } from './apply.js';
import { leaveToLane } from './burst-lane.js';
import { at, type Database, type Sql } from './database.js';
import { DOUBTS } from './deliveries.js';
import { newId } from './ids.js';
import type { LoadedAction } from './loaded-actions.js';
import { readRunContext, readRunContexts, type LoadedRun } from './run-context.js';

/** Who may send a step: exactly one claimer per delivery, by its fence (S-E4). */
export interface Claim {
  /** What the run waits for as it now stands. */
  waits: RunWaits;
  /** The step's instant is this far ahead; nothing was claimed. */
  earlyMs: number;
  /** Somebody else is sending the step at this moment; nothing was claimed. */
  underWay: boolean;
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

/** What somebody wants to send. */
export interface ClaimRequest {
  runId: string;
  stepId: string;
  /** What the claimer was armed with; if the run has moved on, nothing is claimed. */
  revision: number;
  routeCheck: RouteCheck;
  /**
   * The keys of the turns that it may send at; without one that is needed nothing is claimed: facts are to be read after such a wait.
   */
  turns?: readonly string[];
  /** Of the mails that keep a pace only one is claimed, the others wait for the next claim. */
  alone?: boolean;
  /** The burst lane that claims, by the name of its lease; absent = the run's own execution. */
  lane?: string | undefined;
}

/**
 * The claim, for one or many: one transaction re-reads facts, status and plan under locks, decides, and takes each step's deliveries
 * with a new fence each. null = no such run.
 */
export async function claimSteps(db: Database, requests: readonly ClaimRequest[]): Promise<{ value: Claim | null }[]> {
  const claims = new Map<ClaimRequest, Claim | null>();
  // What one run of a workflow and resource claims decides about the others: they take turns.
  for (let left = requests; left.length > 0; left = left.filter((request) => !claims.has(request))) {
    const round = await db.transaction((tx) => claimRound(tx, left));
    for (const [request, claim] of round) claims.set(request, claim);
  }
  return requests.map((request) => ({ value: claims.get(request) ?? null }));
}

async function claimRound(
  tx: Sql,
  requests: readonly ClaimRequest[],
): Promise<(readonly [ClaimRequest, Claim | null])[]> {
  const ids = requests.map(({ runId }) => runId);
  if (await lockClaims(tx, ids, requests)) await recoverLedger(tx, requests);
  const loaded = new Map((await readRunContexts(tx, ids)).map((one) => [one.row.id, one]));
  const seen = new Set<string>();
  const round = requests.flatMap((request) => {
    const own = loaded.get(request.runId);
    if (!own) return [];
    const { platform_id, workflow_id, resource_type, resource_id } = own.row;
    const key = [platform_id, workflow_id, resource_type, resource_id].join('\n');
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ request, loaded: own }];
  });
  const applied = await applyEvaluations(
    tx,
    round.map((one) => one.loaded),
  );
  const judged = round.map((one, index) => judgeClaim(one.request, one.loaded, applied[index] as AppliedRun));
  await takeDeliveries(tx, judged);
  return [
    ...requests.filter(({ runId }) => !loaded.has(runId)).map((request) => [request, null] as const),
    ...judged.map(({ request, claim }) => [request, claim] as const),
  ];
}

/** A group does not stand still for one of its members: it gives up, and each tries by itself. */
async function lockClaims(tx: Sql, ids: readonly string[], requests: readonly ClaimRequest[]): Promise<boolean> {
  if (ids.length > 1) await tx.rows(GROUP_PATIENCE);
  const row = await tx.row<{ under_way: boolean }>('SELECT lock_claims($1, $2) AS under_way', [
    ids,
    requests.map(({ stepId }) => stepId),
  ]);
  return row?.under_way === true;
}

const GROUP_PATIENCE = `SET LOCAL lock_timeout = '2s'`;

/** Brings runs up to date with the facts, without sending; what they wait for is answered as the engine is to hear it. null = no such run. */
export async function bringUpToDate(db: Database, runIds: readonly string[]): Promise<{ value: RunWaits | null }[]> {
  return db.transaction(async (tx) => {
    if (runIds.length > 1) await tx.rows(GROUP_PATIENCE);
    await tx.rows('SELECT lock_runs($1)', [runIds]);
    const loaded = await readRunContexts(tx, runIds);
    const applied = await applyEvaluations(tx, loaded);
    const ahead = applied.map((own, index) => {
      const one = loaded[index] as LoadedRun;
      return { runId: own.row.id, byLane: own.row.by_lane, waits: waitsOfRun(one, own), now: one.context.now };
    });
    const told = await leaveToLane(tx, ahead);
    return runIds.map((id) => ({ value: told.get(id) ?? null }));
  });
}

/** What a run waits for as it stands in Postgres, for starting its execution. */
export async function readWaits(sql: Sql, runId: string): Promise<{ waits: RunWaits; loaded: LoadedRun } | null> {
  const loaded = await readRunContext(sql, runId);
  return loaded && { waits: toWaits(loaded, loaded.row, loaded.context.run.steps), loaded };
}

/** What a request comes to, before anything is taken. */
interface JudgedClaim {
  request: ClaimRequest;
  loaded: LoadedRun;
  step: Step | null;
  /** What becomes of the step's actions; null = the step does not go now. */
  judged: readonly Judged[] | null;
  claim: Claim;
}

function judgeClaim(request: ClaimRequest, loaded: LoadedRun, applied: AppliedRun): JudgedClaim {
  const { stepId, revision, routeCheck, turns = [], alone = false } = request;
  const step = applied.evaluation.steps.find((own) => own.id === stepId) ?? null;
  const claim: Claim = {
    waits: waitsOfRun(loaded, applied),
    earlyMs: 0,
    underWay: false,
    deliveries: [],
    spent: [],
    lacking: [],
    windowMs: Infinity,
    loaded,
    step,
  };
  const nothing = (more: Partial<Claim> = {}): JudgedClaim => ({
    request,
    loaded,
    step,
    judged: null,
    claim: { ...claim, ...more },
  });
  // Armed with another plan, or the facts just read made another one: nothing is sent, the new waits are the answer.
  const stale = applied.changed || loaded.row.plan_revision !== revision;
  if (!step || stale || applied.evaluation.nextStepId !== stepId) return nothing();
  if (inFlight(step)) return nothing({ underWay: true });
  const earlyMs = step.plannedAt - loaded.context.now;
  if (earlyMs > 0) return nothing({ earlyMs });
  const windowMs = windowMsOf(loaded, applied, step);
  const all = judgePending(loaded, step, routeCheck);
  const judged = alone ? onePaced(all, step) : all;
  const needed = judged.flatMap(({ paces }) => paces);
  const lacking = missing(needed, turns);
  if (lacking.length > 0) return nothing({ windowMs, lacking });
  return { request, loaded, step, judged, claim: { ...claim, windowMs, spent: needed.map(({ key }) => key) } };
}

/** Takes the deliveries of all claims in one statement; where nothing could be claimed, says what the run waits for then. */
async function takeDeliveries(tx: Sql, claims: readonly JudgedClaim[]): Promise<void> {
  const due = claims.filter(({ judged }) => judged !== null);
  const taken = await upsertDeliveries(tx, due);
  for (const { loaded, step, judged, claim } of due) {
    claim.deliveries = (judged ?? []).flatMap(({ action, next }) => {
      const row = taken.get(deliveryKey(loaded.row.id, step?.id, action.id));
      return row && next.status === 'CLAIMED' ? [{ ...row, action }] : [];
    });
  }
  const refused = due.filter(({ claim }) => claim.deliveries.length === 0);
  const again = await readRunContexts(
    tx,
    refused.map(({ loaded }) => loaded.row.id),
  );
  const applied = await applyEvaluations(tx, again);
  for (const [index, one] of again.entries()) {
    const own = refused.find(({ loaded }) => loaded.row.id === one.row.id);
    if (own) own.claim.waits = waitsOfRun(one, applied[index] as AppliedRun);
  }
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
 * A row that is under way belongs to somebody who died or lost touch: the engine gives a run's step to one at a time, so the own
 * execution takes back what another try of it left, and a lane what it has lost itself; what another lane left is anybody's once its
 * lease has ended. CLAIMED: nothing was on the wire, and the new fence keeps it so. TRANSMITTING: it may have arrived; never sent again
 * by itself unless the platform says RESEND (S-E5). The fence stays then, so that a true sender can still record.
 */
async function recoverLedger(tx: Sql, requests: readonly ClaimRequest[]): Promise<void> {
  await tx.rows(
    `UPDATE deliveries d SET
       status = n.status, reason = n.reason, fence = d.fence + CASE n.status WHEN 'PLANNED' THEN 1 ELSE 0 END,
       sent_at = CASE n.status WHEN 'IN_DOUBT' THEN d.claimed_at END, ended_at = d.claimed_at
     FROM jsonb_to_recordset($1) AS w (run_id text, step_id text, lane text), platforms p, (VALUES
       ('CLAIMED', NULL, 'PLANNED', NULL), ${DOUBTFUL_ROWS}) AS n (was, policy, status, reason)
     WHERE d.run_id = w.run_id AND d.step_id = w.step_id AND d.status = n.was
       AND (d.lane IS NOT DISTINCT FROM w.lane OR (d.lane IS NOT NULL AND NOT is_at_work(d.lane)))
       AND p.id = d.platform_id AND p.in_doubt = coalesce(n.policy, p.in_doubt)`,
    [JSON.stringify(requests.map(({ runId, stepId, lane }) => ({ run_id: runId, step_id: stepId, lane })))],
  );
}

type TakenDelivery = Pick<ClaimedDelivery, 'id' | 'fence' | 'attempts'>;

const deliveryKey = (runId: string, stepId: string | undefined, actionId: string): string =>
  [runId, stepId, actionId].join('\n');

/** Writes what becomes of each action; runs with something claimed are SENDING from now on. */
async function upsertDeliveries(tx: Sql, claims: readonly JudgedClaim[]): Promise<Map<string, TakenDelivery>> {
  const rows = claims.flatMap(({ request, loaded, step, judged }) =>
    (judged ?? []).map(({ action, next }) => ({
      id: newId('dlv'),
      platform_id: loaded.row.platform_id,
      run_id: loaded.row.id,
      step_id: step?.id,
      action_id: action.id,
      status: next.status,
      reason: next.reason,
      retry_at: at(next.retryAt ?? null),
      claimed_at: next.status === 'CLAIMED' ? at(loaded.context.now) : null,
      lane: next.status === 'CLAIMED' ? request.lane : null,
    })),
  );
  if (rows.length === 0) return new Map();
  const taken = await tx.rows<TakenDelivery & { run_id: string; step_id: string; action_id: string }>(
    `WITH taken AS (
       INSERT INTO deliveries (id, platform_id, run_id, step_id, action_id, status, reason, retry_at, fence, claimed_at, lane)
       SELECT n.id, n.platform_id, n.run_id, n.step_id, n.action_id, n.status, n.reason, n.retry_at, 1, n.claimed_at, n.lane
       FROM jsonb_to_recordset($1) AS n (id text, platform_id text, run_id text, step_id text, action_id text, status text,
         reason text, retry_at timestamptz(3), claimed_at timestamptz(3), lane text)
       ON CONFLICT (run_id, step_id, action_id) DO UPDATE SET status = excluded.status, reason = excluded.reason,
         retry_at = excluded.retry_at, fence = deliveries.fence + 1, claimed_at = excluded.claimed_at, lane = excluded.lane
       RETURNING id, run_id, step_id, action_id, fence, attempts, status),
     sending AS (
       UPDATE runs SET status = 'SENDING' WHERE id IN (SELECT run_id FROM taken WHERE status = 'CLAIMED'))
     SELECT id, run_id, step_id, action_id, fence, attempts FROM taken`,
    [JSON.stringify(rows)],
  );
  return new Map(taken.map(({ run_id, step_id, action_id, ...own }) => [deliveryKey(run_id, step_id, action_id), own]));
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
