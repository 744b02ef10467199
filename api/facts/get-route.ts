import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import type { Database } from '../../store/database.js';
import { FACT_KINDS } from '../../store/fact-kinds.js';
import { getFact, getFactByIdOrReference } from '../../store/facts.js';
import type { ZodApp } from '../context.js';
import { expand, expandQuery } from '../expand.js';
import { callerOf, platformOf } from '../plugins/auth.js';
import type { FactResource } from './resources.js';
import { factResponse } from './response.js';

/** `GET /v1/{word}/{id}`, by reference too where the contract has it. */
export function getRoute(app: ZodApp, db: Database, resource: FactResource): void {
  const { word, kind, response, byReference, expansions, getParameters } = resource;
  const parameter = byReference ? 'resourceIdOrReference' : 'resourceId';
  app.get(
    `/v1/${word}/:${parameter}`,
    {
      config: { permission: `${FACT_KINDS[kind].resourceType}.VIEW` },
      schema: {
        summary: `Get a fact: ${word}`,
        tags: ['facts'],
        params: z.object({ [parameter]: z.string() }),
        querystring: z.object(expandQuery).extend(getParameters ?? {}),
        response: { 200: response },
      },
    },
    async (request) => {
      const id = request.params[parameter] ?? '';
      const platformId = platformOf(request).id;
      const fact = await (byReference ? getFactByIdOrReference : getFact)(db, kind, platformId, id);
      if (!fact) throw Refusal.notFound(FACT_KINDS[kind].resourceType, id);
      const query = request.query as z.infer<z.ZodObject<typeof expandQuery>>;
      const more = await expand(db, callerOf(request), expansions, query['expand[]'], [fact]);
      return { ...factResponse(kind, fact), ...more(fact) };
    },
  );
}
