/** One line of a benchmark, the same shape for all of them, so that runs can be compared by machines. */
export interface BenchResult {
  /** What was measured, e.g. `compose overdue en`. */
  measure: string;
  /** Whose doing it is; ours begin with `dunwell`. */
  contestant: string;
  /** What it ran on: a Temporal server (`dev`, `postgres`), `none`, or `node 20.20.2`. */
  engine: string;
  /** How much work one value stands for: reminders, or samples. */
  n: number;
  unit: string;
  /** Over the rounds where a round is one value, else over the samples. */
  median: number;
  p99?: number;
  min: number;
  max: number;
}

/** Boils samples in milliseconds down; `samples` must not be empty. Percentiles are nearest-rank. */
export function summarise(
  measure: string,
  samples: readonly number[],
  contestant = 'dunwell',
): BenchResult & { p99: number } {
  const engine = `node ${process.versions.node}`;
  const [median, p99] = [percentile(samples, 0.5), percentile(samples, 0.99)];
  const [min, max] = [percentile(samples, 0), percentile(samples, 1)];
  return { measure, contestant, engine, n: samples.length, unit: 'ms', median, p99, min, max };
}

/** Nearest-rank; NaN of nothing. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
