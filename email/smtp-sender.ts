import type { ComposedMail, MailSender, SendOutcome } from '../contracts/mail.js';
import { classifyReply } from './classify-reply.js';
import { smtpConfig, type SmtpConfig, type SmtpOptions } from './smtp-config.js';
import { SmtpSetupError } from './smtp-link.js';
import { SmtpPool, type Loan } from './smtp-pool.js';
import { smtpReply } from './smtp-reply.js';
import { smtpTransaction } from './smtp-transaction.js';

/**
 * A MailSender over SMTP with a few kept connections. Whatever happens on the wire is an outcome (S-E5); `send` rejects
 * only with the marker's own error and after `close`. The marker must settle by itself: `send` waits for it.
 * Throws when the URL cannot be used.
 */
export function createSmtpSender(
  settings: { url: string; options?: SmtpOptions } | { config: SmtpConfig },
): MailSender {
  const config = 'config' in settings ? settings.config : smtpConfig(settings.url, settings.options ?? {});
  const pool = new SmtpPool(config);
  const inFlight = new Set<Promise<unknown>>();
  let closed = false;

  async function send(mail: ComposedMail, marker: () => Promise<boolean>): Promise<SendOutcome> {
    const recipients = mail.envelope.to.length;
    const startedAt = performance.now();
    const leftMs = () => config.totalTimeoutMs - (performance.now() - startedAt);
    for (let fresh = false; ; fresh = true) {
      const loan = await borrow(leftMs(), fresh);
      if ('kind' in loan) return loan;
      const { link, reused } = loan;
      try {
        const result = await smtpTransaction(link, config, mail, marker, leftMs());
        const released = track(pool.release(link, result.link));
        // A clean one is back within a turn: a caller who sends one mail after another gets it again. RSET takes longer.
        if (result.link === 'clean') await released;
        // A kept connection that turns out to be dead says nothing about this mail, and nothing was on the wire.
        if (reused && result.lostBeforeData) continue;
        if (replyCode(result.outcome) === 421) backOff(result.outcome);
        return result.outcome;
      } catch (error) {
        void track(pool.release(link, 'drop'));
        throw error;
      }
    }

    async function borrow(timeoutMs: number, fresh: boolean): Promise<Loan | SendOutcome> {
      try {
        const loan = await pool.borrow(timeoutMs, fresh);
        if (loan && 'link' in loan) return loan;
        const words = loan
          ? 'The server wants no new connections'
          : `All ${config.maxConnections} connections are in use`;
        const reply = smtpReply('CONNECT', null, words, config.auth);
        return loan
          ? { kind: 'RETRY', reply, retryAfterMs: Math.ceil(loan.backOffMs), unasked: true }
          : { kind: 'RETRY', reply, retryAfterMs: null };
      } catch (error) {
        if (!(error instanceof SmtpSetupError)) throw error;
        const { stage, cause } = error;
        const outcome = classifyReply(smtpReply(stage, cause.response ?? null, cause.message, config.auth), recipients);
        // Said before any mail was named, a "not now" is about us: the next connection would hear the same.
        if (replyCode(outcome) !== null) backOff(outcome);
        return outcome;
      }
    }
  }

  /** Other mails need not run into the same answer. */
  function backOff(outcome: SendOutcome): void {
    if (outcome.kind !== 'RETRY' || config.backOffMs === 0) return;
    pool.backOff(outcome.retryAfterMs ?? config.backOffMs);
  }

  function track<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(
      () => undefined,
      () => undefined, // Only waited for here; whoever asked for the work gets its error.
    );
    inFlight.add(settled);
    void settled.then(() => inFlight.delete(settled));
    return work;
  }

  return {
    async send(mail, marker) {
      if (closed) throw new Error('The SMTP sender is closed');
      return track(send(mail, marker));
    },
    async close() {
      closed = true;
      while (inFlight.size > 0) await Promise.all(inFlight);
      await pool.close();
    },
  };
}

function replyCode(outcome: SendOutcome): number | null {
  return 'reply' in outcome ? outcome.reply.code : null;
}
