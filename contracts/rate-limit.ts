/** How many mails may go in each of these; validated at the edge. */
export interface RateLimit {
  /** A whole number above 0. */
  count: number;
  per: 'SECOND' | 'MINUTE' | 'HOUR';
}

/** The pace that mails of one key keep together, whichever worker sends them (S-E5). */
export interface Pace {
  /** An integration's id; SYSTEM = the operator's own provider. */
  key: string;
  /** Microseconds from one mail to the next. */
  everyUs: number;
}

const UNIT_US = { SECOND: 1_000_000, MINUTE: 60_000_000, HOUR: 3_600_000_000 };

export function paceOf(key: string, { count, per }: RateLimit): Pace {
  return { key, everyUs: Math.ceil(UNIT_US[per] / count) };
}
