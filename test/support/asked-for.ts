import type { TriggerRequest } from '../../store/triggers.js';

/** An EVENT of an overdue invoice, as the API would ask for it. */
export function askedFor(invoiceId: string, workflowId: string | null): TriggerRequest {
  return {
    type: 'EVENT',
    workflowId,
    customerId: null,
    variant: 'OVERDUE',
    targetType: 'INVOICE',
    resource: { type: 'INVOICE', id: invoiceId, field: 'invoice.invoice_id' },
    subscriptionId: null,
    walletTypeId: null,
    period: null,
    trialEndAt: null,
    target: { invoice: { invoice_id: invoiceId, event: { variant: 'OVERDUE' } } },
    variantField: 'invoice.event.variant',
    periodField: 'invoice.event.overdue.period',
  };
}
