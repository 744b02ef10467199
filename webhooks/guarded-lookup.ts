import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** All addresses of a name. */
export type Resolve = (
  host: string,
  done: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** A look-up for a connection: gives its addresses only if every one of them may be called, otherwise fails with `refusal`. */
export function guardedLookup(
  resolve: Resolve,
  mayCall: (address: string) => boolean,
  refusal: () => Error,
): LookupFunction {
  return (host, options, done) => {
    resolve(host, (error, addresses) => {
      const [first] = addresses;
      if (error) done(error, []);
      else if (!first || !addresses.every(({ address }) => mayCall(address))) done(refusal(), []);
      else if (options.all) done(null, [...addresses]);
      else done(null, first.address, first.family);
    });
  };
}

/** By the resolver of this host, `/etc/hosts` included. */
export function resolveName(host: string, done: Parameters<Resolve>[1]): void {
  lookup(host, { all: true, verbatim: true }, (error, addresses) => {
    done(error, error ? [] : addresses);
  });
}
