import type { Instant } from '../domain/types.js';
import type { Vault } from '../store/vault.js';

const PREFIX = 'dwt_';
const CONTEXT = 'bearer';
/** Seconds (S-Z0). */
export const BEARER_LIFE_S = 3_600;

/**
 * Bearers that stand for an API key for an hour (S-Z0). Nothing is stored: a bearer is the key's id and its own end, sealed. It may
 * do what the key may do when it is used, and nothing once the key is switched off.
 */
export class BearerTokens {
  constructor(
    private readonly vault: Vault,
    private readonly now: () => Instant,
  ) {}

  make(keyId: string): string {
    const text = JSON.stringify({ keyId, endsAt: this.now() + BEARER_LIFE_S * 1_000 });
    return PREFIX + this.vault.seal(text, CONTEXT);
  }

  /** The key's id; null = it is none of ours, or its hour is over. */
  read(token: string): string | null {
    if (!token.startsWith(PREFIX)) return null;
    try {
      const text = this.vault.open(token.slice(PREFIX.length), CONTEXT);
      const { keyId, endsAt } = JSON.parse(text) as { keyId: string; endsAt: Instant };
      return endsAt > this.now() ? keyId : null;
    } catch {
      return null;
    }
  }
}
