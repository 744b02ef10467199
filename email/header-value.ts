import { MailContentError } from './mail-content-error.js';
import { visibleText } from './visible-text.js';

/** RFC 2047 §2. Mail programs decode it wherever they meet it, even in quotes, so it would not say what it says here. */
const ENCODED_WORD = /=\?(?=[^?\s]*\?[bq]\?)/gi;

/**
 * A name or subject as a header may show it: without invisible characters, and never something else once decoded. Throws
 * `header_forbidden` for CR, LF and NUL: the first two would begin a header of somebody else's choosing (RFC 5322 §2.2), the
 * last ends it for some servers. They are refused, not repaired: who sent them should learn of it (S-E1).
 */
export function headerValue(value: string, field: string): string {
  const problem = headerProblem(value);
  if (problem === null) return visibleText(value).replace(ENCODED_WORD, '= ?').trim();
  throw new MailContentError('header_forbidden', field, `${field} contains ${problem}`);
}

/** What keeps a text from being a header value, or null. */
export function headerProblem(value: string): string | null {
  // eslint-disable-next-line no-control-regex -- these are the characters to find
  return /[\r\n\u0000]/.test(value) ? 'a line break or a NUL' : null;
}
