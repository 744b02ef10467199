import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Database, Sql } from '../../store/database.js';
import { FACT_KINDS } from '../../store/fact-kinds.js';
import { listFacts } from '../../store/facts.js';
import type { Filter } from '../../store/lists.js';
import type { ZodApp } from '../context.js';
import { expand, expandQuery } from '../expand.js';
import { pageQuery, pageResponse, toPage, toPageResponse } from '../pages.js';
import { callerOf, platformOf } from '../plugins/auth.js';
import { searchFilters, searchRequest } from '../search.js';
import { ORDERS, type FactResource } from './resources.js';
import { factResponse } from './response.js';

/** `GET /v1/{word}`, and `POST /v1/{word}/search` where the contract has it. */
export function listRoutes(app: ZodApp, db: Database, resource: FactResource): void {
  const { word, kind, filters, search, searchParameters } = resource;
  const config = { permission: `${FACT_KINDS[kind].resourceType}.VIEW` } as const;
  const response = { 200: pageResponse(resource.response) };

  app.get(
    `/v1/${word}`,
    {
      config,
      schema: { summary: `List facts: ${word}`, tags: ['facts'], querystring: factQuery(resource, filters), response },
    },
    (request) => answerFacts(request, db, resource, request.query, given(request.query, filters)),
  );

  if (!search) return;
  const names = Object.keys(search).map((name) => `\`${name}\``);
  app.post(
    `/v1/${word}/search`,
    {
      config,
      schema: {
        summary: `Search facts: ${word}`,
        description: `Fields: ${names.join(', ')}. \`custom_field\` only as a filter field, with the custom field’s \`reference\`.`,
        tags: ['facts'],
        querystring: factQuery(resource, searchParameters ?? {}),
        body: searchRequest,
        response,
      },
    },
    (request) => answerFacts(request, request.tx, resource, request.query, searchFilters(search, request.body)),
  );
}

type FactQuery = z.infer<ReturnType<typeof pageQuery>> & z.infer<z.ZodObject<typeof expandQuery>>;

/** The query of a page, with what else it can be asked; what stands in `more` is not in the type. */
export function factQuery({ orders }: FactResource, more: FactResource['filters']) {
  const names = Object.keys({ ...ORDERS, ...orders }) as [string, ...string[]];
  const unnamed: Record<never, z.ZodType> = more;
  return pageQuery(names).extend(expandQuery).extend(unnamed);
}

/** One page of what fits all filters, each with what it was asked to expand. */
export async function answerFacts(
  request: FastifyRequest,
  sql: Sql,
  { kind, orders, expansions }: FactResource,
  query: FactQuery,
  filters: readonly Filter[],
) {
  const platformId = platformOf(request).id;
  const orderBy = { ...ORDERS, ...orders }[query.order_by] ?? query.order_by;
  const page = await listFacts(sql, kind, platformId, filters, { ...toPage(query), orderBy });
  const more = await expand(sql, callerOf(request), expansions, query['expand[]'], page.rows);
  return toPageResponse(request, query, page, (fact) => ({ ...factResponse(kind, fact), ...more(fact) }));
}

/** The conditions that the query's schema made of its filters. */
function given(query: object, filters: FactResource['filters']): Filter[] {
  const values = query as Readonly<Record<string, Filter | undefined>>;
  return Object.keys(filters).flatMap((name) => values[name] ?? []);
}
