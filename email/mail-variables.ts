import type { Variant } from '../domain/types.js';
import type { MailValues } from './mail-values.js';

/** `invoice.number`, `sender.email`, … : every value there is, so that the compiler names the one that is not explained. */
type ValueName = {
  [Group in Exclude<keyof MailValues, 'parameters'>]: `${Group}.${keyof MailValues[Group] & string}`;
}[Exclude<keyof MailValues, 'parameters'>];

type KnownVariable = ValueName | 'locale' | 'preheader';

/** What a template may name: a known variable, or a parameter, whose name is the workflow's to choose (S-Z4). */
export type VariableName = KnownVariable | `parameters.${string}`;

interface MailVariable {
  type: 'text' | 'number' | 'boolean' | 'decimal' | 'date';
  /** The variants whose facts have it. */
  variants: readonly Variant[];
  meaning: string;
}

const INVOICE: readonly Variant[] = ['TO_FINAL', 'OVERDUE', 'UPCOMING_PAYMENT_REMINDER', 'FAILED_PAYMENT'];
const TRIAL: readonly Variant[] = ['FREE_TRIAL_REMINDER'];
const PAYMENT: readonly Variant[] = ['FAILED_PAYMENT'];
const WALLET: readonly Variant[] = ['WALLET_BALANCE'];
const EVERY: readonly Variant[] = [...INVOICE, ...TRIAL, ...WALLET];

/**
 * The variables of templates, explained once: docs/templates.md, the check of templates and subjects when they are saved, and
 * previews are made from it. `text` is ready to be shown, formatted for the customer’s locale; `decimal` and `date` are for filters.
 */
export const MAIL_VARIABLES: Readonly<Record<KnownVariable, MailVariable>> = {
  'sender.name': text(EVERY, 'the name in From'),
  'sender.email': text(EVERY, 'the address in From'),
  'sender.title': text(EVERY, 'the name in From, else its address'),
  'customer.name': text(EVERY, 'the customer’s name'),
  'invoice.number': text(INVOICE, 'the invoice number'),
  'invoice.purchase_order_number': text(INVOICE, 'the customer’s purchase order'),
  'invoice.total': text(INVOICE, 'the invoice total'),
  'invoice.open': text(INVOICE, 'what is left to pay'),
  'invoice.paid': text(INVOICE, 'what has been paid; empty while nothing has'),
  'invoice.total_quantity': { type: 'decimal', variants: INVOICE, meaning: 'the total, for `money` and comparisons' },
  'invoice.open_quantity': { type: 'decimal', variants: INVOICE, meaning: 'what is left to pay, likewise' },
  'invoice.paid_quantity': { type: 'decimal', variants: INVOICE, meaning: 'what has been paid, likewise' },
  'invoice.currency': text(INVOICE, 'the currency of these, ISO 4217'),
  'invoice.issued_on': text(INVOICE, 'the invoice date'),
  'invoice.due_on': text(INVOICE, 'the due date'),
  'invoice.issued_date': { type: 'date', variants: INVOICE, meaning: 'the invoice date, for `date`' },
  'invoice.due_date': { type: 'date', variants: INVOICE, meaning: 'the due date, for `date`' },
  'invoice.days_overdue': number(INVOICE, 'days since the due date, counted at the send; 0 and below until then'),
  'invoice.charge_on': text(INVOICE, 'when it will be charged; empty once nothing is left to pay'),
  'invoice.charge_date': { type: 'date', variants: INVOICE, meaning: 'the same, for `date`' },
  'invoice.days_to_charge': number(INVOICE, 'days until then, counted at the send'),
  'invoice.settled': { type: 'boolean', variants: INVOICE, meaning: 'whether nothing is left to pay' },
  'invoice.pdf_attached': { type: 'boolean', variants: INVOICE, meaning: 'whether its PDF goes with the mail' },
  'invoice.pay_url': text(INVOICE, 'where to see and pay it; http or https only'),
  'trial.subscription_name': text(TRIAL, 'what is being tried'),
  'trial.ends_on': text(TRIAL, 'when the trial ends'),
  'trial.ends_date': { type: 'date', variants: TRIAL, meaning: 'the same, for `date`' },
  'trial.ends_at_time': text(TRIAL, 'the time of day it ends at; empty when it ends with the day'),
  'trial.days_left': number(TRIAL, 'days until then, counted at the send'),
  'payment.amount': text(PAYMENT, 'the amount that could not be collected'),
  'payment.amount_quantity': { type: 'decimal', variants: PAYMENT, meaning: 'the same, for `money`' },
  'payment.currency': text(PAYMENT, 'its currency, ISO 4217'),
  'payment.attempted_on': text(PAYMENT, 'when it was tried'),
  'payment.attempted_date': { type: 'date', variants: PAYMENT, meaning: 'the same, for `date`' },
  'wallet.name': text(WALLET, 'the name of the wallet’s type, else its reference'),
  'wallet.balance': text(WALLET, 'what is left in it: money, or a number of credits'),
  'wallet.balance_credits': { type: 'decimal', variants: WALLET, meaning: 'the credits, for `count`; empty for money' },
  'wallet.granted': text(WALLET, 'what it was filled with'),
  'wallet.granted_credits': { type: 'decimal', variants: WALLET, meaning: 'the credits, for `count`; empty for money' },
  locale: text(EVERY, 'the locale that values are formatted for'),
  preheader: text(EVERY, 'the template’s preheader; in `html` and `text`'),
};

export function isVariable(name: string): name is VariableName {
  return isKnownVariable(name) || /^parameters\.[^*]+$/.test(name);
}

/**
 * Whether a template may need it: a known value, or a path into `parameters`, whose first name is one that settings can declare and
 * whose others are as Liquid has them after a dot. Nothing is nested deeper than this.
 */
export function isRequirable(name: string): boolean {
  return (
    (isKnownVariable(name) && name.includes('.')) || /^parameters\.[A-Za-z]\w*(?:\.[\p{L}\p{N}_-]+){0,16}$/u.test(name)
  );
}

export function isKnownVariable(name: string): name is KnownVariable {
  return Object.hasOwn(MAIL_VARIABLES, name);
}

/** The known name that is most like it; null when none is. */
export function nearestVariable(name: string): KnownVariable | null {
  const known = (Object.keys(MAIL_VARIABLES) as KnownVariable[])
    .map((one) => ({ one, far: distance(name, one) }))
    .sort((a, b) => a.far - b.far)[0];
  return known && known.far <= Math.max(3, name.length / 2) ? known.one : null;
}

/** Those of the names that are at most so many letters away. */
export function nearNames(name: string, known: readonly string[], far: number): string[] {
  return known.filter((one) => distance(name, one) <= far).sort();
}

/** Levenshtein: how many letters have to be put in, left out or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min((row[j] ?? 0) + (letter === other ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

function text(variants: readonly Variant[], meaning: string): MailVariable {
  return { type: 'text', variants, meaning };
}

function number(variants: readonly Variant[], meaning: string): MailVariable {
  return { type: 'number', variants, meaning };
}
