import { isPositiveDecimal } from './decimal.js';
import type { InvoiceFacts, PaymentFacts, ScheduleFacts, SubscriptionFacts } from './facts.js';
import type { Reason } from './reasons.js';
import type { Terms } from './terms.js';
import type { Variant } from './types.js';
import { levelOf, type WalletFacts } from './wallet.js';

/** The facts a run is about. Exactly the ones its variant needs are there. */
export interface ResourceFacts {
  /** Also the invoice that a payment is for, if it is for one. */
  invoice: InvoiceFacts | null;
  payment: PaymentFacts | null;
  schedule: ScheduleFacts | null;
  subscription: SubscriptionFacts | null;
  wallet: WalletFacts | null;
}

/** HOLDS: a mail is wanted. STOPS: it never will be, by these facts. WAITS: not now, but facts can change it. */
export type Condition = { kind: 'HOLDS' } | { kind: 'STOPS'; reason: Reason } | { kind: 'WAITS'; reason: Reason };

const HOLDS: Condition = { kind: 'HOLDS' };
const NOT_ELIGIBLE: Condition = { kind: 'WAITS', reason: 'not_eligible' };

/** Whether a reminder of this variant is wanted, by the facts alone (S-C1 … C5). */
export function conditionOf(variant: Variant, facts: ResourceFacts, terms: Terms): Condition {
  switch (variant) {
    case 'OVERDUE':
    case 'UPCOMING_PAYMENT_REMINDER':
      return facts.invoice ? unpaid(facts.invoice) : NOT_ELIGIBLE;
    case 'TO_FINAL':
      return facts.invoice ? toFinal(facts.invoice) : NOT_ELIGIBLE;
    case 'FREE_TRIAL_REMINDER':
      return facts.schedule && facts.subscription ? trial(facts.schedule, facts.subscription) : NOT_ELIGIBLE;
    case 'FAILED_PAYMENT':
      return facts.payment ? failed(facts.payment, facts.invoice, terms) : NOT_ELIGIBLE;
    case 'WALLET_BALANCE':
      return facts.wallet ? low(facts.wallet, terms) : NOT_ELIGIBLE;
  }
}

/** Whether the invoice still has something to pay. Anything that says "paid" wins (S-C1). */
function paidState(invoice: InvoiceFacts): 'paid' | 'settled' | null {
  if (invoice.paid === true || invoice.paymentStatus === 'PAID' || invoice.paymentStatus === 'OVERPAID') return 'paid';
  if (invoice.open !== null && !isPositiveDecimal(invoice.open.quantity)) return 'settled';
  return null;
}

/** What has made an invoice nothing to remind of. */
function endOf(invoice: InvoiceFacts): Reason | null {
  if (invoice.status === 'VOID') return 'voided';
  if (invoice.status === 'ARCHIVED') return 'archived';
  return paidState(invoice);
}

function unpaid(invoice: InvoiceFacts): Condition {
  const ended = endOf(invoice);
  if (ended) return { kind: 'STOPS', reason: ended };
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

/** A payment that failed is nothing to tell of once its invoice was paid another way (S-C3). */
function failed(payment: PaymentFacts, invoice: InvoiceFacts | null, terms: Terms): Condition {
  // Without the invoice it names nobody knows whether it was paid.
  if (payment.invoiceId !== null && invoice === null) return NOT_ELIGIBLE;
  const ended = invoice && endOf(invoice);
  if (ended) return { kind: 'STOPS', reason: ended };
  return payment.result !== null && terms.failedResults.includes(payment.result) ? HOLDS : NOT_ELIGIBLE;
}

function low(wallet: WalletFacts, terms: Terms): Condition {
  if (wallet.status === 'ARCHIVED') return { kind: 'STOPS', reason: 'archived' };
  switch (terms.wallet && levelOf(wallet, terms.wallet)) {
    case 'BELOW':
      return HOLDS;
    case 'ABOVE':
      return { kind: 'STOPS', reason: 'recovered' };
    case null:
      return NOT_ELIGIBLE;
  }
}

function trial(schedule: ScheduleFacts, subscription: SubscriptionFacts): Condition {
  if (['CANCELLED', 'VOID', 'ARCHIVED'].includes(subscription.status ?? ''))
    return { kind: 'STOPS', reason: 'cancelled' };
  return schedule.type === 'TRIAL' ? HOLDS : NOT_ELIGIBLE;
}
