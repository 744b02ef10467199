const LONGEST_BYTES = 200;

/**
 * The id of a run's Temporal workflow: readable in the UI, `{platform}/{reference}/{resource}[/{occurrence}]`, for MANUAL runs
 * with the run id behind it. Made once and stored on the run. Longer than 200 bytes: the tail becomes a hash. No personal data:
 * customers appear nowhere in it.
 */
export function engineWorkflowId(parts: readonly string[], hash: (text: string) => string): string {
  const id = parts.join('/');
  if (Buffer.byteLength(id) <= LONGEST_BYTES) return id;
  const tail = `~${hash(id)}`;
  return id.slice(0, LONGEST_BYTES - tail.length) + tail;
}
