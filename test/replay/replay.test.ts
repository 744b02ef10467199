import { readdir, readFile } from 'node:fs/promises';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { installQuietRuntime } from '../../worker/quiet-runtime.js';

const FOLDER = new URL('./histories/', import.meta.url);
const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'));

/** What released code did must still be what this code does: an open run of today meets the code of tomorrow. */
describe('recorded histories', () => {
  beforeAll(() => {
    installQuietRuntime('ERROR');
  });

  it('are there', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  it.each(files)('%s replays', async (file) => {
    await replay(await readFile(new URL(file, FOLDER), 'utf8'), file);
  });

  it('would notice a change (control): a history with another activity does not replay', async () => {
    const text = await readFile(new URL('ladder-sent.json', FOLDER), 'utf8');
    const mutated = text.replaceAll('"sendStepEmails"', '"sendStepLetters"');
    expect(mutated).not.toBe(text);
    await expect(replay(mutated, 'mutated')).rejects.toThrow(DeterminismViolationError);
  });
});

async function replay(text: string, name: string): Promise<void> {
  const workflowBundle = { code: await readFile(inject('workflowBundlePath'), 'utf8') };
  await Worker.runReplayHistory({ workflowBundle, replayName: name }, historyFromJSON(JSON.parse(text)));
}
