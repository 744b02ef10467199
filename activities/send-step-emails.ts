import { ApplicationFailure } from '@temporalio/activity';
import { FAILURE, type SendStepRequest } from '../contracts/engine.js';
import type { RunWaits } from '../domain/waits.js';
import type { Claim } from '../store/claim.js';
import { backToWaiting } from '../store/deliveries.js';
import { touchRuns } from '../store/touch-runs.js';
import { attemptDelivery, type Attempt } from './attempt.js';
import { PaceExceeded, type ActivityPorts, type Turn } from './ports.js';
import { retryDelayMs, withinWindow } from './retry-delay.js';

/** A claim this little early waits here; anything more arms the timer again (S-T7). */
const EARLY_MS = 2_000;
/** Between two looks at a step that the burst lane is sending. */
const UNDER_WAY_MS = 500;

/** The activity of a run's own execution: what has to be tried again is the engine's to repeat. */
export async function sendStepEmails(ports: ActivityPorts, request: SendStepRequest): Promise<RunWaits> {
  try {
    return await sendStep(ports, request);
  } catch (error) {
    // That is no failure: the next one is not counted by it.
    throw error instanceof PaceExceeded ? retryLater(error.message, error.retryAfterMs) : error;
  }
}

/**
 * Sends a step that is due: claims its deliveries, sends each in order, and answers what the run waits for next. Everything is
 * tried before it throws for a retry, or PaceExceeded. Safe to run any number of times, by any number of workers: the ledger alone
 * decides. `lane`: the burst lane that sends, by the name of its lease.
 */
export async function sendStep(ports: ActivityPorts, request: SendStepRequest, lane?: string): Promise<RunWaits> {
  const { db, ledger } = ports;
  const claim = await claimWhenDue(ports, request, lane);
  const claimedAt = performance.now();
  if (claim.deliveries.length === 0) {
    // Somebody else has sent it: what comes next is told as after a send.
    const ahead = lane === undefined && !claim.waits.closed && !claim.waits.due && claim.earlyMs === 0;
    return (ahead ? await ledger.review(request.runId) : null) ?? claim.waits;
  }

  const attempts: Attempt[] = [];
  for (const delivery of claim.deliveries) attempts.push(await attemptDelivery(ports, claim.loaded, delivery));

  const { pinned } = claim.loaded.context;
  if (pinned.singleStepManual && attempts.some(({ kind }) => kind === 'SENT')) await markSiblings(ports, claim);
  const failed = attempts.filter((attempted) => attempted.kind === 'RETRY');
  if (failed.length > 0) {
    await backToWaiting(db, request.runId);
    // A server that wants to be left alone has said nothing about these mails: they do not wait longer each time.
    const asked = failed.some(({ unasked }) => unasked !== true);
    const times = asked ? 1 + Math.max(...claim.deliveries.map(({ attempts: before }) => before)) : 1;
    const leftMs = claim.windowMs - (performance.now() - claimedAt);
    throw retryLater(failed.map(({ message }) => message).join('; '), retryDelayMs(failed, times, leftMs));
  }
  return (await ledger.review(request.runId)) ?? claim.waits;
}

/** Turns at a provider's pace are waited for between two looks: no claim and no transaction is held, and the facts read last are fresh. */
async function claimWhenDue(
  { ledger, mailer, pace }: ActivityPorts,
  { runId, stepId, revision }: SendStepRequest,
  lane?: string,
): Promise<Claim> {
  const turns: Turn[] = [];
  let alone = false;
  try {
    for (;;) {
      const claim = await ledger.claim({
        runId,
        stepId,
        revision,
        routeCheck: (platform, to, via) => mailer.route(platform.environment, platform.allow_list, to, via),
        turns: turns.map(({ key }) => key),
        alone,
        lane,
      });
      if (!claim) throw ApplicationFailure.nonRetryable(`There is no run ${runId}.`, FAILURE.RUN_UNKNOWN);
      if (claim.lacking.length > 0) {
        try {
          turns.push(...(await pace.take(claim.lacking)));
        } catch (error) {
          if (!(error instanceof PaceExceeded)) throw error;
          // A slow limit never lets several mails of a step through together: they go one by one.
          if (alone || claim.lacking.length === 1) {
            throw new PaceExceeded(withinWindow(error.retryAfterMs, claim.windowMs));
          }
          alone = true;
        }
        continue;
      }
      for (const key of claim.spent) {
        const used = turns.findIndex((turn) => turn.key === key);
        if (used >= 0) turns.splice(used, 1);
      }
      if (claim.underWay && lane === undefined) {
        // The burst lane is sending it. What becomes of it is known in a moment, at the latest when its lease ends.
        await new Promise((resolve) => setTimeout(resolve, UNDER_WAY_MS));
        continue;
      }
      if (claim.earlyMs === 0) return claim;
      // Much too early is a clock of Postgres that is behind the engine's. The engine arms its timer again, which ends at once:
      // without a pause the two would spin.
      await new Promise((resolve) => setTimeout(resolve, Math.min(claim.earlyMs, EARLY_MS)));
      if (claim.earlyMs > EARLY_MS) return claim;
    }
  } finally {
    for (const turn of turns) turn.giveBack();
  }
}

/** A step sent by hand is done with in the runs that still wait for it (S-M7). */
async function markSiblings({ db, tellSoon }: ActivityPorts, { loaded }: Claim): Promise<void> {
  const { platform_id, resource_type, resource_id } = loaded.row;
  tellSoon(
    'RUN',
    await db.transaction((tx) =>
      touchRuns(tx, platform_id, { kind: 'RESOURCE', type: resource_type, id: resource_id }),
    ),
  );
}

/** Whoever asked repeats it after so long. */
function retryLater(message: string, nextRetryDelay: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE.DELIVERY_RETRY,
    message: withoutAddresses(message),
    nextRetryDelay,
  });
}

/** Mail servers like to repeat the recipient. Its address stays in the ledger: nothing personal goes to the engine. */
function withoutAddresses(text: string): string {
  return text.replace(/[^\s<>()[\]"',;:]+@[^\s<>()[\]"',;:]+/g, '(address)');
}
