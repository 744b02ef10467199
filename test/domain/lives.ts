import fc from 'fast-check';
import type { Evaluation } from '../../domain/evaluate.js';
import { actionBlock, pendingActions } from '../../domain/judge.js';
import { operate, type Operation } from '../../domain/operate.js';
import type { Action, DeliveryStatus, LedgerEntry, RunContext, Step } from '../../domain/run.js';
import type { Period } from '../../domain/types.js';
import {
  DAY,
  HOUR,
  action,
  applied,
  calendar,
  context,
  customer,
  invoiceFacts,
  iso,
  periods,
  t,
  trialFacts,
} from './support.js';

/**
 * Random lives of a run: facts change, time passes, mails are claimed and end somehow. Only states that Postgres can really
 * hold are reached, because each is made from the one before by the same steps as in production.
 */
export type Decide = (context: RunContext) => Evaluation;

/** One look at a run: what was known, and what was decided. */
export interface Look {
  context: RunContext;
  evaluation: Evaluation;
}

type Event =
  | { kind: 'PASS'; ms: number }
  | { kind: 'WAKE'; offsetMs: number }
  | { kind: 'FACTS'; due: number | null; body: Record<string, unknown> }
  | { kind: 'CUSTOMER'; timezone: string; email: string | null; invoiceMailOff: boolean }
  | { kind: 'WORKFLOW'; status: 'ACTIVE' | 'INACTIVE' | 'ARCHIVED' }
  | { kind: 'ACTIONS'; actions: Action[] }
  | { kind: 'SIBLING'; period: Period; status: DeliveryStatus }
  | { kind: 'GUARD'; lateStepsAllowed: boolean }
  | { kind: 'PDF'; pdf: RunContext['pdf'] }
  | { kind: 'HOLD'; ms: number | null }
  | { kind: 'END_HOLD' }
  /** What an operator does; refused, nothing happens. */
  | { kind: 'OPERATE'; operation: Operation }
  /** A worker claims what is due; each mail then stands so. */
  | { kind: 'SEND'; outcomes: DeliveryStatus[] }
  /** What is under way ends so. */
  | { kind: 'END'; outcome: DeliveryStatus };

export interface Story {
  start: RunContext;
  events: Event[];
}

export const CUSTOMER_NAME = 'Zoltan Quibble';
export const CUSTOMER_EMAIL = 'zq@quibble.example';

const LADDERS = [
  periods('7 DAY', '15 DAY', '30 DAY'),
  periods('0 DAY', '1 WEEK', '2 WEEK'),
  periods('30 DAY', '1 MONTH'),
  periods('28 DAY', '4 WEEK', '1 MONTH', '5 WEEK'),
];
const BODIES: Record<string, unknown>[] = [
  {},
  {},
  {},
  { paid: true },
  { status: 'VOID' },
  { status: 'OPEN' },
  { on_hold: true },
  { pay_invoice_link: { url: 'https://pay.example/1' } },
];
const ACTIONS = [
  [action('a')],
  [action('a'), action('b')],
  [action('a'), action('b', { needsPaymentLink: true })],
  [action('a', { needsPdf: true }), action('b')],
  [action('b', { steps: periods('7 DAY', '1 MONTH') })],
  [],
];
const CALENDARS = [
  null,
  null,
  calendar({ sendAt: '09:00', businessDaysOnly: true, holidays: { countries: ['NL'], dates: [] } }),
  calendar({ weekdays: ['SAT'], quietHours: { from: '20:00', to: '08:00' } }),
  calendar({ weekdays: ['MON', 'THU'], shift: 'PREVIOUS' }),
];
const named = fc.option(fc.constantFrom(...LADDERS.flat()));
const operations: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('PAUSE') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('RESUME') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('SKIP_STEP'), period: named }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('SEND_NOW'), period: named, as: fc.constantFrom('REPLACE', 'EXTRA') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('RETRY'), period: named }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('RELEASE') }) },
);
const zones = fc.constantFrom('UTC', 'America/New_York', 'Europe/Amsterdam', 'Asia/Kathmandu', 'Pacific/Apia');
const dueDates = fc.option(fc.integer({ min: -60, max: 90 }).map((days) => t('2026-01-10') + days * DAY));
const ended = fc.constantFrom<DeliveryStatus>('SENT', 'SENT', 'SENT', 'REJECTED', 'IN_DOUBT');

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('PASS'), ms: fc.integer({ min: 0, max: 12 * DAY }) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('WAKE'), offsetMs: fc.constantFrom(-1, 0, 0, 0, 1, HOUR) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('FACTS'), due: dueDates, body: fc.constantFrom(...BODIES) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('CUSTOMER'),
      timezone: zones,
      email: fc.constantFrom(CUSTOMER_EMAIL, CUSTOMER_EMAIL, null),
      invoiceMailOff: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('WORKFLOW'),
      status: fc.constantFrom('ACTIVE', 'ACTIVE', 'ACTIVE', 'INACTIVE', 'ARCHIVED'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('ACTIONS'), actions: fc.constantFrom(...ACTIONS) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('SIBLING'),
      period: fc.constantFrom(...LADDERS.flat()),
      status: fc.constantFrom<DeliveryStatus>('CLAIMED', 'TRANSMITTING', 'SENT', 'REJECTED', 'PLANNED'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('HOLD'),
      ms: fc.option(fc.integer({ min: 0, max: 20 * DAY })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('END_HOLD') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('OPERATE'), operation: operations }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('GUARD'), lateStepsAllowed: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('PDF'),
      pdf: fc.constantFrom<RunContext['pdf']>('STORED', 'FETCHABLE', 'NONE'),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant('SEND'),
      outcomes: fc.array(
        fc.oneof(ended, fc.constantFrom<DeliveryStatus>('CLAIMED', 'TRANSMITTING', 'PLANNED', 'BLOCKED')),
        {
          minLength: 2,
          maxLength: 2,
        },
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('END'), outcome: fc.oneof(ended, fc.constant('PLANNED' as const)) }),
  },
);

export const stories: fc.Arbitrary<Story> = fc.record({
  start: fc
    .record({
      now: fc.integer({ min: t('2026-01-01'), max: t('2026-03-01') }),
      type: fc.constantFrom('EVENT' as const, 'EVENT' as const, 'MANUAL' as const),
      trial: fc.boolean(),
      ladder: fc.constantFrom(...LADDERS),
      single: fc.boolean(),
      latePolicy: fc.constantFrom('LATEST' as const, 'ALL' as const, 'NONE' as const),
      dueDates: fc.constantFrom('DATE' as const, 'INSTANT' as const),
      calendar: fc.constantFrom(...CALENDARS),
    })
    .map(({ now, type, trial, ladder, single, ...pinned }) =>
      context(iso(now) ?? '', {
        run: { type },
        pinned: {
          ...pinned,
          variant: trial ? 'FREE_TRIAL_REMINDER' : 'OVERDUE',
          periods: single && !trial ? ladder.slice(0, 1) : ladder,
          singleStepManual: single && !trial && type === 'MANUAL',
        },
        facts: trial ? trialFacts(t('2026-02-20')) : invoiceFacts(),
        actions: [action('a')],
        customer: customer({ name: CUSTOMER_NAME, email: CUSTOMER_EMAIL }),
      }),
    ),
  events: fc.array(event, { maxLength: 30 }),
});

/** Every look at a run along its story. */
export function looks({ start, events }: Story, decide: Decide): Look[] {
  const seen: Look[] = [];
  let evaluation = decide(start);
  seen.push({ context: start, evaluation });
  let present = applied(start, evaluation);
  for (const next of events) {
    const changed = happen(present, next, evaluation);
    evaluation = decide(changed);
    seen.push({ context: changed, evaluation });
    present = applied(changed, evaluation);
  }
  return seen;
}

function happen(before: RunContext, event: Event, { nextStepId, wakeAt, status }: Evaluation): RunContext {
  const now = before.now;
  switch (event.kind) {
    case 'PASS':
      return { ...before, now: now + event.ms };
    case 'WAKE':
      return { ...before, now: Math.max(now, (wakeAt ?? now) + event.offsetMs) };
    case 'FACTS':
      return { ...before, facts: factsOf(before, event.due, event.body) };
    case 'CUSTOMER':
      return { ...before, customer: { ...before.customer, ...event } };
    case 'WORKFLOW':
      return { ...before, workflow: { ...before.workflow, status: event.status } };
    case 'ACTIONS':
      return { ...before, actions: event.actions };
    case 'SIBLING':
      return { ...before, siblings: [{ periods: [event.period], status: event.status }] };
    case 'GUARD':
      return { ...before, lateStepsAllowed: event.lateStepsAllowed };
    case 'PDF':
      return { ...before, pdf: event.pdf };
    case 'HOLD':
      return { ...before, holds: [...before.holds, { until: event.ms === null ? null : now + event.ms }] };
    case 'END_HOLD':
      return { ...before, holds: before.holds.slice(1) };
    case 'OPERATE': {
      const operated = operate(before, event.operation, null);
      return 'refused' in operated ? before : operated.context;
    }
    case 'SEND': {
      const due = status === 'WAITING' && wakeAt !== null && wakeAt <= now;
      const step = due ? before.run.steps.find(({ id }) => id === nextStepId) : undefined;
      return step ? withLedger(before, step, claimed(before, step, event.outcomes)) : before;
    }
    case 'END': {
      const step = before.run.steps.find(({ ledger }) => ledger.some(isUnderWay));
      const end = (own: LedgerEntry): LedgerEntry => (isUnderWay(own) ? stands(own.actionId, event.outcome, now) : own);
      return step ? withLedger(before, step, step.ledger.map(end)) : before;
    }
  }
}

function factsOf({ pinned }: RunContext, due: number | null, body: Record<string, unknown>): RunContext['facts'] {
  if (pinned.variant === 'FREE_TRIAL_REMINDER') return trialFacts(due, body.paid === true ? 'CANCELLED' : 'ACTIVE');
  return invoiceFacts({ ...body, due_date: due === null ? null : new Date(due).toISOString() });
}

/** Each action that is left gets a row: blocked ones wait, the others stand as the worker left them. */
function claimed(before: RunContext, step: Step, outcomes: readonly DeliveryStatus[]): LedgerEntry[] {
  const pending = pendingActions(step, before.actions);
  const rows = pending.map((own, index) => {
    const reason = actionBlock(own, step, before);
    if (reason) return { ...stands(own.id, 'BLOCKED', before.now), reason, retryAt: null };
    return stands(own.id, outcomes[index] ?? 'SENT', before.now);
  });
  return [...step.ledger.filter(({ actionId }) => !pending.some(({ id }) => id === actionId)), ...rows];
}

function stands(actionId: string, status: DeliveryStatus, now: number): LedgerEntry {
  return {
    actionId,
    status,
    reason: status === 'BLOCKED' ? 'provider_refused' : null,
    sentAt: status === 'SENT' || status === 'IN_DOUBT' ? now : null,
    endedAt: now,
    retryAt: status === 'BLOCKED' ? now + 10 * 60_000 : null,
  };
}

function isUnderWay({ status }: LedgerEntry): boolean {
  return status === 'CLAIMED' || status === 'TRANSMITTING';
}

function withLedger(before: RunContext, { id }: Step, ledger: readonly LedgerEntry[]): RunContext {
  const steps = before.run.steps.map((step) => (step.id === id ? { ...step, ledger } : step));
  return { ...before, run: { ...before.run, steps } };
}
