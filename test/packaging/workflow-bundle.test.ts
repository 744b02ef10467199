import { readFile } from 'node:fs/promises';
import { expect, inject, it } from 'vitest';

/** The bundle runs in Temporal's sandbox and is replayed for years: what decides may change, so it stays outside. */
it('the workflow bundle carries no holidays, no calendars and no plans', async () => {
  const code = await readFile(inject('workflowBundlePath'), 'utf8');
  const modules = [...code.matchAll(/\.\/(domain|workflows|contracts)\/([\w-]+)\.ts/g)].map(
    ([, room, name]) => `${room}/${name}`,
  );
  expect(modules).toContain('workflows/index');
  for (const decides of ['calendar', 'holidays', 'plan', 'evaluate'])
    expect(modules).not.toContain(`domain/${decides}`);
  expect(code).not.toMatch(/date-holidays|moment-timezone/);
});
