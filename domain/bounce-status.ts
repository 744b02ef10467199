interface Rule {
  /** Enhanced status codes (RFC 3463), `5.1.1`; `5.7.` = all that begin so. */
  codes: readonly string[];
  verdict: 'HARD' | 'NOT_THE_ADDRESS' | 'UNKNOWN';
  because: string;
}

/** What a lasting failure says of the address, as data; the first rule that fits. Only HARD ones suppress by themselves (S-E6). */
const BOUNCE_RULES: readonly Rule[] = [
  {
    codes: ['5.1.1', '5.1.6', '5.1.10', '5.2.1'],
    verdict: 'HARD',
    because: 'No such mailbox, moved for good, a domain that takes no mail (RFC 7505), or a mailbox that was shut.',
  },
  {
    codes: ['5.1.2', '5.1.3'],
    verdict: 'HARD',
    because: 'The part after the @ does not exist, or the address cannot be one: no later try can find it.',
  },
  {
    codes: ['5.0.0', '5.1.0', '5.5.0'],
    verdict: 'UNKNOWN',
    because: 'The server does not say what it is about; some put it in words, which differ from server to server.',
  },
  {
    codes: ['5.'],
    verdict: 'NOT_THE_ADDRESS',
    because: 'Full mailbox, size, route, protocol, content, policy, time run out: a later mail may well arrive.',
  },
];

/** What the failure says of the address; null = no status. A status of another class is no lasting failure. */
export function bounceVerdict(status: string | null): Rule['verdict'] {
  if (status === null) return 'UNKNOWN';
  const fits = (code: string): boolean => (code.endsWith('.') ? status.startsWith(code) : status === code);
  return BOUNCE_RULES.find(({ codes }) => codes.some(fits))?.verdict ?? 'NOT_THE_ADDRESS';
}

/**
 * The status that says most: the one in the server's own words (`550 5.1.1 No such user`) where the given one is only general,
 * as Exim and SendGrid report it.
 */
export function statusOf(given: string | null, words: string | null): string | null {
  const known = /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(given ?? '')?.[1] ?? null;
  if (known !== null && !known.endsWith('.0.0')) return known;
  return /(?:^|[\s;-])([245]\.\d{1,3}\.\d{1,3})(?=[\s:]|$)/.exec(words ?? '')?.[1] ?? known;
}
