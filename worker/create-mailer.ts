import type { MailParty, MailSender } from '../contracts/mail.js';
import type { ReadTemplate } from '../contracts/mail-template.js';
import type { Networks } from '../contracts/networks.js';
import type { Reason } from '../domain/reasons.js';
import { MailRefused, type Mailer, type Route } from '../activities/ports.js';
import { isAllowed } from '../activities/mail-request.js';
import { createComposer } from '../email/compose.js';
import { MailContentError } from '../email/mail-content-error.js';
import { createSmtpSender } from '../email/smtp-sender.js';
import type { Vault } from '../store/vault.js';
import { ProviderSenders } from './provider-senders.js';

export interface MailerOptions {
  /** The SYSTEM provider, `smtp://user:password@host:port`; null = none is configured. */
  smtpUrl: string | null;
  /** Where the mail of TEST platforms goes; null = it waits. */
  testSmtpUrl: string | null;
  /** The sender of platforms that have none of their own. */
  from: MailParty;
  /** Opens the credentials of integrations. */
  vault: Vault;
  /** Private networks that integrations may send through. */
  networks: Networks;
  /** Reads stored templates that are not in memory yet; absent = there are only the built-in ones. */
  readTemplate?: ReadTemplate;
}

/** The mailer with its connection pools, one per way out. */
export interface OpenMailer extends Mailer {
  close(): Promise<void>;
}

export function createMailer(options: MailerOptions): OpenMailer {
  const { smtpUrl, testSmtpUrl, from, vault, networks, readTemplate } = options;
  const composer = createComposer({
    mailDomain: from.email.split('@')[1] ?? 'localhost',
    ...(readTemplate && { readTemplate }),
  });
  const live = smtpUrl === null ? null : createSmtpSender({ url: smtpUrl });
  const providers = new ProviderSenders(vault, networks);
  const test = testSmtpUrl === null ? null : createSmtpSender({ url: testSmtpUrl });
  return {
    defaultSender: from,
    route(environment, allowList, to, via) {
      if (environment === 'TEST' && !isAllowed(allowList, to)) return routeTo(test, 'no_test_mailbox');
      return (via && providers.route(via)) ?? routeTo(live, 'no_provider');
    },
    async compose(request) {
      try {
        return await composer.compose(request);
      } catch (error) {
        if (!(error instanceof MailContentError)) throw error;
        throw new MailRefused(reasonOf(error), error.message);
      }
    },
    async close() {
      await Promise.all([live?.close(), test?.close(), providers.close()]);
    },
  };
}

function reasonOf({ code, field }: MailContentError): Reason {
  if (field === 'to') return 'no_recipient';
  return code === 'variable_missing' ? 'variable_missing' : 'template_missing';
}

function routeTo(sender: MailSender | null, otherwise: 'no_test_mailbox' | 'no_provider'): Route {
  return sender ? { sender } : { blocked: otherwise };
}
