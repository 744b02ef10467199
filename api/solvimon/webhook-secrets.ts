import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import { lockWebhook, rollSecret } from '../../store/webhooks.js';
import { newSecret } from '../../webhooks/sign.js';
import type { ApiContext, ZodApp } from '../context.js';
import { platformOf } from '../plugins/auth.js';
import { webhook, webhookSecret } from '../schemas/webhook.js';
import { secretsOf } from './webhook-fields.js';
import { toResponse } from './webhooks.js';

const params = z.object({ resourceId: z.string() });
const OVERLAP_HOURS = 24;

/** `/v1/webhooks/{id}/secret-key`: what requests are signed with (webhooks.yml). A webhook is never without one. */
export function webhookSecretRoutes(app: ZodApp, { vault }: ApiContext): void {
  app.patch(
    '/v1/webhooks/:resourceId/secret-key',
    {
      config: { permission: 'WEBHOOK.UPDATE', answersSecret: true },
      schema: {
        summary: 'Roll the secret key of a webhook',
        description:
          'The answer shows the new `secret_key`, this once. The present one goes on for 24 hours: until then requests carry two signatures. One that was still going on from an earlier roll ends at once. Of the body only `secret_key` counts.',
        tags: ['webhooks'],
        params,
        body: webhookSecret,
        response: { 200: webhook },
      },
    },
    (request) => roll(request, request.params.resourceId, request.body?.secret_key ?? newSecret(), OVERLAP_HOURS),
  );

  app.delete(
    '/v1/webhooks/:resourceId/secret-key',
    {
      config: { permission: 'WEBHOOK.UPDATE', answersSecret: true },
      schema: {
        summary: 'Remove the secret key of a webhook',
        description:
          'For secrets that others may know: the present one and one that is still going on from a roll end at once, and a new one takes their place. The answer shows it as `secret_key`, this once.',
        tags: ['webhooks'],
        params,
        response: { 200: webhook },
      },
    },
    (request) => roll(request, request.params.resourceId, newSecret(), 0),
  );

  async function roll(request: FastifyRequest, id: string, secret: string, overlapHours: number) {
    const before = await lockWebhook(request.tx, platformOf(request).id, id);
    if (!before) throw Refusal.notFound('WEBHOOK', id);
    if (secretsOf(before, vault).includes(secret)) {
      throw Refusal.invalid('secret_key', 'A roll needs a secret that is not in use.');
    }
    const row = await rollSecret(request.tx, id, vault.seal(secret, `${id}:secret_key`), overlapHours);
    if (!row) throw new Error('A locked webhook is gone.');
    return toResponse(row, secret);
  }
}
