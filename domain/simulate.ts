import type { ResourceFacts } from './condition.js';
import { evaluate, isClosed, type Evaluation } from './evaluate.js';
import type { CustomerFacts } from './facts.js';
import { actionBlock, isTooLate, pendingActions } from './judge.js';
import type { MatchableWorkflow } from './match.js';
import { mismatch } from './match.js';
import { newRun, type NewRun } from './new-run.js';
import { whyNotMatched, type MismatchCode } from './not-matched.js';
import type { Reason } from './reasons.js';
import { recipientOf, type Recipient } from './recipient.js';
import type { Action, InvoicePdfState, LedgerEntry, RunContext, Step } from './run.js';
import type { Instant } from './types.js';

/** What a customer and a resource look like from an instant on. */
export interface SimulatedFacts {
  at: Instant;
  customer: CustomerFacts;
  facts: ResourceFacts;
}

export interface SimulationInput {
  start: Omit<NewRun, 'now' | 'customer' | 'facts'>;
  workflow: MatchableWorkflow;
  /** Whether there is a PDF to attach: it stays so to the end. */
  pdf: InvoicePdfState;
  /** The ACTIVE actions; empty = every step is blocked, as it really would be. */
  actions: readonly Action[];
  /** Whom mails can go to instead of the customer, and who gets none (S-E6). */
  contacts: RunContext['contacts'];
  suppressed: RunContext['suppressed'];
  /** At least one, oldest first; the first is how things stand when the simulation begins. */
  facts: readonly [SimulatedFacts, ...SimulatedFacts[]];
  to: Instant;
}

/** A mail that would go. */
export interface SimulatedMail {
  step: Step;
  at: Instant;
  actionId: string;
  to: Recipient;
  /** What it waited for since its instant; null = nothing. */
  waitedFor: Reason | null;
  /** Everything known at that moment, for rendering. */
  context: RunContext;
}

export interface Simulation {
  /** The run as it stands at the end; null = none began. */
  context: RunContext | null;
  latest: Evaluation | null;
  startedAt: Instant | null;
  /** Why no run began, by the facts as they were last. */
  notMatched: { code: MismatchCode; text: string } | null;
  mails: readonly SimulatedMail[];
  /** It took more turns than anybody can want to see: what comes later is missing. */
  cut: boolean;
}

/** No real run comes near: fifty steps, each looked at a few times. */
const MOST_TURNS = 1_000;

/**
 * Plays a run as it would go from the first facts until `to`: the same matching, the same new run, the same `evaluate` at the same
 * instants as in production, with every mail taken by the server at once. Pure: nothing is sent, nothing is stored.
 */
export function simulate(input: SimulationInput): Simulation {
  const { facts, actions, contacts, suppressed, pdf, to } = input;
  const begin = facts.findIndex((present) => present.at <= to && unmatched(input, present) === null);
  const first = facts[begin];
  if (!first) {
    const last = facts.findLast(({ at }) => at <= to) ?? facts[0];
    return { context: null, latest: null, startedAt: null, notMatched: unmatched(input, last), mails: [], cut: false };
  }
  const mails: SimulatedMail[] = [];
  const changes = facts.slice(begin + 1);
  const { customer } = first;
  let context: RunContext = {
    ...newRun({ ...input.start, now: first.at, customer, facts: first.facts }),
    actions,
    customer,
    contacts,
    suppressed,
    pdf,
  };
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const latest = evaluate(context);
    const blocked = context.run.reason;
    context = written(context, latest);
    // Facts of the same instant come before its mails: the claim would read them.
    const change = changes[0] && changes[0].at <= context.now ? changes.shift() : undefined;
    if (change) {
      context = { ...context, customer: change.customer, facts: change.facts };
      continue;
    }
    const step = dueStep(latest, context.now);
    if (step) {
      const sent = send(context, step);
      mails.push(...sent.mails.map((mail) => ({ ...mail, waitedFor: step.plannedAt < context.now ? blocked : null })));
      context = sent.context;
      continue;
    }
    const next = nextInstant(latest, context.now, changes[0]?.at);
    if (next === null || next > to) {
      return { context, latest, startedAt: first.at, notMatched: null, mails, cut: false };
    }
    context = { ...context, now: next };
  }
  return { context, latest: evaluate(context), startedAt: first.at, notMatched: null, mails, cut: true };
}

/** By hand a run begins whatever the facts say; it ends `not_eligible` then (S-C1). */
function unmatched(
  { workflow, start }: SimulationInput,
  { customer, facts }: SimulatedFacts,
): Simulation['notMatched'] {
  const asked = start.type === 'EVENT' ? workflow : { ...workflow, eventTrigger: true };
  const why = whyNotMatched(asked, start.variant, customer.id, facts);
  if (start.type === 'EVENT' || why === null) return why;
  return mismatch(asked, start.variant, customer.id, null, facts) === null ? null : why;
}

function dueStep({ nextStepId, wakeAt, steps }: Evaluation, now: Instant): Step | undefined {
  return nextStepId === null || wakeAt === null || wakeAt > now ? undefined : steps.find(({ id }) => id === nextStepId);
}

/** When something can happen again: the run wakes, or facts change. null = nothing will. */
function nextInstant({ wakeAt, status }: Evaluation, now: Instant, changeAt: Instant | undefined): Instant | null {
  const wake = isClosed(status) || wakeAt === null || wakeAt <= now ? Infinity : wakeAt;
  const next = Math.min(wake, changeAt ?? Infinity);
  return Number.isFinite(next) ? next : null;
}

/** The claim of every delivery of a step, each of which the server takes at once. */
function send(context: RunContext, step: Step): { context: RunContext; mails: Omit<SimulatedMail, 'waitedFor'>[] } {
  const mails: Omit<SimulatedMail, 'waitedFor'>[] = [];
  const entries = pendingActions(step, context.actions).map((action): LedgerEntry => {
    const waits = { actionId: action.id, sentAt: null, endedAt: null, retryAt: null };
    if (isTooLate(action, step, context.now)) return { ...waits, status: 'SKIPPED', reason: 'delivery_window_passed' };
    const block = actionBlock(action, step, context);
    const to = recipientOf(action, context);
    if ('blocked' in to) return { ...waits, status: 'BLOCKED', reason: to.blocked };
    if (block) return { ...waits, status: 'BLOCKED', reason: block };
    mails.push({ step, at: context.now, actionId: action.id, to, context });
    return { ...waits, status: 'SENT', reason: null, sentAt: context.now, endedAt: context.now };
  });
  const ledger = [
    ...step.ledger.filter(({ actionId }) => !entries.some((own) => own.actionId === actionId)),
    ...entries,
  ];
  const steps = context.run.steps.map((own) => (own.id === step.id ? { ...own, ledger } : own));
  return { context: { ...context, run: { ...context.run, steps } }, mails };
}

/** The run as Postgres would hold it once this was written; what a step was skipped with, its waiting deliveries are too. */
function written(
  context: RunContext,
  { status, reason, stopReason, anchorAt, zone, wakeAt, steps }: Evaluation,
): RunContext {
  const kept = steps.map((step) => (step.status === 'SKIPPED' ? { ...step, ledger: step.ledger.map(skipped) } : step));
  return { ...context, run: { ...context.run, status, reason, stopReason, anchorAt, zone, wakeAt, steps: kept } };
}

function skipped(entry: LedgerEntry): LedgerEntry {
  return entry.status === 'PLANNED' || entry.status === 'BLOCKED' ? { ...entry, status: 'SKIPPED' } : entry;
}
