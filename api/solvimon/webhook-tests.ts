import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import type { WebhookEvent } from '../../contracts/webhook-events.js';
import type { Instant } from '../../domain/types.js';
import { newId } from '../../store/ids.js';
import { clockOf } from '../../store/now.js';
import { getWebhook } from '../../store/webhooks.js';
import { Networks } from '../../contracts/networks.js';
import { createWebhookSender, type WebhookTarget } from '../../webhooks/send-webhook.js';
import { newSecret } from '../../webhooks/sign.js';
import type { ApiContext, ZodApp } from '../context.js';
import { platformOf } from '../plugins/auth.js';
import { webhookConnection, webhookCreate } from '../schemas/webhook.js';
import { iso } from '../schemas/wire.js';
import { checkSettings, secretsOf, storedSettings, targetOf } from './webhook-fields.js';

const params = z.object({ resourceId: z.string() });
const tags = ['webhooks'];
const response = { 200: webhookConnection };

/** Requests to webhooks that somebody asks for by hand (webhooks.yml). What the target does is the answer, never an error of ours. */
export function webhookTestRoutes(app: ZodApp, { db, vault, webhooks }: ApiContext): void {
  const allowed = webhooks?.allowedNetworks ?? new Networks([]);
  const send = createWebhookSender(webhooks);

  app.post(
    '/v1/webhooks/test-connection',
    {
      config: { permission: 'WEBHOOK.CREATE', commits: 'own' },
      schema: {
        summary: 'Test a webhook before it is created',
        description:
          'Sends one signed `WEBHOOK.TEST` event to what the body describes, and stores nothing. Without `secret_key` it is signed with one that is forgotten afterwards. 2xx within 10 seconds is successful.',
        tags,
        body: webhookCreate,
        response,
      },
    },
    async (request) => {
      const { body } = request;
      const platform = platformOf(request);
      checkSettings(body, platform, allowed);
      const target = targetOf(body, platform, { id: null, secrets: [body.secret_key ?? newSecret()] });
      return test(target, body, platform.id, await clockOf(db));
    },
  );

  app.post(
    '/v1/webhooks/:resourceId/send-test',
    {
      config: { permission: 'WEBHOOK.UPDATE', commits: 'own' },
      schema: {
        summary: 'Test a webhook',
        description:
          'Sends one signed `WEBHOOK.TEST` event, whether the webhook is active or not and whatever actions it chose. 2xx within 10 seconds is successful.',
        tags,
        params,
        response,
      },
    },
    async (request) => {
      const platform = platformOf(request);
      const { resourceId: id } = request.params;
      const row = await getWebhook(db, platform.id, id);
      if (!row) throw Refusal.notFound('WEBHOOK', id);
      const target = targetOf(storedSettings(row, vault), platform, { id, secrets: secretsOf(row, vault) });
      return test(target, row, platform.id, row.now);
    },
  );

  app.post(
    '/v1/webhooks/:resourceId/send-penalty-box-payload',
    {
      config: { permission: 'WEBHOOK.UPDATE' },
      schema: {
        summary: 'Send again what a webhook in the penalty box did not take',
        description: 'INVALID_OPERATION while the webhook is not in the penalty box.',
        tags,
        params,
        response,
      },
    },
    async (request): Promise<never> => {
      const { resourceId: id } = request.params;
      const row = await getWebhook(request.tx, platformOf(request).id, id);
      if (!row) throw Refusal.notFound('WEBHOOK', id);
      throw Refusal.operation('This webhook is not in the penalty box.');
    },
  );

  async function test(
    target: WebhookTarget,
    { name, reference }: { name: string; reference: string },
    platformId: string,
    now: Instant,
  ): Promise<z.input<typeof webhookConnection>> {
    const event: WebhookEvent = {
      object_type: 'WEBHOOK_EVENT',
      id: newId('whev'),
      type: 'WEBHOOK.TEST',
      created_at: iso(now),
      platform_id: platformId,
      data: { object_type: 'WEBHOOK', id: target.id, name, reference },
    };
    const { successful, message } = await send(target, event, now);
    return { successful, message };
  }
}
