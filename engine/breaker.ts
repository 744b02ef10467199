/**
 * Keeps callers from queueing up behind an engine that does not answer: after three failures in a row it is open, and lets one
 * attempt through every `probeMs` until one succeeds.
 */
export class Breaker {
  private failures = 0;
  private nextProbeAt = 0;

  constructor(
    private readonly probeMs: number,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {}

  get isOpen(): boolean {
    return this.failures >= 3;
  }

  /** Whether to try now. While open, the first caller after each pause is the probe. */
  admits(): boolean {
    if (!this.isOpen) return true;
    const now = this.monotonicMs();
    if (now < this.nextProbeAt) return false;
    this.nextProbeAt = now + this.probeMs;
    return true;
  }

  succeeded(): void {
    this.failures = 0;
  }

  failed(): void {
    this.failures += 1;
    this.nextProbeAt = this.monotonicMs() + this.probeMs;
  }
}
