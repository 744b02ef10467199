import { randomFillSync } from 'node:crypto';

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

/** Random bytes in stock: asking for them one by one costs more than making the id. */
const stock = Buffer.alloc(4_096);
let used = stock.length;

/**
 * A prefix and 20 alphanumerics: when it was made, in digits that every collation sorts alike, and 65 random bits, so that nobody has
 * to look whether it is taken. What is made at the same time lies together in its indexes, whose pages fill up.
 */
export function newId(prefix: IdPrefix): string {
  let id = `${prefix}_${Date.now().toString(36).padStart(TIME_DIGITS, '0')}`;
  for (let length = TIME_DIGITS; length < 20;) {
    const letter = ALPHABET[randomByte() & 63];
    // 62 and 63 stand for no letter: each is as likely as any other.
    if (letter === undefined) continue;
    id += letter;
    length += 1;
  }
  return id;
}

function randomByte(): number {
  if (used === stock.length) {
    randomFillSync(stock);
    used = 0;
  }
  const byte = stock[used] ?? 0;
  used += 1;
  return byte;
}
