import type { MailFacts, MailInvoice, MailPayment, MailRequest, MailTrial, MailWallet } from '../../contracts/mail.js';
import type { Variant } from '../../domain/types.js';

export const sampleInvoice: MailInvoice = {
  number: 'INV-417',
  purchaseOrderNumber: 'PO-9',
  total: { quantity: '1200.50', currency: 'EUR' },
  open: { quantity: '200.50', currency: 'EUR' },
  paid: { quantity: '1000', currency: 'EUR' },
  issuedOn: '2026-02-01',
  dueOn: '2026-03-03',
  daysOverdue: 12,
  chargeOn: '2026-03-18',
  daysToCharge: 3,
  payUrl: 'https://pay.example.com/i/417?a=1&b=2',
};

export const sampleTrial: MailTrial = {
  subscriptionName: 'Analytics Pro',
  endsOn: '2026-03-20',
  endsAtTime: '17:00',
  zone: 'Europe/Amsterdam',
  daysLeft: 3,
};

export const samplePayment: MailPayment = {
  amount: { quantity: '200.50', currency: 'EUR' },
  attemptedOn: '2026-03-14',
};

export const sampleWallet: MailWallet = {
  name: 'API calls',
  balance: { credits: '1250.50' },
  granted: { credits: '10000' },
};

/** A request that can be composed as it is; `facts` and the rest replace single values. */
export function sampleRequest(facts: Partial<MailFacts> = {}, rest: Partial<MailRequest> = {}): MailRequest {
  return {
    deliveryId: '0198c0de-0000-7000-8000-000000000001',
    from: { name: 'Acme', email: 'billing@acme.example.com' },
    replyTo: null,
    to: { name: 'Zoë', email: 'zoe@customer.example.org' },
    cc: [],
    bcc: [],
    subject: null,
    templateName: null,
    platformId: 'plat_test',
    templates: [],
    dateAt: Date.UTC(2026, 2, 15, 9, 30),
    facts: {
      variant: 'OVERDUE',
      locales: ['en-GB'],
      sender: { name: 'Acme', email: 'billing@acme.example.com' },
      customerName: 'Zoë van Dijk',
      invoice: sampleInvoice,
      trial: null,
      payment: null,
      wallet: null,
      ...facts,
    },
    ...rest,
  };
}

/** A mail of a variant with everything its template can show. */
export function sampleMail(variant: Variant, locale: string, facts: Partial<MailFacts> = {}): MailRequest {
  const about: Partial<MailFacts> = {
    invoice: variant === 'FREE_TRIAL_REMINDER' || variant === 'WALLET_BALANCE' ? null : sampleInvoice,
    trial: variant === 'FREE_TRIAL_REMINDER' ? sampleTrial : null,
    payment: variant === 'FAILED_PAYMENT' ? samplePayment : null,
    wallet: variant === 'WALLET_BALANCE' ? sampleWallet : null,
  };
  return sampleRequest({ variant, locales: [locale], ...about, ...facts });
}
