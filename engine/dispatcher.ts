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
  /** Items under way at once, steadily: this is how hard a burst of starts leans on the engine. Default 32. */
  inFlight?: number;
}

/**
 * Delivers what the process that wrote it could not: every worker runs one, and they share the work by leases
 * (FOR UPDATE SKIP LOCKED). No LISTEN/NOTIFY: its commit lock would serialise the hot path. What is slow holds up nothing but
 * its own place: the next items are leased when half of the places are free.
 */
export function createDispatcher({ db, courier, log, pollMs = 1_000, inFlight = 32 }: DispatcherOptions): Loop {
  const underWay = new Set<Promise<void>>();
  const deliver = (item: Awaited<ReturnType<typeof leaseDue>>[number]): void => {
    const delivery = courier.deliverSoon(item).finally(() => underWay.delete(delivery));
    underWay.add(delivery);
  };
  return new Loop('dispatcher', log, async () => {
    if (!courier.breaker.admits()) return pollMs;
    const places = courier.breaker.isOpen ? 1 : inFlight - underWay.size;
    const items = await leaseDue(db, places);
    items.forEach(deliver);
    if (items.length === 0) return pollMs;
    // One at least: what it did may have made more due, as a page of a fan-out does.
    do await Promise.race(underWay);
    while (underWay.size > inFlight / 2 || (courier.breaker.isOpen && underWay.size > 0));
    return courier.breaker.isOpen ? pollMs : 0;
  });
}
