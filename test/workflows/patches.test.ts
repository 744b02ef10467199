import { ESLint } from 'eslint';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { definePatches, type deprecatePatch, type patched } from '../../workflows/patches.js';

describe('the registry of patches', () => {
  const some = definePatches({
    fresh: { since: '0.2.0', differs: 'a', next: 'b', stage: 'ACTIVE' },
    fading: { since: '0.1.0', differs: 'c', next: 'd', stage: 'DEPRECATED' },
  });

  // Checked by `npm run types`: an unregistered patch, or one at another stage, does not compile.
  it('takes registered names only, each at its stage', () => {
    expectTypeOf(some.patched).parameter(0).toEqualTypeOf<'fresh'>();
    expectTypeOf(some.deprecatePatch).parameter(0).toEqualTypeOf<'fading'>();
    expectTypeOf('never registered').not.toExtend<Parameters<typeof patched>[0]>();
    expectTypeOf('never registered').not.toExtend<Parameters<typeof deprecatePatch>[0]>();
  });

  it.each([
    `import { patched } from '@temporalio/workflow';\npatched('x');`,
    `import { deprecatePatch as gone } from '@temporalio/workflow';\ngone('x');`,
    `import * as wf from '@temporalio/workflow';\nwf.patched('x');`,
    `import * as wf from '@temporalio/workflow';\nwf.deprecatePatch('x');`,
  ])(
    'is the only door: lint refuses %j',
    async (code) => {
      const [result] = await new ESLint().lintText(code, { filePath: 'workflows/reminder-run.ts' });
      expect(result?.messages.map(({ message }) => message)).toContainEqual(expect.stringContaining('patches.ts'));
    },
    60_000,
  );
});
