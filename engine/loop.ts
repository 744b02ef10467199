import type { Logger } from '../contracts/logger.js';

/** Work that repeats until it is stopped. `once` answers the pause before the next time, in milliseconds. */
export class Loop {
  private stopping = false;
  private wake: () => void = () => undefined;
  private running: Promise<void> | null = null;

  constructor(
    private readonly name: string,
    private readonly log: Logger,
    private readonly once: () => Promise<number>,
    /** Pause after `once` failed. */
    private readonly pauseAfterErrorMs = 1_000,
  ) {}

  start(): void {
    this.running ??= this.repeat();
  }

  /** Ends after the work that is under way. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
  }

  private async repeat(): Promise<void> {
    while (!this.stopping) {
      const pauseMs = await this.once().catch((error: unknown) => {
        this.log.error({ loop: this.name, error: String(error) }, 'will be tried again');
        return this.pauseAfterErrorMs;
      });
      if (pauseMs > 0 && !this.stopping) await this.pause(pauseMs);
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
