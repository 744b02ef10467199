import type { Variant } from '../domain/types.js';
import type { LoadedResource } from './resources.js';

/** Why it runs: the contract's `event` or `manual`. */
type Occasion = { event: { variant: Variant } } | { manual: { variant: Variant; user_id: string } };

/** The contract's target block of a trigger that nobody worded: a fact made it, or a call by number. */
export function targetOf({ type, id, facts }: LoadedResource, occasion: Occasion): Record<string, unknown> {
  switch (type) {
    case 'INVOICE':
      return { invoice: { invoice_id: id, ...occasion } };
    case 'PAYMENT':
      return { payment: { payment_id: id, ...occasion } };
    case 'PRICING_PLAN_SCHEDULE':
      return {
        pricing_plan_subscription: {
          pricing_plan_subscription_id: facts.schedule?.subscriptionId,
          pricing_plan_schedule_id: id,
          trial_end_at:
            facts.schedule?.endAt == null ? null : new Date(facts.schedule.endAt).toISOString().replace('.000Z', 'Z'),
          ...occasion,
        },
      };
    case 'WALLET':
      return {
        wallet: {
          ...(facts.wallet?.walletTypeId == null ? {} : { wallet_type_id: facts.wallet.walletTypeId }),
          wallet_id: id,
          wallet_reference: facts.wallet?.reference ?? null,
          ...occasion,
        },
      };
  }
}
