import { continueAsNew, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { BurstLaneInput } from '../contracts/engine.js';
import { sendBursts } from './activities.js';

/** The conductor of one burst lane: has steps that fall due together sent in batches, until there is nothing left to do. */
export async function burstLane({ lane, handled: before = 0 }: BurstLaneInput): Promise<{ handled: number }> {
  let handled = before;
  for (;;) {
    const progress = await sendBursts({ lane });
    handled += progress.handled;
    setCurrentDetails(`${String(handled)} steps sent`);
    if (!progress.more) return { handled };
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof burstLane>({ lane, handled });
  }
}
