import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../store/database.js';
import { keepAnswers } from '../../store/idempotency.js';
import { createPlatform } from '../../store/platforms.js';
import { prune } from '../../store/prune.js';
import { createTestDatabase } from '../support/database.js';

const HOUR = 3_600_000;
let db: Database;
beforeAll(async () => {
  ({ db } = await createTestDatabase());
});
afterAll(() => db.close());

it('forgets answers after two days and late steps after two hours, and nothing younger', async () => {
  const now = Date.now();
  const [live, test] = [await createPlatform(db, 'Live', 'LIVE'), await createPlatform(db, 'Test', 'TEST')];
  for (const hours of [1, 48, 50]) {
    await keepAnswers(
      db,
      [{ scope: Buffer.from([hours]), fingerprint: Buffer.alloc(1), answer: null }],
      now - hours * HOUR,
    );
  }
  for (const { id } of [live, test]) {
    for (const hours of [1, 3]) {
      await db.rows('INSERT INTO late_steps (platform_id, planned_at) VALUES ($1, $2)', [
        id,
        new Date(now - hours * HOUR),
      ]);
    }
  }
  await prune(db);
  expect(await db.rows(`SELECT get_byte(scope, 0) AS hours FROM idempotency_keys ORDER BY 1`)).toEqual([
    { hours: 1 },
    { hours: 48 },
  ]);
  expect(await db.rows('SELECT platform_id, count(*)::integer FROM late_steps GROUP BY 1 ORDER BY count(*)')).toEqual([
    { platform_id: live.id, count: 1 },
    { platform_id: test.id, count: 2 },
  ]);
});
