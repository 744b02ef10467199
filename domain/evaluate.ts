import { afterWaiting, atOnce } from './at-once.js';
import { allowsStill } from './calendar.js';
import { anchorOf, type Occasion } from './anchor.js';
import { conditionOf, type Condition } from './condition.js';
import { heldUntil, isHeld } from './hold.js';
import { judgeDueStep, markAlreadySent, pendingActions } from './judge.js';
import { REOPENABLE, type Reason } from './reasons.js';
import { replan, skip } from './replan.js';
import { inFlight, isOpen, isSent, isUntouched, isWish, type RunContext, type RunStatus, type Step } from './run.js';
import { closeStep, settle } from './settle.js';
import type { Instant } from './types.js';
import { directionOf, traitsOf } from './variants.js';
import { deliveryWindow } from './window.js';
import { localDate } from './zone.js';

/** What a run must look like, given everything known at `now`. */
export interface Evaluation {
  status: RunStatus;
  /** Why it waits or is blocked; null when it simply waits for its next step, or is closed. */
  reason: Reason | null;
  stopReason: Reason | null;
  anchorAt: Instant | null;
  zone: string;
  steps: readonly Step[];
  /** The next instant at which anything may change by the passing of time; null = only facts can change it. */
  wakeAt: Instant | null;
  /** The step that `wakeAt` is about when it is to be sent then; null = look again at `wakeAt`. */
  nextStepId: string | null;
}

type Position = Pick<Evaluation, 'status' | 'reason' | 'steps' | 'wakeAt' | 'nextStepId'>;

/**
 * The one place that decides. Accepting, changed facts, the claim, repairs and simulation all ask it; it has no effect of
 * its own, and asked twice about the same state it answers the same.
 */
export function evaluate(context: RunContext): Evaluation {
  const { run, pinned, customer, facts, terms } = context;
  const zone = zoneOf(context);
  const anchorAt = anchorOf(pinned.variant, facts, zone, pinned.dueDates, occasionOf(context), terms);
  const settled = run.steps.map((step) => markAlreadySent(settle(step, context.actions), context));
  const condition = conditionOf(pinned.variant, facts, terms);
  const base = { anchorAt, zone, stopReason: null };

  if (isClosed(run.status)) {
    const reopened = reopen(context, settled, condition, anchorAt, zone);
    if (!reopened || anchorAt === null) return unchanged(context, settled);
    return { ...base, ...position(context, reopened, condition, anchorAt, zone) };
  }
  const stop = stopReason(context, condition, customer.id);
  if (stop) return { ...base, ...stopped(context, settled, stop), stopReason: stop };
  const moved = anchorAt !== null && (run.anchorAt !== anchorAt || run.zone !== zone);
  const steps = moved ? planAnew(context, settled, anchorAt, zone) : settled;
  if (run.status === 'FAILED') return { ...base, ...failed(context, steps) };
  return { ...base, ...position(context, steps, condition, anchorAt, zone) };
}

/** Where an open run stands: an operator's pause and a hold come before anything that its steps say. */
function position(
  context: RunContext,
  planned: readonly Step[],
  condition: Condition,
  anchorAt: Instant | null,
  zone: string,
): Position {
  const steps = neverBack(planned);
  // With nothing left to send there is nothing to keep back.
  const waits = anchorAt === null || steps.some(isOpen);
  if (context.run.paused && waits) return at('PAUSED', null, steps, null, null);
  if (anchorAt === null) return at('WAITING', 'no_anchor', steps, null, null);
  if (isHeld(context) && waits) return at('WAITING', 'held', steps, heldUntil(context), null);
  return walk(context, resumed(context, steps, zone), condition, anchorAt, zone);
}

/** Nothing goes, and no window ends (S-T7), until somebody retries it; but when nothing is left to send it has ended. */
function failed({ run }: RunContext, planned: readonly Step[]): Position {
  const steps = neverBack(planned);
  const status = steps.length === 0 || steps.some(isOpen) ? 'FAILED' : 'COMPLETED';
  return at(status, status === 'FAILED' ? run.reason : null, steps, null, null);
}

/** What came due while the run was paused or held goes by the late policy (S-T4). */
function resumed(context: RunContext, steps: readonly Step[], zone: string): readonly Step[] {
  if (context.run.status === 'PAUSED') return afterWaiting(context, steps, zone, 'resumed');
  return context.run.reason === 'held' ? afterWaiting(context, steps, zone, 'hold_ended') : steps;
}

/** What a person asks for goes at once: no cooldown for it. */
export function occasionOf({ run, pinned, lastMailAt }: RunContext): Occasion {
  const { trial, occurredAt } = run;
  return { trial, occurredAt, lastMailAt: pinned.singleStepManual ? null : lastMailAt };
}

export function isClosed(status: RunStatus): boolean {
  return status === 'COMPLETED' || status === 'STOPPED';
}

/** Zone of a run: customer → invoice → platform → UTC (S-T1). */
export function zoneOf({ customer, facts, platform }: Pick<RunContext, 'customer' | 'facts' | 'platform'>): string {
  return customer.timezone ?? facts.invoice?.timezone ?? platform.timezone ?? 'UTC';
}

function planAnew(context: RunContext, steps: readonly Step[], anchorAt: Instant, zone: string): Step[] {
  const { run, pinned, now, lateStepsAllowed, actions } = context;
  const planned = replan({ pinned, type: run.type, anchorAt, zone, now, steps, lateStepsAllowed, actions });
  return planned.map((step) =>
    step.status === 'SKIPPED' && step.reason
      ? closeStep(step, step.reason, context.actions)
      : markAlreadySent(step, context),
  );
}

function stopReason({ run, workflow }: RunContext, condition: Condition, customerId: string): Reason | null {
  if (run.cancelled) return 'cancelled_by_operator';
  if (workflow.status === 'ARCHIVED') return 'workflow_archived';
  if (condition.kind === 'STOPS') return condition.reason;
  if (!inScope(workflow, customerId)) return 'out_of_scope';
  const neverPlanned = run.anchorAt === null && run.steps.length === 0;
  return run.type === 'MANUAL' && neverPlanned && condition.kind === 'WAITS' ? condition.reason : null;
}

/** Whether a customer is within a workflow's scope (S-D5). */
export function inScope(
  workflow: Pick<RunContext['workflow'], 'customerIds' | 'excludedCustomerIds'>,
  customerId: string,
): boolean {
  const included = workflow.customerIds.length === 0 || workflow.customerIds.includes(customerId);
  return included && !workflow.excludedCustomerIds.includes(customerId);
}

/** The steps of a run that comes back to life, or null when it stays closed (S-R6). */
function reopen(
  context: RunContext,
  steps: readonly Step[],
  condition: Condition,
  anchorAt: Instant | null,
  zone: string,
): readonly Step[] | null {
  const { run, now, workflow, customer } = context;
  if (condition.kind !== 'HOLDS' || anchorAt === null || !traitsOf(context.pinned.variant).reopens) return null;
  if (workflow.status === 'ARCHIVED' || !inScope(workflow, customer.id)) return null;
  if (run.status === 'STOPPED') {
    const reopenable = run.stopReason !== null && REOPENABLE.includes(run.stopReason);
    return reopenable ? planAnew(context, steps, anchorAt, zone) : null;
  }
  if (run.anchorAt === anchorAt) return null;
  const planned = planAnew(context, steps, anchorAt, zone);
  // A late step goes at the next instant that the calendar allows, which lies ahead too: it is late all the same.
  const ahead = (step: Step): boolean =>
    step.status === 'PLANNED' && !isSent(step) && !step.late && step.plannedAt > now;
  return planned.some(ahead) ? planned : null;
}

/** A closed run stays as it is, but for a mail that was on its way when it closed and did not go after all. */
function unchanged(context: RunContext, settled: readonly Step[]): Evaluation {
  const { run } = context;
  const { status, stopReason, anchorAt, zone } = run;
  const { steps } = stopped(context, settled, stopReason ?? 'run_closed');
  return { status, reason: null, stopReason, anchorAt, zone: zone ?? 'UTC', steps, wakeAt: null, nextStepId: null };
}

function stopped({ actions }: RunContext, steps: readonly Step[], reason: Reason): Position {
  return {
    status: 'STOPPED',
    reason: null,
    steps: steps.map((step) => (isOpen(step) && !inFlight(step) ? closeStep(step, reason, actions) : step)),
    wakeAt: null,
    nextStepId: null,
  };
}

/**
 * Goes along the ladder: what is due is judged, the first step that must be waited for ends the walk. What an operator asked for
 * goes before all.
 */
function walk(
  context: RunContext,
  planned: readonly Step[],
  condition: Condition,
  anchorAt: Instant,
  zone: string,
): Position {
  const { now, pinned } = context;
  const direction = directionOf(pinned.variant);
  const steps = oneAtATime(neverBack(planned), context);
  const wishes = steps.filter((step) => isOpen(step) && isWish(step));
  let blocked: { position: Position; at: Instant } | null = null;
  for (const step of [...wishes, ...steps.filter((own) => isOpen(own) && !isWish(own))]) {
    const index = steps.indexOf(step);
    if (inFlight(step)) return at('SENDING', null, steps, step.plannedAt, step.id);
    // Another one that was to go at the very moment of the blocked one may go all the same.
    if (blocked && step.plannedAt !== blocked.at) break;
    const window = deliveryWindow(step, steps, direction, anchorAt, pendingActions(step, context.actions));
    if (step.plannedAt > now && step.reason === 'blast_guard') {
      return at('BLOCKED', 'blast_guard', steps, finite(window.endsAt), null);
    }
    if (step.plannedAt > now) return at('WAITING', waitReason(condition), steps, step.plannedAt, step.id);
    const verdict = judgeDueStep(context, step, condition, window);
    switch (verdict.kind) {
      case 'SEND': {
        const planned = inTime(context, step, zone);
        if (planned.plannedAt > now && planned.plannedAt >= window.endsAt) {
          steps[index] = closeStep(step, window.reason, context.actions);
          continue;
        }
        for (const [other, own] of steps.entries()) {
          const together = other > index && isOpen(own) && !isWish(own) && own.plannedAt === step.plannedAt;
          if (together && planned.plannedAt > now) steps[other] = { ...own, plannedAt: planned.plannedAt };
        }
        steps[index] = planned;
        return at('WAITING', null, steps, planned.plannedAt, step.id);
      }
      case 'SKIP':
        steps[index] = closeStep(step, verdict.reason, context.actions);
        continue;
      case 'WAIT':
        return at('WAITING', verdict.reason, steps, verdict.until, null);
      case 'BLOCK':
        steps[index] = { ...step, status: 'BLOCKED', reason: verdict.reason };
        blocked ??= {
          at: step.plannedAt,
          position: at(
            'BLOCKED',
            verdict.reason,
            steps,
            finite(Math.min(window.endsAt, verdict.recheckAt ?? Infinity)),
            null,
          ),
        };
        if (isWish(step)) return blocked.position;
    }
  }
  return blocked?.position ?? at('COMPLETED', null, steps, null, null);
}

/** A queue, a retry, a worker that restarts: so much later a step still goes at its instant, whatever hour that has become. */
const GRACE_MS = 3_600_000;

/**
 * A due step that may go, at the first instant that the calendar allows. What goes later than its instant needs a day and an hour
 * on which mails may go, with a send hour that very day; what had to be repaired is planned like any step (S-T4).
 */
function inTime(context: RunContext, step: Step, zone: string): Step {
  const { now, pinned } = context;
  const planned: Step = { ...step, status: 'PLANNED', reason: null };
  const { calendar } = pinned;
  if (calendar === null || pinned.singleStepManual || isWish(step)) return planned;
  const triedAgain = step.ledger.some(({ status, retryAt }) => status === 'BLOCKED' && retryAt !== null);
  const repaired = step.status === 'BLOCKED' && !triedAgain;
  const sameDay = calendar.sendAt === null || localDate(now, zone) === localDate(step.plannedAt, zone);
  const still = now - step.plannedAt <= GRACE_MS || (sameDay && allowsStill(now, calendar, zone));
  if (!repaired && still) return planned;
  const moved = atOnce(step, context, zone, repaired ? 'repaired' : 'delayed');
  return moved.plannedAt === now ? planned : moved;
}

/**
 * Of two rungs at one instant the later one goes (S-D2). Plans see to that, but a mail that did not go after all can come back
 * to where another rung stands by now. Under ALL the late ones go, also beside one that is due at this very moment.
 */
function oneAtATime(steps: readonly Step[], { now, pinned: { latePolicy } }: RunContext): Step[] {
  const waits = (step: Step): boolean => isUntouched(step) && !isWish(step);
  return steps.map((step, index) => {
    const lateOne = latePolicy === 'ALL' && step.late;
    const overtakes = (later: Step): boolean =>
      waits(later) && later.plannedAt <= step.plannedAt && !(lateOne && (later.late || step.plannedAt <= now));
    return waits(step) && steps.slice(index + 1).some(overtakes) ? skip(step, 'superseded') : step;
  });
}

/** What stands before a sent step is superseded, also when its mail was claimed before the plan and sent after it (S-T5). */
function neverBack(steps: readonly Step[]): Step[] {
  const last = steps.findLastIndex((step) => step.kind === 'RUNG' && isSent(step));
  return steps.map((step, index) =>
    index < last && isUntouched(step) && !isWish(step) ? skip(step, 'superseded') : step,
  );
}

function waitReason(condition: Condition): Reason | null {
  return condition.kind === 'WAITS' ? condition.reason : null;
}

function at(
  status: RunStatus,
  reason: Reason | null,
  steps: readonly Step[],
  wakeAt: Instant | null,
  nextStepId: string | null,
): Position {
  return { status, reason, steps, wakeAt, nextStepId };
}

function finite(at: number): Instant | null {
  return Number.isFinite(at) ? at : null;
}
