import { domainToASCII } from 'node:url';

/** RFC 5321 §4.5.3.1.1 and §4.5.3.1.3 (a path is 256 octets with its angle brackets). */
const MAX_LOCAL_OCTETS = 64;
const MAX_ADDRESS_OCTETS = 254;

/** RFC 5321 §4.1.2 Dot-string; quoted local parts are refused: no customer has one, and they can carry anything. */
const DOT_STRING = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/** RFC 1035 §2.3.4: a label is at most 63 octets. */
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

export type ParsedAddress = { email: string } | { problem: string };

/**
 * One mailbox as an addr-spec and nothing else: no display name, group, comment, list or address literal (S-E1). The
 * grammar is deliberately smaller than RFC 5322's: what is accepted here goes unchanged into SMTP commands and headers.
 * Returns the address with its domain in lower-case ASCII (IDNA); the case of the local part is kept, it may matter.
 */
export function parseAddress(value: string): ParsedAddress {
  // eslint-disable-next-line no-control-regex -- control characters are exactly what must not get through
  if (/[\u0000-\u001f\u007f]/.test(value)) return { problem: 'control characters are not allowed' };
  const text = value.trim();
  if (text === '') return { problem: 'an address is required' };
  const at = text.lastIndexOf('@');
  if (at === -1) return { problem: 'there is no @' };
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (/[^\u0020-\u007e]/.test(local))
    return { problem: 'characters outside ASCII before the @ (SMTPUTF8) are not supported' };
  if (!DOT_STRING.test(local)) return { problem: 'the part before the @ is not a plain mailbox name' };
  if (local.length > MAX_LOCAL_OCTETS) return { problem: `more than ${MAX_LOCAL_OCTETS} octets before the @` };
  const ascii = asciiDomain(domain);
  if (ascii === null) return { problem: 'the part after the @ is not a domain name' };
  const email = `${local}@${ascii}`;
  if (email.length > MAX_ADDRESS_OCTETS) return { problem: `more than ${MAX_ADDRESS_OCTETS} octets` };
  return { email };
}

/** Null unless it is a name of at least two labels whose last is not a number (so no IP addresses). */
function asciiDomain(domain: string): string | null {
  // domainToASCII follows the URL rules, which strip or decode some characters instead of refusing them.
  if (/[\s%/\\?#:@<>[\](),;"']/.test(domain)) return null;
  const ascii = domainToASCII(domain).toLowerCase();
  const labels = ascii.split('.');
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label))) return null;
  return /^\d+$/.test(labels.at(-1) ?? '') ? null : ascii;
}
