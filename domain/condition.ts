import { isPositiveDecimal } from './decimal.js';
import type { InvoiceFacts, ScheduleFacts, SubscriptionFacts } from './facts.js';
import type { Reason } from './reasons.js';
import type { Variant } from './types.js';

/** The facts a run is about. Exactly the ones its variant needs are there. */
export interface ResourceFacts {
  invoice: InvoiceFacts | null;
  schedule: ScheduleFacts | null;
  subscription: SubscriptionFacts | null;
}

/** HOLDS: a mail is wanted. STOPS: it never will be, by these facts. WAITS: not now, but facts can change it. */
export type Condition = { kind: 'HOLDS' } | { kind: 'STOPS'; reason: Reason } | { kind: 'WAITS'; reason: Reason };

const HOLDS: Condition = { kind: 'HOLDS' };
const NOT_ELIGIBLE: Condition = { kind: 'WAITS', reason: 'not_eligible' };

/** Whether a reminder of this variant is wanted, by the facts alone (S-C1 … C4). */
export function conditionOf(variant: Variant, facts: ResourceFacts): Condition {
  switch (variant) {
    case 'OVERDUE':
      return facts.invoice ? overdue(facts.invoice) : NOT_ELIGIBLE;
    case 'TO_FINAL':
      return facts.invoice ? toFinal(facts.invoice) : NOT_ELIGIBLE;
    case 'FREE_TRIAL_REMINDER':
      return facts.schedule && facts.subscription ? trial(facts.schedule, facts.subscription) : NOT_ELIGIBLE;
    case 'UPCOMING_PAYMENT_REMINDER':
    case 'FAILED_PAYMENT':
    case 'WALLET_BALANCE':
      return NOT_ELIGIBLE;
  }
}

/** Whether the invoice still has something to pay. Anything that says "paid" wins (S-C1). */
function paidState(invoice: InvoiceFacts): 'paid' | 'settled' | null {
  if (invoice.paid === true || invoice.paymentStatus === 'PAID' || invoice.paymentStatus === 'OVERPAID') return 'paid';
  if (invoice.open !== null && !isPositiveDecimal(invoice.open.quantity)) return 'settled';
  return null;
}

function overdue(invoice: InvoiceFacts): Condition {
  if (invoice.status === 'VOID') return { kind: 'STOPS', reason: 'voided' };
  if (invoice.status === 'ARCHIVED') return { kind: 'STOPS', reason: 'archived' };
  const paid = paidState(invoice);
  if (paid) return { kind: 'STOPS', reason: paid };
  const eligible =
    invoice.status === 'FINAL' &&
    (invoice.type === 'STANDARD' || invoice.type === 'ONE_OFF') &&
    invoice.billingType === 'DEFAULT';
  return eligible ? HOLDS : NOT_ELIGIBLE;
}

function toFinal(invoice: InvoiceFacts): Condition {
  if (invoice.status === 'VOID') return { kind: 'STOPS', reason: 'voided' };
  if (invoice.status === 'ARCHIVED') return { kind: 'STOPS', reason: 'archived' };
  return invoice.status === 'FINAL' ? HOLDS : NOT_ELIGIBLE;
}

function trial(schedule: ScheduleFacts, subscription: SubscriptionFacts): Condition {
  if (['CANCELLED', 'VOID', 'ARCHIVED'].includes(subscription.status ?? ''))
    return { kind: 'STOPS', reason: 'cancelled' };
  return schedule.type === 'TRIAL' ? HOLDS : NOT_ELIGIBLE;
}
