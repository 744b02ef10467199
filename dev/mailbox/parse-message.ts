import PostalMime, { type Address, type Attachment, type Email } from 'postal-mime';
import type { AttachmentSummary, Envelope, MailboxAddress, MessageDetail, MessageSummary } from './message.js';

export interface ParsedMessage {
  summary: Omit<MessageSummary, 'ID' | 'Created' | 'Read'>;
  /** Everything that is shown, in lower case and bounded: what a search without a field looks through. */
  searchText: string;
}

const snippetLength = 250;
const searchTextLength = 20_000;

/** Reads from the raw message and its envelope what a list and a search need. */
export async function parseMessage(raw: Buffer, envelope: Envelope): Promise<ParsedMessage> {
  const email = await PostalMime.parse(raw);
  const addresses = readAddresses(email, envelope);
  const text = email.text ?? textOf(email.html ?? '');
  const subject = email.subject ?? '';
  const people = [addresses.From, ...addresses.To, ...addresses.Cc, ...addresses.Bcc, ...addresses.ReplyTo];
  return {
    summary: {
      MessageID: messageId(email),
      ...addresses,
      Subject: subject,
      Username: envelope.username,
      Tags: [],
      Size: raw.length,
      Attachments: email.attachments.filter((part) => !isInline(part)).length,
      Snippet: text.replace(/\s+/g, ' ').trim().slice(0, snippetLength),
    },
    searchText: [subject, ...people.map(({ Name, Address }) => `${Name} ${Address}`), text]
      .join('\n')
      .slice(0, searchTextLength)
      .toLowerCase(),
  };
}

/** The whole message as Mailpit's API shows it. */
export async function readDetail(raw: Buffer, envelope: Envelope, summary: MessageSummary): Promise<MessageDetail> {
  const email = await PostalMime.parse(raw);
  const header = (key: string) => email.headers.find((line) => line.key === key)?.value ?? '';
  const parts = email.attachments.map((part, index) => ({ part, shown: attachmentSummary(part, index) }));
  const unsubscribe = header('list-unsubscribe');
  return {
    ID: summary.ID,
    MessageID: summary.MessageID,
    From: summary.From,
    To: summary.To,
    Cc: summary.Cc,
    Bcc: summary.Bcc,
    ReplyTo: summary.ReplyTo,
    ReturnPath: envelope.from || summary.From.Address,
    Subject: summary.Subject,
    ListUnsubscribe: {
      Header: unsubscribe,
      Links: [...unsubscribe.matchAll(/<([^>]+)>/g)].map((match) => match[1] ?? ''),
      Errors: '',
      HeaderPost: header('list-unsubscribe-post'),
    },
    Date: isoDate(email.date) ?? summary.Created,
    Tags: summary.Tags,
    Username: summary.Username,
    Text: email.text ?? '',
    HTML: email.html ?? '',
    Size: summary.Size,
    Inline: parts.filter(({ part }) => isInline(part)).map(({ shown }) => shown),
    Attachments: parts.filter(({ part }) => !isInline(part)).map(({ shown }) => shown),
  };
}

/** Header names as Go writes them, because Mailpit does: `Message-Id`, `Mime-Version`. */
export async function readHeaders(raw: Buffer): Promise<Record<string, string[]>> {
  const headers: Record<string, string[]> = {};
  for (const { key, value } of (await PostalMime.parse(raw)).headers) {
    const name = key.replace(/(^|-)([a-z])/g, (match) => match.toUpperCase());
    (headers[name] ??= []).push(value);
  }
  return headers;
}

export interface MessagePart extends AttachmentSummary {
  content: Buffer;
}

/** Attachments and inline parts with their content; a part's id is its position, from 1. */
export async function readParts(raw: Buffer): Promise<MessagePart[]> {
  const { attachments } = await PostalMime.parse(raw);
  return attachments.map((part, index) => ({ ...attachmentSummary(part, index), content: contentOf(part) }));
}

function readAddresses(
  email: Email,
  envelope: Envelope,
): Pick<MessageSummary, 'From' | 'To' | 'Cc' | 'Bcc' | 'ReplyTo'> {
  const [To, Cc, named] = [email.to, email.cc, email.bcc].map(flatten) as [
    MailboxAddress[],
    MailboxAddress[],
    MailboxAddress[],
  ];
  const seen = new Set([...To, ...Cc, ...named].map(({ Address }) => Address.toLowerCase()));
  const hidden = envelope.to.filter((address) => !seen.has(address.toLowerCase()));
  return {
    From: flatten(email.from && [email.from])[0] ?? { Name: '', Address: '' },
    To,
    Cc,
    Bcc: [...named, ...[...new Set(hidden)].map((address) => ({ Name: '', Address: address }))],
    ReplyTo: flatten(email.replyTo),
  };
}

function flatten(addresses: Address[] | undefined): MailboxAddress[] {
  return (addresses ?? [])
    .flatMap((entry) => entry.group ?? [entry])
    .map(({ name, address }) => ({ Name: name, Address: address }));
}

function messageId(email: Email): string {
  return (email.messageId ?? '').replace(/^<|>$/g, '');
}

function isInline(part: Attachment): boolean {
  return part.disposition === 'inline' || part.related === true;
}

function attachmentSummary(part: Attachment, index: number): AttachmentSummary {
  return {
    PartID: String(index + 1),
    FileName: part.filename ?? '',
    ContentType: part.mimeType,
    ContentID: (part.contentId ?? '').replace(/^<|>$/g, ''),
    Size: contentOf(part).length,
  };
}

function contentOf({ content, encoding }: Attachment): Buffer {
  if (typeof content === 'string') return Buffer.from(content, encoding ?? 'utf8');
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(new Uint8Array(content));
}

function isoDate(date: string | undefined): string | null {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** Rough, for previews and search only; it never becomes HTML again. */
function textOf(html: string): string {
  return html
    .replace(/<(style|script|head)\b[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&nbsp;/g, ' ')
    .replace(/&amp;/g, '&');
}
