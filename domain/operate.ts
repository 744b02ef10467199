import { afterWaiting, atOnce } from './at-once.js';
import { anchorOf } from './anchor.js';
import { conditionOf } from './condition.js';
import { isClosed, occasionOf, zoneOf } from './evaluate.js';
import { isHeld } from './hold.js';
import { periodLabel, samePeriod } from './period.js';
import { stepId } from './plan.js';
import { skip } from './replan.js';
import { inFlight, isOpen, isSent, type LedgerEntry, type RunContext, type Step } from './run.js';
import type { Instant, Period } from './types.js';

/** What an operator can do with a run (S-R3). A step is named by its period; null = the next one. */
export type Operation =
  | { kind: 'PAUSE' }
  | { kind: 'RESUME' }
  | { kind: 'CANCEL' }
  | { kind: 'SEND_NOW'; period: Period | null; as: 'REPLACE' | 'EXTRA' }
  | { kind: 'SKIP_STEP'; period: Period | null }
  | { kind: 'RETRY'; period: Period | null }
  | { kind: 'REPLAN' }
  | { kind: 'RELEASE' }
  /** What became of a doubtful mail, or what is to become of it (S-E5). */
  | { kind: 'RESOLVE'; stepId: string; actionId: string; as: Resolution };

/** SENT: it arrived. RESEND: send it once more. DROP: leave it at that. */
export type Resolution = 'SENT' | 'RESEND' | 'DROP';

/** What an operation makes of a run, to be evaluated afterwards; or why it cannot be done, in a sentence. */
export type Operated =
  | {
      context: RunContext;
      /** Its execution has ended: it needs a new one. */
      restart?: true;
    }
  | { refused: string };

/** What a run would be pinned to if it began today. */
export type Newest = Pick<RunContext, 'pinned' | 'terms'>;

/** `newest`: for REPLAN; null = the run has that version already. */
export function operate(context: RunContext, operation: Operation, newest: Newest | null): Operated {
  const { run } = context;
  const zone = zoneOf(context);
  const retriable = run.status === 'COMPLETED' && run.steps.some(({ status }) => status === 'FAILED');
  const still = operation.kind === 'RESOLVE' || (operation.kind === 'RETRY' && retriable);
  if (isClosed(run.status) && !still) return { refused: `The run has ended: it is ${run.status}.` };
  switch (operation.kind) {
    case 'PAUSE':
      if (run.status === 'FAILED') return { refused: 'The run has FAILED; retry or cancel it.' };
      return run.paused ? { refused: 'The run is paused already.' } : changed(context, { paused: true });
    case 'RESUME':
      return run.paused ? changed(context, { paused: false }) : { refused: 'The run is not paused.' };
    case 'CANCEL':
      return changed(context, { cancelled: true });
    case 'SEND_NOW':
      return sendNow(context, zone, operation);
    case 'SKIP_STEP':
      return skipStep(context, operation.period);
    case 'RETRY':
      return retry(context, zone, operation.period);
    case 'REPLAN':
      // An anchor that is not known any more makes the evaluation plan anew (S-T5).
      return newest
        ? changed({ ...context, ...newest }, { anchorAt: null })
        : { refused: 'The run has the newest version of its workflow already.' };
    case 'RELEASE':
      return release(context, zone);
    case 'RESOLVE':
      return resolve(context, zone, operation);
  }
}

/** What a server refused, or may have, is not sent again after this (S-E5). */
const LONGEST_RETRY_MS = 7 * 86_400_000;

function changed(context: RunContext, run: Partial<RunContext['run']>): { context: RunContext } {
  return { context: { ...context, run: { ...context.run, ...run } } };
}

function withStep(context: RunContext, changedStep: Step): { context: RunContext } {
  return changed(context, {
    steps: context.run.steps.map((step) => (step.id === changedStep.id ? changedStep : step)),
  });
}

/**
 * The step of this period, or the next one that is open. Of a step that was merged with others and gave way there may be rests that
 * name the period too: the one that goes comes first, then the one that went.
 */
function stepOf({ run }: RunContext, period: Period | null): Step | null {
  const rungs = run.steps.filter(({ kind }) => kind === 'RUNG');
  if (!period) return rungs.find((step) => isOpen(step) && !isSent(step)) ?? null;
  const named = rungs.filter(({ periods }) => periods.some((own) => samePeriod(own, period)));
  return named.find(isOpen) ?? named.find(isSent) ?? named[0] ?? null;
}

function noStep(period: Period | null): { refused: string } {
  return {
    refused: period ? `The run has no step of ${periodLabel(period)}.` : 'No step of the run is open any more.',
  };
}

function sendNow(
  context: RunContext,
  zone: string,
  { period, as }: Extract<Operation, { kind: 'SEND_NOW' }>,
): Operated {
  const cannot = whyNotNow(context);
  if (cannot) return { refused: cannot };
  const { run, now } = context;
  const named = stepOf(context, period);
  if (as === 'EXTRA') {
    const model = named ?? (period ? null : run.steps.findLast(({ kind }) => kind === 'RUNG'));
    return model ? changed(context, { steps: [...run.steps, extra(model, run.steps, now)] }) : noStep(period);
  }
  if (!named) return noStep(period);
  if (isSent(named)) return { refused: `${named.id} has been sent; EXTRA sends it once more.` };
  if (inFlight(named)) return { refused: `${named.id} is being sent at this moment.` };
  if (named.status === 'FAILED') return { refused: `${named.id} has FAILED; retry it.` };
  const wish: Step = { ...named, shifts: [...named.shifts, { from: named.plannedAt, to: now, reason: 'send_now' }] };
  return withStep(context, atOnce({ ...wish, plannedAt: now }, context, zone, 'send_now'));
}

/** An operator's wish goes at once or not at all: it must not lie about until something else changes. */
function whyNotNow(context: RunContext): string | null {
  const { run, workflow, pinned, facts, terms } = context;
  if (run.status === 'FAILED') return 'The run has FAILED; retry it first.';
  if (run.paused) return 'The run is paused; resume it first.';
  if (isHeld(context)) return 'The customer or the invoice is held; end the hold first.';
  if (workflow.status !== 'ACTIVE') return `The workflow is ${workflow.status}; activate it first.`;
  const condition = conditionOf(pinned.variant, facts, terms);
  if (condition.kind !== 'HOLDS') return `Nothing may be sent now: ${condition.reason}.`;
  return run.anchorAt === null ? 'Nothing may be sent now: no_anchor.' : null;
}

function extra(model: Step, steps: readonly Step[], now: number): Step {
  const number = steps.filter(({ kind }) => kind === 'EXTRA').length + 1;
  return {
    id: `EXTRA-${String(number)}-${stepId(model.periods)}`,
    kind: 'EXTRA',
    periods: model.periods,
    rawAt: now,
    plannedAt: now,
    shifts: [],
    status: 'PLANNED',
    reason: null,
    late: false,
    sentAt: null,
    ledger: [],
  };
}

function skipStep(context: RunContext, period: Period | null): Operated {
  const step = stepOf(context, period);
  if (!step) return noStep(period);
  if (isSent(step)) return { refused: `${step.id} has been sent.` };
  if (inFlight(step)) return { refused: `${step.id} is being sent at this moment.` };
  if (!isOpen(step)) return { refused: `${step.id} is ${step.status} already.` };
  return withStep(context, skip(step, 'skipped_by_operator'));
}

/** A FAILED run gets a new execution; a BLOCKED step is tried at once; a mail that was refused is sent again. */
function retry(context: RunContext, zone: string, period: Period | null): Operated {
  const { run } = context;
  if (run.status === 'FAILED') {
    const steps = afterWaiting(context, run.steps, zone, 'retried');
    return { ...changed(context, { status: 'WAITING', reason: null, steps }), restart: true };
  }
  const stuck = run.steps.filter(({ status }) => status === 'BLOCKED' || status === 'FAILED');
  const step = period
    ? stuck.find(({ periods }) => periods.some((own) => samePeriod(own, period)))
    : (stuck.find(({ status }) => status === 'BLOCKED') ?? stuck.at(-1));
  if (!step) return { refused: 'Nothing of the run is BLOCKED or FAILED.' };
  if (step.reason === 'blast_guard') return { refused: 'The blast guard holds it: release it.' };
  if (run.steps.slice(run.steps.indexOf(step) + 1).some((later) => later.kind === 'RUNG' && isSent(later))) {
    return { refused: `A later step than ${step.id} has been sent.` };
  }
  const refused = step.ledger.filter(({ status }) => status === 'REJECTED');
  if (step.status === 'FAILED' && !refused.some((own) => isRecent(own, step, context.now))) {
    return { refused: `${step.id} was refused more than seven days ago.` };
  }
  const ledger = step.ledger.map((own) =>
    own.status === 'REJECTED' && isRecent(own, step, context.now)
      ? { ...own, status: 'PLANNED' as const, reason: null }
      : own.status === 'BLOCKED'
        ? { ...own, retryAt: null }
        : own,
  );
  const alive = stillOpen(context, zone);
  if ('refused' in alive) return alive;
  return { ...alive, ...withStep(alive.context, atOnce({ ...step, ledger }, context, zone, 'retried')) };
}

/** Ends a doubt. What is sent again goes whatever stands after it in the ladder: somebody decided about this one mail. */
function resolve(
  context: RunContext,
  zone: string,
  { stepId: id, actionId, as }: Extract<Operation, { kind: 'RESOLVE' }>,
): Operated {
  const { run, now, actions } = context;
  const step = run.steps.find((own) => own.id === id);
  const doubt = step?.ledger.find((own) => own.actionId === actionId);
  if (!step || doubt?.status !== 'IN_DOUBT') {
    return {
      refused: `Only a delivery that is IN_DOUBT can be resolved; this one is ${doubt?.status ?? 'not there'}.`,
    };
  }
  const resolved = (change: Pick<LedgerEntry, 'status' | 'reason'>): Step => ({
    ...step,
    ledger: step.ledger.map((own) => (own === doubt ? { ...own, ...change } : own)),
  });
  if (as === 'SENT') return withStep(context, resolved({ status: 'SENT', reason: null }));
  if (as === 'DROP') return withStep(context, resolved({ status: 'SKIPPED', reason: 'dropped' }));
  // Whoever is still at it holds an older fence then, and could not write down what the server said: the mail would go twice.
  if (doubt.busyUntil != null) {
    const from = new Date(doubt.busyUntil).toISOString();
    return { refused: `Whoever sent it may still be at it; it can be sent again from ${from} on.` };
  }
  if (!isRecent(doubt, step, now)) return { refused: 'It was sent more than seven days ago.' };
  if (!actions.some((action) => action.id === actionId)) return { refused: 'The action of this mail is not ACTIVE.' };
  const alive = stillOpen(context, zone);
  if ('refused' in alive) return alive;
  const cannot = whyNotNow(alive.context);
  if (cannot) return { refused: cannot };
  const again = resolved({ status: 'PLANNED', reason: null });
  const wish: Step = { ...again, shifts: [...again.shifts, { from: again.plannedAt, to: now, reason: 'resent' }] };
  return { ...alive, ...withStep(alive.context, { ...wish, plannedAt: now, status: 'PLANNED', reason: null }) };
}

function isRecent({ endedAt }: LedgerEntry, { plannedAt }: Step, now: Instant): boolean {
  return now - (endedAt ?? plannedAt) <= LONGEST_RETRY_MS;
}

/**
 * A COMPLETED run comes back for one mail alone: nothing else of it is planned anew, and it needs a new execution. What stopped a
 * run says that no mail is wanted.
 */
function stillOpen(
  context: RunContext,
  zone: string,
): Extract<Operated, { context: RunContext }> | { refused: string } {
  const { run, pinned, facts, terms } = context;
  if (run.status === 'STOPPED') return { refused: `The run is STOPPED: ${run.stopReason ?? ''}.` };
  if (run.status !== 'COMPLETED') return { context };
  const anchorAt = anchorOf(pinned.variant, facts, zone, pinned.dueDates, occasionOf(context), terms);
  const alive = changed(context, { status: 'WAITING', reason: null, paused: false, anchorAt, zone });
  const cannot = whyNotNow(alive.context);
  return cannot ? { refused: cannot } : { ...alive, restart: true };
}

/** What the blast guard holds goes at once; its delivery window counts from now (S-T4, T7). */
function release(context: RunContext, zone: string): Operated {
  const held = ({ status, reason }: Step): boolean => status === 'BLOCKED' && reason === 'blast_guard';
  if (!context.run.steps.some(held)) return { refused: 'The blast guard holds nothing of the run.' };
  return changed(context, {
    steps: context.run.steps.map((step) => (held(step) ? atOnce(step, context, zone, 'released') : step)),
  });
}
