import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import type { EmailProvider } from '../../contracts/email-provider.js';
import { getIntegration } from '../../store/integrations.js';
import type { ApiContext, ZodApp } from '../context.js';
import { mergePatch } from '../merge-patch.js';
import { pageQuery } from '../pages.js';
import { platformOf } from '../plugins/auth.js';
import { connectionQuery, connectionRequest, connectionTest, type Authentication } from '../schemas/integration.js';
import { withoutNulls } from '../without-nulls.js';
import { openCredentials } from './integration-fields.js';
import { incomplete, misplaced } from './provider-problems.js';
import { throwIfAny } from './problems.js';

/** What integrations.yml has besides the resource itself. */
export function integrationExtraRoutes(app: ZodApp, { db, vault, mail }: ApiContext): void {
  app.post(
    '/v1/integrations/test-connection',
    {
      config: { permission: 'INTEGRATION.VIEW', commits: 'own' },
      schema: {
        summary: 'Connect to an e-mail provider and log in',
        tags: ['integrations'],
        querystring: connectionQuery,
        body: connectionRequest,
        response: { 200: connectionTest },
      },
    },
    async (request) => {
      const { integration_type: type = 'EMAIL_PROVIDER', integration_id: id } = request.query;
      if (type !== 'EMAIL_PROVIDER') {
        throw Refusal.invalid('integration_type', 'Only integrations of type EMAIL_PROVIDER are supported.');
      }
      const { email_provider: given, ...own } = request.body ?? {};
      const tested =
        id === undefined
          ? { provider: given ?? null, credentials: own }
          : await stored(platformOf(request).id, id, own, given != null);
      const provider = tested.provider && (withoutNulls(tested.provider) as EmailProvider);
      const problems = [
        ...misplaced(provider, tested.credentials, mail, ''),
        ...incomplete(provider, tested.credentials, ''),
      ];
      // The contract's own body has no place for the provider: that is answered, not refused.
      if (provider === null)
        return { successful: false, message: 'Name the provider in email_provider, or integration_id.' };
      throwIfAny(problems);
      return mail.test(provider ?? {}, tested.credentials);
    },
  );

  app.get(
    '/v1/integrations/e-invoicing/default-mandates',
    {
      config: { permission: 'INTEGRATION.VIEW' },
      schema: {
        summary: 'List default mandates for e-invoicing: there are none',
        tags: ['integrations'],
        querystring: pageQuery(['name']).omit({ order_by: true }),
        response: {
          200: z.array(
            z.object({ name: z.string() }).meta({ id: 'EInvoicingMandate', examples: [{ name: 'Peppol' }] }),
          ),
        },
      },
    },
    () => [],
  );

  /** A stored integration, perhaps with other credentials. Its own must not go to a host that the caller names. */
  async function stored(platformId: string, id: string, own: object, named: boolean) {
    if (named) throw Refusal.invalid('email_provider', 'A stored integration is tested with its own provider.');
    const row = await getIntegration(db, platformId, id);
    if (!row) throw Refusal.notFound('INTEGRATION', id, 'integration_id');
    const credentials = mergePatch(openCredentials(row, vault) ?? {}, withoutNulls(own)) as Authentication;
    return { provider: row.email_provider, credentials };
  }
}
