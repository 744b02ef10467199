import PostalMime from 'postal-mime';
import { mailRequest } from '../activities/mail-request.js';
import type { ApiContext } from '../api/context.js';
import type { MailParty } from '../contracts/mail.js';
import type { ReadTemplate } from '../contracts/mail-template.js';
import { createComposer, mailDomainOf } from '../email/compose.js';
import { MailContentError } from '../email/mail-content-error.js';

/** Makes mails as the worker does and reads them back, sending nothing. `from` is the sender of platforms that have none; without `readTemplate` there are only the built-in templates. */
export function createPreview(from: MailParty, readTemplate?: ReadTemplate): NonNullable<ApiContext['preview']> {
  const composer = createComposer({
    mailDomain: mailDomainOf(from),
    ...(readTemplate && { readTemplate }),
  });
  return async ({ context, platform, action }) => {
    const { run, pinned } = context;
    const row = { zone: run.zone, variant: pinned.variant, due_dates: pinned.dueDates };
    try {
      const request = mailRequest({ context, platform, row }, { id: 'dlv_simulated', action }, from);
      const { raw, subject } = await composer.compose(request);
      const { html, text } = await PostalMime.parse(raw);
      return { subject, html: html ?? null, text: text ?? null };
    } catch (error) {
      if (!(error instanceof MailContentError)) throw error;
      return { problem: error.message };
    }
  };
}
