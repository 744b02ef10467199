import type { LocalDate, Money, Variant } from '../domain/types.js';

/** Name and address of a mail party; `email` is a single RFC 5321 mailbox. */
export interface MailParty {
  name: string | null;
  email: string;
}

/**
 * Everything a template may show, already counted and localised to the customer's zone at the moment of sending (S-E2):
 * a template formats, it never calculates.
 */
export interface MailFacts {
  variant: Variant;
  /** Locale chain, best first, e.g. `['nl-BE', 'nl', 'en-GB', 'en']` (S-E3). */
  locales: readonly string[];
  sender: MailParty;
  customerName: string | null;
  invoice: MailInvoice | null;
  trial: MailTrial | null;
  /** The failed payment; its invoice, if known, is `invoice`. */
  payment: MailPayment | null;
  wallet: MailWallet | null;
  /** What a call of the workflow gave for the template, by name: anything that JSON can say (S-Z4). Absent = none. */
  parameters?: Readonly<Record<string, unknown>>;
}

export interface MailInvoice {
  number: string | null;
  purchaseOrderNumber: string | null;
  total: Money | null;
  open: Money | null;
  paid: Money | null;
  issuedOn: LocalDate | null;
  dueOn: LocalDate | null;
  /** Whole local calendar days since the due date at the moment of sending; null without a due date, ≤ 0 before it. */
  daysOverdue: number | null;
  /** The date the invoice will be charged: the extension field charge_date, else the due date. */
  chargeOn: LocalDate | null;
  /** Whole local calendar days until `chargeOn` at the moment of sending; 0 = today, negative after it. */
  daysToCharge: number | null;
  payUrl: string | null;
  /** Whether the invoice goes with the mail as a PDF; absent = no. */
  pdfAttached?: boolean;
}

export interface MailTrial {
  subscriptionName: string | null;
  endsOn: LocalDate;
  /** Local wall-clock end, `HH:MM`; null when it ends with a date, at midnight: an hour would only confuse. */
  endsAtTime: string | null;
  zone: string;
  /** Whole local calendar days until the end at the moment of sending; 0 = today. */
  daysLeft: number;
}

export interface MailPayment {
  amount: Money | null;
  attemptedOn: LocalDate | null;
}

export interface MailWallet {
  /** The wallet type's name, else the wallet's reference. */
  name: string | null;
  balance: MailBalance | null;
  granted: MailBalance | null;
}

/** In the wallet's own unit; `credits` is a decimal string. */
export type MailBalance = { money: Money } | { credits: string };

/** A file that goes with a mail. */
export interface MailAttachment {
  /** Made safe when the mail is composed. */
  filename: string;
  contentType: 'application/pdf';
  content: Buffer;
}

/** A locale in which a template is stored, as the claim brings it along: enough to choose, and to know whether it is in memory. */
export interface StoredLocale {
  /** A BCP 47 tag in its usual spelling, `nl-BE`. */
  locale: string;
  version: number;
  /** The template's own default, the end of the chain. */
  isDefault: boolean;
}

/** Which template a mail is made from; `version` null = the one this product brings along. */
export interface TemplateRef {
  name: string;
  locale: string;
  version: number | null;
}

/** One mail to be composed. Addresses are already parsed and made unique (S-E1). */
export interface MailRequest {
  deliveryId: string;
  from: MailParty;
  replyTo: MailParty | null;
  to: MailParty;
  cc: readonly string[];
  bcc: readonly string[];
  /** Replaces the template's subject when given (S-D8). */
  subject: string | null;
  /** null = the built-in template of the variant. */
  templateName: string | null;
  /** Whose stored templates. */
  platformId: string;
  /** What is stored under that name (S-E3); empty = only the built-in ones. */
  templates: readonly StoredLocale[];
  facts: MailFacts;
  /** Absent = none. */
  attachments?: readonly MailAttachment[];
  /** The Date header in epoch milliseconds: Postgres' now, or the test clock's (S-T8). */
  dateAt: number;
}

export interface ComposedMail {
  /** `from` is the envelope sender (MAIL FROM), `to` every RCPT TO; `required` must be accepted or no DATA is sent (S-E5). */
  envelope: { from: string; to: readonly string[]; required: string };
  messageId: string;
  subject: string;
  template: TemplateRef;
  raw: Buffer;
}

export type SmtpStage = 'CONNECT' | 'GREETING' | 'EHLO' | 'STARTTLS' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'FINAL_DOT';

export interface SmtpReply {
  stage: SmtpStage;
  /** SMTP reply code, null when there was none (connection lost, timeout). */
  code: number | null;
  /** Enhanced status (RFC 3463), e.g. `5.1.1`, when the server gave one. */
  enhanced: string | null;
  /** The server's words, or ours about the connection; one line, at most 500 characters, no credentials. */
  text: string;
}

/** What became of one attempt. Nothing but SENT and IN_DOUBT may have reached the recipient (S-E5). */
export type SendOutcome =
  | { kind: 'SENT'; reply: SmtpReply; refused: readonly { address: string; reply: SmtpReply }[] }
  /** Safe to try again: the server never had the whole message. */
  | {
      kind: 'RETRY';
      reply: SmtpReply;
      retryAfterMs: number | null;
      /** No server was asked: it wants to be left alone for now. */ unasked?: true;
    }
  /** A 5xx about us, before a recipient was named: mails wait (`provider_refused`). */
  | { kind: 'PROVIDER_REFUSED'; reply: SmtpReply }
  /** A definite no to this message or its To; `unknownMailbox` on 5.1.1. */
  | { kind: 'REJECTED'; reply: SmtpReply; unknownMailbox: boolean }
  /** The final dot was written and no answer came. */
  | { kind: 'IN_DOUBT'; reply: SmtpReply }
  /** The marker said no: somebody else holds this delivery now; nothing was written. */
  | { kind: 'FENCED' };

export interface MailSender {
  /**
   * Sends one mail. `marker` is awaited after the server's 354 and before the first byte of DATA (S-E4); when it
   * resolves false, or rejects, nothing of the message is written and the connection is dropped.
   */
  send(mail: ComposedMail, marker: () => Promise<boolean>): Promise<SendOutcome>;
  close(): Promise<void>;
}
