import { isDeepStrictEqual } from 'node:util';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import {
  countUsers,
  getIntegration,
  insertIntegration,
  lockIntegration,
  newIntegrationId,
  updateIntegration,
  type IntegrationFields,
  type IntegrationRow,
  type IntegrationStatus,
} from '../../store/integrations.js';
import { listPage } from '../../store/lists.js';
import { touchRuns } from '../../store/touch-runs.js';
import type { ApiContext, ZodApp } from '../context.js';
import { pageQuery, pageResponse, toPage, toPageResponse } from '../pages.js';
import { patched } from '../patched.js';
import { platformOf } from '../plugins/auth.js';
import { integration, integrationCreate, integrationPatch } from '../schemas/integration.js';
import { iso } from '../schemas/wire.js';
import { withoutNulls } from '../without-nulls.js';
import {
  checkIntegrationChange,
  checkIntegrationMove,
  integrationBody,
  integrationFields,
} from './integration-fields.js';

const params = z.object({ resourceId: z.string() });
const one = { 200: integration };
const tags = ['integrations'];
const CREATED_AS: readonly IntegrationStatus[] = ['DRAFT', 'TESTING', 'ACTIVE'];
const MOVES = { activate: 'ACTIVE', deprecate: 'DEPRECATED', archive: 'ARCHIVED' } as const;

/** `/v1/integrations`: ways out for mail (integrations.yml). Credentials come in and never go out. */
export function integrationRoutes(app: ZodApp, { db, vault, mail }: ApiContext): void {
  const query = pageQuery(['created_at', 'updated_at', 'name', 'reference', 'id']);
  app.get(
    '/v1/integrations',
    {
      config: { permission: 'INTEGRATION.VIEW' },
      schema: { summary: 'List integrations', tags, querystring: query, response: { 200: pageResponse(integration) } },
    },
    async (request) => {
      const own = { condition: 'platform_id = ?', values: [platformOf(request).id] };
      const page = await listPage<IntegrationRow>(db, 'SELECT * FROM integrations', [own], toPage(request.query));
      return toPageResponse(request, request.query, page, toResponse);
    },
  );

  app.post(
    '/v1/integrations',
    {
      config: { permission: 'INTEGRATION.CREATE' },
      schema: { summary: 'Create an integration', tags, body: integrationCreate, response: { 201: integration } },
    },
    async (request, reply) => {
      const id = newIntegrationId();
      const fields = integrationFields(request.body, id, { vault, mail });
      if (!CREATED_AS.includes(fields.status)) {
        throw Refusal.invalid('status', `An integration cannot be created ${fields.status}.`);
      }
      const row = await insertIntegration(request.tx, platformOf(request).id, id, fields);
      if (!row) throw taken(fields.reference);
      reply.code(201);
      return toResponse(row);
    },
  );

  app.get(
    '/v1/integrations/:resourceId',
    {
      config: { permission: 'INTEGRATION.VIEW' },
      schema: { summary: 'Get an integration', tags, params, response: one },
    },
    async (request) => {
      const { resourceId: id } = request.params;
      const row = await getIntegration(db, platformOf(request).id, id);
      if (!row) throw Refusal.notFound('INTEGRATION', id);
      return toResponse(row);
    },
  );

  app.patch(
    '/v1/integrations/:resourceId',
    {
      config: { permission: 'INTEGRATION.UPDATE' },
      schema: { summary: 'Change an integration', tags, params, body: integrationPatch, response: one },
    },
    (request, reply) =>
      change(request, request.params.resourceId, (before) => {
        const stored = integrationBody(before, vault);
        const body = patched(integrationCreate, stored, request.body, reply);
        if (isDeepStrictEqual(withoutNulls(body), withoutNulls(stored))) return before;
        checkIntegrationChange(before, stored, body, request.body);
        return integrationFields(body, before.id, { vault, mail });
      }),
  );

  app.delete(
    '/v1/integrations/:resourceId',
    {
      config: { permission: 'INTEGRATION.DELETE' },
      schema: { summary: 'Archive an integration that no action uses', tags, params, response: one },
    },
    (request) =>
      change(request, request.params.resourceId, async (before) => {
        const users = await countUsers(request.tx, before.platform_id, before.id);
        if (users > 0) {
          const actions =
            users === 1 ? '1 action that is not archived sends' : `${String(users)} actions that are not archived send`;
          throw Refusal.operation(`${actions} through it: archive or change them first.`);
        }
        return moved(before, 'ARCHIVED');
      }),
  );

  for (const [verb, status] of Object.entries(MOVES)) {
    app.post(
      `/v1/integrations/:resourceId/${verb}`,
      {
        config: { permission: 'INTEGRATION.UPDATE' },
        schema: { summary: `Make an integration ${status}`, tags, params, response: one },
      },
      (request) => change(request, request.params.resourceId, (before) => moved(before, status)),
    );
  }

  /** Whole when it is to be used, whichever way it gets there. */
  function moved(before: IntegrationRow, status: IntegrationStatus): IntegrationFields {
    checkIntegrationMove(before.status, status);
    if (before.status === status) return before;
    if (status === 'ARCHIVED') return { ...before, status, sealed_authentication: null };
    return integrationFields({ ...integrationBody(before, vault), status }, before.id, { vault, mail });
  }

  /** Locks an integration and writes what `next` makes of it; the row itself = nothing to change. Mail that waited may go now (S-R2). */
  async function change(
    request: FastifyRequest,
    id: string,
    next: (before: IntegrationRow) => IntegrationFields | Promise<IntegrationFields>,
  ) {
    const { tx } = request;
    const before = await lockIntegration(tx, platformOf(request).id, id);
    if (!before) throw Refusal.notFound('INTEGRATION', id);
    const fields = await next(before);
    if (fields === before) return toResponse(before);
    const row = await updateIntegration(tx, before.id, fields);
    if (!row) throw taken(fields.reference);
    request.tell('RUN', await touchRuns(tx, row.platform_id, { kind: 'INTEGRATION', id: row.id }));
    return toResponse(row);
  }
}

function taken(reference: string): Refusal {
  return Refusal.taken('reference', `There is an integration with the reference ${reference} already.`);
}

function toResponse(row: IntegrationRow): z.input<typeof integration> {
  const provider = row.email_provider;
  return {
    object_type: 'INTEGRATION',
    id: row.id,
    reference: row.reference,
    ...(row.name === null ? {} : { name: row.name }),
    ...(row.description === null ? {} : { description: row.description }),
    status: row.status,
    message: null,
    type: row.type,
    ...(row.sealed_authentication === null ? {} : { authentication: {} }),
    ...(provider && {
      email_provider: {
        ...provider,
        ...(provider.mailgun ? { mailgun: { region: null, plan: null, ...provider.mailgun } } : {}),
        use_localized_templates: provider.use_localized_templates ?? null,
      },
    }),
    ...(row.linked_resources_configurations?.length
      ? { linked_resources_configurations: row.linked_resources_configurations }
      : {}),
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  };
}
