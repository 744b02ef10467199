import type { DueDates, TrialOverride } from './anchor.js';
import type { Calendar } from './calendar.js';
import type { Terms } from './terms.js';
import type { ResourceFacts } from './condition.js';
import type { ContactFacts, CustomerFacts } from './facts.js';
import type { LatePolicy, Shift } from './plan.js';
import type { Reason } from './reasons.js';
import type { Instant, Period, TriggerType, Variant } from './types.js';

export type RunStatus = 'ACCEPTED' | 'WAITING' | 'SENDING' | 'BLOCKED' | 'PAUSED' | 'COMPLETED' | 'STOPPED' | 'FAILED';

export type StepStatus = 'PLANNED' | 'DONE' | 'SKIPPED' | 'BLOCKED' | 'FAILED';

export type DeliveryStatus =
  'PLANNED' | 'CLAIMED' | 'TRANSMITTING' | 'SENT' | 'REJECTED' | 'IN_DOUBT' | 'SKIPPED' | 'BLOCKED';

export interface LedgerEntry {
  actionId: string;
  status: DeliveryStatus;
  reason: Reason | null;
  sentAt: Instant | null;
  /** When its last attempt came to an outcome, whatever it was; null = it never did. */
  endedAt: Instant | null;
  /** BLOCKED by something no fact tells us about (a provider): when to try again by itself. */
  retryAt: Instant | null;
  /** IN_DOUBT, and its sender, who was given up, may still be at work: until when, by the wall clock. Absent or null = nobody is. */
  busyUntil?: Instant | null;
}

/** A delivery of the same workflow and resource in another run. */
export interface SiblingDelivery {
  periods: readonly Period[];
  status: DeliveryStatus;
}

export interface Step {
  id: string;
  /** EXTRA: sent once more by an operator; it stands beside the ladder (S-R3). */
  kind: 'RUNG' | 'EXTRA';
  periods: readonly Period[];
  rawAt: Instant;
  plannedAt: Instant;
  shifts: readonly Shift[];
  status: StepStatus;
  reason: Reason | null;
  late: boolean;
  sentAt: Instant | null;
  ledger: readonly LedgerEntry[];
}

/** It has not come to an end: it goes, or waits to be repaired. */
export function isOpen(step: Step): boolean {
  return step.status === 'PLANNED' || step.status === 'BLOCKED';
}

/** An operator's wish: it goes before all others, whatever the calendar, the ladder or other runs say. */
export function isWish(step: Step): boolean {
  return step.kind === 'EXTRA' || step.shifts.some(({ reason }) => reason === 'send_now' || reason === 'resent');
}

/** A doubtful mail that somebody, or the platform, has given up: it never goes again (S-E5). */
export function isDropped({ status, reason }: LedgerEntry): boolean {
  return status === 'SKIPPED' && reason === 'dropped';
}

/** A mail of it is on its way. */
export function inFlight(step: Step): boolean {
  return step.ledger.some(({ status }) => status === 'CLAIMED' || status === 'TRANSMITTING');
}

/** A step counts as sent when any of its deliveries may have reached the customer (S-T5). */
export function isSent(step: Step): boolean {
  return step.ledger.some(({ status }) => status === 'TRANSMITTING' || status === 'SENT' || status === 'IN_DOUBT');
}

/** Open, and nothing of it has gone or is on its way: it still stands where a plan puts it. */
export function isUntouched(step: Step): boolean {
  return isOpen(step) && !isSent(step) && !inFlight(step);
}

/** What was pinned when the run began (S-D6). */
export interface PinnedDefinition {
  variant: Variant;
  /** The ladder, or the one period of a single-step trigger (S-M5); empty for one-step variants. */
  periods: readonly Period[];
  latePolicy: LatePolicy;
  dueDates: DueDates;
  /** The workflow's, else the platform's, as it was then (S-T3). */
  calendar: Calendar | null;
  /** A MANUAL trigger for one period: a person's wish, sent at once (S-T4, S-M7). */
  singleStepManual: boolean;
}

/** A run as it stands in Postgres. */
export interface Run {
  id: string;
  type: TriggerType;
  status: RunStatus;
  reason: Reason | null;
  stopReason: Reason | null;
  /** An operator has paused it: nothing is sent until it is resumed (S-R3). */
  paused: boolean;
  /** An operator cancels it at this moment; once written, its status says so. */
  cancelled: boolean;
  /** The anchor and zone the present steps were counted from; null anchor = not planned yet or no anchor. */
  anchorAt: Instant | null;
  zone: string | null;
  trial: TrialOverride | null;
  /** When the balance crossed the threshold; null where the variant has no crossing. */
  occurredAt: Instant | null;
  wakeAt: Instant | null;
  steps: readonly Step[];
}

/** An action as it stands now: actions are live, never pinned (S-D6). */
export interface Action {
  id: string;
  /** The periods it applies to; null = every step (S-D9). */
  steps: readonly Period[] | null;
  needsPaymentLink: boolean;
  needsPdf: boolean;
  /** false = the integration it sends through may not be used (S-R2). */
  providerActive: boolean;
  /** Who cannot be mailed is replaced by the first contact who can (S-E6). */
  fallbackToContacts: boolean;
  /** How long after the planned instant its mail may still go, as its integration says; null = seven days (S-T7). */
  deliveryWindow: Period | null;
}

/** Whether there is a PDF of the invoice to attach: here, or to be had from the platform's billing source when it is sent. */
export type InvoicePdfState = 'STORED' | 'FETCHABLE' | 'NONE';

/** Everything a decision about one run is made from, read under the locks of one transaction. */
export interface RunContext {
  now: Instant;
  run: Run;
  pinned: PinnedDefinition;
  workflow: {
    status: 'DRAFT' | 'ACTIVE' | 'INACTIVE' | 'ARCHIVED';
    customerIds: readonly string[];
    excludedCustomerIds: readonly string[];
  };
  /** The ACTIVE actions in order of creation (S-D7). */
  actions: readonly Action[];
  /** The threshold as pinned, the rest live (S-D6). */
  terms: Terms;
  platform: { timezone: string | null };
  customer: CustomerFacts;
  /** The customer's contacts that have an address, in order of creation. */
  contacts: readonly ContactFacts[];
  /** Of the addresses of the customer, the contacts and the actions those that are suppressed, spelled as they are there (S-E6). */
  suppressed: readonly string[];
  facts: ResourceFacts;
  pdf: InvoicePdfState;
  /** The holds on the customer or the invoice that nobody has ended; some may have run out (S-C6). */
  holds: readonly { until: Instant | null }[];
  /** What other runs of this workflow and resource have sent or are sending; only the claim reads it under locks (S-M7). */
  siblings: readonly SiblingDelivery[];
  /** The last mail of another run of this workflow about this wallet. */
  lastMailAt: Instant | null;
  /** false: the blast guard lets no further late step through (S-T4). */
  lateStepsAllowed: boolean;
}
