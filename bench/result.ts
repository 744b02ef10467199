/** One line of a benchmark, the same shape for all of them, so that runs can be compared by machines. */
export interface BenchResult {
  /** What was measured, e.g. `compose overdue en`. */
  measure: string;
  /** Whose doing it is; ours is `dunwell`. */
  contestant: string;
  /** What it ran on, e.g. `node 20.20.2`. */
  engine: string;
  /** How many samples. */
  n: number;
  unit: 'ms';
  median: number;
  p99: number;
  min: number;
  max: number;
}

/** Boils samples down; `samples` must not be empty. Percentiles are nearest-rank. */
export function summarise(measure: string, samples: readonly number[], contestant = 'dunwell'): BenchResult {
  const sorted = Float64Array.from(samples).sort();
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  const engine = `node ${process.versions.node}`;
  const [median, p99] = [rank(0.5), rank(0.99)];
  return { measure, contestant, engine, n: sorted.length, unit: 'ms', median, p99, min: rank(0), max: rank(1) };
}
