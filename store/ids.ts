import { randomInt } from 'node:crypto';

/** Prefixes of the ids we make (S-W2). */
export type IdPrefix =
  | 'wkfl'
  | 'wact'
  | 'wtrg'
  | 'run'
  | 'dlv'
  | 'alru'
  | 'alrt'
  | 'whk'
  | 'whev'
  | 'int'
  | 'tclk'
  | 'hold'
  | 'supp'
  | 'bulk'
  | 'plat'
  | 'key'
  | 'reqr';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A prefix and 20 random alphanumerics: 119 bits, so that nobody has to look whether it is taken. */
export function newId(prefix: IdPrefix): string {
  let id = `${prefix}_`;
  for (let index = 0; index < 20; index += 1) id += ALPHABET[randomInt(ALPHABET.length)] ?? '';
  return id;
}
