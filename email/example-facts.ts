import type { MailFacts } from '../contracts/mail.js';
import type { Variant } from '../domain/types.js';

const INVOICE: MailFacts['invoice'] = {
  number: '2026-0042',
  purchaseOrderNumber: 'PO-7731',
  total: { quantity: '1210.00', currency: 'EUR' },
  open: { quantity: '810.00', currency: 'EUR' },
  paid: { quantity: '400.00', currency: 'EUR' },
  issuedOn: '2026-02-01',
  dueOn: '2026-03-02',
  daysOverdue: 7,
  chargeOn: '2026-03-12',
  daysToCharge: 3,
  payUrl: 'https://pay.acme.example/2026-0042',
};
const TRIAL: MailFacts['trial'] = {
  subscriptionName: 'Analytics Pro',
  endsOn: '2026-03-16',
  endsAtTime: '17:00',
  zone: 'Europe/Amsterdam',
  daysLeft: 7,
};
const PAYMENT: MailFacts['payment'] = { amount: { quantity: '810.00', currency: 'EUR' }, attemptedOn: '2026-03-09' };
const WALLET: MailFacts['wallet'] = {
  name: 'API calls',
  balance: { credits: '1250.5' },
  granted: { credits: '10000' },
};

/** What a preview shows when it is given no facts; null = of every variant at once, for trying a template that any may use. */
export function exampleFacts(variant: Variant | null, locales: readonly string[]): MailFacts {
  const of = <Fact>(fact: Fact, ...variants: Variant[]): Fact | null =>
    variant === null || variants.includes(variant) ? fact : null;
  return {
    variant: variant ?? 'OVERDUE',
    locales,
    sender: { name: 'Acme', email: 'billing@acme.example' },
    customerName: 'Zoë van Dijk',
    invoice: of(INVOICE, 'TO_FINAL', 'OVERDUE', 'UPCOMING_PAYMENT_REMINDER', 'FAILED_PAYMENT'),
    trial: of(TRIAL, 'FREE_TRIAL_REMINDER'),
    payment: of(PAYMENT, 'FAILED_PAYMENT'),
    wallet: of(WALLET, 'WALLET_BALANCE'),
  };
}
