import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configFor } from './config.js';
import type { Described } from './documents.js';
import { runSchemathesis, type Outcome } from './schemathesis.js';
import type { Target } from './target.js';

export interface FuzzOptions {
  /** The same cases again. */
  seed: number;
  /** Cases per operation and phase. */
  maxExamples: number;
  /** Without the phases that take longest. */
  quick: boolean;
  /** A description that is not through by then has failed. */
  limitMs: number;
  signal?: AbortSignal;
}

export interface FuzzResult extends Outcome {
  seconds: number;
  /** How often each status was answered. */
  statuses: Record<string, number>;
}

/** A few minutes in all. */
export const FULL = { maxExamples: 50, quick: false, limitMs: 900_000 };
/** Less than a minute in all. */
export const QUICK = { maxExamples: 3, quick: true, limitMs: 120_000 };

/** Sends what one description allows, and what it does not, and holds every answer against it. */
export async function fuzz(described: Described, target: Target, options: FuzzOptions): Promise<FuzzResult> {
  const { seed, maxExamples, limitMs, signal } = options;
  const before = { ...target.statuses };
  const startedAt = performance.now();
  const directory = await mkdtemp(join(tmpdir(), 'dunwell-fuzz-'));
  const document = join(directory, 'document.json');
  const config = join(directory, 'schemathesis.toml');
  try {
    await writeFile(document, JSON.stringify(described.document));
    await writeFile(config, configFor(described, target));
    const run = ['--config-file', config, 'run', document, '--no-color', '--phases', phasesOf(described, options)];
    const bounds = ['--seed', String(seed), '--max-examples', String(maxExamples), '--generation-database', 'none'];
    const outcome = await runSchemathesis([...run, ...bounds], limitMs, signal);
    const statuses = Object.entries(target.statuses).map(([status, count]) => [status, count - (before[status] ?? 0)]);
    return {
      ...outcome,
      seconds: Math.round((performance.now() - startedAt) / 1_000),
      statuses: Object.fromEntries(statuses) as FuzzResult['statuses'],
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** `coverage` goes through every keyword of every schema; the contract's are too large for it, and its ids would not exist. */
function phasesOf({ kind }: Described, { quick }: FuzzOptions): string {
  const long = kind === 'ours' ? ['coverage', 'stateful'] : ['stateful'];
  return ['examples', 'fuzzing', ...(quick ? [] : long)].join(',');
}
