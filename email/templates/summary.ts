import type { BuiltInMail } from './texts.js';
import type { Phrases } from './phrases.js';

/** A row of the summary box: shown when the value is there. `strong` marks what the reader should look at. */
export interface SummaryRow {
  label: string;
  /** Liquid path, also the condition. */
  value: string;
  strong: boolean;
}

export function summaryRows(kind: BuiltInMail['summary'], labels: Phrases['labels']): SummaryRow[] {
  const row = (label: string, value: string, strong = false): SummaryRow => ({ label, value, strong });
  if (kind === 'trial') {
    return [
      row(labels.subscription, 'trial.subscription_name'),
      row(labels.endsOn, 'trial.ends_on', true),
      row(labels.endsAt, 'trial.ends_at_time'),
    ];
  }
  return [
    row(labels.number, 'invoice.number'),
    row(labels.purchaseOrder, 'invoice.purchase_order_number'),
    row(labels.issuedOn, 'invoice.issued_on'),
    row(labels.dueOn, 'invoice.due_on'),
    row(labels.total, 'invoice.total'),
    row(labels.paid, 'invoice.paid'),
    row(labels.open, 'invoice.open', true),
  ];
}
