import { isIP } from 'node:net';
import type { SmtpTls } from '../contracts/email-provider.js';
import type { Networks } from '../contracts/networks.js';

/** Limits of an SMTP sender. RFC 5321 §4.5.3.2 allows minutes per reply; a step of ten mails must fit into an activity (`SEND_TIMEOUT_MS`). */
export interface SmtpOptions {
  /** Connections open at the same time, default 20. More mails wait their turn. */
  maxConnections?: number;
  /** Milliseconds for name lookup, connecting, greeting and STARTTLS together, default 20,000. */
  connectTimeoutMs?: number;
  /** Milliseconds for the greeting (and again for the TLS handshake), default 15,000; a part of `connectTimeoutMs`. */
  greetingTimeoutMs?: number;
  /** Milliseconds of silence while a reply is awaited, default 30,000. */
  replyTimeoutMs?: number;
  /** Milliseconds for one `send` in all, waiting for a connection included, default 85,000. Late before the dot: RETRY. */
  totalTimeoutMs?: number;
  /** Milliseconds a connection is kept without work, default 10,000; servers close idle ones after a minute or more. */
  idleTimeoutMs?: number;
  /** Milliseconds without new connections after the server said "not now" and no time, default 30,000; 0 = it is never left alone. */
  backOffMs?: number;
  /** Mails per connection before it is replaced, default 100: providers cap it, and a new one may reach a better host. */
  maxMessagesPerConnection?: number;
  /**
   * Refuse to go on without TLS. Default: true when the URL holds credentials and the host is not this machine, because
   * STARTTLS that is merely preferred can be stripped by anybody on the way, and the password with it (RFC 3207 §6).
   */
  requireTls?: boolean;
  /** Default true: the certificate must be valid for the host. */
  tlsRejectUnauthorized?: boolean;
  /** The name given in EHLO; default this machine's full name, else `[127.0.0.1]`. */
  localName?: string;
}

/** A server that somebody else than the operator named, and how to reach it. */
export interface SmtpServer {
  host: string;
  port: number;
  tls: SmtpTls;
  auth: { user: string; pass: string } | null;
}

export interface SmtpConfig {
  host: string;
  port: number;
  secure: boolean;
  auth: { user: string; pass: string } | null;
  requireTls: boolean;
  /** No TLS even if it is offered. */
  plain: boolean;
  /** Private networks that may be connected to; null = the operator named the host, and it is connected to wherever it is. */
  allowedNetworks: Networks | null;
  /** The name in the certificate when `host` is an address that it was resolved to. */
  servername: string | null;
  tlsRejectUnauthorized: boolean;
  localName: string | null;
  maxConnections: number;
  connectTimeoutMs: number;
  greetingTimeoutMs: number;
  replyTimeoutMs: number;
  totalTimeoutMs: number;
  idleTimeoutMs: number;
  backOffMs: number;
  maxMessagesPerConnection: number;
}

/**
 * Reads `smtp://user:pass@host:port` or `smtps://…` (TLS from the first byte). Throws an Error that names what is wrong
 * and never repeats the URL: it holds a password. Default ports 587 and 465 (RFC 8314 §3.3).
 */
export function smtpConfig(url: string, options: SmtpOptions): SmtpConfig {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null) throw new Error('The SMTP URL cannot be read: expected smtp://user:password@host:port');
  if (parsed.protocol !== 'smtp:' && parsed.protocol !== 'smtps:') {
    throw new Error(`The SMTP URL must begin with smtp:// or smtps://, not ${parsed.protocol}//`);
  }
  const secure = parsed.protocol === 'smtps:';
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  if (host === '') throw new Error('The SMTP URL names no host');
  const auth = credentials(parsed);
  return {
    host,
    port: parsed.port === '' ? (secure ? 465 : 587) : Number(parsed.port),
    secure,
    auth,
    requireTls: options.requireTls ?? (auth !== null && !secure && !isThisMachine(host)),
    plain: false,
    allowedNetworks: null,
    servername: null,
    ...limits(options),
  };
}

/** The same for a server of a caller's: TLS as it says, and private networks only if they are allowed. */
export function smtpServerConfig(
  { host, port, tls, auth }: SmtpServer,
  allowedNetworks: Networks,
  options: SmtpOptions,
): SmtpConfig {
  return {
    host,
    port,
    secure: tls === 'TLS',
    auth,
    requireTls: tls === 'STARTTLS',
    plain: tls === 'NONE',
    allowedNetworks,
    servername: null,
    ...limits(options),
  };
}

function limits(options: SmtpOptions) {
  return {
    tlsRejectUnauthorized: options.tlsRejectUnauthorized ?? true,
    localName: options.localName ?? null,
    maxConnections: options.maxConnections ?? 20,
    connectTimeoutMs: options.connectTimeoutMs ?? 20_000,
    greetingTimeoutMs: options.greetingTimeoutMs ?? 15_000,
    replyTimeoutMs: options.replyTimeoutMs ?? 30_000,
    totalTimeoutMs: options.totalTimeoutMs ?? 85_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 10_000,
    backOffMs: options.backOffMs ?? 30_000,
    maxMessagesPerConnection: options.maxMessagesPerConnection ?? 100,
  };
}

function credentials(url: URL): { user: string; pass: string } | null {
  if (url.username === '' && url.password === '') return null;
  if (url.username === '' || url.password === '') {
    throw new Error('The SMTP URL must hold both a user and a password, or neither');
  }
  try {
    return { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  } catch {
    throw new Error('The SMTP URL has a stray % in its user or password: write it as %25');
  }
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
