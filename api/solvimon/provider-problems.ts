import type { MailConnections } from '../../contracts/email-provider.js';
import type { EmailProvider, ProviderAuthentication } from '../../contracts/email-provider.js';
import type { Problem } from '../../contracts/refusal.js';
import type { Authentication } from '../schemas/integration.js';
import { sendgridKey } from '../intake/signed.js';

const BLOCKS = { MAILGUN: 'mailgun', SMTP: 'smtp', SENDGRID: 'sendgrid' } as const;
const LOGINS = { SYSTEM: null, MAILGUN: 'username_password', SMTP: 'username_password', SENDGRID: 'api_key' } as const;

/** Who signs its webhooks with what. */
const WEBHOOK_KEYS = { webhook_signing_key: 'MAILGUN', webhook_verification_key: 'SENDGRID' } as const;

/** What does not belong to the variant: configuration is refused rather than dropped (S-W3). `prefix` is of the credentials. */
export function misplaced(
  provider: EmailProvider | null,
  given: Authentication | null,
  mail: MailConnections,
  prefix = 'authentication.',
): Problem[] {
  const variant = provider?.variant ?? null;
  const problems: Problem[] = [];
  for (const [owner, block] of Object.entries(BLOCKS)) {
    if (provider?.[block] != null && owner !== variant) {
      problems.push(invalid(`email_provider.${block}`, `Only the variant ${owner} has a ${block} block.`));
    }
  }
  for (const block of ['username_password', 'api_key'] as const) {
    if (given?.[block] != null && variant !== null && LOGINS[variant] !== block) {
      problems.push(invalid(`${prefix}${block}`, `The variant ${variant} does not log in with ${block}.`));
    }
  }
  for (const [field, owner] of Object.entries(WEBHOOK_KEYS)) {
    if (given?.[field as keyof typeof WEBHOOK_KEYS] != null && variant !== null && owner !== variant) {
      problems.push(invalid(`${prefix}${field}`, `Only the variant ${owner} has a ${field}.`));
    }
  }
  const key = given?.webhook_verification_key;
  if (key != null && sendgridKey(key) === null) {
    const message = 'must be the verification key as SendGrid shows it: a public key on P-256 in base64';
    problems.push(invalid(`${prefix}webhook_verification_key`, message));
  }
  if (given?.client_credentials != null) {
    problems.push(invalid(`${prefix}client_credentials`, 'No e-mail provider logs in with client_credentials.'));
  }
  const { host, tls } = provider?.smtp ?? {};
  const objection = host != null ? mail.objection(host, tls ?? 'STARTTLS') : null;
  if (objection !== null) problems.push(invalid('email_provider.smtp.host', `${objection}.`));
  return problems;
}

/** What an integration that mail is to go through still lacks. */
export function incomplete(
  provider: EmailProvider | null,
  { username_password: login, api_key }: ProviderAuthentication,
  prefix = 'authentication.',
): Problem[] {
  const loginProblems = (): Problem[] => [
    ...(login?.username == null ? [missing(`${prefix}username_password.username`, 'Give the SMTP login.')] : []),
    ...(login?.password == null ? [missing(`${prefix}username_password.password`, 'Give its password.')] : []),
  ];
  switch (provider?.variant) {
    case 'SYSTEM':
      return [];
    case 'MAILGUN':
      return [
        ...(provider.mailgun?.domain == null
          ? [missing('email_provider.mailgun.domain', 'MAILGUN needs its sending domain.')]
          : []),
        ...loginProblems(),
      ];
    case 'SENDGRID':
      return api_key?.value == null ? [missing(`${prefix}api_key.value`, 'SENDGRID needs an API key.')] : [];
    case 'SMTP':
      return [
        ...(provider.smtp?.host == null ? [missing('email_provider.smtp.host', 'SMTP needs a host.')] : []),
        ...(login == null ? [] : loginProblems()),
      ];
    default:
      return [missing('email_provider.variant', 'The integration needs the variant of its e-mail provider.')];
  }
}

function invalid(field: string, message: string): Problem {
  return { code: 'INVALID_FIELD', field, message };
}

function missing(field: string, message: string): Problem {
  return { code: 'MISSING_FIELD', field, message };
}
