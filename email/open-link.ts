import { reachable } from './reachable.js';
import type { SmtpConfig } from './smtp-config.js';
import { SmtpLink, SmtpSetupError } from './smtp-link.js';

/** Opens a connection to the server, at the first of its addresses that takes one. Throws SmtpSetupError. */
export async function openLink(config: SmtpConfig, timeoutMs: number): Promise<SmtpLink> {
  const startedAt = performance.now();
  const leftMs = (): number => timeoutMs - (performance.now() - startedAt);
  const servers = await reachable(config, timeoutMs);
  for (const [index, server] of servers.entries()) {
    // One that swallows connections must leave time for the next.
    const fairMs = Math.max(1, leftMs() / (servers.length - index));
    const link = new SmtpLink({ ...server, connectTimeoutMs: Math.min(server.connectTimeoutMs, fairMs) });
    try {
      await link.open(leftMs());
      return link;
    } catch (error) {
      const unanswered = error instanceof SmtpSetupError && error.stage === 'CONNECT';
      if (!unanswered || index === servers.length - 1) throw error;
    }
  }
  throw new Error('A server has at least one address.');
}
