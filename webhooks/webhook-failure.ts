/** Codes of Node's network and TLS errors, said to the owner of the webhook. */
const MESSAGES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'The certificate has expired.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate is self-signed.',
  EAI_AGAIN: 'The host name could not be looked up at the moment.',
  ECONNREFUSED: 'The connection was refused.',
  ECONNRESET: 'The connection was closed before there was an answer.',
  EHOSTUNREACH: 'The host cannot be reached.',
  ENETUNREACH: 'The network cannot be reached.',
  ENOTFOUND: 'The host name is not known.',
  EPIPE: 'The connection was closed before there was an answer.',
  EPROTO: 'TLS could not be agreed on.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate is for another host.',
  ETIMEDOUT: 'The host did not accept the connection in time.',
  SELF_SIGNED_CERT_IN_CHAIN: 'The certificate’s issuer is not known.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'The certificate’s issuer is not known.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The certificate’s issuer is not known.',
};

/** Why an attempt ended without an answer, in words for the owner of the webhook. */
export class WebhookFailure extends Error {}

/** The webhook leads to an address that we do not call. */
export class WebhookRefused extends WebhookFailure {}

/** Any error of an attempt in a sentence. Several addresses were tried: the first error speaks for all. */
export function failureMessage(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return failureMessage(error.errors[0]);
  if (error instanceof WebhookFailure) return error.message;
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  if (code.startsWith('ERR_SSL_')) return 'TLS could not be agreed on.';
  if (code.startsWith('HPE_')) return 'The answer was not HTTP.';
  return MESSAGES[code] ?? 'The connection failed.';
}
