import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { BURST_LANES, type BurstProgress } from '../contracts/engine.js';
import type { RunWaits } from '../domain/waits.js';
import { dueSteps, handOver, nextInLane, type DueStep } from '../store/burst-lane.js';
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
      // Nothing to send next: the engine's wake-up would come too late for what it waits for.
      if (!waits.closed && needsEngine(waits)) await giveBack(ports, step.runId);
    } catch (error) {
      if (error instanceof PaceExceeded) {
        later.set(step.runId, Date.now() + error.retryAfterMs);
        return;
      }
      log.warn({ run: step.runId, error: String(error) }, 'the burst lane leaves this to the run itself');
      await giveBack(ports, step.runId);
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
  const renewing = setInterval(() => void takeLease(db, name, LEASE_MS, true).catch(() => undefined), RENEW_MS);
  try {
    while (!stopping.aborted && Date.now() < endBy) {
      for (const [runId, at] of later) if (at <= Date.now()) later.delete(runId);
      const due = await dueSteps(db, {
        lane,
        lanes: BURST_LANES,
        limit: AT_ONCE - underWay.size,
        except: [...underWay.keys(), ...later.keys()],
      });
      for (const step of due) start(step);
      show({ handled, more: true });
      while (underWay.size > AT_ONCE / 2) await Promise.race(underWay.values());
      if (due.length > 0) continue;
      if (underWay.size > 0) {
        // One that hangs does not keep what falls due meanwhile.
        await Promise.race([...underWay.values(), pause(REST_MS)]);
        continue;
      }
      const restMs = await nextInLane(db, lane, BURST_LANES);
      if (restMs === null && later.size === 0) return { handled, more: false };
      await pause(Math.min(restMs ?? REST_MS, REST_MS), undefined, { signal: stopping }).catch(() => undefined);
    }
    return { handled, more: true };
  } finally {
    await Promise.all(underWay.values());
    clearInterval(renewing);
    await releaseLease(db, name);
  }
}

/** It waits for an instant at which nothing is sent, which the lane does not look at. */
function needsEngine({ stepId, wakeAt }: RunWaits): boolean {
  return stepId === null && wakeAt !== null;
}

async function giveBack({ db, tellSoon }: ActivityPorts, runId: string): Promise<void> {
  await db.transaction((tx) => handOver(tx, runId));
  tellSoon('RUN', [runId]);
}
