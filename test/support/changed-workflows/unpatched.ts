import { upsertMemo } from '@temporalio/workflow';
import type { ReminderRunInput, RunOutcome } from '../../../contracts/engine.js';
import { reminderRun as ours } from '../../../workflows/reminder-run.js';

/** What must not be released: it asks for something that no history of an open run has. */
export async function reminderRun(input: ReminderRunInput): Promise<RunOutcome> {
  upsertMemo({ changed: true });
  return ours(input);
}
