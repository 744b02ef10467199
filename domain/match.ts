import { conditionOf, type ResourceFacts } from './condition.js';
import { inScope } from './evaluate.js';
import { samePeriod } from './period.js';
import type { Period, Variant } from './types.js';

/** What matching needs to know of a workflow. */
export interface MatchableWorkflow {
  id: string;
  status: 'DRAFT' | 'ACTIVE' | 'INACTIVE' | 'ARCHIVED';
  variant: Variant | null;
  periods: readonly Period[];
  customerIds: readonly string[];
  excludedCustomerIds: readonly string[];
}

/** Why a workflow gets no run for a resource; null = it does (S-M2). */
export type Mismatch = 'inactive' | 'variant' | 'out_of_scope' | 'period' | null;

export function mismatch(
  workflow: MatchableWorkflow,
  variant: Variant,
  customerId: string,
  period: Period | null,
): Mismatch {
  if (workflow.variant !== variant) return 'variant';
  if (workflow.status !== 'ACTIVE') return 'inactive';
  if (!inScope(workflow, customerId)) return 'out_of_scope';
  if (period !== null && !workflow.periods.some((own) => samePeriod(own, period))) return 'period';
  return null;
}

/** The facts of a resource as they stood at one moment; null = something a reminder needs was not there yet. */
export type CompleteFacts = ResourceFacts | null;

const EVENT_VARIANTS: readonly Variant[] = ['TO_FINAL', 'OVERDUE', 'FREE_TRIAL_REMINDER'];

/**
 * The events that a change of facts makes: the variants whose reminder is wanted after it and was not before (S-A3). The
 * arrival of the last missing fact is the event.
 */
export function eventsOf(before: CompleteFacts, after: CompleteFacts): Variant[] {
  return EVENT_VARIANTS.filter((variant) => isWanted(variant, after) && !isWanted(variant, before));
}

/** Whether an EVENT of this variant fits these facts as they stand. */
export function isWanted(variant: Variant, facts: CompleteFacts): boolean {
  if (!facts || conditionOf(variant, facts).kind !== 'HOLDS') return false;
  if (variant === 'OVERDUE') return facts.invoice?.dueAt != null;
  if (variant === 'FREE_TRIAL_REMINDER') return facts.schedule?.endAt != null;
  return true;
}
