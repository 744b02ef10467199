import type { WebhookAction } from '../contracts/webhook-events.js';
import type { Instant, Variant } from '../domain/types.js';
import type { Sql } from './database.js';

/** What became of a run, as the trigger on `runs` writes it into the outbox. */
export interface RunEvent {
  run_id: string;
  type: WebhookAction;
  at: Instant;
}

/** Whom it is told to, and what it is about. */
export interface RunListeners {
  /** The active webhooks of the platform that chose it, in order of id. */
  webhook_ids: string[];
  workflow_reference: string;
  customer_id: string;
  resource_id: string;
  variant: Variant;
}

/** null = there is no such run. */
export function runListeners(sql: Sql, platformId: string, event: RunEvent): Promise<RunListeners | null> {
  return sql.row<RunListeners>(
    `SELECT w.reference AS workflow_reference, r.customer_id, r.resource_id, r.variant, ARRAY(
       SELECT h.id FROM webhooks h
       WHERE h.platform_id = r.platform_id AND h.active AND lets_through(h.included_actions, h.excluded_actions, $3)
       ORDER BY h.id) AS webhook_ids
     FROM runs r JOIN workflows w ON w.id = r.workflow_id WHERE r.platform_id = $1 AND r.id = $2`,
    [platformId, event.run_id, event.type],
  );
}
