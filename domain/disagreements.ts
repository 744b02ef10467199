import { compareDecimals, isPositiveDecimal, subtractDecimals } from './decimal.js';
import type { InvoiceFacts } from './facts.js';
import type { Money } from './types.js';

/** Where an invoice's facts contradict each other, a sentence each: which of them counts, too (S-C1). */
export function disagreementsOf(invoice: InvoiceFacts | null): string[] {
  if (!invoice) return [];
  const { paid, paymentStatus } = invoice;
  // What is computed from a total alone says nothing about what was paid.
  const open = (invoice.statedOpen ?? invoice.paidAmount) ? invoice.open : null;
  const saysPaid = paymentStatus === 'PAID' || paymentStatus === 'OVERPAID';
  const saysUnpaid = paymentStatus === 'UNPAID' || paymentStatus === 'PARTIALLY_PAID';
  const found: string[] = [];
  if (saysPaid && paid === false) {
    found.push(`paid is false, but payment_status is ${paymentStatus}: whatever says paid wins.`);
  }
  if (saysUnpaid && paid === true) {
    found.push(`payment_status is ${paymentStatus}, but paid is true: whatever says paid wins.`);
  }
  if (open && isPositiveDecimal(open.quantity) && (saysPaid || paid === true)) {
    const word = paid === true ? 'paid is true' : `payment_status is ${paymentStatus ?? ''}`;
    found.push(`${amount(open)} is open, but ${word}: whatever says paid wins.`);
  }
  if (open && !isPositiveDecimal(open.quantity) && !saysPaid && paid !== true && (saysUnpaid || paid === false)) {
    const word = paid === false ? 'paid is false' : `payment_status is ${paymentStatus ?? ''}`;
    found.push(`${word}, but nothing is open: the invoice counts as settled.`);
  }
  return [...found, ...openAmounts(invoice)];
}

/** The stated open amount beside the one that follows from total and paid part: the smaller counts. */
function openAmounts({ total, paidAmount, statedOpen, open }: InvoiceFacts): string[] {
  if (!total || !statedOpen || !open) return [];
  if (total.currency !== statedOpen.currency) {
    return [
      `open_invoice_amount is in ${statedOpen.currency}, the invoice in ${total.currency}: ${amount(open)} counts.`,
    ];
  }
  const computed = {
    quantity: subtractDecimals(total.quantity, paidAmount?.quantity ?? '0'),
    currency: total.currency,
  };
  if (compareDecimals(computed.quantity, statedOpen.quantity) === 0) return [];
  return [
    `open_invoice_amount is ${amount(statedOpen)}, but the invoice less what was paid is ${amount(computed)}: the smaller counts.`,
  ];
}

export function amount({ quantity, currency }: Money): string {
  return `${quantity} ${currency}`;
}
