import * as wf from '@temporalio/workflow';
import { CHANGED_SIGNAL, type Changed, type ReminderRunInput, type RunOutcome } from '../contracts/engine.js';
import type { RunWaits } from '../domain/waits.js';
import { reconsider, sendStepEmails } from './activities.js';
import { tell } from './tell.js';

const changed = wf.defineSignal<[Changed]>(CHANGED_SIGNAL);

/**
 * One reminder run: wait for the next instant, or for word that something changed; then send the step that is due, or look
 * again. Postgres decides, so this only waits and asks. It ends when the run has ended there.
 */
export async function reminderRun({ runId, waits: initial, heard: carried }: ReminderRunInput): Promise<RunOutcome> {
  let waits = initial;
  // Not "higher than what we know": Postgres may have been restored from a backup, and then lower is news too.
  let heard: number | null = carried ?? null;
  wf.setHandler(changed, ({ revision }) => {
    heard = revision;
  });
  const hasChanged = (): boolean => heard !== null && heard !== waits.revision;

  tell(waits, null);
  while (!waits.closed || hasChanged()) {
    await waitForTurn(waits, hasChanged);
    const before = waits;
    if (hasChanged() || waits.stepId === null) {
      // What the signal spoke of was committed before it was sent, so the facts read from now on contain it.
      heard = null;
      waits = await reconsider({ runId }, waits.summary);
    } else {
      waits = await sendStepEmails({ runId, stepId: waits.stepId, revision: waits.revision }, waits.summary);
    }
    tell(waits, before);
    if (wf.workflowInfo().continueAsNewSuggested && !waits.closed) {
      await wf.continueAsNew<typeof reminderRun>({ runId, waits, heard });
    }
  }
  return { status: waits.status, reason: waits.reason };
}

/** Until the wake-up instant or a change. On a test clock there is no timer: the clock sends the signal (S-T8). */
async function waitForTurn(waits: RunWaits, hasChanged: () => boolean): Promise<void> {
  if (waits.closed || (waits.onTestClock && waits.due)) return;
  if (waits.wakeAt === null || waits.onTestClock) return wf.condition(hasChanged);
  const remainingMs = waits.wakeAt - Date.now();
  if (remainingMs > 0 && !hasChanged()) await wf.condition(hasChanged, remainingMs, { summary: waits.summary });
}
