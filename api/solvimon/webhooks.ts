import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import { WEBHOOK_ACTIONS } from '../../contracts/webhook-events.js';
import { newId } from '../../store/ids.js';
import { listPage } from '../../store/lists.js';
import {
  deleteWebhook,
  getWebhook,
  insertWebhook,
  lockWebhook,
  SELECT_WEBHOOKS,
  updateWebhook,
  type WebhookRow,
} from '../../store/webhooks.js';
import { Networks } from '../../contracts/networks.js';
import { newSecret, SIGNING_PROTOCOL } from '../../webhooks/sign.js';
import type { ApiContext, ZodApp } from '../context.js';
import { pageQuery, pageResponse, toPage, toPageResponse } from '../pages.js';
import { patched } from '../patched.js';
import { platformOf } from '../plugins/auth.js';
import { webhook, webhookActions, webhookCreate, webhookPatch, webhookSettings } from '../schemas/webhook.js';
import { iso } from '../schemas/wire.js';
import { withoutNulls } from '../without-nulls.js';
import {
  checkOrigin,
  checkSettings,
  openSettings,
  mergeable,
  storedSettings,
  webhookFields,
} from './webhook-fields.js';

const params = z.object({ resourceId: z.string() });
const one = { 200: webhook };
const tags = ['webhooks'];

/** `/v1/webhooks`: where events are sent (webhooks.yml). */
export function webhookRoutes(app: ZodApp, { db, vault, webhooks }: ApiContext): void {
  const allowed = webhooks?.allowedNetworks ?? new Networks([]);
  const query = pageQuery(['created_at', 'updated_at', 'name', 'reference', 'id']);
  app.get(
    '/v1/webhooks',
    {
      config: { permission: 'WEBHOOK.VIEW' },
      schema: { summary: 'List webhooks', tags, querystring: query, response: { 200: pageResponse(webhook) } },
    },
    async (request) => {
      const own = { condition: 'platform_id = ?', values: [platformOf(request).id] };
      const page = await listPage<WebhookRow>(db, SELECT_WEBHOOKS, [own], toPage(request.query));
      return toPageResponse(request, request.query, page, (row) => toResponse(row));
    },
  );

  app.post(
    '/v1/webhooks',
    {
      config: { permission: 'WEBHOOK.CREATE', answersSecret: true },
      schema: {
        summary: 'Create a webhook',
        description:
          'The answer shows `secret_key`, this once. It is told when runs end; the other actions can be chosen and are not sent yet.',
        tags,
        body: webhookCreate,
        response: { 201: webhook },
      },
    },
    async (request, reply) => {
      const { body } = request;
      checkSettings(body, platformOf(request), allowed);
      const id = newId('whk');
      const secret = body.secret_key ?? newSecret();
      const sealed = vault.seal(secret, `${id}:secret_key`);
      const row = await insertWebhook(request.tx, platformOf(request).id, id, webhookFields(id, body, vault), sealed);
      if (!row) throw taken(body.reference);
      reply.code(201);
      return toResponse(row, secret);
    },
  );

  app.get(
    '/v1/webhooks/actions',
    {
      config: { permission: 'WEBHOOK.VIEW' },
      schema: {
        summary: 'List what can be sent',
        description: 'By resource, in alphabetical order.',
        tags,
        querystring: actionsQuery(),
        response: { 200: webhookActions },
      },
    },
    ({ query: { page, limit, order_direction: direction } }) => {
      const ordered = direction === 'asc' ? WEBHOOK_ACTIONS : WEBHOOK_ACTIONS.toReversed();
      const shown = ordered.slice((page - 1) * limit, page * limit);
      return { data: shown.map(([type, actions]) => ({ object_type: type, actions: [...actions] })) };
    },
  );

  app.get(
    '/v1/webhooks/:resourceId',
    { config: { permission: 'WEBHOOK.VIEW' }, schema: { summary: 'Get a webhook', tags, params, response: one } },
    async (request) => {
      const { resourceId: id } = request.params;
      const row = await getWebhook(db, platformOf(request).id, id);
      if (!row) throw Refusal.notFound('WEBHOOK', id);
      return toResponse(row);
    },
  );

  app.patch(
    '/v1/webhooks/:resourceId',
    {
      config: { permission: 'WEBHOOK.UPDATE' },
      schema: {
        summary: 'Change a webhook',
        description:
          'A password and an API key that are not given, or null as answers show them, stay. Another `authentication_type` needs its own. The secret key is rolled by its own route.',
        tags,
        params,
        body: webhookPatch,
        response: one,
      },
    },
    async (request, reply) => {
      const { resourceId: id } = request.params;
      const before = await lockWebhook(request.tx, platformOf(request).id, id);
      if (!before) throw Refusal.notFound('WEBHOOK', id);
      const stored = storedSettings(before, vault);
      const body = patched(webhookSettings, ...mergeable(stored, request.body), reply);
      if (isDeepStrictEqual(withoutNulls(body), withoutNulls(stored))) return toResponse(before);
      checkSettings(body, platformOf(request), allowed);
      checkOrigin(stored, body, request.body);
      const row = await updateWebhook(request.tx, id, webhookFields(id, body, vault, before));
      if (!row) throw taken(body.reference);
      return toResponse(row);
    },
  );

  app.delete(
    '/v1/webhooks/:resourceId',
    { config: { permission: 'WEBHOOK.DELETE' }, schema: { summary: 'Delete a webhook', tags, params, response: one } },
    async (request) => {
      const { resourceId: id } = request.params;
      const row = await deleteWebhook(request.tx, platformOf(request).id, id);
      if (!row) throw Refusal.notFound('WEBHOOK', id);
      return toResponse(row);
    },
  );
}

/** `secret` is given only where it is new: nobody is shown it later. */
export function toResponse(row: WebhookRow, secret: string | null = null): z.input<typeof webhook> {
  return {
    object_type: 'WEBHOOK',
    id: row.id,
    ...openSettings(row),
    password: null,
    api_key: null,
    secret_key: secret,
    signing_protocol: SIGNING_PROTOCOL,
    previous_secret_key: null,
    previous_signing_protocol: row.sealed_previous_secret_key === null ? null : SIGNING_PROTOCOL,
    secret_rolled_at: iso(row.secret_rolled_at),
    penalty_box: null,
    penalty_box_data: null,
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  };
}

function actionsQuery() {
  const { page, limit, order_direction: direction } = pageQuery(['object_type']).shape;
  return z.object({
    page,
    limit,
    order_by: z.enum(['object_type']).default('object_type'),
    order_direction: direction.removeDefault().default('asc'),
  });
}

function taken(reference: string): Refusal {
  return Refusal.taken('reference', `There is a webhook with the reference ${reference} already.`);
}
