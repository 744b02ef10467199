import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import type { Variant } from '../../domain/types.js';
import { templateExists } from '../../email/built-in-library.js';
import { readPartials, readTemplate, storedLocales } from '../../store/email-templates.js';
import { readProvider } from '../../store/integrations.js';
import type { ApiContext, TemplateTrials, TrialMail, ZodApp } from '../context.js';
import { callerOf, mustAllow, platformOf, type Caller } from '../plugins/auth.js';
import {
  preview,
  previewRequest,
  templateName,
  testSendRequest,
  testSent,
  type TemplateLook,
} from '../schemas/email-template.js';
import { compileTemplate, isPartial, partialsFor, templateSource } from './compile-template.js';
import { trialFacts } from './trial-facts.js';

const params = z.object({ name: templateName });
const tags = ['email-templates'];

/** What a template says: looked at, or sent to oneself. Nothing is stored. */
export function templateTrialRoutes(app: ZodApp, { db, trials }: ApiContext): void {
  app.post(
    '/v1/email-templates/:name/preview',
    {
      // Mails are personal: what is kept for a key is sealed.
      config: { permission: 'EMAIL_TEMPLATE.VIEW', commits: 'own', answersSecret: true },
      schema: {
        summary: 'Preview an e-mail template',
        description:
          'Stored or as a draft, with the facts of a run or a resource, or with example facts. Also needs VIEW of what it shows, and EMAIL_TEMPLATE.UPDATE for a draft. Sends and stores nothing.',
        tags,
        params,
        body: previewRequest,
        response: { 200: preview },
      },
    },
    async (request) => {
      const look = request.body ?? {};
      // Compiling and rendering words of one's own is for whoever may store them.
      if (look.draft != null) mustAllow(callerOf(request), 'EMAIL_TEMPLATE.UPDATE');
      const mail = await trialOf(request, request.params.name, look);
      const made = await port().look(mail);
      if (!('subject' in made)) throw Refusal.operation(`The mail cannot be made: ${made.problem}.`);
      return { object_type: 'EMAIL_TEMPLATE_PREVIEW' as const, ...made };
    },
  );

  app.post(
    '/v1/email-templates/:name/test-send',
    {
      config: { permission: 'EMAIL_TEMPLATE.UPDATE', commits: 'own', answersSecret: true },
      schema: {
        summary: 'Send an e-mail template to oneself',
        description:
          'As the preview shows it, with `[Test]` before the subject, by the way mail of this platform takes.',
        tags,
        params,
        body: testSendRequest,
        response: { 200: testSent },
      },
    },
    async (request) => {
      const { to: given, integration_id: integrationId, ...look } = request.body ?? {};
      const to = recipientOf(callerOf(request), given ?? null);
      const mail = await trialOf(request, request.params.name, look);
      if (integrationId != null) mustAllow(callerOf(request), 'INTEGRATION.VIEW');
      const via = integrationId == null ? null : await readProvider(db, platformOf(request).id, integrationId);
      if (integrationId != null && via === null) throw Refusal.notFound('INTEGRATION', integrationId, 'integration_id');
      return { object_type: 'EMAIL_TEMPLATE_TEST' as const, to, ...(await port().send(mail, to, via)) };
    },
  );

  function port(): TemplateTrials {
    if (!trials) throw Refusal.operation('This process makes no mails.');
    return trials;
  }

  async function trialOf(request: FastifyRequest, name: string, look: TemplateLook): Promise<TrialMail> {
    const platform = platformOf(request);
    if (isPartial(name)) throw Refusal.operation('A partial is no mail: preview a template that renders it.');
    const rows = await readTemplate(db, platform.id, name);
    const { draft } = look;
    if (draft == null && rows.length === 0 && !templateExists(name)) throw Refusal.notFound('EMAIL_TEMPLATE', name);
    const locale = look.locale ?? null;
    const ours = locale ?? platform.locale ?? 'en';
    const compiled =
      draft == null
        ? null
        : await compileTemplate(
            templateSource(name, draft),
            ours,
            await partialsFor(ours, await readPartials(db, platform.id)),
          );
    return {
      platform,
      name,
      stored: storedLocales(rows),
      draft: compiled?.template ?? null,
      facts: (await trialFacts(db, callerOf(request), look)) ?? { exampleOf: exampleVariant(name, look) },
      parameters: look.parameters ?? null,
      locale: draft == null ? locale : ours,
    };
  }
}

/** What an example is of: the variant that is asked for, or that the name is of; else everything there is. */
function exampleVariant(name: string, { variant }: TemplateLook): Variant | null {
  return (variant as Variant | null | undefined) ?? (templateExists(name) ? (name.toUpperCase() as Variant) : null);
}

/**
 * Whom a test may be sent to: the caller’s own verified address, the platform’s sender, and its allow list, so that nobody can have
 * words of their choosing sent to strangers. On a TEST platform everybody else’s mail ends in the test mailbox (S-E7).
 */
function recipientOf({ email, platform }: Pick<Caller, 'email' | 'platform'>, given: string | null): string {
  const own = [email, platform.sender_email].filter((address) => address !== null);
  const to = given ?? own[0];
  if (to === undefined)
    throw Refusal.missing('to', 'Neither the credential nor the platform has an address: name one.');
  const known = [...own, ...platform.allow_list].map((address) => address.toLowerCase());
  if (platform.environment === 'TEST' || known.includes(to.toLowerCase())) return to;
  throw Refusal.invalid('to', 'Tests go to your own address, the platform’s sender, or an address on its allow_list.');
}
