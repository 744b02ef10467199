import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { ComposedMail, MailParty, MailRequest } from '../contracts/mail.js';
import { buildMessage } from './build-message.js';
import { pdfFileName } from '../contracts/file-name.js';
import { builtInLibrary, builtInName } from './built-in-library.js';
import { headerValue } from './header-value.js';
import { createLiquidRenderer } from './liquid-renderer.js';
import { localeChain, type LocaleStep } from './locale-chain.js';
import { MailContentError } from './mail-content-error.js';
import { mailValues } from './mail-values.js';
import { parseAddress } from './parse-address.js';
import type { Template, TemplateLibrary } from './template.js';

/**
 * Makes mails: template by name and locale chain, values, MIME. The same request makes the same mail, byte for byte, so a
 * repeated attempt is recognisable as such. `mailDomain` is the right side of every Message-ID; it should be one of ours.
 * `compose` throws MailContentError for what no repetition can mend.
 */
export function createComposer(settings: { mailDomain: string; library?: TemplateLibrary }): {
  compose: (request: MailRequest) => Promise<ComposedMail>;
} {
  const { mailDomain, library = builtInLibrary } = settings;
  if ('problem' in parseAddress(`delivery@${mailDomain}`)) throw new Error('mailDomain must be a domain name');
  const render = createLiquidRenderer();

  async function compose(request: MailRequest): Promise<ComposedMail> {
    const { facts, deliveryId } = request;
    if (!/^[\w.-]{1,100}$/.test(deliveryId)) {
      throw new MailContentError('header_forbidden', 'deliveryId', 'deliveryId may hold letters, digits, . _ - only');
    }
    const from = party(request.from, 'from');
    const replyTo = request.replyTo === null ? null : party(request.replyTo, 'replyTo');
    const { to, cc, bcc } = recipients(request);

    const name = request.templateName ?? builtInName(facts.variant);
    const { template, step } = await pick(library, name, facts.locales);
    const rendered = render(template, mailValues(facts, step.format), step.format, request.subject);
    const subject = headerValue(rendered.subject, 'subject');
    const messageId = `<${deliveryId}@${mailDomain}>`;

    const message = new MailComposer({
      from,
      to,
      cc,
      ...(replyTo === null ? {} : { replyTo }),
      subject,
      text: crlf(rendered.text),
      html: crlf(rendered.html),
      attachments: (request.attachments ?? []).map(({ filename, contentType, content }) => ({
        filename: pdfFileName(filename),
        contentType,
        content,
        contentDisposition: 'attachment',
      })),
      date: new Date(request.dateAt),
      messageId,
      headers: { 'X-Dunwell-Delivery': deliveryId, 'Auto-Submitted': 'auto-generated' }, // RFC 3834 §5
      textEncoding: 'quoted-printable',
      baseBoundary: createHash('sha256').update(deliveryId).digest('hex').slice(0, 32), // ≤ 70 in all (RFC 2046 §5.1.1)
      disableFileAccess: true,
      disableUrlAccess: true,
    }).compile();
    return {
      envelope: { from: from.address, to: [to.address, ...cc, ...bcc], required: to.address },
      messageId,
      subject,
      template: { name, locale: step.tag, version: null },
      raw: buildMessage(message),
    };
  }

  return { compose };
}

/** RFC 5322 §2.3: CR and LF only occur together. nodemailer leaves the line ends of bodies as they are. */
function crlf(text: string): string {
  return text.replace(/\r\n?|\n/g, '\r\n');
}

/** S-E3: the first step of the chain that has a template decides; a name without any usable locale is unknown. */
async function pick(
  library: TemplateLibrary,
  name: string,
  locales: readonly string[],
): Promise<{ template: Template; step: LocaleStep }> {
  for (const step of library.exists(name) ? localeChain(locales) : []) {
    const template = await library.find(name, step.tag);
    if (template !== undefined) return { template, step };
  }
  throw new MailContentError('template_unknown', 'templateName', `There is no template '${name}'`);
}

function party({ name, email }: MailParty, field: string): { name: string; address: string } {
  const shown = headerValue(name ?? '', `${field}.name`);
  const address = mailbox(email, field);
  return { name: namesAnother(shown, address) ? '' : shown, address };
}

/** Many mail programs show the name alone: one that reads like somebody else's address is left out. */
function namesAnother(name: string, address: string): boolean {
  return /\S@\S*\.\S/.test(name.normalize('NFKC').toLowerCase().replaceAll(address.toLowerCase(), ''));
}

function mailbox(email: string, field: string): string {
  headerValue(email, field);
  const parsed = parseAddress(email);
  if ('email' in parsed) return parsed.email;
  throw new MailContentError('address_invalid', field, `${field}: ${parsed.problem}`);
}

/** One address appears once, To over CC over BCC (S-E1). The case-insensitive comparison is by the rule, not by RFC 5321. */
function recipients(request: MailRequest): { to: { name: string; address: string }; cc: string[]; bcc: string[] } {
  const to = party(request.to, 'to');
  const seen = new Set([to.address.toLowerCase()]);
  const once = (list: readonly string[], field: string) =>
    list
      .map((email) => mailbox(email, field))
      .filter((email) => {
        const key = email.toLowerCase();
        return !seen.has(key) && seen.add(key);
      });
  const cc = once(request.cc, 'cc');
  return { to, cc, bcc: once(request.bcc, 'bcc') };
}
