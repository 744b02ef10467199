import type { MailFacts } from '../contracts/mail.js';
import type { Money } from '../domain/types.js';
import { formatDate, formatTime } from './format-date.js';
import { formatMoney } from './format-money.js';

type Text = string | null;

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
    issued_on: Text;
    due_on: Text;
    days_overdue: number | null;
    /** Nothing is left to pay. */
    settled: boolean;
    pay_url: Text;
  };
  trial: { subscription_name: Text; ends_on: Text; ends_at_time: Text; days_left: number | null };
}

/** Formats the facts for one locale. Throws MailContentError `facts_invalid` for an amount or date that is none. */
export function mailValues(facts: MailFacts, locale: string): MailValues {
  const { invoice, trial, sender } = facts;
  const money = (value: Money | null | undefined, field: string) =>
    value ? formatMoney(value, locale, `invoice.${field}`) : null;
  const date = (value: string | null | undefined, field: string) => (value ? formatDate(value, locale, field) : null);
  const senderName = shown(sender.name);
  return {
    sender: { name: senderName, email: sender.email, title: senderName ?? sender.email },
    customer: { name: shown(facts.customerName) },
    invoice: {
      number: shown(invoice?.number),
      purchase_order_number: shown(invoice?.purchaseOrderNumber),
      total: money(invoice?.total, 'total'),
      open: money(invoice?.open, 'open'),
      paid: isZero(invoice?.paid) ? null : money(invoice?.paid, 'paid'),
      issued_on: date(invoice?.issuedOn, 'invoice.issuedOn'),
      due_on: date(invoice?.dueOn, 'invoice.dueOn'),
      days_overdue: invoice?.daysOverdue ?? null,
      settled: invoice?.open != null && isZero(invoice.open),
      pay_url: webUrl(invoice?.payUrl),
    },
    trial: {
      subscription_name: shown(trial?.subscriptionName),
      ends_on: date(trial?.endsOn, 'trial.endsOn'),
      ends_at_time: trial?.endsAtTime
        ? formatTime(trial.endsOn, trial.endsAtTime, trial.zone, locale, 'trial.endsAtTime')
        : null,
      days_left: trial?.daysLeft ?? null,
    },
  };
}

/** Names and numbers as people typed them: blank is none, runs of blanks are one. Line breaks stay: see header-value.ts. */
function shown(value: string | null | undefined): Text {
  const text = (value ?? '').trim().replace(/[ \t]+/g, ' ');
  return text === '' ? null : text;
}

function isZero(money: Money | null | undefined): boolean {
  return money != null && /^-?0+(?:\.0+)?$/.test(money.quantity);
}

/** A button must not run anything: only http and https, everything else is as good as no link. */
function webUrl(value: string | null | undefined): Text {
  if (value == null || !URL.canParse(value)) return null;
  const url = new URL(value);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
}
