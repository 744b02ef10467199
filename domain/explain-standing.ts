import { isClosed } from './evaluate.js';
import type { SuppressionFacts, TellableRun } from './explain.js';
import { pendingActions } from './judge.js';
import type { Operation } from './operate.js';
import { periodLabel } from './period.js';
import { REASONS, REOPENABLE, type Reason } from './reasons.js';
import { recipientOf, type SuppressionReason } from './recipient.js';
import { remedyOf } from './remedies.js';
import { isOpen, isSent, type RunContext, type Step } from './run.js';
import type { Instant } from './types.js';
import { directionOf, traitsOf } from './variants.js';
import { stepLabel } from './waits.js';
import { deliveryWindow } from './window.js';
import { localDateTime } from './zone.js';

/** Where a run stands. */
export interface Standing {
  /** Where it stands and why, a sentence each. */
  standing: readonly string[];
  /** What would have to happen for it to go on; empty = nothing but time, or nothing at all. */
  needed: readonly string[];
}

export function standingOf(run: TellableRun, zone: string): Standing {
  const { context, holds, operations, suppressions } = run;
  const inForce = isClosed(context.run.status) ? [] : holds;
  const told = [
    ...statusText(run, zone),
    ...inForce.map((hold) => holdText(hold, zone)),
    ...suppressions.filter(({ email }) => mayGoTo(email, context)).map((one) => suppressionText(one, zone)),
  ];
  return {
    standing: [...told, ...operations.map((operation) => operationText(operation, zone))],
    needed: neededFor(context),
  };
}

function statusText({ context, nextStepId }: TellableRun, zone: string): string[] {
  const { run, now, pinned } = context;
  const because = (reason: Reason | null): string[] => (reason ? [REASONS[reason]] : []);
  switch (run.status) {
    case 'ACCEPTED':
    case 'WAITING': {
      const step = run.steps.find(({ id }) => id === nextStepId);
      if (!step) return [...because(run.reason), ...untilText(run.wakeAt, now, zone)];
      const name = `${placeOf(step, run.steps, pinned.variant)}, “${stepLabel(pinned.variant, step)}”`;
      const at = localDateTime(step.plannedAt, zone);
      const waits =
        step.plannedAt > now
          ? `It waits for ${name}, which goes ${at}.`
          : `It waits for ${name}, which has been due since ${at}: a worker takes it as soon as one can.`;
      const told = run.status === 'ACCEPTED' ? ['It is stored, and not on the engine yet.'] : [];
      return [waits, ...because(run.reason), ...told];
    }
    case 'SENDING':
      return ['A mail of it is being sent right now.'];
    case 'BLOCKED':
      return [...because(run.reason), ...windowText(context, zone)];
    case 'PAUSED':
      return ['Somebody paused it: nothing is sent until it is resumed.', ...because(run.reason)];
    case 'COMPLETED':
      return traitsOf(pinned.variant).ladder
        ? [`Every step has come to its end: ${countsOf(run.steps)}.`]
        : [`Its one mail has come to its end: ${run.steps.some(isSent) ? 'sent' : 'not sent'}.`];
    case 'STOPPED':
      return [...because(run.stopReason), ...takenBack(context)];
    case 'FAILED':
      return because(run.reason);
  }
}

/** `step 2 of 3`, or `its one mail`. */
function placeOf(step: Step, steps: readonly Step[], variant: RunContext['pinned']['variant']): string {
  if (!traitsOf(variant).ladder) return 'its one mail';
  return `step ${String(steps.indexOf(step) + 1)} of ${String(steps.length)}`;
}

function countsOf(steps: readonly Step[]): string {
  const counts = [
    [steps.filter(({ status }) => status === 'DONE').length, 'sent'],
    [steps.filter(({ status }) => status === 'SKIPPED').length, 'not sent'],
    [steps.filter(({ status }) => status === 'FAILED').length, 'refused'],
  ] as const;
  const told = counts.filter(([count]) => count > 0).map(([count, word]) => `${String(count)} ${word}`);
  return told.length > 0 ? told.join(', ') : 'it had none';
}

function untilText(wakeAt: Instant | null, now: Instant, zone: string): string[] {
  return wakeAt === null || wakeAt <= now ? [] : [`It looks again ${localDateTime(wakeAt, zone)}.`];
}

/** How long what is blocked may still go. */
function windowText(context: RunContext, zone: string): string[] {
  const { run, pinned, actions, now } = context;
  const step = run.steps.find(({ status }) => status === 'BLOCKED');
  if (!step || run.anchorAt === null) return [];
  const direction = directionOf(pinned.variant);
  const { endsAt, reason } = deliveryWindow(step, run.steps, direction, run.anchorAt, pendingActions(step, actions));
  if (!Number.isFinite(endsAt)) return [];
  const name = stepLabel(pinned.variant, step);
  const end = localDateTime(endsAt, zone);
  return [
    endsAt > now
      ? `“${name}” may still go until ${end}; after that it is skipped (${reason}).`
      : `“${name}” could have gone until ${end}; it is skipped (${reason}) at the next look.`,
  ];
}

function takenBack({ run, pinned }: RunContext): string[] {
  const reopens = run.stopReason !== null && REOPENABLE.includes(run.stopReason) && traitsOf(pinned.variant).reopens;
  return reopens ? ['If the facts take that back, it goes on with what it has not sent yet.'] : [];
}

function neededFor({ run }: RunContext): string[] {
  if (run.status === 'PAUSED') return ['Somebody has to resume it.'];
  const open = run.steps.filter(isOpen).map(({ reason }) => reason);
  const reasons = run.status === 'STOPPED' || run.status === 'COMPLETED' ? [] : [run.reason, ...open];
  const remedies = [...new Set(reasons)].map(remedyOf).filter((text) => text !== null);
  return remedies;
}

function holdText({ id, reason, until, note }: TellableRun['holds'][number], zone: string): string {
  const end = until === null ? 'until somebody ends it' : `until ${localDateTime(until, zone)}`;
  return `It is held ${end}: ${reason}${note === null ? '' : `, “${note}”`} (${id}).`;
}

const SUPPRESSED_BECAUSE: Record<SuppressionReason, string> = {
  HARD_BOUNCE: 'it bounced',
  COMPLAINT: 'somebody complained',
  UNSUBSCRIBE: 'somebody unsubscribed',
  MANUAL: 'it was entered by hand',
};

function suppressionText({ email, reason, source, statusCode, at }: SuppressionFacts, zone: string): string {
  const status = statusCode === null ? '' : ` (${statusCode})`;
  return `${email} is suppressed since ${localDateTime(at, zone)}: ${SUPPRESSED_BECAUSE[reason]}, says ${source}${status}.`;
}

/** Whether it would be the To of a mail, were it not suppressed: a contact only where the customer cannot be mailed. */
function mayGoTo(email: string, { customer, contacts, suppressed, actions }: RunContext): boolean {
  if (email === customer.email) return true;
  const others = suppressed.filter((one) => one !== email);
  return actions.some((action) => {
    const to = recipientOf(action, { customer, contacts, suppressed: others });
    return 'email' in to && to.email === email;
  });
}

const RESOLUTIONS = { SENT: 'taken as sent', RESEND: 'sent again', DROP: 'given up' } as const;

function operationText(
  { operation, at, by, note, refused, pending }: TellableRun['operations'][number],
  zone: string,
): string {
  const words = `${localDateTime(at, zone)}: ${operationLabel(operation)} by ${by}${note === null ? '' : `, “${note}”`}.`;
  if (pending) return `${words} It is in force, and what is told above does not show it yet.`;
  return refused === null ? words : `${words} That was not possible: ${refused}`;
}

function operationLabel(operation: Operation): string {
  const step =
    'period' in operation && operation.period ? `the step of ${periodLabel(operation.period)}` : 'the next step';
  switch (operation.kind) {
    case 'PAUSE':
      return 'paused';
    case 'RESUME':
      return 'resumed';
    case 'CANCEL':
      return 'cancelled';
    case 'SEND_NOW':
      return operation.as === 'EXTRA' ? `${step} sent once more` : `${step} sent at once`;
    case 'SKIP_STEP':
      return `${step} skipped`;
    case 'RETRY':
      return 'tried again';
    case 'REPLAN':
      return 'moved to the newest version of the workflow';
    case 'RELEASE':
      return 'released from the blast guard';
    case 'RESOLVE':
      return `the doubtful mail of ${operation.stepId} ${RESOLUTIONS[operation.as]}`;
  }
}
