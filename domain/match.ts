import { conditionOf, type ResourceFacts } from './condition.js';
import { inScope } from './evaluate.js';
import type { Terms } from './terms.js';
import { traitsOf, VARIANTS } from './variants.js';
import { levelOf } from './wallet.js';
import { samePeriod } from './period.js';
import type { Period, ResourceType, Variant } from './types.js';

/** What matching needs to know of a workflow. */
export interface MatchableWorkflow {
  id: string;
  status: 'DRAFT' | 'ACTIVE' | 'INACTIVE' | 'ARCHIVED';
  variant: Variant | null;
  periods: readonly Period[];
  customerIds: readonly string[];
  excludedCustomerIds: readonly string[];
  terms: Terms;
  /** false = only calls, the clock and backfills start it (S-Z4). */
  eventTrigger: boolean;
}

/** Why a workflow gets no run for a resource; null = it does (S-M2). */
export type Mismatch = 'inactive' | 'event_trigger_off' | 'variant' | 'out_of_scope' | 'period' | 'wallet' | null;

export function mismatch(
  workflow: MatchableWorkflow,
  variant: Variant,
  customerId: string,
  period: Period | null,
  facts: Pick<ResourceFacts, 'wallet'>,
): Mismatch {
  if (workflow.variant !== variant) return 'variant';
  if (workflow.status !== 'ACTIVE') return 'inactive';
  if (!workflow.eventTrigger) return 'event_trigger_off';
  if (!inScope(workflow, customerId)) return 'out_of_scope';
  if (period !== null && !workflow.periods.some((own) => samePeriod(own, period))) return 'period';
  // Another wallet type, currency or credit type (S-C5).
  if (facts.wallet && (!workflow.terms.wallet || levelOf(facts.wallet, workflow.terms.wallet) === null))
    return 'wallet';
  return null;
}

/** Those whose reminder a change of this resource can make wanted; WALLET_BALANCE asks how the balance has moved, too. */
export function variantsOf(type: ResourceType): Variant[] {
  return VARIANTS.filter((variant) => traitsOf(variant).resource === type);
}

/**
 * Whether a change of facts is the event of a variant: its reminder is wanted after it and was not before (S-A3). The arrival
 * of the last missing fact is the event.
 */
export function isEvent(variant: Variant, before: ResourceFacts | null, after: ResourceFacts, terms: Terms): boolean {
  return isWanted(variant, after, terms) && !(before && isWanted(variant, before, terms));
}

/** Whether an EVENT of this variant fits these facts as they stand. */
export function isWanted(variant: Variant, facts: ResourceFacts, terms: Terms): boolean {
  if (conditionOf(variant, facts, terms).kind !== 'HOLDS') return false;
  switch (variant) {
    case 'OVERDUE':
      return facts.invoice?.dueAt != null;
    case 'UPCOMING_PAYMENT_REMINDER':
      return facts.invoice?.chargeAt != null || facts.invoice?.dueAt != null;
    case 'FREE_TRIAL_REMINDER':
      return facts.schedule?.endAt != null;
    case 'TO_FINAL':
    case 'FAILED_PAYMENT':
    case 'WALLET_BALANCE':
      return true;
  }
}
