import type { MailboxAddress } from './message.js';
import type { StoredMessage } from './message-store.js';

type Matcher = (message: StoredMessage) => boolean;

/**
 * Mailpit's query language, the part that tests and people use: words and "quoted phrases", all of which must match,
 * `to: from: cc: bcc: reply-to: addressed: subject: message-id:` before one, `is:read is:unread has:attachment`, and
 * `-` or `!` for not.
 */
export function parseQuery(query: string): Matcher {
  const matchers = [...query.matchAll(termPattern)].map(([, not, field, quoted, word]) => {
    const match = matcherOf(field?.slice(0, -1).toLowerCase(), (quoted ?? word ?? '').toLowerCase());
    return not ? (message: StoredMessage) => !match(message) : match;
  });
  return (message) => matchers.every((match) => match(message));
}

/** -field:"a phrase" | -field:word | "a phrase" | word */
const termPattern = /([-!])?((?:to|from|cc|bcc|reply-to|addressed|subject|message-id|is|has):)?(?:"([^"]*)"|(\S+))/gi;

function matcherOf(field: string | undefined, value: string): Matcher {
  const inAddresses = (read: (message: StoredMessage) => MailboxAddress[]): Matcher => {
    return (message) => read(message).some(({ Name, Address }) => `${Name} ${Address}`.toLowerCase().includes(value));
  };
  switch (field) {
    case 'to':
      return inAddresses(({ summary }) => summary.To);
    case 'from':
      return inAddresses(({ summary }) => [summary.From]);
    case 'cc':
      return inAddresses(({ summary }) => summary.Cc);
    case 'bcc':
      return inAddresses(({ summary }) => summary.Bcc);
    case 'reply-to':
      return inAddresses(({ summary }) => summary.ReplyTo);
    case 'addressed':
      return inAddresses(({ summary }) => [
        summary.From,
        ...summary.To,
        ...summary.Cc,
        ...summary.Bcc,
        ...summary.ReplyTo,
      ]);
    case 'subject':
      return ({ summary }) => summary.Subject.toLowerCase().includes(value);
    case 'message-id':
      return ({ summary }) => summary.MessageID.toLowerCase().includes(value);
    case 'is':
      return ({ summary }) => summary.Read === (value === 'read');
    case 'has':
      return ({ summary }) => value.startsWith('attachment') && summary.Attachments > 0;
    default:
      return ({ searchText }) => searchText.includes(value);
  }
}
