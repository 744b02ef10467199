import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import { pdfFileName } from '../contracts/file-name.js';
import { buildMessage } from './build-message.js';
import type { ComposedMail, MailParty, MailRequest, TemplateRef } from '../contracts/mail.js';
import { builtInName } from './built-in-library.js';
import { chooseTemplate } from './choose-template.js';
import { headerValue } from './header-value.js';
import { createLiquidRenderer, valueOf } from './liquid-renderer.js';
import { templateVariables } from './liquid-variables.js';
import type { LocaleStep } from './locale-chain.js';
import { MailContentError } from './mail-content-error.js';
import { mailValues } from './mail-values.js';
import { parseAddress } from './parse-address.js';
import type { ReadTemplate, Template } from './template.js';
import { TemplateLibrary } from './template-library.js';

export interface Composer {
  compose: (request: MailRequest, trial?: MailTrial) => Promise<ComposedMail>;
  /** What the mail would say, whatever the template requires; `missing` are the variables it names that have no value. */
  look: (request: MailRequest, trial?: MailTrial) => Promise<LookedAt>;
}

/** A mail that somebody tries out. */
interface MailTrial {
  /** Takes the place of the template that would be chosen; it has no version then. */
  draft?: Template | null;
  /** Stands before the subject. */
  mark?: string;
}

interface LookedAt {
  subject: string;
  html: string;
  text: string;
  template: TemplateRef;
  missing: string[];
  /** Those of them that the template requires. */
  required: string[];
}

/** The right side of every Message-ID: the domain of the operator's own sender. */
export function mailDomainOf({ email }: MailParty): string {
  return email.split('@')[1] ?? 'localhost';
}

/**
 * Makes mails: template by name and locale chain, values, MIME. The same request makes the same mail, byte for byte, so a
 * repeated attempt is recognisable as such. `mailDomain` is the right side of every Message-ID; it should be one of ours.
 * `compose` throws MailContentError for what no repetition can mend.
 *
 * `readTemplate` reads stored templates that are not in memory; absent = there are only the built-in ones.
 */
export function createComposer(settings: { mailDomain: string; readTemplate?: ReadTemplate }): Composer {
  const { mailDomain, readTemplate = nothingStored } = settings;
  const library = new TemplateLibrary(readTemplate);
  if ('problem' in parseAddress(`delivery@${mailDomain}`)) throw new Error('mailDomain must be a domain name');
  const render = createLiquidRenderer();

  /** The template and the values that a mail is made from. */
  async function prepare(request: MailRequest, draft: Template | null = null) {
    const { ref, step } = draft ? drafted(request) : chosen(request);
    const template = draft ?? (await library.get(request.platformId, ref));
    if (!template) throw unknown(ref.name);
    return { ref, template, values: mailValues(request.facts, step.format), format: step.format };
  }

  async function compose(request: MailRequest, { draft, mark = '' }: MailTrial = {}): Promise<ComposedMail> {
    const { deliveryId } = request;
    if (!/^[\w.-]{1,100}$/.test(deliveryId)) {
      throw new MailContentError('header_forbidden', 'deliveryId', 'deliveryId may hold letters, digits, . _ - only');
    }
    const from = party(request.from, 'from');
    const replyTo = request.replyTo === null ? null : party(request.replyTo, 'replyTo');
    const { to, cc, bcc } = recipients(request);

    const { ref, template, values, format } = await prepare(request, draft);
    const rendered = render(template, values, format, request.subject);
    const subject = mark + headerValue(rendered.subject, 'subject');
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
      template: ref,
      raw: buildMessage(message),
    };
  }

  async function look(request: MailRequest, { draft }: MailTrial = {}): Promise<LookedAt> {
    const { ref, template, values, format } = await prepare(request, draft);
    const { subject, html, text } = render({ ...template, required: [] }, values, format, request.subject);
    const isMissing = (name: string): boolean => name.includes('.') && valueOf(values, name) === null;
    return {
      subject,
      html,
      text,
      template: ref,
      missing: templateVariables(template).filter(isMissing),
      required: (template.required ?? []).filter(isMissing),
    };
  }

  return { compose, look };
}

const nothingStored: ReadTemplate = () => Promise.resolve(null);

/** RFC 5322 §2.3: CR and LF only occur together. nodemailer leaves the line ends of bodies as they are. */
function crlf(text: string): string {
  const unix = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  return unix.replaceAll('\n', '\r\n');
}

/** S-E3; a name that is not there in any locale is unknown. */
function chosen({ templateName, templates, facts }: MailRequest): { ref: TemplateRef; step: LocaleStep } {
  const name = templateName ?? builtInName(facts.variant);
  const choice = chooseTemplate(name, templates, facts.locales);
  if (!choice) throw unknown(name);
  return choice;
}

/** What is not stored yet is shown in the first locale that is asked for. */
function drafted({ templateName, facts }: MailRequest): { ref: TemplateRef; step: LocaleStep } {
  const locale = facts.locales[0] ?? 'en';
  const name = templateName ?? builtInName(facts.variant);
  return { ref: { name, locale, version: null }, step: { tag: locale, format: locale } };
}

function unknown(name: string): MailContentError {
  return new MailContentError('template_unknown', 'templateName', `There is no template '${name}'`);
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
