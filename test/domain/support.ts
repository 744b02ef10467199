import type { Calendar } from '../../domain/calendar.js';
import type { ResourceFacts } from '../../domain/condition.js';
import { evaluate, type Evaluation } from '../../domain/evaluate.js';
import {
  readCustomer,
  readInvoice,
  readPayment,
  readWallet,
  type CustomerFacts,
  type InvoiceFacts,
} from '../../domain/facts.js';
import { operate, type Operated, type Operation } from '../../domain/operate.js';
import type { Action, LedgerEntry, PinnedDefinition, Run, RunContext, Step } from '../../domain/run.js';
import { DEFAULT_TERMS, readTerms, type Terms, type TermSettings } from '../../domain/terms.js';
import type { Instant, Period } from '../../domain/types.js';

/** A calendar that restricts nothing but this. */
export function calendar(wish: Partial<Calendar> = {}): Calendar {
  return {
    sendAt: null,
    weekdays: null,
    businessDaysOnly: false,
    holidays: { countries: [], dates: [] },
    quietHours: null,
    shift: null,
    ...wish,
  };
}

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** `2026-01-10` or `2026-01-10T09:00` in UTC; with an offset or `Z`, that instant. */
export function t(text: string): Instant {
  const zoned = /Z$|[+-]\d\d:\d\d$/.test(text) || !text.includes('T');
  const at = Date.parse(zoned ? text : `${text}Z`);
  if (Number.isNaN(at)) throw new Error(`Not an instant: ${text}`);
  return at;
}

export function iso(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString().replace(/(:00)?\.000Z$/, 'Z');
}

/** `periods('7 DAY', '1 MONTH')`. */
export function periods(...texts: string[]): Period[] {
  return texts.map((text) => {
    const [value, type] = text.split(' ');
    return { value: Number(value), type: type as Period['type'] };
  });
}

/** An invoice that is due on 10 January 2026 and wholly open; `body` has the contract's field names. */
export function invoice(body: Record<string, unknown> = {}, firstFinalAt: Instant | null = null): InvoiceFacts {
  return readInvoice(
    'inv_1',
    { customer_id: 'cust_1', status: 'FINAL', due_date: '2026-01-10T00:00:00Z', ...body },
    firstFinalAt,
  );
}

export function customer(facts: Partial<CustomerFacts> = {}): CustomerFacts {
  return { ...readCustomer('cust_1', { email: 'ap@acme.example', timezone: 'UTC' }), ...facts };
}

export const NO_FACTS: ResourceFacts = {
  invoice: null,
  payment: null,
  schedule: null,
  subscription: null,
  wallet: null,
};

/** A payment of 10 January 2026, 09:00, for `invoice()` unless told otherwise. */
export function paymentFacts(body: Record<string, unknown> = {}, paid: InvoiceFacts | null = invoice()): ResourceFacts {
  const payment = { customer_id: 'cust_1', invoice_id: 'inv_1', timestamp: '2026-01-10T09:00:00Z', ...body };
  return { ...NO_FACTS, invoice: paid, payment: readPayment('pay_1', payment, t('2026-01-11')) };
}

export const euros = (quantity: string): Record<string, unknown> => ({ amount: { quantity, currency: 'EUR' } });

/** A wallet with so many euros in it. */
export function walletFacts(quantity: string, body: Record<string, unknown> = {}): ResourceFacts {
  const wallet = { customer_id: 'cust_1', wallet_type_id: 'waty_1', open_balance: euros(quantity), ...body };
  return { ...NO_FACTS, wallet: readWallet('wall_1', wallet, 'Prepaid') };
}

/** Terms of a workflow that watches for less than so much. */
export function walletTerms(threshold: Record<string, unknown>, settings: Partial<TermSettings> = {}): Terms {
  return readTerms({ wallet_balance: { threshold } }, settings);
}

export function invoiceFacts(body: Record<string, unknown> = {}): ResourceFacts {
  return { ...NO_FACTS, invoice: invoice(body) };
}

export function trialFacts(endAt: Instant | null, status: string | null = 'ACTIVE', type = 'TRIAL'): ResourceFacts {
  return {
    ...NO_FACTS,
    schedule: { id: 'pps_1', subscriptionId: 'ppsu_1', type, endAt },
    subscription: { id: 'ppsu_1', customerId: 'cust_1', status, name: 'Pro' },
  };
}

export function action(id = 'wact_1', rest: Partial<Action> = {}): Action {
  return {
    id,
    steps: null,
    needsPaymentLink: false,
    needsPdf: false,
    providerActive: true,
    fallbackToContacts: false,
    deliveryWindow: null,
    ...rest,
  };
}

export function entry(status: LedgerEntry['status'], rest: Partial<Omit<LedgerEntry, 'status'>> = {}): LedgerEntry {
  const sentAt = status === 'SENT' || status === 'IN_DOUBT' ? t('2026-01-17T00:00') : null;
  return { actionId: 'wact_1', status, reason: null, sentAt, endedAt: sentAt, retryAt: null, ...rest };
}

export interface Setting extends Partial<Omit<RunContext, 'run' | 'pinned' | 'workflow' | 'now'>> {
  run?: Partial<Run>;
  pinned?: Partial<PinnedDefinition>;
  workflow?: Partial<RunContext['workflow']>;
}

/** A new run of the ladder 7, 15, 30 DAY overdue for `invoice()`, not planned yet. */
export function context(now: string, setting: Setting = {}): RunContext {
  const { run, pinned, workflow, ...rest } = setting;
  return {
    now: t(now),
    run: {
      id: 'run_1',
      type: 'EVENT',
      status: 'ACCEPTED',
      reason: null,
      stopReason: null,
      paused: false,
      cancelled: false,
      anchorAt: null,
      zone: null,
      trial: null,
      occurredAt: null,
      wakeAt: null,
      steps: [],
      ...run,
    },
    pinned: {
      variant: 'OVERDUE',
      periods: periods('7 DAY', '15 DAY', '30 DAY'),
      latePolicy: 'LATEST',
      dueDates: 'INSTANT',
      calendar: null,
      singleStepManual: false,
      ...pinned,
    },
    workflow: { status: 'ACTIVE', customerIds: [], excludedCustomerIds: [], ...workflow },
    actions: [action()],
    terms: DEFAULT_TERMS,
    lastMailAt: null,
    platform: { timezone: null },
    customer: customer(),
    contacts: [],
    suppressed: [],
    facts: invoiceFacts(),
    pdf: 'NONE',
    siblings: [],
    holds: [],
    lateStepsAllowed: true,
    ...rest,
  };
}

/** The run as it stands in Postgres once `evaluation` was written: what a step was skipped with, its waiting deliveries are too. */
export function applied(context: RunContext, evaluation: Evaluation): RunContext {
  const { status, reason, stopReason, anchorAt, zone, wakeAt } = evaluation;
  const steps = evaluation.steps.map((step) => (step.status === 'SKIPPED' ? withoutWaiting(step) : step));
  return { ...context, run: { ...context.run, status, reason, stopReason, anchorAt, zone, wakeAt, steps } };
}

function withoutWaiting(step: Step): Step {
  const ledger = step.ledger.map((own): LedgerEntry =>
    own.status === 'PLANNED' || own.status === 'BLOCKED' ? { ...own, status: 'SKIPPED' } : own,
  );
  return { ...step, ledger };
}

/** What is tried on a run over time. Everything not named stays as it was. */
export type Change = Omit<Setting, 'run'> & { now?: string };

/** A run that lives on: each `at` changes something, evaluates, and writes the answer back. */
export class Life {
  context: RunContext;
  latest: Evaluation;

  constructor(now: string, setting: Setting = {}) {
    this.context = context(now, setting);
    this.latest = this.look();
  }

  /** Something changes at `now`; the run is looked at. */
  at(now: string, change: Change = {}): Evaluation {
    const { pinned, workflow, ...rest } = change;
    this.context = {
      ...this.context,
      ...rest,
      pinned: { ...this.context.pinned, ...pinned },
      workflow: { ...this.context.workflow, ...workflow },
      now: t(now),
    };
    return this.look();
  }

  /** The ledger of a step becomes this; the run is looked at. */
  ledger(now: string, stepId: string, ...ledger: LedgerEntry[]): Evaluation {
    const { run } = this.context;
    if (!run.steps.some(({ id }) => id === stepId)) throw new Error(`The run has no step ${stepId}.`);
    const steps = run.steps.map((step) => (step.id === stepId ? { ...step, ledger } : step));
    this.context = { ...this.context, run: { ...run, steps } };
    return this.at(now);
  }

  /** The step that is due now is sent. */
  sends(now: string, stepId: string): Evaluation {
    const { nextStepId, wakeAt } = this.at(now);
    if (nextStepId !== stepId || wakeAt === null || wakeAt > t(now)) {
      throw new Error(`${stepId} is not due at ${now}, but ${nextStepId ?? 'nothing'} at ${iso(wakeAt) ?? 'no time'}.`);
    }
    return this.ledger(now, stepId, entry('SENT', { sentAt: t(now) }));
  }

  /** An operator does something at `now`; the run is looked at. */
  does(now: string, operation: Operation, newest: Partial<PinnedDefinition> | null = null): Evaluation {
    const result = this.ask(now, operation, newest);
    if ('refused' in result) throw new Error(`Refused: ${result.refused}`);
    this.context = result.context;
    return this.look();
  }

  /** The sentence with which an operation is refused at `now`. */
  refuses(now: string, operation: Operation): string {
    const result = this.ask(now, operation, null);
    return 'refused' in result ? result.refused : 'not refused';
  }

  private ask(now: string, operation: Operation, newest: Partial<PinnedDefinition> | null): Operated {
    const { pinned, terms } = this.context;
    const version = newest && { pinned: { ...pinned, ...newest }, terms };
    return operate({ ...this.context, now: t(now) }, operation, version);
  }

  private look(): Evaluation {
    this.latest = evaluate(this.context);
    this.context = applied(this.context, this.latest);
    return this.latest;
  }
}

/** The ladder in one glance: `7-DAY DONE`, `15-DAY SKIPPED superseded`, `30-DAY PLANNED 2026-02-09T00:00Z`. */
export function ladder({ steps }: Pick<Evaluation, 'steps'>): string[] {
  return steps.map(({ id, status, reason, plannedAt }) => {
    const tail = status === 'PLANNED' ? ` ${iso(plannedAt) ?? ''}` : reason ? ` ${reason}` : '';
    return `${id} ${status}${tail}`;
  });
}

/** Where a run stands: `WAITING for 7-DAY at 2026-01-17T00:00Z`, `BLOCKED on_hold until …`, `STOPPED paid`. */
export function stand({ status, reason, stopReason, nextStepId, wakeAt }: Evaluation): string {
  const why = stopReason ?? reason;
  const step = nextStepId ? ` for ${nextStepId}` : '';
  const when = wakeAt === null ? '' : `${nextStepId ? ' at' : ' until'} ${iso(wakeAt) ?? ''}`;
  return `${status}${why ? ` ${why}` : ''}${step}${when}`;
}
