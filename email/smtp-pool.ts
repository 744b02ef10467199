import type { SmtpConfig } from './smtp-config.js';
import { openLink } from './open-link.js';
import type { SmtpLink } from './smtp-link.js';

/** A connection on loan. `reused`: it was kept from an earlier mail and may have died unnoticed. */
export interface Loan {
  link: SmtpLink;
  reused: boolean;
}

interface Waiter {
  fresh: boolean;
  grant: (kept: SmtpLink | null) => void;
}

/**
 * At most `maxConnections` connections, each on loan, being opened or kept for a moment. Loans are granted in order of
 * asking. It judges no reply: whoever borrowed a link says what may become of it.
 */
export class SmtpPool {
  private readonly kept = new Map<SmtpLink, NodeJS.Timeout>();
  private readonly waiting: Waiter[] = [];
  private readonly quitting = new Set<Promise<void>>();
  private taken = 0;
  private closing = false;
  /** On this process' monotonic clock: until then the server wants no new connections. */
  private backOffUntil = 0;

  constructor(private readonly config: SmtpConfig) {}

  /** Opens no connection for so long; those that are open go on. */
  backOff(ms: number): void {
    this.backOffUntil = Math.max(this.backOffUntil, performance.now() + ms);
  }

  /**
   * Lends an open connection, a kept one unless `fresh`. Null when none came free within `timeoutMs`; the ms left of a back-off
   * when a new one would be needed; rejects with SmtpSetupError when it could not be opened.
   */
  async borrow(timeoutMs: number, fresh: boolean): Promise<Loan | { backOffMs: number } | null> {
    const startedAt = performance.now();
    const slot = await this.slot(timeoutMs, fresh);
    if (slot === null) return null;
    if (slot.kept !== null) return { link: slot.kept, reused: true };
    const backOffMs = this.backOffUntil - performance.now();
    if (backOffMs > 0) {
      this.giveBack(null);
      return { backOffMs };
    }
    const leftMs = (): number => timeoutMs - (performance.now() - startedAt);
    try {
      const link = await openLink(this.config, leftMs());
      link.onGone(() => this.evict(link));
      return { link, reused: false };
    } catch (error) {
      this.giveBack(null);
      throw error;
    }
  }

  /** Ends a loan. A link that is no longer usable is closed here. */
  async release(link: SmtpLink, keep: 'clean' | 'reset' | 'drop'): Promise<void> {
    // One turn for a line the server may have sent unasked, so that it is never taken for the next mail's answer.
    await new Promise(setImmediate);
    const good = keep !== 'drop' && link.usable && (keep === 'clean' || (await link.reset()));
    if (!good || this.closing) this.dismiss(link, good || (keep === 'clean' && !link.usable));
    this.giveBack(good && !this.closing ? link : null);
  }

  /** Closes what is kept, and from now on everything that is given back. */
  async close(): Promise<void> {
    this.closing = true;
    for (const link of [...this.kept.keys()]) this.evict(link);
    await Promise.all(this.quitting);
  }

  private slot(timeoutMs: number, fresh: boolean): Promise<{ kept: SmtpLink | null } | null> {
    const ready = this.take(fresh);
    if (ready !== undefined) return Promise.resolve({ kept: ready });
    return new Promise((resolve) => {
      const waiter: Waiter = {
        fresh,
        grant: (kept) => {
          clearTimeout(timer);
          resolve({ kept });
        },
      };
      const timer = setTimeout(
        () => {
          this.waiting.splice(this.waiting.indexOf(waiter), 1);
          resolve(null);
        },
        Math.max(timeoutMs, 1),
      );
      this.waiting.push(waiter);
    });
  }

  /** A kept link, null for the right to open one, undefined when everything is taken. */
  private take(fresh: boolean): SmtpLink | null | undefined {
    const link = [...this.kept.keys()].at(-1);
    if (link !== undefined && !fresh) {
      clearTimeout(this.kept.get(link));
      this.kept.delete(link);
      this.taken += 1;
      return link;
    }
    if (this.taken + this.kept.size >= this.config.maxConnections) {
      if (link === undefined) return undefined;
      this.evict(link);
    }
    this.taken += 1;
    return null;
  }

  private giveBack(link: SmtpLink | null): void {
    this.taken -= 1;
    if (link !== null) this.keep(link);
    const next = this.waiting[0];
    if (next === undefined) return;
    const ready = this.take(next.fresh);
    if (ready === undefined) return;
    this.waiting.shift();
    next.grant(ready);
  }

  private keep(link: SmtpLink): void {
    const timer = setTimeout(() => this.evict(link), this.config.idleTimeoutMs);
    timer.unref();
    this.kept.set(link, timer);
  }

  private evict(link: SmtpLink): void {
    const timer = this.kept.get(link);
    if (timer === undefined) return; // It is on loan, or was evicted before.
    clearTimeout(timer);
    this.kept.delete(link);
    this.dismiss(link, true);
  }

  private dismiss(link: SmtpLink, politely: boolean): void {
    if (!politely) return link.drop();
    const done = link.quit().finally(() => this.quitting.delete(done));
    this.quitting.add(done);
  }
}
