import type { MailFacts, MailInvoice } from '../../contracts/mail.js';
import { sampleInvoice, samplePayment, sampleTrial, sampleWallet } from './sample-request.js';

const nobody = { name: null, email: 'billing@acme.example.com' };
const amounts: Pick<MailInvoice, 'total' | 'open' | 'paid'>[] = [
  { total: null, open: null, paid: null },
  { total: sampleInvoice.total, open: null, paid: null },
  { total: null, open: sampleInvoice.open, paid: { quantity: '0', currency: 'EUR' } },
  { total: sampleInvoice.total, open: sampleInvoice.open, paid: sampleInvoice.paid },
  { total: sampleInvoice.total, open: { quantity: '0.00', currency: 'EUR' }, paid: sampleInvoice.total },
];
const dues: Partial<MailInvoice>[] = [
  { dueOn: null, daysOverdue: null },
  { dueOn: null, daysOverdue: 40 },
  ...[null, -3, 0, 1, 12, 40].map((daysOverdue) => ({ daysOverdue })),
];
const charges: Partial<MailInvoice>[] = [
  { chargeOn: null, daysToCharge: null },
  { chargeOn: null, daysToCharge: 3 },
  ...[null, -3, 0, 1, 3].map((daysToCharge) => ({ daysToCharge })),
];

/** Every combination of what may be missing from the facts of a variant and around them. */
export function* factsOf(variant: MailFacts['variant'], locale: string): Generator<MailFacts> {
  const base: MailFacts = {
    variant,
    locales: [locale],
    sender: nobody,
    customerName: null,
    invoice: null,
    trial: null,
    payment: null,
    wallet: null,
  };
  yield base;
  switch (variant) {
    case 'TO_FINAL':
    case 'OVERDUE':
      return yield* invoices(base, dues);
    case 'UPCOMING_PAYMENT_REMINDER':
      return yield* invoices(base, charges);
    case 'FAILED_PAYMENT':
      return yield* payments(base);
    case 'FREE_TRIAL_REMINDER':
      return yield* trials(base);
    case 'WALLET_BALANCE':
      return yield* wallets(base);
  }
}

function* invoices(base: MailFacts, dates: readonly Partial<MailInvoice>[]): Generator<MailFacts> {
  for (const amount of amounts) {
    for (const date of dates) {
      const invoice = { ...sampleInvoice, ...amount, ...date };
      const bare = { ...invoice, number: null, purchaseOrderNumber: null, issuedOn: null, payUrl: null };
      yield { ...base, sender: { name: 'Acme', email: nobody.email }, customerName: 'Zoë', invoice };
      yield { ...base, invoice: bare };
      yield { ...base, customerName: 'Zoë', invoice: { ...bare, number: 'INV-1' } };
      yield { ...base, invoice: { ...invoice, number: null } };
    }
  }
}

function* payments(base: MailFacts): Generator<MailFacts> {
  for (const amount of [null, samplePayment.amount]) {
    for (const attemptedOn of [null, samplePayment.attemptedOn]) {
      yield { ...base, payment: { amount, attemptedOn } };
      for (const facts of invoices(base, [{}])) yield { ...facts, payment: { amount, attemptedOn } };
    }
  }
}

function* trials(base: MailFacts): Generator<MailFacts> {
  for (const daysLeft of [-1, 0, 1, 3]) {
    for (const subscriptionName of [null, 'Analytics Pro']) {
      yield { ...base, trial: { ...sampleTrial, daysLeft, subscriptionName } };
    }
  }
}

function* wallets(base: MailFacts): Generator<MailFacts> {
  const balances = [null, { money: { quantity: '-5', currency: 'EUR' } }, { credits: '0' }, sampleWallet.balance];
  for (const name of [null, ' ', 'API calls']) {
    for (const balance of balances) {
      for (const granted of [null, { money: { quantity: '100', currency: 'EUR' } }, sampleWallet.granted]) {
        yield { ...base, wallet: { name, balance, granted } };
      }
    }
  }
}
