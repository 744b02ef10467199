import { createHash } from 'node:crypto';

/**
 * An API key's id as clients of Zuora's contract want it: a UUID (its own SDK takes nothing else for a client id). Made of the id,
 * so it needs no place of its own; RFC 9562, version 8.
 */
export function clientIdOf(keyId: string): string {
  const hex = createHash('sha256').update(keyId).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(12, 15)}`, `8${hex.slice(15, 18)}`, hex.slice(18, 30)].join(
    '-',
  );
}
