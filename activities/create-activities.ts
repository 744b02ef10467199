import { ApplicationFailure, Context, sleep } from '@temporalio/activity';
import { FAILURE, type Activities, type SweepProgress } from '../contracts/engine.js';
import { carrySweep } from '../store/sweep.js';
import { stepTestClock } from '../store/test-clocks.js';
import type { ActivityPorts } from './ports.js';
import { postWebhook } from './post-webhook.js';
import { sendBursts } from './send-bursts.js';
import { sendStepEmails } from './send-step-emails.js';

const HEARTBEAT_MS = 3_000;
/** How long an activity waits for Postgres' clock when the engine's is ahead. */
const EARLY_MS = 2_000;
/** Pause between looks of an advancing clock at whether its runs are at rest. */
const CLOCK_LOOK_MS = 20;
/** One call looks at so many resources at most, then the engine shows how far the sweep is. */
const SWEEP_PAGE = 200;
const SWEEP_PAGES = 10;

/** What the worker does for the workflows, on the ports it is given. */
export function createActivities(ports: ActivityPorts): Activities {
  return {
    sendStepEmails: (request) => beating(() => sendStepEmails(ports, request)),

    async reconsider({ runId }) {
      let waits = await ports.ledger.review(runId);
      // The engine's timer fired, and Postgres' clock is not there yet: without a pause the two would spin (S-T7).
      const aheadMs =
        waits && !waits.onTestClock && !waits.due && waits.wakeAt !== null ? Date.now() - waits.wakeAt : -1;
      if (aheadMs >= 0) {
        await sleep(EARLY_MS);
        waits = await ports.ledger.review(runId);
      }
      if (!waits) throw ApplicationFailure.nonRetryable(`There is no run ${runId}.`, FAILURE.RUN_UNKNOWN);
      return waits;
    },

    advanceClock: ({ clockId }) =>
      beating(async () => {
        for (;;) {
          const { done, woken } = await stepTestClock(ports.db, clockId);
          ports.tellSoon('RUN', woken);
          if (done) return;
          if (woken.length === 0) await sleep(CLOCK_LOOK_MS);
        }
      }),

    sendBursts: (request) =>
      beating((show) => {
        const signals = [Context.current().cancellationSignal, ...(ports.stopping ? [ports.stopping] : [])];
        return sendBursts(ports, request, show, AbortSignal.any(signals));
      }),

    postWebhook: (delivery) => postWebhook(ports, delivery),

    sweepResources: (request) =>
      beating(async (show) => {
        let progress: SweepProgress = { state: 'MORE', lookedAt: 0, created: 0 };
        for (let page = 0; page < SWEEP_PAGES && progress.state === 'MORE'; page += 1) {
          progress = await carrySweep(ports.db, request, SWEEP_PAGE, (runIds) => {
            ports.tellSoon('RUN', runIds);
          });
          show(progress);
          // A worker that stops leaves the rest to another one.
          if (Context.current().cancellationSignal.aborted) break;
        }
        return progress;
      }),
  };
}

/** Beats while the work lasts, so that a worker that died is noticed within seconds. What is shown is seen on the engine. */
async function beating<Result>(work: (show: (details: unknown) => void) => Promise<Result>): Promise<Result> {
  const context = Context.current();
  let shown: unknown;
  const beat = setInterval(() => {
    context.heartbeat(shown);
  }, HEARTBEAT_MS);
  try {
    return await work((details) => {
      shown = details;
    });
  } finally {
    clearInterval(beat);
  }
}
