import { pendingActions } from './judge.js';
import { heldUntil, isHeld } from './hold.js';
import { periodLabel } from './period.js';
import type { Shift } from './plan.js';
import { REASONS, type Reason } from './reasons.js';
import { recipientOf, recipientText, type Reachable, type Recipient } from './recipient.js';
import { inFlight, type DeliveryStatus, type RunContext, type Step } from './run.js';
import type { Instant, Variant } from './types.js';
import { directionOf } from './variants.js';
import { stepLabel } from './waits.js';
import { addPeriod, localDateTime, localLabel } from './zone.js';

/** A delivery as it stands in the ledger. */
export interface DeliveryFacts {
  id: string;
  stepId: string;
  actionId: string;
  status: DeliveryStatus;
  reason: Reason | null;
  subject: string | null;
  to: string | null;
  /** Why the To was a contact; null = it was the customer. */
  insteadOf: Recipient['insteadOf'];
  /** The server's last words; `byServer` false = ours, no server was asked. */
  reply: { text: string; byServer: boolean } | null;
  attempts: number;
  sentAt: Instant | null;
  retryAt: Instant | null;
}

export interface ExplainedStep {
  step: Step;
  /** `7 days overdue`. */
  label: string;
  /** `17 Jan 2026 00:00 Europe/Amsterdam`: when it went, or is to go. */
  local: string;
  /** Why that instant, a sentence each: what it is counted from, then every shift. */
  why: readonly string[];
  shifts: readonly (Shift & { text: string })[];
  /** What came of it, a sentence each. */
  outcome: readonly string[];
  deliveries: readonly DeliveryFacts[];
}

/** What a step's instant is counted by. */
export interface Counting {
  variant: Variant;
  anchorAt: Instant | null;
  zone: string;
  /** A person asked for this one step (S-M5). */
  singleStepManual: boolean;
}

/** What says whether a planned step goes, and to whom. */
type Standing = Reachable &
  Pick<RunContext, 'holds' | 'now' | 'actions' | 'workflow'> & {
    run: Pick<RunContext['run'], 'paused' | 'reason'>;
  };

export function explainStep(
  step: Step,
  deliveries: readonly DeliveryFacts[],
  context: Standing,
  counting: Counting,
): ExplainedStep {
  const { zone, variant } = counting;
  return {
    step,
    label: stepLabel(variant, step),
    local: localLabel(step.sentAt ?? (step.reason === 'late' ? step.rawAt : step.plannedAt), zone),
    why: whyThen(step, counting),
    shifts: shiftsOf(step, zone),
    outcome: outcomeOf(step, deliveries, context, zone),
    deliveries,
  };
}

/** `7 days after 10 Jan 2026 00:00 Europe/Amsterdam.`, then a sentence for every move away from it. */
export function whyThen(step: Step, counting: Counting): string[] {
  const { zone, singleStepManual } = counting;
  const shifts = shiftsOf(step, zone).map(({ text }) => text);
  if (shifts.length > 0 || step.plannedAt === step.rawAt || step.status === 'SKIPPED') {
    return [rawText(step, counting), ...shifts];
  }
  const at = localDateTime(step.plannedAt, zone);
  const moved = singleStepManual
    ? `Asked for by hand, so it goes at once: ${at}.`
    : `That had passed when the run was planned, so it goes at once: ${at}.`;
  return [rawText(step, counting), moved];
}

function rawText(step: Step, { variant, anchorAt, zone }: Counting): string {
  if (step.kind === 'EXTRA') return 'Somebody asked for it to be sent once more.';
  const [period, ...others] = step.periods;
  if (!period) return `At ${localLabel(step.rawAt, zone)}.`;
  const equal = others.length > 0 ? ` (the same as ${others.map(periodLabel).join(' and ')})` : '';
  const direction = directionOf(variant);
  const side = direction === 1 ? 'after' : 'before';
  const counted = anchorAt !== null && addPeriod(anchorAt, period, direction, zone) === step.rawAt;
  // A step that was sent keeps the instant of the anchor it was sent by.
  const from = counted
    ? localLabel(anchorAt, zone)
    : `the date as it was then, which gave ${localLabel(step.rawAt, zone)}`;
  if (period.value === 0 && counted) return `On ${from}${equal}.`;
  return `${capital(periodLabel(period))}${equal} ${side} ${from}.`;
}

/** What each shift is called; `{from}` and `{to}` are local times. */
const SHIFTS: Record<string, string> = {
  late: '{from} had passed when the run was planned: at once, {to}.',
  send_at: 'Moved to the hour at which this workflow sends: {to}.',
  weekday: '{from} is not one of the days on which this workflow sends: {to}.',
  weekend: '{from} is a weekend: {to}.',
  holiday: '{from} is a holiday ({detail}): {to}.',
  quiet_hours: '{from} is within the quiet hours: {to}.',
  hold_ended: 'It was held until {from} had passed; when the hold ended: {to}.',
  resumed: 'It was paused while {from} passed; when it was resumed: {to}.',
  released: 'It was held back while {from} passed; when it was released: {to}.',
  repaired: 'It could not be sent at {from}; when that was repaired: {to}.',
  delayed: 'It could not go at {from}, because nobody was there to send it or the facts did not allow it; then: {to}.',
  retried: 'It was tried again after {from}: {to}.',
  resent: 'It may not have arrived at {from}; somebody decided to send it again: {to}.',
  send_now: 'Somebody asked for it to be sent now instead of {from}: {to}.',
};

function shiftsOf({ shifts }: Step, zone: string): (Shift & { text: string })[] {
  return shifts.map((shift) => {
    const words = SHIFTS[shift.reason] ?? `Moved from {from} to {to} (${shift.reason}).`;
    const text = words
      .replace('{from}', localDateTime(shift.from, zone))
      .replace('{to}', localDateTime(shift.to, zone))
      .replace('{detail}', shift.detail ?? '');
    return { ...shift, text };
  });
}

function outcomeOf(step: Step, deliveries: readonly DeliveryFacts[], context: Standing, zone: string): string[] {
  const told = deliveries.flatMap((delivery) => deliveryText(delivery, zone));
  switch (step.status) {
    case 'DONE':
    case 'FAILED':
      return told.length > 0 ? told : [`${capital(step.status.toLowerCase())}.`];
    case 'SKIPPED':
      return [
        `Not sent (${step.reason ?? 'skipped'}): ${step.reason ? REASONS[step.reason] : 'it was skipped.'}`,
        ...told,
      ];
    case 'BLOCKED':
      return [`Blocked (${step.reason ?? ''}): ${step.reason ? REASONS[step.reason] : ''}`, ...told];
    case 'PLANNED':
      if (inFlight(step)) return ['It is being sent right now.', ...told];
      return [keptBack(step, context, zone) ?? goesTo(step, context), ...told];
  }
}

/** What keeps a step back that is planned: a pause (S-R3), a hold (S-C6), and what the workflow and the facts say now. null = nothing. */
function keptBack(step: Step, context: Standing, zone: string): string | null {
  const { plannedAt } = step;
  if (context.run.paused) return 'The run is paused: it waits for somebody to resume it.';
  if (!isHeld(context)) return notAsThingsAre(step, context);
  const until = heldUntil(context);
  if (until === null) return 'The run is held: it waits for somebody to end the hold.';
  if (plannedAt < until) return `The run is held: it waits for the end of the hold, ${localDateTime(until, zone)}.`;
  return notAsThingsAre(step, context);
}

function notAsThingsAre(step: Step, { run, workflow, actions }: Standing): string | null {
  if (run.reason === 'no_anchor') return 'It waits until there is a date to count from again.';
  if (run.reason === 'not_eligible') return 'It waits until the facts meet the conditions again.';
  if (workflow.status !== 'ACTIVE')
    return `The workflow is ${workflow.status}: it is skipped unless that changes before.`;
  const forNobody = actions.length > 0 && step.ledger.length === 0 && pendingActions(step, actions).length === 0;
  return forNobody ? 'No action of the workflow is for this step: it is skipped unless that changes before.' : null;
}

/** Whom its mails would go to as things are now; which of several actions that is hardly ever makes a difference. */
function goesTo(step: Step, context: Standing): string {
  const pending = pendingActions(step, context.actions);
  const recipients = (pending.length > 0 ? pending : [{ fallbackToContacts: false }]).map((action) =>
    recipientOf(action, context),
  );
  const [first] = recipients;
  const reached = recipients.flatMap((to) => ('blocked' in to ? [] : [recipientText(to)]));
  if (reached.length > 0) return `It goes then, to ${[...new Set(reached)].join(' and to ')}.`;
  return first && 'blocked' in first && first.blocked === 'suppressed'
    ? `It goes then, if ${context.customer.email ?? 'the address'} is not suppressed any more by then.`
    : 'It goes then, if the customer has an e-mail address by then.';
}

function deliveryText(
  { id, status, reason, subject, to, insteadOf, reply, attempts, sentAt, retryAt }: DeliveryFacts,
  zone: string,
): string[] {
  const what = `${to === null ? '' : ` to ${recipientText({ email: to, insteadOf }, true)}`}${subject === null ? '' : `: “${subject}”`}`;
  const server = reply === null ? '' : reply.byServer ? ` The server said: ${reply.text}` : ` ${sentence(reply.text)}`;
  switch (status) {
    case 'SENT':
      return [`Sent ${sentAt === null ? '' : localDateTime(sentAt, zone)}${what} (${id}).${server}`];
    case 'IN_DOUBT':
      return [
        `In doubt${what} (${id}): ${REASONS.in_doubt}${server} Somebody decides what counts: POST /v1/deliveries/${id}/resolve.`,
      ];
    case 'REJECTED':
      return [`Refused${what} (${id}): ${REASONS.rejected}${server}`];
    case 'CLAIMED':
    case 'TRANSMITTING':
      return [`On its way${what} (${id}).`];
    case 'BLOCKED': {
      const again = retryAt === null ? '' : ` It is tried again ${localDateTime(retryAt, zone)}.`;
      return [`One mail waits (${id}): ${reason ? REASONS[reason] : 'it is blocked.'}${again}${server}`];
    }
    case 'PLANNED':
      return attempts > 0
        ? [`Tried ${String(attempts)} time${attempts === 1 ? '' : 's'} so far (${id}).${server}`]
        : [];
    case 'SKIPPED':
      return reason === null ? [] : [`One mail did not go (${id}): ${REASONS[reason]}`];
  }
}

/** What we say ourselves, as a sentence. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
