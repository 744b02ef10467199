import { createHmac, createPublicKey, timingSafeEqual, verify, type KeyObject } from 'node:crypto';

export type Json = Readonly<Record<string, unknown>>;

/** Providers repeat a webhook that was not answered for hours (Mailgun eight), perhaps under its first signature. */
const OLDEST_MS = 9 * 3_600_000;
/** Clocks differ. */
const AHEAD_MS = 15 * 60_000;

export type Signed = { token: string } | { refused: 'wrong' | 'old' };

/**
 * Mailgun's signature, which stands in the body: HMAC-SHA256 of timestamp and token in hex (documentation.mailgun.com, Securing
 * Webhooks). It is not over what the webhook tells, so a token may vouch for one body only.
 */
export function mailgunSigned({ timestamp, token, signature }: Json, key: string, now: number): Signed {
  if (typeof token !== 'string' || typeof signature !== 'string') return { refused: 'wrong' };
  if (!/^[\w-]{1,100}$/.test(token) || !/^\d{1,12}$/.test(String(timestamp))) return { refused: 'wrong' };
  const expected = createHmac('sha256', key)
    .update(`${String(timestamp)}${token}`)
    .digest();
  const given = Buffer.from(signature, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return { refused: 'wrong' };
  return inTime(Number(timestamp), now) ? { token } : { refused: 'old' };
}

/** SendGrid's signature: ECDSA P-256 and SHA-256 over the timestamp and the bytes of the body (Event Webhook Security Features). */
export function sendgridSigned(headers: Json, body: Buffer, key: string, now: number): Signed {
  const signature = headers['x-twilio-email-event-webhook-signature'];
  const timestamp = headers['x-twilio-email-event-webhook-timestamp'];
  if (typeof signature !== 'string' || typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp)) {
    return { refused: 'wrong' };
  }
  const publicKey = sendgridKey(key);
  const signed = Buffer.concat([Buffer.from(timestamp), body]);
  if (publicKey === null || !verify('sha256', signed, publicKey, Buffer.from(signature, 'base64'))) {
    return { refused: 'wrong' };
  }
  return inTime(Number(timestamp), now) ? { token: signature } : { refused: 'old' };
}

/** The verification key as SendGrid shows it: base64 of a SubjectPublicKeyInfo on P-256. null = it is none. */
export function sendgridKey(text: string): KeyObject | null {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null;
  } catch {
    return null;
  }
}

/** What is not an object has no fields. */
export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function inTime(seconds: number, now: number): boolean {
  const at = seconds * 1000;
  return now - at <= OLDEST_MS && at - now <= AHEAD_MS;
}
