import { MailContentError } from './mail-content-error.js';

/**
 * Lets a header value through unchanged, or throws `header_forbidden`: a CR or LF would begin a header of somebody else's
 * choosing (RFC 5322 §2.2), a NUL ends it for some servers. Refused, not repaired: who sent it should learn of it (S-E1).
 */
export function headerValue(value: string, field: string): string {
  const problem = headerProblem(value);
  if (problem === null) return value;
  throw new MailContentError('header_forbidden', field, `${field} contains ${problem}`);
}

/** What keeps a text from being a header value, or null. */
export function headerProblem(value: string): string | null {
  // eslint-disable-next-line no-control-regex -- these are the characters to find
  return /[\r\n\u0000]/.test(value) ? 'a line break or a NUL' : null;
}
