import { MailContentError } from './mail-content-error.js';

/**
 * Lets a header value through unchanged, or throws `header_forbidden`: a CR or LF would begin a header of somebody else's
 * choosing (RFC 5322 §2.2), a NUL ends it for some servers. Refused, not repaired: who sent it should learn of it (S-E1).
 */
export function headerValue(value: string, field: string): string {
  // eslint-disable-next-line no-control-regex -- these are the characters to find
  if (!/[\r\n\u0000]/.test(value)) return value;
  throw new MailContentError('header_forbidden', field, `${field} contains a line break or a NUL`);
}
