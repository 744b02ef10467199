import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.js';
import { descriptions } from './documents.js';
import { fuzz, QUICK } from './fuzz.js';
import { installSchemathesis } from './schemathesis.js';
import { startTarget, type Target } from './target.js';

/** The same cases each time; `npm run fuzz` looks for others, and for more. */
const OPTIONS = { ...QUICK, seed: 20260101 };

const log = (line: string): void => {
  console.log(line);
};
const missing = await installSchemathesis(log);
if (missing !== null) log(`Skipped: fuzzing. ${missing}.`);

describe.skipIf(missing !== null)('whatever the descriptions allow or forbid, the answers are as described', () => {
  let target: Target;
  let close: () => Promise<void>;
  const all = missing === null ? descriptions(log) : [];
  beforeAll(async () => {
    const { db } = await createTestDatabase();
    target = await startTarget(db);
    close = async () => {
      await target.stop();
      await db.close();
    };
  });
  afterAll(() => close());

  for (const described of all) {
    it(described.name, { timeout: QUICK.limitMs + 10_000 }, async () => {
      const { good, output, statuses } = await fuzz(described, target, OPTIONS);
      expect(good, output).toBe(true);
      // Of requests that are all refused nothing would be learnt.
      expect(statuses['200'], JSON.stringify(statuses)).toBeGreaterThan(0);
    });
  }

  it('control: an answer that is not as described is found', { timeout: QUICK.limitMs + 10_000 }, async () => {
    const [ours] = all;
    if (!ours) throw new Error('There is no description.');
    const document = structuredClone(ours.document);
    document.components.schemas.Platform.properties.environment.enum = ['NEITHER'];
    document.paths = { '/v1/platform': { get: document.paths['/v1/platform'].get as unknown } };
    const { good, output } = await fuzz({ ...ours, document }, target, OPTIONS);
    expect([good, output]).toEqual([false, expect.stringContaining('NEITHER')]);
  });
});
