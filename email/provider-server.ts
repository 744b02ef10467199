import type { EmailProvider, ProviderAuthentication } from '../contracts/email-provider.js';
import type { SmtpServer } from './smtp-config.js';

const MAILGUN_HOSTS = { US: 'smtp.mailgun.org', EU: 'smtp.eu.mailgun.org' };
const SENDGRID_HOSTS = { US: 'smtp.sendgrid.net', EU: 'smtp.eu.sendgrid.net' };
const DEFAULT_PORTS = { STARTTLS: 587, TLS: 465, NONE: 25 };

/**
 * The SMTP server of a complete integration; null = SYSTEM, which is the operator's. Throws when something is missing, and never
 * repeats a credential.
 */
export function providerServer(
  { variant, mailgun, smtp, sendgrid }: EmailProvider,
  authentication: ProviderAuthentication,
): SmtpServer | null {
  const { username, password } = authentication.username_password ?? {};
  const login = username && password ? { user: username, pass: password } : null;
  const submission = { port: 587, tls: 'STARTTLS' } as const;
  switch (variant) {
    case 'SYSTEM':
      return null;
    case 'MAILGUN':
      return { host: MAILGUN_HOSTS[mailgun?.region ?? 'US'], ...submission, auth: needed(login) };
    case 'SENDGRID': {
      const key = authentication.api_key?.value;
      const auth = needed(key ? { user: 'apikey', pass: key } : null);
      return { host: SENDGRID_HOSTS[sendgrid?.region ?? 'US'], ...submission, auth };
    }
    case 'SMTP': {
      const tls = smtp?.tls ?? 'STARTTLS';
      return { host: needed(smtp?.host), port: smtp?.port ?? DEFAULT_PORTS[tls], tls, auth: login };
    }
    default:
      throw new Error('The integration has no variant');
  }
}

function needed<T>(value: T | null | undefined): T {
  if (value == null) throw new Error('The integration is not complete');
  return value;
}
