import type { MailParty, MailSender } from '../contracts/mail.js';
import { MailRefused, type Mailer, type Route } from '../activities/ports.js';
import { isAllowed } from '../activities/mail-request.js';
import { createComposer } from '../email/compose.js';
import { MailContentError } from '../email/mail-content-error.js';
import { createSmtpSender } from '../email/smtp-sender.js';

export interface MailerOptions {
  /** The SYSTEM provider, `smtp://user:password@host:port`; null = none is configured. */
  smtpUrl: string | null;
  /** Where the mail of TEST platforms goes; null = it waits. */
  testSmtpUrl: string | null;
  /** The sender of platforms that have none of their own. */
  from: MailParty;
}

/** The mailer with its connection pools, one per way out. */
export interface OpenMailer extends Mailer {
  close(): Promise<void>;
}

export function createMailer({ smtpUrl, testSmtpUrl, from }: MailerOptions): OpenMailer {
  const composer = createComposer({ mailDomain: from.email.split('@')[1] ?? 'localhost' });
  const live = smtpUrl === null ? null : createSmtpSender({ url: smtpUrl });
  const test = testSmtpUrl === null ? null : createSmtpSender({ url: testSmtpUrl });
  return {
    defaultSender: from,
    route(environment, allowList, to) {
      if (environment === 'TEST' && !isAllowed(allowList, to)) return routeTo(test, 'no_test_mailbox');
      return routeTo(live, 'no_provider');
    },
    async compose(request) {
      try {
        return await composer.compose(request);
      } catch (error) {
        if (!(error instanceof MailContentError)) throw error;
        throw new MailRefused(error.field === 'to' ? 'no_recipient' : 'template_missing', error.message);
      }
    },
    async close() {
      await Promise.all([live?.close(), test?.close()]);
    },
  };
}

function routeTo(sender: MailSender | null, otherwise: 'no_test_mailbox' | 'no_provider'): Route {
  return sender ? { sender } : { blocked: otherwise };
}
