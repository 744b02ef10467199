/** An address as Mailpit writes it; both parts may be empty. */
export interface MailboxAddress {
  Name: string;
  Address: string;
}

/** A message in a list: Mailpit's `MessageSummary`, its names unchanged so that either can serve the other's clients. */
export interface MessageSummary {
  ID: string;
  MessageID: string;
  Read: boolean;
  From: MailboxAddress;
  To: MailboxAddress[];
  Cc: MailboxAddress[];
  /** Who received it without being named in To or Cc: the envelope's recipients, which no header shows. */
  Bcc: MailboxAddress[];
  ReplyTo: MailboxAddress[];
  Subject: string;
  /** RFC 3339, when it was received. */
  Created: string;
  Username: string;
  Tags: string[];
  /** Of the whole message, in bytes. */
  Size: number;
  /** How many; inline images are not counted. */
  Attachments: number;
  Snippet: string;
}

/** Mailpit's `Attachment`. */
export interface AttachmentSummary {
  PartID: string;
  FileName: string;
  ContentType: string;
  ContentID: string;
  Size: number;
}

/** Mailpit's `Message`. */
export interface MessageDetail extends Omit<MessageSummary, 'Read' | 'Created' | 'Attachments' | 'Snippet'> {
  ReturnPath: string;
  /** RFC 3339: the Date header, or when it was received. */
  Date: string;
  ListUnsubscribe: { Header: string; Links: string[]; Errors: string; HeaderPost: string };
  Text: string;
  HTML: string;
  Inline: AttachmentSummary[];
  Attachments: AttachmentSummary[];
}

/** What SMTP said about a message, beside its content. */
export interface Envelope {
  from: string;
  to: string[];
  /** The name of an SMTP login; empty without one. */
  username: string;
}
