import { PaceExceeded, type Turn } from '../activities/ports.js';
import type { Pace } from '../contracts/rate-limit.js';
import type { Share } from '../store/rate-limits.js';

interface Waiter {
  grant: (turn: Turn) => void;
  refuse: (error: Error) => void;
}

/** An instant that nobody used is lost this much later: a worker must not save them up. */
const KEPT_MS = 1_000;
/** At most so long until the limit is read anew. */
const LOOK_AGAIN_MS = 500;
/** Nobody is sent away for longer: the limit may be raised meanwhile. */
const LONGEST_AWAY_MS = 600_000;

/** The mails of one pace that wait in this worker, in order of arrival. Times are this process' monotonic ones, in ms. */
export class PaceQueue {
  private readonly waiters: Waiter[] = [];
  /** Instants of ours that are not used yet, in order. */
  private share: number[] = [];
  private everyMs: number;
  /** When the next instant was free that we were told of. */
  private nextAt = 0;
  /** When the last of those comes back that were sent away. */
  private awayUntil = 0;
  private working = false;

  constructor(
    private readonly take: (pace: Pace, wanted: number) => Promise<Share>,
    /** As the last mail knew it. */
    public pace: Pace,
  ) {
    this.everyMs = pace.everyUs / 1_000;
  }

  get length(): number {
    return this.waiters.length;
  }

  /** Resolves when the mail may go. Rejects with PaceExceeded when that takes longer, at once where it can be foreseen. */
  enter(longestWaitMs: number, mayWait: boolean): Promise<Turn> {
    const now = performance.now();
    // One that was given back, or is left over, is nearer than the next that nobody has.
    const own = this.share.filter((instant) => instant + KEPT_MS > now)[this.waiters.length];
    const aheadMs = own === undefined ? Math.max(0, this.nextAt - now) + this.waiters.length * this.everyMs : own - now;
    if (!mayWait || aheadMs > longestWaitMs) return Promise.reject(this.away(aheadMs));
    return new Promise((resolve, reject) => {
      const leave = (error: Error): void => {
        clearTimeout(timer);
        const index = this.waiters.indexOf(waiter);
        if (index >= 0) this.waiters.splice(index, 1);
        reject(error);
      };
      const timer = setTimeout(() => {
        leave(this.away(this.waiters.length * this.everyMs));
      }, longestWaitMs);
      const waiter: Waiter = {
        grant: (turn) => {
          clearTimeout(timer);
          resolve(turn);
        },
        refuse: leave,
      };
      this.waiters.push(waiter);
      if (!this.working) void this.work();
    });
  }

  dismissAll(): void {
    for (const waiter of [...this.waiters]) waiter.refuse(new PaceExceeded(0));
  }

  private async work(): Promise<void> {
    this.working = true;
    try {
      while (this.waiters.length > 0) await this.next();
    } catch (error) {
      for (const waiter of [...this.waiters]) waiter.refuse(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.working = false;
    }
  }

  /** Serves the first in line, or gets what is needed for that. */
  private async next(): Promise<void> {
    const now = performance.now();
    this.share = this.share.filter((instant) => instant + KEPT_MS > now);
    const [instant] = this.share;
    if (instant === undefined) return this.refill();
    if (instant > now) return pause(instant - now);
    this.share.shift();
    this.waiters.shift()?.grant(this.turn(instant));
  }

  private async refill(): Promise<void> {
    const { granted, startsInMs, everyMs } = await this.take(this.pace, this.waiters.length);
    const start = performance.now() + startsInMs;
    this.everyMs = everyMs;
    this.nextAt = start + granted * everyMs;
    this.share = Array.from({ length: granted }, (_, index) => start + index * everyMs);
    if (granted === 0) await pause(Math.min(Math.max(startsInMs, 1), LOOK_AGAIN_MS));
  }

  private turn(instant: number): Turn {
    let used = false;
    return {
      key: this.pace.key,
      giveBack: () => {
        if (used) return;
        used = true;
        this.share = [instant, ...this.share].sort((a, b) => a - b);
        if (this.waiters.length > 0 && !this.working) void this.work();
      },
    };
  }

  /** Those who are sent away come back one by one, not all at once. */
  private away(aheadMs: number): PaceExceeded {
    const now = performance.now();
    this.awayUntil = Math.max(this.awayUntil, now + aheadMs) + this.everyMs;
    const ms = this.awayUntil - now;
    const half = LONGEST_AWAY_MS / 2;
    return new PaceExceeded(Math.ceil(ms <= LONGEST_AWAY_MS ? ms : half + (ms % half)));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
