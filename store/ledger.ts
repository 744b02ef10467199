import type { RunWaits } from '../domain/waits.js';
import { bringUpToDate, claimSteps, type Claim, type ClaimRequest } from './claim.js';
import type { Database } from './database.js';
import { markTransmitting, recordDeliveries, type Mark, type Outcome } from './deliveries.js';
import { Grouped, valueOf, type Settled } from './grouped.js';

/** What sending asks of Postgres. What several senders ask for at the same time is done together. */
export interface Ledger {
  /** null = no such run. */
  claim(request: ClaimRequest): Promise<Claim | null>;
  /** false = somebody else holds the delivery now. */
  mark(mark: Mark): Promise<boolean>;
  /** false = somebody else holds the delivery now. */
  record(outcome: Outcome): Promise<boolean>;
  /** Looks at the run again; null = no such run. */
  review(runId: string): Promise<RunWaits | null>;
}

/** Claims and looks hold the locks of their whole group, so they stay small. */
const LOCKING = { most: 32, atOnce: 2 };
/** A message with attachments is written by itself: statements hold all of a group. */
const LARGE_BYTES = 262_144;
const WRITING = { most: 64, atOnce: 1 };

export function createLedger(db: Database): Ledger {
  const claims = new Grouped((requests: readonly ClaimRequest[]) => claimSteps(db, requests), LOCKING);
  // A marker that failed may have been written: it is not tried again, whoever asked has to know.
  const marks = new Grouped(
    (all: readonly Mark[]): Promise<Settled<boolean>[]> =>
      markTransmitting(db, all).catch((error: unknown) => all.map(() => ({ error }))),
    WRITING,
  );
  const records = new Grouped((all: readonly Outcome[]) => recordDeliveries(db, all), WRITING);
  const reviews = new Grouped((ids: readonly string[]) => bringUpToDate(db, ids), LOCKING);
  return {
    claim: (request) => claims.ask(request),
    mark: async (mark) => {
      if ((mark.message?.sealed.length ?? 0) <= LARGE_BYTES) return marks.ask(mark);
      return valueOf((await markTransmitting(db, [mark]))[0]);
    },
    record: (outcome) => records.ask(outcome),
    review: (runId) => reviews.ask(runId),
  };
}
