import type { RunWaits } from '../domain/waits.js';
import { bringUpToDate, claimSteps, type Claim, type ClaimRequest } from './claim.js';
import type { Database } from './database.js';
import { markTransmitting, recordDeliveries, type Mark, type Outcome } from './deliveries.js';
import { Grouped } from './grouped.js';

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
const WRITING = { most: 64, atOnce: 1 };

export function createLedger(db: Database): Ledger {
  const claims = new Grouped((requests: readonly ClaimRequest[]) => claimSteps(db, requests), LOCKING);
  const marks = new Grouped((all: readonly Mark[]) => markTransmitting(db, all), WRITING);
  const records = new Grouped((all: readonly Outcome[]) => recordDeliveries(db, all), WRITING);
  const reviews = new Grouped((ids: readonly string[]) => bringUpToDate(db, ids), LOCKING);
  return {
    claim: (request) => claims.ask(request),
    mark: (mark) => marks.ask(mark),
    record: (outcome) => records.ask(outcome),
    review: (runId) => reviews.ask(runId),
  };
}
