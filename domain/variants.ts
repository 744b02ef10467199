import type { ResourceType, Variant, WorkflowType } from './types.js';

interface VariantTraits {
  type: WorkflowType;
  resource: ResourceType;
  /** +1: steps follow the anchor; -1: they lead up to it. */
  direction: 1 | -1;
  /** Whether the workflow names periods, or has the one step at its anchor. */
  ladder: boolean;
  /** Polite news that the INVOICE/EMAIL preference switches off; a demand for payment is not (S-C1). */
  respectsPreference: boolean;
  /** Whether facts can bring a closed run back; a wallet that crosses again has a run of its own. */
  reopens: boolean;
}

const TRAITS: Record<Variant, VariantTraits> = {
  TO_FINAL: {
    type: 'INVOICE',
    resource: 'INVOICE',
    direction: 1,
    ladder: false,
    respectsPreference: true,
    reopens: true,
  },
  OVERDUE: {
    type: 'INVOICE',
    resource: 'INVOICE',
    direction: 1,
    ladder: true,
    respectsPreference: false,
    reopens: true,
  },
  UPCOMING_PAYMENT_REMINDER: {
    type: 'INVOICE',
    resource: 'INVOICE',
    direction: -1,
    ladder: true,
    respectsPreference: true,
    reopens: true,
  },
  FAILED_PAYMENT: {
    type: 'PAYMENT',
    resource: 'PAYMENT',
    direction: 1,
    ladder: false,
    respectsPreference: false,
    reopens: true,
  },
  FREE_TRIAL_REMINDER: {
    type: 'PRICING_PLAN_SUBSCRIPTION',
    resource: 'PRICING_PLAN_SCHEDULE',
    direction: -1,
    ladder: true,
    respectsPreference: false,
    reopens: true,
  },
  WALLET_BALANCE: {
    type: 'WALLET',
    resource: 'WALLET',
    direction: 1,
    ladder: false,
    respectsPreference: false,
    reopens: false,
  },
};

export const VARIANTS = Object.keys(TRAITS) as Variant[];

export function traitsOf(variant: Variant): VariantTraits {
  return TRAITS[variant];
}

export function directionOf(variant: Variant): 1 | -1 {
  return TRAITS[variant].direction;
}
