import type { BuiltInMail } from './texts.js';
import type { Phrases } from './phrases.js';

/** A row of the summary box: shown when the value is there. `strong` marks what the reader should look at. */
export interface SummaryRow {
  label: string;
  /** Liquid path, the condition. */
  value: string;
  /** Liquid that shows it. */
  shown: string;
  strong: boolean;
}

export function summaryRows(kind: BuiltInMail['summary'], { labels, credits }: Phrases): SummaryRow[] {
  const row = (label: string, value: string, strong = false): SummaryRow => {
    return { label, value, shown: `{{ ${value} }}`, strong };
  };
  const number = row(labels.number, 'invoice.number');
  const purchaseOrder = row(labels.purchaseOrder, 'invoice.purchase_order_number');
  const issuedOn = row(labels.issuedOn, 'invoice.issued_on');
  const amounts = [
    row(labels.total, 'invoice.total'),
    row(labels.paid, 'invoice.paid'),
    row(labels.open, 'invoice.open', true),
  ];
  switch (kind) {
    case 'invoice':
      return [number, purchaseOrder, issuedOn, row(labels.dueOn, 'invoice.due_on'), ...amounts];
    case 'upcoming':
      return [number, purchaseOrder, issuedOn, ...amounts, row(labels.chargeOn, 'invoice.charge_on', true)];
    case 'payment':
      return [
        row(labels.payment, 'payment.amount', true),
        row(labels.attemptedOn, 'payment.attempted_on'),
        number,
        purchaseOrder,
        issuedOn,
        row(labels.open, 'invoice.open', true),
      ];
    case 'trial':
      return [
        row(labels.subscription, 'trial.subscription_name'),
        row(labels.endsOn, 'trial.ends_on', true),
        row(labels.endsAt, 'trial.ends_at_time'),
      ];
    case 'wallet':
      return [
        row(labels.walletName, 'wallet.name'),
        { ...row(labels.balance, 'wallet.balance', true), shown: inUnit('wallet.balance', credits) },
        { ...row(labels.granted, 'wallet.granted'), shown: inUnit('wallet.granted', credits) },
      ];
  }
}

/** Liquid for a wallet's figure: money as it is, credits with their word. */
export function inUnit(value: string, [one, other]: Phrases['credits']): string {
  return `{% if ${value}_credits %}{{ ${value}_credits | count: "${one}", "${other}" }}{% else %}{{ ${value} }}{% endif %}`;
}
