import type { Sql } from './database.js';

export interface RunEndsOptions {
  /** Between two looks while somebody waits. Default 500. */
  everyMs?: number;
  /** Who waits at once at most. Default 1,000. */
  mostWaiting?: number;
}

const ENDED = `SELECT id FROM runs WHERE id = ANY ($1) AND status IN ('COMPLETED', 'STOPPED', 'FAILED')`;

/**
 * Lets callers wait until a run has ended. One statement at a time looks for all that wait in this process, and none while nobody
 * does. It only tells when to read again, so its owner closes it before it waits for its own requests (Fastify: `preClose`).
 */
export class RunEnds {
  private readonly waiting = new Map<string, Set<() => void>>();
  private count = 0;
  private timer: NodeJS.Timeout | null = null;
  private closed = false;
  private readonly everyMs: number;
  private readonly mostWaiting: number;

  constructor(
    private readonly db: Sql,
    { everyMs = 500, mostWaiting = 1_000 }: RunEndsOptions = {},
  ) {
    this.everyMs = everyMs;
    this.mostWaiting = mostWaiting;
  }

  /**
   * Resolves when the run has ended, at once if it has already; after `ms`; or when `signal` says that nobody waits any more.
   * Also, without having waited, when too many wait already, when this is closed or Postgres does not answer a look: whoever
   * reads the run then sees what stands. Rejects only when the first look fails.
   */
  async wait(runId: string, ms: number, signal?: AbortSignal): Promise<void> {
    if (this.count >= this.mostWaiting) return;
    this.count += 1;
    try {
      if (!(await this.db.row(ENDED, [[runId]]))) await this.told(runId, ms, signal);
    } finally {
      this.count -= 1;
    }
  }

  /** Lets everybody go; from now on nobody waits. */
  close(): void {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    this.release([...this.waiting.keys()]);
  }

  private told(runId: string, ms: number, signal?: AbortSignal): Promise<void> {
    if (this.closed || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const others = this.waiting.get(runId) ?? new Set();
      const go = (): void => {
        clearTimeout(timeout);
        signal?.removeEventListener('abort', go);
        others.delete(go);
        if (others.size === 0) this.waiting.delete(runId);
        resolve();
      };
      const timeout = setTimeout(go, ms).unref();
      signal?.addEventListener('abort', go, { once: true });
      this.waiting.set(runId, others.add(go));
      this.timer ??= this.lookLater();
    });
  }

  private lookLater(): NodeJS.Timeout {
    return setTimeout(() => void this.look(), this.everyMs).unref();
  }

  private async look(): Promise<void> {
    const ids = [...this.waiting.keys()];
    if (ids.length > 0) {
      // Who cannot be told is let go: reading the run, they meet the error themselves.
      this.release(
        await this.db.rows<{ id: string }>(ENDED, [ids]).then(
          (ended) => ended.map(({ id }) => id),
          () => ids,
        ),
      );
    }
    this.timer = this.waiting.size > 0 && !this.closed ? this.lookLater() : null;
  }

  private release(ids: readonly string[]): void {
    for (const id of ids) for (const go of [...(this.waiting.get(id) ?? [])]) go();
  }
}
