import { createHash, timingSafeEqual } from 'node:crypto';

/** So many hex digits of the mark: 64 bits, to be guessed against a mail server that answers one by one. */
const MARK_DIGITS = 16;
/** `+dlv_`, 20 characters, a dot and the mark; a local part has 64 octets (RFC 5321 §4.5.3.1.1). */
export const LONGEST_BOUNCE_LOCAL = 64 - 26 - MARK_DIGITS;

export interface ReturnPaths {
  /** The envelope sender of a delivery, `bounces+dlv_….0123456789abcdef@mail.example`. */
  of(deliveryId: string): string;
  /** The delivery whose return path this is; null = it is none that we made. */
  read(address: string): string | null;
  /** Whether it is the address itself, where feedback loops are registered. */
  isBase(address: string): boolean;
}

/**
 * An envelope sender of its own for every delivery (VERP), so that a bounce names the mail it is about however little else it says,
 * and nobody can make one up for a mail they did not get. `marks` are keyed marks of a text, the newest key's first (`Vault.marks`).
 */
export function createReturnPaths(bounceAddress: string, marks: (text: string) => Buffer[]): ReturnPaths {
  const [local = '', domain = ''] = bounceAddress.split('@');
  const marksOf = (deliveryId: string): string[] =>
    marks(`return path of ${deliveryId}`).map((mark) => mark.toString('hex').slice(0, MARK_DIGITS));
  return {
    of: (deliveryId) => `${local}+${deliveryId}.${marksOf(deliveryId)[0] ?? ''}@${domain}`,
    read(address) {
      const at = address.lastIndexOf('@');
      if (address.slice(at + 1).toLowerCase() !== domain.toLowerCase()) return null;
      const [, base = '', deliveryId = '', mark = ''] =
        /^(.+)\+(dlv_[A-Za-z0-9]{20})\.([0-9a-f]{16})$/i.exec(address.slice(0, at)) ?? [];
      if (base.toLowerCase() !== local.toLowerCase() || deliveryId === '') return null;
      return marksOf(deliveryId).some((own) => isSame(own, mark.toLowerCase())) ? deliveryId : null;
    },
    isBase: (address) => address.toLowerCase() === bounceAddress.toLowerCase(),
  };
}

function isSame(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
