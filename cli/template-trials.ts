import { mailRequest } from '../activities/mail-request.js';
import type { Mailer } from '../activities/ports.js';
import type { TemplateTrials, TrialMail } from '../api/context.js';
import type { MailRequest } from '../contracts/mail.js';
import type { ReadTemplate } from '../contracts/mail-template.js';
import { createComposer, mailDomainOf } from '../email/compose.js';
import { exampleFacts } from '../email/example-facts.js';
import { MailContentError } from '../email/mail-content-error.js';
import { newId } from '../store/ids.js';

const MARK = '[Test] ';

/** Makes mails as the worker does, and sends them by its ways out. Writes nothing. */
export function createTemplateTrials(
  readTemplate: ReadTemplate,
  mailer: Pick<Mailer, 'route' | 'defaultSender'>,
): TemplateTrials {
  const from = mailer.defaultSender;
  const composer = createComposer({ mailDomain: mailDomainOf(from), readTemplate });
  return {
    async look(mail) {
      try {
        const { template, required, ...made } = await composer.look(requestOf(mail), { draft: mail.draft });
        const problem =
          required.length > 0 ? `The template needs ${required.join(', ')}, and there is no value.` : null;
        return { ...made, locale: template.locale, version: template.version, problem };
      } catch (error) {
        if (!(error instanceof MailContentError)) throw error;
        return { problem: error.message };
      }
    },
    async send(mail, to, via) {
      const { environment, allow_list } = mail.platform;
      const unsent = { sent: false, subject: '' };
      const route = mailer.route(environment, allow_list, to, via);
      if ('blocked' in route) return { ...unsent, message: `There is no way out for this mail: ${route.blocked}.` };
      try {
        const request = { ...requestOf(mail), to: { name: null, email: to }, cc: [], bcc: [] };
        const composed = await composer.compose(request, { draft: mail.draft, mark: MARK });
        const outcome = await route.sender.send(composed, () => Promise.resolve(true));
        const message =
          'reply' in outcome ? `${String(outcome.reply.code ?? '')} ${outcome.reply.text}`.trim() : outcome.kind;
        return { sent: outcome.kind === 'SENT', subject: composed.subject, message };
      } catch (error) {
        if (!(error instanceof MailContentError)) throw error;
        return { ...unsent, message: error.message };
      }
    },
  };

  function requestOf({ platform, name, stored, facts, parameters, locale }: TrialMail): MailRequest {
    const action = { email: { template_name: name }, via: null, templates: stored, fallbackToContacts: false };
    const delivery = { id: newId('dlv'), action };
    const loaded = 'exampleOf' in facts ? exampleRun() : facts;
    // It goes to somebody who tries it, and to nobody else.
    const context = { ...loaded.context, contacts: [], suppressed: [] };
    const request = mailRequest({ ...loaded, context, platform }, delivery, from);
    const wishes = locale === null ? request.facts.locales : [locale, ...request.facts.locales];
    const shown =
      'exampleOf' in facts
        ? { ...exampleFacts(facts.exampleOf, wishes), sender: request.from }
        : { ...request.facts, locales: wishes };
    return { ...request, facts: { ...shown, ...(parameters && { parameters }) } };
  }
}

/** Nothing but the hour: what is shown comes from the example. */
function exampleRun() {
  const nobody = { id: '', name: null, email: null, timezone: null, locale: null, invoiceMailOff: false };
  const nothing = { invoice: null, payment: null, schedule: null, subscription: null, wallet: null };
  const context = { now: Date.now(), customer: nobody, facts: nothing, run: { anchorAt: null } };
  return { context, row: { zone: null, variant: 'OVERDUE', due_dates: 'INSTANT' } } as const;
}
