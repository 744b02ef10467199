/** How long the calls took: milliseconds each, and all together. */
export interface Paced {
  latencies: number[];
  wallMs: number;
}

/** Calls `work` for each number of the range, `width` at a time; `lane` says which of them calls. The first error ends it. */
export async function inFlight(
  from: number,
  count: number,
  width: number,
  work: (index: number, lane: number) => Promise<unknown>,
): Promise<Paced> {
  const latencies: number[] = [];
  let next = from;
  const startedAt = performance.now();
  const lanes = Array.from({ length: Math.min(width, count) }, async (_, lane) => {
    while (next < from + count) {
      const index = next;
      next += 1;
      const sentAt = performance.now();
      await work(index, lane);
      latencies.push(performance.now() - sentAt);
    }
  });
  await Promise.all(lanes);
  return { latencies, wallMs: performance.now() - startedAt };
}
