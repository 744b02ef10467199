import type { MailBalance, MailFacts } from '../contracts/mail.js';
import type { Money } from '../domain/types.js';
import { formatDate, formatTime } from './format-date.js';
import { formatDecimal } from './format-decimal.js';
import { formatMoney } from './format-money.js';
import { visibleText } from './visible-text.js';

type Text = string | null;

/** Of what a call gave as JSON: lists in lists, and so on. */
const DEEPEST = 16;

/**
 * What a template may name, ready to be shown; null = unknown, and false in Liquid. Snake case as in the contract's API.
 * These names are public: templates stored by customers use them.
 */
export interface MailValues {
  sender: { name: Text; email: string; title: string };
  customer: { name: Text };
  invoice: {
    number: Text;
    purchase_order_number: Text;
    total: Text;
    open: Text;
    /** Only when something has been paid already. */
    paid: Text;
    /** The same as decimals, for `money` and for comparing. */
    total_quantity: Text;
    open_quantity: Text;
    paid_quantity: Text;
    currency: Text;
    issued_on: Text;
    due_on: Text;
    /** The same as `2026-03-02`, for `date`. */
    issued_date: Text;
    due_date: Text;
    days_overdue: number | null;
    /** As long as something is left to pay: otherwise nothing will be charged. */
    charge_on: Text;
    charge_date: Text;
    /** As charge_on; negative once the date has passed. */
    days_to_charge: number | null;
    /** Nothing is left to pay. */
    settled: boolean;
    pay_url: Text;
    /** The invoice goes with the mail as a PDF. */
    pdf_attached: boolean;
  };
  trial: { subscription_name: Text; ends_on: Text; ends_date: Text; ends_at_time: Text; days_left: number | null };
  payment: { amount: Text; amount_quantity: Text; currency: Text; attempted_on: Text; attempted_date: Text };
  /**
   * `balance` and `granted` are figures, in money or credits; where they are credits, the `…_credits` beside them is the plain
   * decimal, for the word: `{{ wallet.balance_credits | count: "credit", "credits" }}`.
   */
  wallet: { name: Text; balance: Text; balance_credits: Text; granted: Text; granted_credits: Text };
  /** By the names the workflow declares; texts as they may be shown, the rest as it was given. */
  parameters: Readonly<Record<string, unknown>>;
}

/** Formats the facts for one locale. Throws MailContentError `facts_invalid` for an amount or date that is none. */
export function mailValues(facts: MailFacts, locale: string): MailValues {
  const { invoice, trial, payment, wallet, sender } = facts;
  const money = (value: Money | null | undefined, field: string) => (value ? formatMoney(value, locale, field) : null);
  const date = (value: string | null | undefined, field: string) => (value ? formatDate(value, locale, field) : null);
  const figure = (value: MailBalance | null | undefined, field: string) => {
    if (!value) return null;
    return 'money' in value ? money(value.money, field) : formatDecimal(value.credits, locale, field);
  };
  const settled = isZero(invoice?.open);
  const paid = isZero(invoice?.paid) ? null : invoice?.paid;
  const senderName = shown(sender.name);
  return {
    sender: { name: senderName, email: sender.email, title: senderName ?? sender.email },
    customer: { name: shown(facts.customerName) },
    invoice: {
      number: shown(invoice?.number),
      purchase_order_number: shown(invoice?.purchaseOrderNumber),
      total: money(invoice?.total, 'invoice.total'),
      open: money(invoice?.open, 'invoice.open'),
      paid: money(paid, 'invoice.paid'),
      total_quantity: invoice?.total?.quantity ?? null,
      open_quantity: invoice?.open?.quantity ?? null,
      paid_quantity: paid?.quantity ?? null,
      currency: (invoice?.open ?? invoice?.total ?? paid)?.currency ?? null,
      issued_on: date(invoice?.issuedOn, 'invoice.issuedOn'),
      due_on: date(invoice?.dueOn, 'invoice.dueOn'),
      issued_date: invoice?.issuedOn ?? null,
      due_date: invoice?.dueOn ?? null,
      days_overdue: invoice?.daysOverdue ?? null,
      charge_on: settled ? null : date(invoice?.chargeOn, 'invoice.chargeOn'),
      charge_date: settled ? null : (invoice?.chargeOn ?? null),
      days_to_charge: settled ? null : (invoice?.daysToCharge ?? null),
      settled,
      pay_url: webUrl(invoice?.payUrl),
      pdf_attached: invoice?.pdfAttached ?? false,
    },
    trial: {
      subscription_name: shown(trial?.subscriptionName),
      ends_on: date(trial?.endsOn, 'trial.endsOn'),
      ends_date: trial?.endsOn ?? null,
      ends_at_time: trial?.endsAtTime
        ? formatTime(trial.endsOn, trial.endsAtTime, trial.zone, locale, 'trial.endsAtTime')
        : null,
      days_left: trial?.daysLeft ?? null,
    },
    payment: {
      amount: money(payment?.amount, 'payment.amount'),
      amount_quantity: payment?.amount?.quantity ?? null,
      currency: payment?.amount?.currency ?? null,
      attempted_on: date(payment?.attemptedOn, 'payment.attemptedOn'),
      attempted_date: payment?.attemptedOn ?? null,
    },
    wallet: {
      name: shown(wallet?.name),
      balance: figure(wallet?.balance, 'wallet.balance'),
      balance_credits: credits(wallet?.balance),
      granted: figure(wallet?.granted, 'wallet.granted'),
      granted_credits: credits(wallet?.granted),
    },
    parameters: shownEntries(facts.parameters ?? {}, DEEPEST),
  };
}

/** Names and numbers as people typed them: blank is none, runs of blanks are one. Line breaks stay: see header-value.ts. */
function shown(value: string | null | undefined): Text {
  const text = visibleText(value ?? '')
    .trim()
    .replace(/ +/g, ' ');
  return text === '' ? null : text;
}

/** JSON with its texts as they may be shown; what is nested deeper is left out. */
function shownJson(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return shown(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return null;
  return Array.isArray(value)
    ? value.map((one) => shownJson(one, depth - 1))
    : shownEntries(value as Readonly<Record<string, unknown>>, depth - 1);
}

function shownEntries(values: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shownJson(value, depth)]));
}

function credits(balance: MailBalance | null | undefined): Text {
  return balance && 'credits' in balance ? balance.credits : null;
}

function isZero(money: Money | null | undefined): boolean {
  return money != null && /^-?0+(?:\.0+)?$/.test(money.quantity);
}

/** A button must not run anything, nor name one host and open another (`https://bank.example@…`): as good as no link. */
function webUrl(value: string | null | undefined): Text {
  if (value == null || !URL.canParse(value)) return null;
  const url = new URL(value);
  const web = url.protocol === 'https:' || url.protocol === 'http:';
  return web && url.username === '' && url.password === '' ? url.href : null;
}
