import { upsertMemo } from '@temporalio/workflow';
import type { ReminderRunInput, RunOutcome } from '../../../contracts/engine.js';
import { definePatches } from '../../../workflows/patches.js';
import { reminderRun as ours } from '../../../workflows/reminder-run.js';

const { patched } = definePatches({
  'memo-first': {
    since: '9.9.0',
    differs: 'writes the memo before anything else',
    next: 'no execution started before 9.9.0 is open',
    stage: 'ACTIVE',
  },
});

/** The same change as it may be released: executions that began without it go on without it. */
export async function reminderRun(input: ReminderRunInput): Promise<RunOutcome> {
  if (patched('memo-first')) upsertMemo({ changed: true });
  return ours(input);
}
