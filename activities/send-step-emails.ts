import { ApplicationFailure } from '@temporalio/activity';
import { FAILURE, type SendStepRequest } from '../contracts/engine.js';
import type { RunWaits } from '../domain/waits.js';
import { claimStep, reviewRun, type Claim } from '../store/claim.js';
import { backToWaiting } from '../store/deliveries.js';
import { touchRuns } from '../store/touch-runs.js';
import { attemptDelivery, type Attempt } from './attempt.js';
import type { ActivityPorts } from './ports.js';

/** A claim this little early waits here; anything more arms the timer again (S-T7). */
const EARLY_MS = 2_000;

/**
 * Sends a step that is due: claims its deliveries, sends each in order, and answers what the run waits for next. Everything is
 * tried before it throws for a retry. Safe to run any number of times, by any number of workers: the ledger alone decides.
 */
export async function sendStepEmails(ports: ActivityPorts, request: SendStepRequest): Promise<RunWaits> {
  const { db } = ports;
  const claim = await claimWhenDue(ports, request);
  if (claim.deliveries.length === 0) return claim.waits;

  const attempts: Attempt[] = [];
  for (const delivery of claim.deliveries) attempts.push(await attemptDelivery(ports, claim.loaded, delivery));

  const { pinned } = claim.loaded.context;
  if (pinned.singleStepManual && attempts.some(({ kind }) => kind === 'SENT')) await markSiblings(ports, claim);
  const failed = attempts.filter((attempt) => attempt.kind === 'RETRY');
  if (failed.length > 0) {
    await backToWaiting(db, request.runId);
    throw retryLater(failed);
  }
  return (await reviewRun(db, request.runId)) ?? claim.waits;
}

async function claimWhenDue(
  { db, mailer }: ActivityPorts,
  { runId, stepId, revision }: SendStepRequest,
): Promise<Claim> {
  for (;;) {
    const claim = await claimStep(db, runId, stepId, revision, (platform, to, via) => {
      const route = mailer.route(platform.environment, platform.allow_list, to, via);
      return 'blocked' in route ? route.blocked : null;
    });
    if (!claim) throw ApplicationFailure.nonRetryable(`There is no run ${runId}.`, FAILURE.RUN_UNKNOWN);
    if (claim.earlyMs === 0) return claim;
    // Much too early is a clock of Postgres that is behind the engine's. The engine arms its timer again, which ends at once:
    // without a pause the two would spin.
    await new Promise((resolve) => setTimeout(resolve, Math.min(claim.earlyMs, EARLY_MS)));
    if (claim.earlyMs > EARLY_MS) return claim;
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

/** The engine repeats the activity: after the server's own delay when it named one, else by the retry policy. */
function retryLater(failed: readonly Extract<Attempt, { kind: 'RETRY' }>[]): ApplicationFailure {
  const delays = failed.flatMap(({ retryAfterMs }) => (retryAfterMs === null ? [] : [retryAfterMs]));
  return ApplicationFailure.create({
    type: FAILURE.DELIVERY_RETRY,
    message: failed.map(({ message }) => withoutAddresses(message)).join('; '),
    ...(delays.length > 0 ? { nextRetryDelay: Math.max(...delays) } : {}),
  });
}

/** Mail servers like to repeat the recipient. Its address stays in the ledger: nothing personal goes to the engine. */
function withoutAddresses(text: string): string {
  return text.replace(/[^\s<>()[\]"',;:]+@[^\s<>()[\]"',;:]+/g, '(address)');
}
