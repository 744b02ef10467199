import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import { at } from '../../store/database.js';
import { listPage } from '../../store/lists.js';
import {
  addressKey,
  deleteSuppression,
  getSuppression,
  spellings,
  suppress,
  type SuppressionRow,
} from '../../store/suppressions.js';
import { touchRuns } from '../../store/touch-runs.js';
import type { ApiContext, ZodApp } from '../context.js';
import { pageQuery, pageResponse, toPage, toPageResponse } from '../pages.js';
import { platformOf } from '../plugins/auth.js';
import { suppression, suppressionCreate, suppressionFilters } from '../schemas/suppression.js';
import { iso } from '../schemas/wire.js';

const params = z.object({ resourceId: z.string().meta({ description: 'The id, or the address.' }) });
const tags = ['suppressions'];

/** `/v1/suppressions`: addresses that get no mail (extension, S-E6). */
export function suppressionRoutes(app: ZodApp, { db }: ApiContext): void {
  app.get(
    '/v1/suppressions',
    {
      config: { permission: 'SUPPRESSION.VIEW' },
      schema: {
        summary: 'List suppressed addresses',
        tags,
        querystring: pageQuery(['created_at', 'address', 'id']).extend(suppressionFilters),
        response: { 200: pageResponse(suppression) },
      },
    },
    async (request) => {
      const { email, reason, since } = request.query;
      const filters = [
        { condition: 'platform_id = ?', values: [platformOf(request).id] },
        ...(email === undefined ? [] : [{ condition: 'address = ?', values: [addressKey(email).address] }]),
        ...(reason === undefined ? [] : [{ condition: 'reason = ?', values: [reason] }]),
        ...(since === undefined ? [] : [{ condition: 'created_at >= ?', values: [at(Date.parse(since))] }]),
      ];
      const page = await listPage<SuppressionRow>(db, 'SELECT * FROM suppressions', filters, toPage(request.query));
      return toPageResponse(request, request.query, page, toResponse);
    },
  );

  app.post(
    '/v1/suppressions',
    {
      config: { permission: 'SUPPRESSION.CREATE' },
      schema: {
        summary: 'Suppress an address',
        description:
          'Once this is answered no mail to it can go any more but one that is on its way already. An address that is suppressed stays as it is: 200 instead of 201.',
        tags,
        body: suppressionCreate,
        response: { 200: suppression, 201: suppression },
      },
    },
    async (request, reply) => {
      const { email, reason, note } = request.body;
      const platformId = platformOf(request).id;
      const entry = { email, reason: reason ?? 'MANUAL', source: 'API', detail: note ?? null } as const;
      const [created] = await suppress(request.tx, platformId, [entry]);
      reply.code(created ? 201 : 200);
      const row = created ?? (await getSuppression(request.tx, platformId, email));
      if (!row) throw new Error(`The suppression of ${email} vanished while its lock was held.`);
      return toResponse(row);
    },
  );

  app.get(
    '/v1/suppressions/:resourceId',
    {
      config: { permission: 'SUPPRESSION.VIEW' },
      schema: { summary: 'Get a suppressed address', tags, params, response: { 200: suppression } },
    },
    async (request) => {
      const { resourceId: id } = request.params;
      const row = await getSuppression(db, platformOf(request).id, id);
      if (!row) throw Refusal.notFound('SUPPRESSION', id);
      return toResponse(row);
    },
  );

  app.delete(
    '/v1/suppressions/:resourceId',
    {
      config: { permission: 'SUPPRESSION.DELETE' },
      schema: {
        summary: 'Let an address have mail again',
        description: 'Runs that are BLOCKED for it go on, within their delivery window. Answers what was removed.',
        tags,
        params,
        response: { 200: suppression },
      },
    },
    async (request) => {
      const { resourceId: id } = request.params;
      const platformId = platformOf(request).id;
      const row = await deleteSuppression(request.tx, platformId, id);
      if (!row) throw Refusal.notFound('SUPPRESSION', id);
      const scope = { kind: 'ADDRESS', addresses: spellings(row) } as const;
      request.tell('RUN', await touchRuns(request.tx, platformId, scope));
      return toResponse(row);
    },
  );
}

function toResponse(row: SuppressionRow): z.input<typeof suppression> {
  return {
    object_type: 'SUPPRESSION',
    id: row.id,
    email: row.address,
    reason: row.reason,
    source: row.source,
    status_code: row.status_code,
    detail: row.detail,
    delivery_id: row.delivery_id,
    created_at: iso(row.created_at),
  };
}
