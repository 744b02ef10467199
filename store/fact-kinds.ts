/** The billing facts that are stored, one table each, all of the same shape (S-A3). */
export type FactKind =
  | 'customers'
  | 'contacts'
  | 'invoices'
  | 'payments'
  | 'pricing_plan_subscriptions'
  | 'pricing_plan_schedules'
  | 'wallet_types'
  | 'wallets';

interface FactTraits {
  /** Name of the resource in errors. */
  resourceType:
    | 'CUSTOMER'
    | 'CONTACT'
    | 'INVOICE'
    | 'PAYMENT'
    | 'PRICING_PLAN_SUBSCRIPTION'
    | 'PRICING_PLAN_SCHEDULE'
    | 'WALLET_TYPE'
    | 'WALLET';
  /** The fact it names: field in the body and column of the same name, and that fact's kind. */
  parent: { field: 'customer_id' | 'pricing_plan_subscription_id'; kind: FactKind } | null;
}

const CUSTOMER = { field: 'customer_id', kind: 'customers' } as const;

export const FACT_KINDS: Record<FactKind, FactTraits> = {
  customers: { resourceType: 'CUSTOMER', parent: null },
  contacts: { resourceType: 'CONTACT', parent: CUSTOMER },
  invoices: { resourceType: 'INVOICE', parent: CUSTOMER },
  payments: { resourceType: 'PAYMENT', parent: CUSTOMER },
  pricing_plan_subscriptions: { resourceType: 'PRICING_PLAN_SUBSCRIPTION', parent: CUSTOMER },
  pricing_plan_schedules: {
    resourceType: 'PRICING_PLAN_SCHEDULE',
    parent: { field: 'pricing_plan_subscription_id', kind: 'pricing_plan_subscriptions' },
  },
  wallet_types: { resourceType: 'WALLET_TYPE', parent: null },
  // The type it names is not locked: nothing is judged by it when a wallet arrives.
  wallets: { resourceType: 'WALLET', parent: CUSTOMER },
};
