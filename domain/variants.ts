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
}

const VARIANTS: Record<Variant, VariantTraits> = {
  TO_FINAL: { type: 'INVOICE', resource: 'INVOICE', direction: 1, ladder: false, respectsPreference: true },
  OVERDUE: { type: 'INVOICE', resource: 'INVOICE', direction: 1, ladder: true, respectsPreference: false },
  UPCOMING_PAYMENT_REMINDER: {
    type: 'INVOICE',
    resource: 'INVOICE',
    direction: -1,
    ladder: true,
    respectsPreference: true,
  },
  FAILED_PAYMENT: { type: 'PAYMENT', resource: 'PAYMENT', direction: 1, ladder: false, respectsPreference: false },
  FREE_TRIAL_REMINDER: {
    type: 'PRICING_PLAN_SUBSCRIPTION',
    resource: 'PRICING_PLAN_SCHEDULE',
    direction: -1,
    ladder: true,
    respectsPreference: false,
  },
  WALLET_BALANCE: { type: 'WALLET', resource: 'WALLET', direction: 1, ladder: false, respectsPreference: false },
};

export function traitsOf(variant: Variant): VariantTraits {
  return VARIANTS[variant];
}

export function directionOf(variant: Variant): 1 | -1 {
  return VARIANTS[variant].direction;
}
