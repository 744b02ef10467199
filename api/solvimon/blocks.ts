import type { WorkflowType } from '../../domain/types.js';

/** The contract's block for each type: same name in workflows, actions and triggers. */
export const BLOCKS = {
  INVOICE: 'invoice',
  PAYMENT: 'payment',
  PRICING_PLAN_SUBSCRIPTION: 'pricing_plan_subscription',
  WALLET: 'wallet',
} as const satisfies Record<WorkflowType, string>;

export type Block = (typeof BLOCKS)[WorkflowType];
