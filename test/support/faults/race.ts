import { setTimeout as pause } from 'node:timers/promises';
import type { Claim } from '../../../store/claim.js';
import { claimStep } from '../ledger.js';
import type { Harness } from '../harness.js';
import { inParallel } from './in-parallel.js';

/** One round: a change of facts through the API against the claim of a step that is due. */
export interface Round {
  claim: Claim;
  /** A delivery was claimed, and the change had answered before that claim was committed. */
  claimedAfterAnswer: boolean;
  ms: number;
}

interface DueRun {
  id: string;
  resource_id: string;
  plan_revision: number;
  next_step_id: string;
}

const CHANGE_JITTER_MS = 10;
/**
 * The API takes longer to come to its locks than a bare claim does, and how much longer is the machine's affair. So a claim that was
 * first makes the later ones wait a little longer, one that was second makes them wait less: either is first about as often.
 */
const CLAIM_JITTER_MS = 25;
const STEP_MS = 3;

/** Races `change` against the claim, once for every run that is due, eight races at a time. */
export async function raceAgainstClaims(
  h: Harness,
  invoices: readonly string[],
  change: (invoiceId: string) => Promise<{ status: number }>,
): Promise<Round[]> {
  const runs = await h.db.rows<DueRun>(
    `SELECT id, resource_id, plan_revision, next_step_id FROM runs WHERE resource_id = ANY ($1) AND wake_at <= clock_timestamp()`,
    [invoices],
  );
  if (runs.length !== invoices.length) throw new Error(`Only ${String(runs.length)} runs are due.`);
  let jitterMs = CLAIM_JITTER_MS;
  return inParallel(runs, 8, async (run) => {
    const round = await oneRound(h, run, change, jitterMs);
    const claimWasFirst = round.claim.deliveries.length > 0;
    jitterMs = Math.max(0, jitterMs + (claimWasFirst ? STEP_MS : -STEP_MS));
    return round;
  });
}

async function oneRound(
  { db }: Harness,
  run: DueRun,
  change: (invoiceId: string) => Promise<{ status: number }>,
  claimJitterMs: number,
): Promise<Round> {
  const startedAt = performance.now();
  const [committedAtAnswer, claim] = await Promise.all([
    pause(Math.random() * CHANGE_JITTER_MS)
      .then(() => change(run.resource_id))
      .then(({ status }) => {
        if (status !== 200) throw new Error(`The change was answered with ${String(status)}`);
        // The evidence: what is not visible now was committed after the answer.
        return db.row('SELECT id FROM deliveries WHERE run_id = $1', [run.id]);
      }),
    pause(Math.random() * claimJitterMs).then(() =>
      claimStep(db, run.id, run.next_step_id, run.plan_revision, () => null),
    ),
  ]);
  if (!claim) throw new Error(`There is no run ${run.id}`);
  return {
    claim,
    claimedAfterAnswer: claim.deliveries.length > 0 && committedAtAnswer === null,
    ms: performance.now() - startedAt,
  };
}

/** How the rounds came out, for people. */
export function tally(rounds: readonly Round[]): { claimed: number; refused: number; late: number; slowestMs: number } {
  const claimed = rounds.filter(({ claim }) => claim.deliveries.length > 0).length;
  return {
    claimed,
    refused: rounds.length - claimed,
    late: rounds.filter((round) => round.claimedAfterAnswer).length,
    slowestMs: Math.round(Math.max(...rounds.map(({ ms }) => ms))),
  };
}

/** The lock functions as somebody in a hurry would write them: they take no locks. */
export const WITHOUT_LOCKS = `
  CREATE OR REPLACE FUNCTION lock_resources(platforms text[], kinds text[], resources text[]) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM FROM invoices WHERE id = ANY (resources);
  END $$;
  CREATE OR REPLACE FUNCTION lock_runs(wanted text[]) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM FROM runs WHERE id = ANY (wanted);
  END $$;
  CREATE OR REPLACE FUNCTION lock_claims(wanted text[], wanted_steps text[]) RETURNS boolean LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM FROM run_steps WHERE run_id = ANY (wanted);
    RETURN EXISTS (
      SELECT FROM deliveries WHERE run_id = ANY (wanted) AND step_id = ANY (wanted_steps) AND status IN ('CLAIMED', 'TRANSMITTING'));
  END $$;`;
