import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import {
  forgetSealedKey,
  getApiKey,
  insertApiKey,
  keysOf,
  lockApiKey,
  newApiKey,
  SELECT_API_KEYS,
  updateApiKey,
  type ApiKeyRow,
  type KeyScope,
} from '../../store/api-keys.js';
import type { Sql } from '../../store/database.js';
import { newId } from '../../store/ids.js';
import { listPage, type Filter } from '../../store/lists.js';
import { clientIdOf } from '../client-id.js';
import type { ApiContext, ZodApp } from '../context.js';
import { pageQuery, pageResponse, toPage, toPageResponse } from '../pages.js';
import { patched } from '../patched.js';
import { callerOf, platformOf } from '../plugins/auth.js';
import {
  apiKey,
  apiKeyCreate,
  apiKeyPatch,
  apiKeySearchResponse,
  apiKeyWhole,
  userSearch,
} from '../schemas/api-key.js';
import { iso } from '../schemas/wire.js';
import { apiKeyBody, apiKeyFields, checkNotOwn, checkReach } from './api-key-fields.js';

const params = z.object({ resourceId: z.string() });
const one = { 200: apiKey };
const tags = ['api-keys'];

/** `/v1/api-keys`: who may call (apikeys.yml, S-W13). */
export function apiKeyRoutes(app: ZodApp, { db, vault }: ApiContext): void {
  const query = pageQuery(['created_at', 'description', 'id']);
  app.get(
    '/v1/api-keys',
    {
      config: { permission: 'USER.API.VIEW' },
      schema: {
        summary: 'List API keys',
        description: 'Those of the current platform that serve no platform beyond your own.',
        tags,
        querystring: query.extend({ active: z.enum(['true', 'false']).optional() }),
        response: { 200: pageResponse(apiKey) },
      },
    },
    async (request) => {
      const { active } = request.query;
      const wanted = active === undefined ? [] : [withStatus(active === 'true' ? 'ACTIVE' : 'INACTIVE')];
      const page = await listPage<ApiKeyRow>(
        db,
        SELECT_API_KEYS,
        [keysOf(scopeOf(request)), ...wanted],
        toPage(request.query),
      );
      return toPageResponse(request, request.query, page, (row) => toResponse(request, row));
    },
  );

  app.post(
    '/v1/api-keys',
    {
      config: { permission: 'USER.API.CREATE' },
      schema: {
        summary: 'Create an API key',
        description: 'The key itself is shown by `GET /v1/api-keys/{resourceId}/decrypt`, once.',
        tags,
        body: apiKeyCreate,
        response: { 201: apiKey },
      },
    },
    async (request, reply) => {
      const fields = await apiKeyFields(request.tx, callerOf(request), request.body, null);
      const [id, key] = [newId('key'), newApiKey()];
      await insertApiKey(request.tx, { id, key, sealedKey: vault.seal(key, id) }, fields);
      reply.code(201);
      return answer(request, request.tx, id, fields.platform_ids);
    },
  );

  app.post(
    '/v1/api-keys/search',
    {
      config: { permission: 'USER.API.VIEW' },
      schema: {
        summary: 'Search API keys',
        description:
          'The contract answers one key: the first one found stands at the top level, all of them in `data`.',
        tags,
        querystring: query,
        body: userSearch,
        response: { 200: apiKeySearchResponse },
      },
    },
    async (request) => {
      const filters = [keysOf(scopeOf(request)), ...searchFilters(request.body)];
      const page = await listPage<ApiKeyRow>(request.tx, SELECT_API_KEYS, filters, toPage(request.query));
      const found = toPageResponse(request, request.query, page, (row) => toResponse(request, row));
      return { ...found.data[0], ...found };
    },
  );

  app.get(
    '/v1/api-keys/:resourceId',
    {
      config: { permission: 'USER.API.VIEW' },
      schema: { summary: 'Get an API key', tags, params, response: one },
    },
    async (request) => {
      const { resourceId: id } = request.params;
      const row = await getApiKey(db, scopeOf(request), id);
      if (!row) throw Refusal.notFound('API_KEY', id);
      return toResponse(request, row);
    },
  );

  app.patch(
    '/v1/api-keys/:resourceId',
    {
      config: { permission: 'USER.API.UPDATE' },
      schema: { summary: 'Change an API key', tags, params, body: apiKeyPatch, response: one },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { resourceId: id } = request.params;
      const before = await lockApiKey(request.tx, scopeOf(request), id);
      if (!before) throw Refusal.notFound('API_KEY', id);
      checkReach(caller, before);
      const body = patched(apiKeyWhole, apiKeyBody(before, request.body), request.body, reply);
      const fields = await apiKeyFields(request.tx, caller, body, before);
      checkNotOwn(caller, before, fields);
      await updateApiKey(request.tx, id, fields);
      return answer(request, request.tx, id, fields.platform_ids);
    },
  );

  app.get(
    '/v1/api-keys/:resourceId/decrypt',
    {
      config: { permission: 'USER.API.VIEW' },
      // A HEAD request would spend the key and show it to nobody.
      exposeHeadRoute: false,
      schema: {
        summary: 'Show the key itself, once',
        description: 'Afterwards nobody can see it again: 400 INVALID_OPERATION.',
        tags,
        params,
        response: one,
      },
    },
    async (request, reply) => {
      const { resourceId: id } = request.params;
      // A GET that changes something: the lock lets one of two at the same time see it.
      const shown = await db.transaction(async (tx) => {
        const row = await lockApiKey(tx, scopeOf(request), id);
        if (!row) throw Refusal.notFound('API_KEY', id);
        checkReach(callerOf(request), row);
        if (row.sealed_key === null) {
          throw Refusal.operation('This key was shown already, or made on the command line: make a new one.');
        }
        await forgetSealedKey(tx, id);
        return { ...toResponse(request, row), api_key: vault.open(row.sealed_key, id) };
      });
      void reply.header('Cache-Control', 'no-store');
      return shown;
    },
  );
}

function scopeOf(request: FastifyRequest): KeyScope {
  const { platform, platformIds } = callerOf(request);
  return { platformId: platform.id, platformIds };
}

function withStatus(status: ApiKeyRow['status']): Filter {
  return { condition: 'status = ?', values: [status] };
}

function searchFilters(body: z.infer<typeof userSearch>): Filter[] {
  const { resource_id, username, user_type, include_inactive } = body ?? {};
  const filters: Filter[] = include_inactive ? [] : [withStatus('ACTIVE')];
  if (resource_id != null) filters.push({ condition: 'id = ?', values: [resource_id] });
  if (username != null) {
    const part = username.replace(/[\\%_]/g, '\\$&');
    filters.push({ condition: 'description ILIKE ?', values: [`%${part}%`] });
  }
  // People are not kept here.
  if (user_type != null && !['API', 'API_KEY'].includes(user_type.toUpperCase())) {
    filters.push({ condition: 'false', values: [] });
  }
  return filters;
}

/** What was just written; a change may have taken it off the current platform. */
async function answer(request: FastifyRequest, tx: Sql, id: string, platformIds: readonly string[]) {
  const row = await getApiKey(tx, { platformId: platformIds[0] ?? '', platformIds }, id);
  if (!row) throw Refusal.notFound('API_KEY', id);
  return toResponse(request, row);
}

function toResponse(request: FastifyRequest, row: ApiKeyRow): z.input<typeof apiKey> {
  return {
    object_type: 'API_KEY',
    id: row.id,
    client_id: clientIdOf(row.id),
    api_key: null,
    entity_id: platformOf(request).id,
    created_at: iso(row.created_at),
    active: row.status === 'ACTIVE',
    status: row.status,
    description: row.description,
    account_memberships: row.platforms.map(({ id, name, environment }) => ({
      object_type: 'ACCOUNT_MEMBERSHIP',
      id: `${row.id}:${id}`,
      account_id: id,
      account_reference: name,
      environment,
      account: {
        id,
        reference: name,
        account_type_code: 'PLATFORM',
        environment,
        account_group_id: id,
        parent_id: null,
        platform_id: id,
      },
      type: row.role_type === 'ADMINISTRATOR' ? 'ADMIN' : 'USER',
      role_ids: [],
      roles: null,
    })),
    team_memberships: null,
    role_type: row.role_type,
    expires_at: iso(row.expires_at),
  };
}
