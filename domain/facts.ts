import { DECIMAL_PATTERN, isPositiveDecimal, subtractDecimals } from './decimal.js';
import type { Instant, Money } from './types.js';
import { readBalance, type WalletFacts } from './wallet.js';

/** A fact as the billing system told it; field names are the contract's. Parsed at the edge, unknown fields kept (S-A3). */
export type FactBody = Readonly<Record<string, unknown>>;

export interface CustomerFacts {
  id: string;
  name: string | null;
  email: string | null;
  timezone: string | null;
  locale: string | null;
  /** The INVOICE/EMAIL notification preference is switched off (S-C1). */
  invoiceMailOff: boolean;
}

/** A contact that has an address. */
export interface ContactFacts {
  email: string;
  name: string | null;
  /** The INVOICE/EMAIL notification preference is switched off. */
  invoiceMailOff: boolean;
}

export interface InvoiceFacts {
  id: string;
  customerId: string;
  number: string | null;
  purchaseOrderNumber: string | null;
  status: string;
  onHold: boolean;
  paid: boolean | null;
  type: string;
  billingType: string;
  paymentStatus: string | null;
  timezone: string | null;
  issuedAt: Instant | null;
  dueAt: Instant | null;
  /** Extension `charge_date`: when it will be collected (S-T6). */
  chargeAt: Instant | null;
  /** `updated_to_final_at`, else when it was first seen FINAL. */
  finalAt: Instant | null;
  /** Which of the two it is. */
  finalFrom: 'updated_to_final_at' | 'first seen FINAL';
  total: Money | null;
  paidAmount: Money | null;
  /** Amount including tax less paid amount; null when no amounts are known. */
  open: Money | null;
  /** `open_invoice_amount` as the billing system states it, whether it counts or not. */
  statedOpen: Money | null;
  payUrl: string | null;
}

export interface SubscriptionFacts {
  id: string;
  customerId: string;
  status: string | null;
  name: string | null;
}

export interface ScheduleFacts {
  id: string;
  subscriptionId: string;
  type: string | null;
  endAt: Instant | null;
}

export interface PaymentFacts {
  id: string;
  customerId: string;
  invoiceId: string | null;
  result: string | null;
  /** `timestamp`, else when it was first seen. */
  at: Instant;
  atFrom: 'timestamp' | 'first seen';
  amount: Money | null;
}

export function readCustomer(id: string, body: FactBody): CustomerFacts {
  const organization = record(body.organization);
  const name = record(record(body.individual)?.name);
  const person = [name?.first_name, name?.infix, name?.last_name].map(text).filter((part) => part !== null);
  return {
    id,
    name: text(organization?.legal_name) ?? (person.length > 0 ? person.join(' ') : null),
    email: text(body.email),
    timezone: text(body.timezone),
    locale: text(body.locale),
    invoiceMailOff: invoiceMailOff(body),
  };
}

/** null = it has no address. */
export function readContact(body: FactBody): ContactFacts | null {
  const email = text(body.email);
  if (email === null) return null;
  return { email, name: text(body.name), invoiceMailOff: invoiceMailOff(body) };
}

export function readInvoice(id: string, body: FactBody, firstFinalAt: Instant | null): InvoiceFacts {
  const total = money(body.invoice_amount_including_tax);
  const paidAmount = money(body.paid_invoice_amount);
  return {
    id,
    customerId: text(body.customer_id) ?? '',
    number: text(body.invoice_number),
    purchaseOrderNumber: text(body.purchase_order_number),
    status: text(body.status) ?? '',
    onHold: body.on_hold === true,
    paid: typeof body.paid === 'boolean' ? body.paid : null,
    type: text(body.type) ?? 'STANDARD',
    billingType: text(body.billing_type) ?? 'DEFAULT',
    paymentStatus: text(body.payment_status),
    timezone: text(body.timezone),
    issuedAt: instant(body.invoice_date),
    dueAt: instant(body.due_date),
    chargeAt: instant(body.charge_date),
    finalAt: instant(body.updated_to_final_at) ?? firstFinalAt,
    finalFrom: instant(body.updated_to_final_at) === null ? 'first seen FINAL' : 'updated_to_final_at',
    total,
    paidAmount,
    open: openAmount(money(body.open_invoice_amount), total, paidAmount),
    statedOpen: money(body.open_invoice_amount),
    payUrl: text(record(body.pay_invoice_link)?.url),
  };
}

export function readSubscription(id: string, body: FactBody): SubscriptionFacts {
  return { id, customerId: text(body.customer_id) ?? '', status: text(body.status), name: text(body.name) };
}

export function readSchedule(id: string, body: FactBody): ScheduleFacts {
  return {
    id,
    subscriptionId: text(body.pricing_plan_subscription_id) ?? '',
    type: text(body.type),
    endAt: instant(body.end_at),
  };
}

export function readPayment(id: string, body: FactBody, firstSeenAt: Instant): PaymentFacts {
  return {
    id,
    customerId: text(body.customer_id) ?? '',
    invoiceId: text(body.invoice_id),
    result: text(body.result),
    at: instant(body.timestamp) ?? firstSeenAt,
    atFrom: instant(body.timestamp) === null ? 'first seen' : 'timestamp',
    amount: money(body.amount),
  };
}

const FAILURES: readonly unknown[] = ['REFUSED', 'ERROR', 'CANCELLED', 'CHARGED_BACK'];

/** Whether a payment came to the same end: one failure told after another is still the first one's (S-T4). */
export function isSameOutcome(before: unknown, after: unknown): boolean {
  return before === after || (FAILURES.includes(before) && FAILURES.includes(after));
}

export function readWallet(id: string, body: FactBody, typeName: string | null): WalletFacts {
  return {
    id,
    customerId: text(body.customer_id) ?? '',
    walletTypeId: text(body.wallet_type_id),
    typeName: text(typeName),
    reference: text(body.reference),
    status: text(body.status),
    open: readBalance(body.open_balance),
    granted: readBalance(body.granted),
  };
}

/** Whether a contact or customer has the INVOICE/EMAIL channel switched off. */
function invoiceMailOff(body: FactBody): boolean {
  return list(body.notification_preferences).some(
    (preference) =>
      preference.type === 'INVOICE' &&
      list(preference.channels).some((channel) => channel.type === 'EMAIL' && channel.enabled === false),
  );
}

/**
 * What is still open (S-C1): amount including tax less paid amount. The billing system's own `open_invoice_amount` is
 * taken when the parts are not both there, and when it is smaller: whatever says "paid" wins.
 */
function openAmount(stated: Money | null, total: Money | null, paid: Money | null): Money | null {
  const computed = total && {
    quantity: subtractDecimals(total.quantity, paid?.quantity ?? '0'),
    currency: total.currency,
  };
  if (!computed || !stated) return stated ?? computed;
  return isPositiveDecimal(subtractDecimals(computed.quantity, stated.quantity)) ? stated : computed;
}

function money(value: unknown): Money | null {
  const amount = record(value);
  const quantity = text(amount?.quantity);
  const currency = text(amount?.currency);
  return quantity !== null && currency !== null && DECIMAL_PATTERN.test(quantity) ? { quantity, currency } : null;
}

function instant(value: unknown): Instant | null {
  return typeof value === 'string' ? Date.parse(value) : null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

function record(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(record).filter((item) => item !== null) : [];
}
