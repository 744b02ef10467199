import type { Condition } from './condition.js';
import { samePeriod } from './period.js';
import type { Reason } from './reasons.js';
import { recipientOf, unreachable, type Reachable } from './recipient.js';
import { closeStep } from './settle.js';
import {
  inFlight,
  isDropped,
  isOpen,
  isWish,
  type Action,
  type DeliveryStatus,
  type RunContext,
  type SiblingDelivery,
  type Step,
} from './run.js';
import type { Instant } from './types.js';
import { traitsOf } from './variants.js';
import { lastInstantOf, type DeliveryWindow } from './window.js';

/** What is to be done about a step whose instant has come. */
export type Verdict =
  | { kind: 'SEND' }
  | { kind: 'SKIP'; reason: Reason }
  /** Nothing is wrong with the step; look again at `until` (null: when facts change). */
  | { kind: 'WAIT'; reason: Reason; until: Instant | null }
  /** It goes as soon as somebody repairs the cause, within its window (S-R2). */
  | { kind: 'BLOCK'; reason: Reason; recheckAt: Instant | null };

/** A sibling holds a claim for seconds, so looking again this much later is soon enough. */
const SIBLING_RECHECK_MS = 2_000;

/** In order: can it still go, is it still wanted, is it being sent elsewhere, can it be sent now. */
export function judgeDueStep(context: RunContext, step: Step, condition: Condition, window: DeliveryWindow): Verdict {
  const { now, workflow, pinned, customer, siblings, facts } = context;
  if (condition.kind === 'WAITS') return { kind: 'WAIT', reason: condition.reason, until: null };
  if (now >= window.endsAt) return { kind: 'SKIP', reason: window.reason };
  if (workflow.status !== 'ACTIVE') return { kind: 'SKIP', reason: 'workflow_inactive' };
  if (customer.invoiceMailOff && traitsOf(pinned.variant).respectsPreference) {
    return { kind: 'SKIP', reason: 'notifications_off' };
  }
  const elsewhere = pinned.singleStepManual || isWish(step) ? [] : sameStep(step, siblings);
  const ownCrossing = pinned.variant === 'WALLET_BALANCE';
  if (elsewhere.includes('TRANSMITTING') && !ownCrossing) return { kind: 'SKIP', reason: 'already_sent' };
  // Whether the cooldown begins anew is known when that mail has gone.
  if (elsewhere.includes('CLAIMED') || elsewhere.includes('TRANSMITTING')) {
    return { kind: 'WAIT', reason: 'sibling_sending', until: now + SIBLING_RECHECK_MS };
  }
  if (step.reason === 'blast_guard') return block('blast_guard');
  if (facts.invoice?.onHold && pinned.variant === 'OVERDUE') return block('on_hold');
  if (context.actions.length === 0) return block('no_action');
  const nobody = unreachable(context);
  if (nobody !== null) return block(nobody);
  return judgeActions(context, step);
}

/** A step that another run of the workflow has sent for this resource is done with; a single step by hand always goes (S-M7). */
export function markAlreadySent(step: Step, { pinned, siblings, actions }: RunContext): Step {
  // Each crossing of a wallet has its own mail; the cooldown keeps them apart.
  if (!isOpen(step) || inFlight(step) || isWish(step)) return step;
  if (pinned.singleStepManual || pinned.variant === 'WALLET_BALANCE') return step;
  const sent = sameStep(step, siblings).some((status) => status === 'SENT' || status === 'IN_DOUBT');
  return sent ? closeStep(step, 'already_sent', actions) : step;
}

/** The actions that send this step (S-D9). */
function actionsFor(step: Pick<Step, 'periods'>, actions: readonly Action[]): readonly Action[] {
  return actions.filter(
    ({ steps }) => steps === null || step.periods.some((period) => steps.some((own) => samePeriod(own, period))),
  );
}

/** What keeps one action of a step from being sent at this moment, or null. */
export function actionBlock(
  action: Action,
  step: Step,
  context: Reachable & Pick<RunContext, 'facts' | 'pdf' | 'now'>,
): Reason | null {
  const { facts, pdf, now } = context;
  const to = recipientOf(action, context);
  if ('blocked' in to) return to.blocked;
  if (action.needsPaymentLink && !facts.invoice?.payUrl) return 'no_payment_link';
  if (action.needsPdf && pdf === 'NONE') return 'no_pdf';
  if (!action.providerActive) return 'provider_not_active';
  const entry = step.ledger.find(({ actionId }) => actionId === action.id);
  if (entry?.status !== 'BLOCKED' || entry.retryAt === null || now >= entry.retryAt) return null;
  // The billing source had none; meanwhile somebody has sent it.
  return entry.reason === 'no_pdf' && pdf === 'STORED' ? null : entry.reason;
}

/** The actions of a step that have not come to an end yet. */
export function pendingActions(step: Step, actions: readonly Action[]): readonly Action[] {
  return actionsFor(step, actions).filter((action) => {
    const entry = step.ledger.find(({ actionId }) => actionId === action.id);
    return !entry || (['PLANNED', 'BLOCKED', 'SKIPPED'].includes(entry.status) && !isDropped(entry));
  });
}

/** Whether the delivery window of an action's integration is over for this step (S-T7). */
export function isTooLate(action: Action, step: Pick<Step, 'plannedAt'>, now: Instant): boolean {
  return now >= lastInstantOf(action, step);
}

/** What became of this very step in other runs. A step without periods is the one step of its variant. */
function sameStep(step: Step, siblings: readonly SiblingDelivery[]): DeliveryStatus[] {
  return siblings
    .filter(({ periods }) =>
      step.periods.length === 0
        ? periods.length === 0
        : step.periods.some((own) => periods.some((period) => samePeriod(own, period))),
    )
    .map(({ status }) => status);
}

function judgeActions(context: RunContext, step: Step): Verdict {
  const pending = pendingActions(step, context.actions);
  if (pending.length === 0) return { kind: 'SKIP', reason: 'no_action_for_step' };
  const open = pending.filter((action) => !isTooLate(action, step, context.now));
  const blocks = open.map((action) => actionBlock(action, step, context));
  const reason = blocks[0];
  if (!reason || blocks.includes(null)) return { kind: 'SEND' };
  const retries = step.ledger.flatMap(({ actionId, status, retryAt }) =>
    status === 'BLOCKED' && retryAt !== null && retryAt > context.now && open.some(({ id }) => id === actionId)
      ? [retryAt]
      : [],
  );
  return { kind: 'BLOCK', reason, recheckAt: retries.length > 0 ? Math.min(...retries) : null };
}

function block(reason: Reason): Verdict {
  return { kind: 'BLOCK', reason, recheckAt: null };
}
