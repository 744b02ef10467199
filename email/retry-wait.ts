import type { SmtpReply } from '../contracts/mail.js';

interface WaitRule {
  codes: readonly number[] | 'any';
  /** The enhanced code (RFC 3463), or what the server says in words; either is enough. */
  enhanced?: RegExp;
  words?: RegExp;
  waitMs: number;
  because: string;
}

/** How long at least, where the server names no time. The first that fits; none: the ordinary schedule. */
const WAIT_RULES: readonly WaitRule[] = [
  {
    codes: 'any',
    words: /gr[ae]y-?list/i,
    waitMs: 60_000,
    because: 'A greylister wants to be asked again after a while (RFC 6647 §5); sooner only begins the wait anew.',
  },
  {
    codes: [450, 451],
    enhanced: /^4\.7\.1$/,
    waitMs: 60_000,
    because: 'A policy said not yet: mostly greylisting that does not say its name.',
  },
  {
    codes: [450, 451, 452],
    enhanced: /^4\.2\.[12]$/,
    waitMs: 300_000,
    because: 'The mailbox is full or switched off: a person has to do something about it.',
  },
  {
    codes: [421],
    enhanced: /./,
    words: /./,
    waitMs: 30_000,
    because: 'The server closes: too many connections, or it is going down (RFC 5321 §3.8).',
  },
];

/** What is read as a time. Longer ones are hardly meant for the mail at hand. */
const LONGEST_MS = 4 * 3_600_000;
const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * When a mail may be tried again after a 4xx, in ms: as the server says ("Greylisted, try again in 300 seconds", "come back in
 * 00:05:00"; between 1 s and 4 h), else by `WAIT_RULES`; null = as always.
 */
export function retryWaitMs(reply: Pick<SmtpReply, 'code' | 'enhanced' | 'text'>): number | null {
  const hint = hintMs(reply.text);
  if (hint !== null) return Math.min(Math.max(hint, 1_000), LONGEST_MS);
  const rule = WAIT_RULES.find(
    ({ codes, enhanced, words }) =>
      (codes === 'any' || codes.includes(reply.code ?? 0)) &&
      ((reply.enhanced !== null && enhanced?.test(reply.enhanced) === true) || words?.test(reply.text) === true),
  );
  return rule?.waitMs ?? null;
}

function hintMs(text: string): number | null {
  const clock = /\b(?:in|after|for|wait)\s+(\d{1,2}):(\d{2}):(\d{2})\b/i.exec(text);
  if (clock) return Number(clock[1]) * UNITS_MS.h + Number(clock[2]) * UNITS_MS.m + Number(clock[3]) * UNITS_MS.s;
  const plain = /\b(\d{1,5})\s*(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b/i.exec(text);
  const unit = plain?.[2]?.charAt(0).toLowerCase() as keyof typeof UNITS_MS | undefined;
  return plain && unit ? Number(plain[1]) * UNITS_MS[unit] : null;
}
