import { stat } from 'node:fs/promises';
import { expect, inject, it } from 'vitest';

/** Every worker loads it, and each replay runs it: most of it is the SDK's own. */
it('the workflow bundle stays below 1.8 MB', async () => {
  const { size } = await stat(inject('workflowBundlePath'));
  expect(size).toBeLessThan(1_800_000);
});
