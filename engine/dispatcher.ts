import type { Logger } from '../contracts/logger.js';
import type { Database } from '../store/database.js';
import { leaseDue } from '../store/outbox.js';
import type { Courier } from './courier.js';
import { Loop } from './loop.js';

export interface DispatcherOptions {
  db: Database;
  courier: Courier;
  log: Logger;
  /** Pause between looks when nothing is due. Default 1 s. */
  pollMs?: number;
}

const BATCH = 64;

/**
 * Delivers what the process that wrote it could not: every worker runs one, and they share the work by leases
 * (FOR UPDATE SKIP LOCKED). No LISTEN/NOTIFY: its commit lock would serialise the hot path.
 */
export function createDispatcher({ db, courier, log, pollMs = 1_000 }: DispatcherOptions): Loop {
  return new Loop('dispatcher', log, async () => {
    if (!courier.breaker.admits()) return pollMs;
    const items = await leaseDue(db, courier.breaker.isOpen ? 1 : BATCH);
    await Promise.all(items.map((item) => courier.deliver(item)));
    return items.length > 0 && !courier.breaker.isOpen ? 0 : pollMs;
  });
}
