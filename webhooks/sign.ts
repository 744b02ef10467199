import { createHmac, randomBytes } from 'node:crypto';
import type { Instant } from '../domain/types.js';

/** What `signing_protocol` says of a webhook; receivers choose their check by it. */
export const SIGNING_PROTOCOL = 'HMAC_SHA256_V1';

/**
 * The signature header (S-A2): `t=<unix seconds>,v1=<hex>`, one `v1` for every secret. Each is HMAC-SHA256 over
 * `<unix seconds>.<body>`, keyed with the secret's text as it was shown, in UTF-8.
 */
export function sign(body: string, secrets: readonly string[], at: Instant): string {
  const seconds = String(Math.floor(at / 1_000));
  const each = secrets.map((secret) => createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
  return [`t=${seconds}`, ...each.map((hex) => `v1=${hex}`)].join(',');
}

/** A new secret: 256 random bits. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64url')}`;
}
