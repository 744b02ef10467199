/** Waits for runs to end. */
export interface RunEnds {
  /** Comes back when the run has ended, after `ms`, or when `signal` aborts, whichever is first. */
  waitForEnd(runId: string, ms: number, signal: AbortSignal): Promise<void>;
}
