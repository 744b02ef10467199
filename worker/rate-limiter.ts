import type { SendPace, Turn } from '../activities/ports.js';
import { PaceExceeded } from '../activities/ports.js';
import type { Pace } from '../contracts/rate-limit.js';
import type { Share } from '../store/rate-limits.js';
import { PaceQueue } from './pace-queue.js';

export interface RateLimiterOptions {
  /** Takes instants for this worker: `takeShare`. */
  take: (pace: Pace, wanted: number) => Promise<Share>;
  /** How long a mail waits in this process (default: 20 000 ms). */
  longestWaitMs?: number;
  /** How many wait in this process, so that other mails find an activity slot (default: 40). */
  mostWaiting?: number;
}

export const LONGEST_WAIT_MS = 20_000;
/** Of the worker's activity slots. */
const MOST_WAITING = 40;

/**
 * Lets mails go at the pace of their providers, across all workers (S-E5). First come, first served within a worker; between
 * workers second by second, as Postgres gives instants out. Who would wait too long is told when to come back instead.
 */
export class RateLimiter implements SendPace {
  private readonly queues = new Map<string, PaceQueue>();
  private closed = false;

  constructor(private readonly options: RateLimiterOptions) {}

  async take(paces: readonly Pace[]): Promise<Turn[]> {
    const turns: Turn[] = [];
    // One after the other, always in the same order: two mails that need the same ones do not wait for each other.
    for (const pace of [...paces].sort((a, b) => (a.key < b.key ? -1 : 1))) {
      try {
        turns.push(await this.one(pace));
      } catch (error) {
        for (const turn of turns) turn.giveBack();
        throw error;
      }
    }
    return turns;
  }

  /** Whoever waits is told to come back at once: another worker may take them. */
  close(): void {
    this.closed = true;
    for (const queue of this.queues.values()) queue.dismissAll();
  }

  private one(pace: Pace): Promise<Turn> {
    if (this.closed) throw new PaceExceeded(0);
    const { take, longestWaitMs = LONGEST_WAIT_MS, mostWaiting = MOST_WAITING } = this.options;
    const queue = this.queues.get(pace.key) ?? new PaceQueue(take, pace);
    this.queues.set(pace.key, queue);
    queue.pace = pace;
    const waiting = [...this.queues.values()].reduce((sum, { length }) => sum + length, 0);
    return queue.enter(longestWaitMs, waiting < mostWaiting);
  }
}
