import { isIP } from 'node:net';

/** The IP address that stands in a URL instead of a name, or null. The URL parser has normalised every way to write it. */
export function literalOf({ hostname }: URL): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? null : bare;
}
