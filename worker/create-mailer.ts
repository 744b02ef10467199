import type { MailParty, MailSender } from '../contracts/mail.js';
import type { ReadTemplate } from '../contracts/mail-template.js';
import type { Networks } from '../contracts/networks.js';
import { paceOf, type Pace, type RateLimit } from '../contracts/rate-limit.js';
import type { Reason } from '../domain/reasons.js';
import { MailRefused, type Mailer, type Route } from '../activities/ports.js';
import { isAllowed } from '../activities/mail-request.js';
import { createComposer, mailDomainOf } from '../email/compose.js';
import { MailContentError } from '../email/mail-content-error.js';
import { createSmtpSender } from '../email/smtp-sender.js';
import type { ReturnPaths } from '../email/return-path.js';
import { deliveryIn } from '../store/delivery-events.js';
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
  /** Envelope senders of the operator's own way out; absent or null = the mail's sender. */
  returnPaths?: Pick<ReturnPaths, 'of'> | null;
  /** How fast the SYSTEM provider may be sent to; absent = as fast as it takes mails. */
  smtpRateLimit?: RateLimit | undefined;
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
  const { smtpUrl, testSmtpUrl, smtpRateLimit, from, vault, networks, returnPaths = null, readTemplate } = options;
  const system = smtpRateLimit && [paceOf('SYSTEM', smtpRateLimit)];
  const composer = createComposer({
    mailDomain: mailDomainOf(from),
    ...(readTemplate && { readTemplate }),
  });
  // Not for integrations: their providers report bounces themselves, and some refuse an envelope sender of another domain.
  const senderOf = (url: string | null): MailSender | null =>
    url === null ? null : withReturnPath(createSmtpSender({ url }), returnPaths);
  const live = senderOf(smtpUrl);
  const providers = new ProviderSenders(vault, networks);
  const test = senderOf(testSmtpUrl);
  return {
    defaultSender: from,
    route(environment, allowList, to, via) {
      if (environment === 'TEST' && !isAllowed(allowList, to)) return routeTo(test, 'no_test_mailbox');
      const own = via?.provider.rate_limit && [paceOf(via.id, via.provider.rate_limit)];
      const route = via && providers.route(via);
      if (route) return withPaces(route, own);
      return withPaces(routeTo(live, 'no_provider'), own ? [...own, ...(system ?? [])] : system);
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

/** The same with an envelope sender of its own for each delivery, which its Message-ID names. */
function withReturnPath(sender: MailSender, returnPaths: Pick<ReturnPaths, 'of'> | null): MailSender {
  if (returnPaths === null) return sender;
  return {
    send(mail, marker) {
      const deliveryId = deliveryIn(mail.messageId);
      const from = deliveryId === null ? mail.envelope.from : returnPaths.of(deliveryId);
      return sender.send({ ...mail, envelope: { ...mail.envelope, from } }, marker);
    },
    close: () => sender.close(),
  };
}

/** Where there is no limit, nothing is made and nothing waits. */
function withPaces(route: Route, paces: readonly Pace[] | null | undefined): Route {
  return paces && 'sender' in route ? { ...route, paces } : route;
}

function reasonOf({ code, field }: MailContentError): Reason {
  if (field === 'to') return 'no_recipient';
  return code === 'variable_missing' ? 'variable_missing' : 'template_missing';
}

function routeTo(sender: MailSender | null, otherwise: 'no_test_mailbox' | 'no_provider'): Route {
  return sender ? { sender } : { blocked: otherwise };
}
