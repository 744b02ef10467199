import type { ResourceFacts } from './condition.js';
import { startOfUtcDateIn } from './zone.js';
import type { Instant, Variant } from './types.js';

/** Whether midnight UTC in a due date means an instant or a calendar date (platform setting, S-T2). */
export type DueDates = 'INSTANT' | 'DATE';

/** What a trial trigger said and what the stored schedule said when it was accepted (S-M3). */
export interface TrialOverride {
  endAt: Instant;
  scheduleEndAtAcceptance: Instant | null;
}

/**
 * The instant that periods are counted from, or null when the facts have none (S-T5 `no_anchor`).
 * `due_dates: DATE` reads an anchor at exactly 00:00:00Z as that calendar date, 00:00 in the customer's zone.
 */
export function anchorOf(
  variant: Variant,
  facts: ResourceFacts,
  zone: string,
  dueDates: DueDates,
  trial: TrialOverride | null,
): Instant | null {
  switch (variant) {
    case 'OVERDUE':
      return asDate(facts.invoice?.dueAt ?? null, zone, dueDates);
    case 'TO_FINAL':
      return facts.invoice?.finalAt ?? null;
    case 'FREE_TRIAL_REMINDER':
      return asDate(trialEnd(facts.schedule?.endAt ?? null, trial), zone, dueDates);
    case 'UPCOMING_PAYMENT_REMINDER':
    case 'FAILED_PAYMENT':
    case 'WALLET_BALANCE':
      return null;
  }
}

/** The trigger's own end wins until the stored schedule's end changes after acceptance. */
function trialEnd(stored: Instant | null, trial: TrialOverride | null): Instant | null {
  return trial && stored === trial.scheduleEndAtAcceptance ? trial.endAt : stored;
}

/** A date as the platform reads it: under DATE, midnight UTC means that calendar date, 00:00 in the zone. */
export function asDate(at: Instant | null, zone: string, dueDates: DueDates): Instant | null {
  const midnightUtc = at !== null && at % 86_400_000 === 0;
  return dueDates === 'DATE' && midnightUtc ? startOfUtcDateIn(at, zone) : at;
}
