import type { MailRequest } from '../../../contracts/mail.js';

/** The facts of the mail that every contestant sends: the first overdue reminder for the invoice of `DunwellFacts`. */
export function benchMail(deliveryId: string, to: string, dateAt: number): MailRequest {
  const sender = { name: 'Bench', email: 'billing@bench.example' };
  return {
    deliveryId,
    from: sender,
    replyTo: null,
    to: { name: 'Acme', email: to },
    cc: [],
    bcc: [],
    subject: null,
    templateName: null,
    platformId: 'plat_bench',
    templates: [],
    dateAt,
    facts: {
      variant: 'OVERDUE',
      locales: ['en'],
      sender,
      customerName: 'Acme',
      invoice: {
        number: 'INV-417',
        purchaseOrderNumber: null,
        total: { quantity: '1200.50', currency: 'EUR' },
        open: { quantity: '1200.50', currency: 'EUR' },
        paid: null,
        issuedOn: '2026-02-01',
        dueOn: '2026-03-03',
        daysOverdue: 1,
        chargeOn: null,
        daysToCharge: null,
        payUrl: null,
      },
      trial: null,
      payment: null,
      wallet: null,
    },
  };
}
