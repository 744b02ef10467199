import type { Period } from '../domain/types.js';
import type { RateLimit } from './rate-limit.js';

/** SYSTEM is the operator's own; SMTP and SENDGRID are extensions. */
export const PROVIDER_VARIANTS = ['SYSTEM', 'MAILGUN', 'SMTP', 'SENDGRID'] as const;

/** STARTTLS must be offered, it is never just preferred; NONE only in a private network that is allowed. */
export type SmtpTls = 'STARTTLS' | 'TLS' | 'NONE';

/** `email_provider` of an integration as it is stored; a draft may lack any of it. */
export interface EmailProvider {
  variant?: (typeof PROVIDER_VARIANTS)[number] | null;
  mailgun?: { domain?: string | null; region?: 'US' | 'EU' | null; plan?: string | null } | null;
  smtp?: { host?: string | null; port?: number | null; tls?: SmtpTls | null } | null;
  sendgrid?: { region?: 'US' | 'EU' | null } | null;
  delivery_window?: Period | null;
  rate_limit?: RateLimit | null;
  use_localized_templates?: boolean | null;
}

/** `authentication` of an e-mail provider, opened: never to leave the process but towards the provider. */
export interface ProviderAuthentication {
  username_password?: { username?: string | null; password?: string | null } | null;
  api_key?: { header?: string | null; value?: string | null } | null;
  /** What Mailgun signs its webhooks with (HMAC-SHA256). */
  webhook_signing_key?: string | null;
  /** What SendGrid's signatures are verified by: base64 of a SubjectPublicKeyInfo on P-256. */
  webhook_verification_key?: string | null;
}

/** The integration that a mail goes through; its credentials are still sealed, for its id. */
export interface MailProvider {
  id: string;
  /** Raised by every change of the integration. */
  version: number;
  provider: EmailProvider;
  sealedAuthentication: string | null;
}

/** What came of opening a connection and logging in. */
export interface ConnectionTest {
  /** null = there is nothing to test. */
  successful: boolean | null;
  /** For people, without credentials. */
  message: string;
}

/** Opens connections to mail servers that callers of the API name. */
export interface MailConnections {
  /** Connects, logs in and says goodbye, within ten seconds; the settings must be complete. */
  test(provider: EmailProvider, authentication: ProviderAuthentication): Promise<ConnectionTest>;
  /** Why we would not connect to this host, as far as its name alone tells; null = nothing against it. */
  objection(host: string, tls: SmtpTls): string | null;
}
