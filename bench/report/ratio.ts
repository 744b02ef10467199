import { CONTESTANT } from '../names.js';
import type { BenchResult } from '../result.js';

/** How many times Dunwell's own median a line's is: the same work on the same engine, or on Dunwell's first; `` = nothing to compare. */
export function ratioOf(one: BenchResult, all: readonly BenchResult[]): string {
  const own = all.filter(({ contestant, n }) => contestant === CONTESTANT.lane && n === one.n);
  const base = own.find(({ engine }) => engine === one.engine) ?? (one.engine === 'none' ? own[0] : undefined);
  return base === undefined || base === one || base.median === 0 ? '' : (one.median / base.median).toFixed(2);
}
