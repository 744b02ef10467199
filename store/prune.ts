import type { Database } from './database.js';

const AT_ONCE = 5_000;
/** A backlog is worked off over several calls: nobody waits for it. */
const MOST_ROUNDS = 20;

/**
 * Forgets what nobody asks for any more: answers kept for idempotency keys (48 h, S-W9), late steps the blast guard counted (1 h,
 * S-T4), messages whose time is over, tokens of webhooks (S-E6), leases of burst lanes.
 */
export async function prune(db: Database): Promise<void> {
  await inRounds(
    db,
    `DELETE FROM idempotency_keys WHERE scope IN (
       SELECT scope FROM idempotency_keys WHERE created_at < clock_timestamp() - interval '49 hours' LIMIT $1)
     RETURNING 1`,
  );
  await inRounds(
    db,
    `DELETE FROM delivery_messages WHERE delivery_id IN (
       SELECT delivery_id FROM delivery_messages WHERE keep_until < clock_timestamp() LIMIT $1)
     RETURNING 1`,
  );
  // On a TEST platform they are counted on test clocks, which may stand anywhere.
  await db.rows(
    `DELETE FROM late_steps WHERE ctid IN (
       SELECT l.ctid FROM late_steps l JOIN platforms p ON p.id = l.platform_id
       WHERE p.environment = 'LIVE' AND l.planned_at < clock_timestamp() - interval '2 hours' LIMIT $1)`,
    [AT_ONCE],
  );
  // Of burst lanes that died.
  await db.rows(`DELETE FROM leases WHERE until < clock_timestamp() - interval '1 day'`);
  // Longer than their signatures are taken.
  await db.rows(
    `DELETE FROM webhook_tokens WHERE ctid IN (
       SELECT ctid FROM webhook_tokens WHERE created_at < clock_timestamp() - interval '24 hours' LIMIT $1)`,
    [AT_ONCE],
  );
}

async function inRounds(db: Database, deletion: string): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    if ((await db.rows(deletion, [AT_ONCE])).length < AT_ONCE) return;
  }
}
