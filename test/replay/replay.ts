import { readFile } from 'node:fs/promises';
import { Worker } from '@temporalio/worker';
import { inject } from 'vitest';

/** Plays a history (of the client, or parsed JSON) against this code. Throws DeterminismViolationError when it cannot take it up. */
export async function replay(history: unknown, name: string, code?: string): Promise<void> {
  const workflowBundle = { code: code ?? (await readFile(inject('workflowBundlePath'), 'utf8')) };
  await Worker.runReplayHistory({ workflowBundle, replayName: name }, history);
}
