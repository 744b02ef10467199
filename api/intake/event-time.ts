import type { Instant } from '../../domain/types.js';

/** PostgreSQL takes no instant of any size, and no mail was sent before 1970. */
const END = Date.UTC(3000, 0);

/** When it happened, as a provider has it in seconds since 1970; now, when that cannot be. */
export function eventTime(seconds: unknown, receivedAt: Instant): Instant {
  const at = typeof seconds === 'number' ? Math.round(seconds * 1000) : 0;
  return at > 0 && at < END ? at : receivedAt;
}
