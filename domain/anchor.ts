import type { ResourceFacts } from './condition.js';
import type { Terms } from './terms.js';
import { addPeriod, startOfUtcDateIn } from './zone.js';
import type { Instant, Variant } from './types.js';

/** Whether midnight UTC in a due date means an instant or a calendar date (platform setting, S-T2). */
export type DueDates = 'INSTANT' | 'DATE';

/** What a trial trigger said and what the stored schedule said when it was accepted (S-M3). */
export interface TrialOverride {
  endAt: Instant;
  scheduleEndAtAcceptance: Instant | null;
}

/** What a run itself brings to its anchor. */
export interface Occasion {
  trial: TrialOverride | null;
  /** When the wallet's balance crossed the threshold; null = no wallet. */
  occurredAt: Instant | null;
  /** The last mail of the same workflow about the same wallet, in another run. */
  lastMailAt: Instant | null;
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
  { trial, occurredAt, lastMailAt }: Occasion,
  terms: Terms,
): Instant | null {
  switch (variant) {
    case 'OVERDUE':
      return asDate(facts.invoice?.dueAt ?? null, zone, dueDates);
    case 'TO_FINAL':
      return facts.invoice?.finalAt ?? null;
    case 'FREE_TRIAL_REMINDER':
      return asDate(trialEnd(facts.schedule?.endAt ?? null, trial), zone, dueDates);
    case 'UPCOMING_PAYMENT_REMINDER':
      return asDate(facts.invoice?.chargeAt ?? facts.invoice?.dueAt ?? null, zone, dueDates);
    case 'FAILED_PAYMENT':
      return facts.payment?.at ?? null;
    case 'WALLET_BALANCE': {
      // A crossing within the cooldown waits for its end, counted from the last mail (S-C5).
      if (occurredAt === null || lastMailAt === null || !terms.wallet) return occurredAt;
      return Math.max(occurredAt, addPeriod(lastMailAt, terms.wallet.cooldown, 1, zone));
    }
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
