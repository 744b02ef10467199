import { Refusal } from '../contracts/refusal.js';
import type { Sql } from './database.js';

/**
 * Binds a locked customer to a test clock, or unbinds it (null). Refused while the customer has open runs: their steps would
 * change clocks under way (S-T8).
 */
export async function bindClock(
  tx: Sql,
  platformId: string,
  customerId: string,
  present: string | null,
  wanted: string | null,
): Promise<void> {
  if (wanted === present) return;
  if (wanted !== null) {
    const clock = await tx.row('SELECT id FROM test_clocks WHERE platform_id = $1 AND id = $2', [platformId, wanted]);
    if (!clock) throw Refusal.invalid('test_clock_id', `There is no test clock ${wanted}.`);
  }
  const open = await tx.row(
    `SELECT id FROM runs WHERE platform_id = $1 AND customer_id = $2 AND status NOT IN ('COMPLETED', 'STOPPED') LIMIT 1`,
    [platformId, customerId],
  );
  if (open) {
    throw Refusal.operation('The test clock of a customer with open runs cannot be changed.', 'test_clock_id');
  }
  await tx.rows('UPDATE customers SET test_clock_id = $3 WHERE platform_id = $1 AND id = $2', [
    platformId,
    customerId,
    wanted,
  ]);
}
