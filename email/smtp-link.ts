import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SmtpStage } from '../contracts/mail.js';
import type { SmtpConfig } from './smtp-config.js';
import type { SmtpError } from './smtp-reply.js';

/** A set-up step that failed: where, and nodemailer's error. */
export class SmtpSetupError extends Error {
  override readonly name = 'SmtpSetupError';
  constructor(
    readonly stage: SmtpStage,
    override readonly cause: SmtpError,
  ) {
    super(cause.message);
  }
}

/**
 * One connection to the server: nodemailer's SMTPConnection with promises that always settle. Its own callbacks do not:
 * depending on the moment a lost connection is an `error` event, an `end` event or a callback.
 */
export class SmtpLink {
  readonly connection: SMTPConnection;
  /** Mails it has carried, refused ones included. */
  messages = 0;
  private stage: SmtpStage = 'CONNECT';

  constructor(private readonly config: SmtpConfig) {
    this.connection = new SMTPConnection({
      host: config.host,
      port: config.port,
      secure: config.secure,
      requireTLS: config.requireTls,
      ignoreTLS: config.plain,
      ...(config.servername === null ? {} : { servername: config.servername }),
      connectionTimeout: config.connectTimeoutMs,
      dnsTimeout: config.connectTimeoutMs,
      greetingTimeout: config.greetingTimeoutMs,
      socketTimeout: config.replyTimeoutMs,
      // Never close politely: what is still buffered must not go out once we have given up on it.
      socketCloseTimeout: 0,
      tls: { rejectUnauthorized: config.tlsRejectUnauthorized },
      ...(config.localName === null ? {} : { name: config.localName }),
    });
    // An `error` event nobody listens to ends the process; `attempt` and `onGone` are told what they need.
    this.connection.on('error', () => undefined);
  }

  get usable(): boolean {
    return !this.connection.destroyed && this.messages < this.config.maxMessagesPerConnection;
  }

  /** Up to the point where MAIL FROM may be sent. Throws SmtpSetupError, the connection is closed then. */
  async open(timeoutMs: number): Promise<void> {
    const startedAt = performance.now();
    try {
      await this.attempt<void>(timeoutMs, (done) => this.connection.connect((error) => done(error ?? null)));
      if (this.config.auth === null || !this.connection.allowsAuth) return;
      this.stage = 'AUTH';
      const auth = { ...this.config.auth };
      const leftMs = timeoutMs - (performance.now() - startedAt);
      await this.attempt<boolean | undefined>(leftMs, (done) => this.connection.login(auth, done));
    } catch (error) {
      const stage = this.setupStage(error as SmtpError);
      this.drop();
      throw new SmtpSetupError(stage, error as SmtpError);
    }
  }

  /** Runs one callback-style step. Rejects with nodemailer's error, also when the connection ends or time is up. */
  attempt<T>(timeoutMs: number, start: (done: (error: SmtpError | null, value?: T) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const fail = (error: SmtpError) => settle(() => reject(withoutHalfReply(error)));
      // The step's own callback knows more (a reply, say) and comes right after `end`: let it win.
      const onEnd = () => void setImmediate(fail, lost('The connection was closed'));
      const timer = setTimeout(
        () => {
          fail(Object.assign(new Error('Timed out'), { code: 'ETIMEDOUT', command: 'CONN' }));
          this.drop();
        },
        Math.max(timeoutMs, 1),
      );
      const settle = (report: () => void) => {
        clearTimeout(timer);
        this.connection.off('error', fail).off('end', onEnd);
        report();
      };
      this.connection.on('error', fail).on('end', onEnd);
      if (this.connection.destroyed) return onEnd();
      start((error, value) => (error ? fail(error) : settle(() => resolve(value as T))));
    });
  }

  /** Ends a transaction the server refused half-way (RFC 5321 §4.1.1.5), so that the next MAIL FROM is not out of order. */
  async reset(): Promise<boolean> {
    try {
      await this.attempt<boolean | undefined>(this.config.replyTimeoutMs, (done) => this.connection.reset(done));
      return true;
    } catch {
      return false; // Nothing was being sent: the caller drops a link that cannot be reset.
    }
  }

  /** Calls back once when the connection is gone for whatever reason. */
  onGone(listener: () => void): void {
    this.connection.once('end', listener);
  }

  /** Says QUIT and waits for the end, a second at most: nothing depends on the server's goodbye. */
  async quit(): Promise<void> {
    if (this.connection.destroyed) return;
    const graceMs = Math.min(this.config.replyTimeoutMs, 1000);
    await this.attempt<void>(graceMs, (done) => {
      this.connection.once('end', () => done(null));
      this.connection.quit();
    }).catch(() => undefined);
    this.drop();
  }

  drop(): void {
    this.connection.close();
  }

  private setupStage(error: SmtpError): SmtpStage {
    const command = error.command ?? '';
    if (this.stage === 'AUTH') return 'AUTH';
    if (command === 'STARTTLS' || error.code === 'ETLS' || this.connection.upgrading === true) return 'STARTTLS';
    if (command === 'EHLO' || command === 'HELO') return 'EHLO';
    if (this.connection.stage === 'init') return 'CONNECT';
    const greeted = this.connection.lastServerResponse !== false && /^2/.test(this.connection.lastServerResponse);
    return greeted ? 'EHLO' : 'GREETING';
  }
}

/**
 * A reply ends with CRLF (RFC 5321 §4.2). nodemailer gives what came of a line before the connection ended as the server's no;
 * its words stay in the message.
 */
function withoutHalfReply(error: SmtpError): SmtpError {
  if (error.message.startsWith('Connection closed unexpectedly')) error.response = undefined;
  return error;
}

function lost(words: string): SmtpError {
  return Object.assign(new Error(words), { code: 'ECONNECTION', command: 'CONN' });
}
