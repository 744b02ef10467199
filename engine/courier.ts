import type { Logger } from '../contracts/logger.js';
import { carryBackfill } from '../store/backfill.js';
import type { Database } from '../store/database.js';
import { pendingOf } from '../store/operations.js';
import { runListeners } from '../store/run-events.js';
import { advanceCursor, leaseOne, postponeItem, settleItem, type OutboxItem } from '../store/outbox.js';
import { fanOutPage, reviewRuns } from '../store/touch-runs.js';
import { Breaker } from './breaker.js';
import type { EngineClient } from './client.js';
import { deliverRun } from './deliver.js';
import { startClockAdvance, startWebhookDelivery } from './executions.js';
import { syncSchedule } from './schedules.js';

export interface CourierOptions {
  db: Database;
  engine: EngineClient;
  taskQueue: string;
  log: Logger;
  /** Immediate attempts under way at most; when there are more, the dispatcher has the next second's. */
  maxInFlight?: number;
}

const FAN_OUT_PAGE = 200;
const REST_MS = 1_000;

/**
 * Carries outbox items to the engine. `tellSoon` is the attempt right after a commit: nobody waits for it, and whatever fails
 * stays in the outbox for the dispatcher.
 */
export class Courier {
  readonly breaker = new Breaker(1_000);
  private readonly inFlight = new Set<Promise<void>>();
  /** Of `performance.now()`. */
  private restsUntil = 0;

  constructor(private readonly options: CourierOptions) {}

  tellSoon(kind: 'RUN' | 'CLOCK', ids: readonly string[]): void {
    for (const id of ids) {
      if (!this.breaker.admits() || performance.now() < this.restsUntil) return;
      if (this.inFlight.size >= (this.options.maxInFlight ?? 8)) {
        // A burst: whoever answers requests has better things to do, and the dispatcher is quicker with many.
        this.restsUntil = performance.now() + REST_MS;
        return;
      }
      const attempt = this.tellOne(kind, id).finally(() => this.inFlight.delete(attempt));
      this.inFlight.add(attempt);
    }
  }

  /** Delivers a leased item and settles it, or postpones it with the error. */
  async deliver(item: OutboxItem): Promise<void> {
    const { db, log } = this.options;
    try {
      await this.carry(item);
      this.breaker.succeeded();
    } catch (error) {
      this.breaker.failed();
      const message = error instanceof Error ? error.message : String(error);
      log.warn({ kind: item.kind, subject: item.subject_id, attempts: item.attempts, error: message }, 'not told yet');
      await postponeItem(db, item, message);
    }
  }

  /** The same for an item that nobody waits for: a failure of Postgres leaves it to the next lease. `drain` waits for it. */
  deliverSoon(item: OutboxItem): Promise<void> {
    const attempt = this.deliver(item)
      .catch((error: unknown) => {
        this.options.log.warn(
          { kind: item.kind, subject: item.subject_id, error: String(error) },
          'outbox not reachable',
        );
      })
      .finally(() => this.inFlight.delete(attempt));
    this.inFlight.add(attempt);
    return attempt;
  }

  /** Waits for the attempts that are under way. */
  async drain(): Promise<void> {
    await Promise.all(this.inFlight);
  }

  private async tellOne(kind: 'RUN' | 'CLOCK', id: string): Promise<void> {
    try {
      const item = await leaseOne(this.options.db, kind, id);
      if (item) await this.deliver(item);
    } catch (error) {
      // Postgres did not answer: the row is still there for the dispatcher.
      this.options.log.warn({ kind, subject: id, error: String(error) }, 'outbox not reachable');
    }
  }

  private async carry(item: OutboxItem): Promise<void> {
    const { db, engine, taskQueue } = this.options;
    switch (item.kind) {
      case 'RUN':
        await engine.call((client) => deliverRun(db, client, taskQueue, item.subject_id));
        return settleItem(db, item);
      case 'CLOCK':
        await engine.call((client) => startClockAdvance(client, taskQueue, item.subject_id, item.revision));
        return settleItem(db, item);
      case 'CUSTOMER':
      case 'WORKFLOW':
      case 'PLATFORM':
      case 'BULK':
        return this.carryPage(item, item.kind);
      case 'BACKFILL':
        return this.carryBackfillPage(item);
      case 'SCHEDULE':
        await engine.call((client) => syncSchedule(db, client, taskQueue, item.platform_id, item.subject_id));
        return settleItem(db, item);
      case 'RUN_ENDED':
        return this.carryRunEvent(item);
    }
  }

  /** An execution for each webhook that is to be told. Those that are there already were started the time before. */
  private async carryRunEvent(item: OutboxItem): Promise<void> {
    const { db, engine, taskQueue } = this.options;
    const { event, platform_id: platformId, subject_id: id } = item;
    const listeners = event && (await runListeners(db, platformId, event));
    if (listeners) {
      const { run_id: runId, type, at } = event;
      for (const webhookId of listeners.webhook_ids) {
        const delivery = { webhookId, platformId, runId, event: { id, type, at } };
        await engine.call((client) => startWebhookDelivery(client, taskQueue, delivery, listeners));
      }
    }
    await settleItem(db, item);
  }

  /** One page of a fan-out: each run is looked at in a transaction of its own, and told like any other. */
  private async carryPage(item: OutboxItem, kind: 'CUSTOMER' | 'WORKFLOW' | 'PLATFORM' | 'BULK'): Promise<void> {
    const { db } = this.options;
    const { subject_id: id, platform_id: platformId } = item;
    const cursor = item.cursor ?? '';
    const ids =
      kind === 'BULK'
        ? await pendingOf(db, id, cursor, FAN_OUT_PAGE)
        : await fanOutPage(db, platformId, { kind, id }, cursor, FAN_OUT_PAGE);
    for (const run of ids) this.tellSoon('RUN', await db.transaction((tx) => reviewRuns(tx, [run])));
    const last = ids.at(-1);
    if (ids.length === FAN_OUT_PAGE && last !== undefined) await advanceCursor(db, item, last);
    else await settleItem(db, item);
  }

  /** One page of a backfill: each new run is told like any other. */
  private async carryBackfillPage(item: OutboxItem): Promise<void> {
    const { db } = this.options;
    const { state, cursor } = await carryBackfill(db, item.subject_id, FAN_OUT_PAGE, (runIds) => {
      this.tellSoon('RUN', runIds);
    });
    if (state === 'DONE') await settleItem(db, item);
    else if (state === 'MORE') await advanceCursor(db, item, cursor);
    else await postponeItem(db, { ...item, attempts: 1 }, 'Transactions from before the backfill have not ended yet.');
  }
}
