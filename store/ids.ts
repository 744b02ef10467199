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

/** Milliseconds in base 36; nine of its digits last until the year 5188. */
const TIME_DIGITS = 9;

/**
 * A prefix and 20 alphanumerics: when it was made, in digits that every collation sorts alike, and 65 random bits, so that nobody has
 * to look whether it is taken. What is made at the same time lies together in its indexes, whose pages fill up.
 */
export function newId(prefix: IdPrefix): string {
  let id = `${prefix}_${Date.now().toString(36).padStart(TIME_DIGITS, '0')}`;
  for (let index = TIME_DIGITS; index < 20; index += 1) id += ALPHABET[randomInt(ALPHABET.length)] ?? '';
  return id;
}
