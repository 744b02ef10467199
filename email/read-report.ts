import PostalMime, { type Attachment, type Email } from 'postal-mime';
import { reportText } from '../contracts/report-text.js';
import { bounceVerdict, statusOf } from '../domain/bounce-status.js';

/** What a report says of one recipient. */
interface RecipientReport {
  kind: 'DELIVERED' | 'DEFERRED' | 'BOUNCED' | 'COMPLAINED';
  /** The addresses it may mean, the likeliest first: where it was sent to, and where it ended. */
  emails: string[];
  statusCode: string | null;
  detail: string | null;
  /** The mail says that nobody should write there again. */
  hard: boolean;
}

export interface MailedReport {
  source: 'DSN' | 'FEEDBACK';
  recipients: RecipientReport[];
  /** Envelope senders that it quotes: for feedback loops, which do not come to the return path. */
  returnPaths: string[];
}

type Fields = ReadonlyMap<string, string>;

/** By Action (RFC 3464 §2.3.3). `relayed` and `expanded` say that it went where no report comes from. */
const KINDS: ReadonlyMap<string, RecipientReport['kind']> = new Map([
  ['failed', 'BOUNCED'],
  ['delayed', 'DEFERRED'],
  ['delivered', 'DELIVERED'],
]);

/**
 * Reads a mail as a delivery status notification (RFC 3464) or a feedback report (RFC 5965). null = it is neither: an answer from a
 * person, a vacation notice, or a bounce in plain words, which nobody can read with certainty.
 */
export async function readReport(raw: Uint8Array): Promise<MailedReport | null> {
  const email = await PostalMime.parse(raw, { forceRfc822Attachments: true, maxNestingDepth: 20 });
  const status = partOf(email, 'message/delivery-status', 'message/global-delivery-status');
  if (status) {
    const [, ...recipients] = blocksOf(status);
    return { source: 'DSN', recipients: recipients.flatMap(recipientOf), returnPaths: [] };
  }
  const feedback = partOf(email, 'message/feedback-report');
  return feedback ? complaintOf(blocksOf(feedback)[0] ?? new Map(), email) : null;
}

function recipientOf(fields: Fields): RecipientReport[] {
  const kind = KINDS.get(fields.get('action')?.toLowerCase() ?? '');
  if (!kind) return [];
  const words = fields.get('diagnostic-code') ?? null;
  const statusCode = statusOf(fields.get('status') ?? null, words);
  const emails = ['original-recipient', 'final-recipient'].flatMap((name) => addressIn(fields.get(name)));
  const hard = kind === 'BOUNCED' && bounceVerdict(statusCode) === 'HARD';
  return emails.length === 0 ? [] : [{ kind, emails, statusCode, detail: reportText(words), hard }];
}

/** Only `abuse` is somebody saying that the mail was not wanted (RFC 5965 §7.3). */
async function complaintOf(fields: Fields, email: Email): Promise<MailedReport> {
  const source = 'FEEDBACK';
  const original = partOf(email, 'message/rfc822', 'message/global', 'text/rfc822-headers');
  const quoted = original ? await PostalMime.parse(bytesOf(original)) : null;
  const returnPaths = [...addressIn(fields.get('original-mail-from')), ...addressIn(quoted?.returnPath)];
  if (fields.get('feedback-type')?.toLowerCase() !== 'abuse') return { source, recipients: [], returnPaths };
  const to = (quoted?.to ?? []).flatMap(({ address }) => address ?? []);
  // Many take the recipient out; of whom the mail went to, the To stands in the mail itself.
  const emails = [...addressIn(fields.get('original-rcpt-to')), ...to];
  const detail = reportText([fields.get('user-agent'), fields.get('reported-domain')].filter(Boolean).join(' '));
  return { source, recipients: [{ kind: 'COMPLAINED', emails, statusCode: null, detail, hard: true }], returnPaths };
}

function partOf({ attachments }: Email, ...types: string[]): Attachment | undefined {
  return attachments.find(({ mimeType }) => types.includes(mimeType.toLowerCase()));
}

function bytesOf({ content }: Attachment): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
}

/** Groups of fields with blank lines between (RFC 3464 §2.1), names in lower case, folded lines put together. */
function blocksOf(part: Attachment): Fields[] {
  const text = Buffer.from(bytesOf(part)).toString('utf8').replace(/\r\n?/g, '\n').trim();
  return text.split(/\n[ \t]*\n/).map((block) => {
    const lines = block.replace(/\n[ \t]+/g, ' ').split('\n');
    const fields = lines.map((line) => /^([\w-]+)[ \t]*:(.*)$/.exec(line));
    return new Map(fields.flatMap((found) => (found ? [[found[1]?.toLowerCase() ?? '', found[2]?.trim() ?? '']] : [])));
  });
}

/** `rfc822; ap@acme.example`, `<ap@acme.example>`, `utf-8; …`: none or one. */
function addressIn(value: string | undefined): string[] {
  const text = value
    ?.slice(value.indexOf(';') + 1)
    .trim()
    .replace(/^<|>$/g, '');
  return text?.includes('@') ? [text] : [];
}
