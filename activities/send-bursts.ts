import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/activity';
import { setTimeout as pause } from 'node:timers/promises';
import { BURST_LANES, type BurstProgress } from '../contracts/engine.js';
import type { RunWaits } from '../domain/waits.js';
import { LATEST_MS, dueSteps, handOver, nextInLane, type DueStep } from '../store/burst-lane.js';
import { releaseLease, takeLease } from '../store/leases.js';
import { PaceExceeded, type ActivityPorts } from './ports.js';
import { sendStep } from './send-step-emails.js';

/** Steps of one lane that are under way at once. */
const AT_ONCE = 32;
/** What a lane that died had claimed is left alone for so long. */
const LEASE_MS = 15_000;
const RENEW_MS = 3_000;
/** One call of the activity lasts no longer, then the engine shows how far it is. */
const LONGEST_MS = 5 * 60_000;
const REST_MS = 200;
/** A turn at a provider's pace that comes within this is waited for by the lane. */
const SOON_MS = 5_000;

/**
 * The burst lane: takes steps that are due and that nobody has claimed, many at once, until there are none. Each goes as by its run's
 * own execution, by the same code; what they ask of Postgres is done together. The executions wake later, and find it done.
 */
export async function sendBursts(
  ports: ActivityPorts,
  { lane }: { lane: number },
  show: (progress: BurstProgress) => void,
  stopping: AbortSignal,
): Promise<BurstProgress> {
  const { db, log } = ports;
  const name = `lane/${String(lane)}/${randomUUID()}`;
  const endBy = Date.now() + LONGEST_MS;
  const underWay = new Map<string, Promise<void>>();
  /** Runs whose provider's limit lets nothing through before that. */
  const later = new Map<string, number>();
  let handled = 0;

  const send = async (step: DueStep): Promise<void> => {
    try {
      const waits = await sendStep(ports, step, name);
      handled += 1;
      if (needsEngine(waits)) await giveBack(ports, step.runId);
    } catch (error) {
      if (error instanceof PaceExceeded && error.retryAfterMs <= SOON_MS) {
        later.set(step.runId, Date.now() + error.retryAfterMs);
        return;
      }
      log.warn({ run: step.runId, error: String(error) }, 'the burst lane leaves this to the run itself');
      await giveBack(ports, step.runId, delayOf(error));
    }
  };
  const start = (step: DueStep): void => {
    const sent = send(step)
      .catch((error: unknown) => {
        log.error({ run: step.runId, error: String(error) }, 'the burst lane could not give this back');
        later.set(step.runId, Date.now() + LEASE_MS);
      })
      .finally(() => underWay.delete(step.runId));
    underWay.set(step.runId, sent);
  };

  await takeLease(db, name, LEASE_MS, true);
  // Without its lease the lane marks nothing any more; what is lost here is only time.
  let renewal: Promise<unknown> = Promise.resolve();
  const renewing = setInterval(() => {
    renewal = takeLease(db, name, LEASE_MS, true).catch(() => undefined);
  }, RENEW_MS);
  try {
    while (!stopping.aborted && Date.now() < endBy) {
      for (const [runId, at] of later) if (at <= Date.now()) later.delete(runId);
      const room = AT_ONCE - underWay.size;
      const except = [...underWay.keys(), ...later.keys()];
      const due = room === 0 ? [] : await dueSteps(db, { lane, lanes: BURST_LANES, limit: room, except });
      for (const step of due) start(step);
      show({ handled, more: true });
      // Those that hang do not keep what falls due meanwhile.
      const rested = pause(REST_MS).then(() => 'RESTED');
      while (underWay.size > (due.length > 0 ? AT_ONCE / 2 : 0)) {
        if ((await Promise.race([...underWay.values(), rested])) === 'RESTED') break;
      }
      if (due.length > 0 || underWay.size > 0) continue;
      const restMs = await nextInLane(db, lane, BURST_LANES);
      if (restMs === null && later.size === 0) return { handled, more: false };
      await pause(Math.min(restMs ?? REST_MS, REST_MS), undefined, { signal: stopping }).catch(() => undefined);
    }
    return { handled, more: true };
  } finally {
    await Promise.all(underWay.values());
    clearInterval(renewing);
    await renewal;
    await releaseLease(db, name);
  }
}

/** It waits for an instant that the execution, which has not heard of it, may sleep through. */
function needsEngine({ closed, wakeAt }: RunWaits): boolean {
  return !closed && wakeAt !== null && wakeAt < Date.now() + LATEST_MS;
}

/** How long whoever takes over has to wait: what a mail server, or its limit, asked for. */
function delayOf(error: unknown): number {
  if (error instanceof PaceExceeded) return error.retryAfterMs;
  return error instanceof ApplicationFailure && typeof error.nextRetryDelay === 'number' ? error.nextRetryDelay : 0;
}

async function giveBack({ db, tellSoon }: ActivityPorts, runId: string, afterMs = 0): Promise<void> {
  await db.transaction((tx) => handOver(tx, runId, afterMs));
  if (afterMs === 0) tellSoon('RUN', [runId]);
}
