import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import type { FactBody } from '../../domain/facts.js';
import { FACT_KINDS, type FactKind } from '../../store/fact-kinds.js';
import { getCustomerByReference, getFact, type StoredFact } from '../../store/facts.js';
import { putFact, type PutFact } from '../../store/put-fact.js';
import type { ApiContext, ZodApp } from '../context.js';
import { platformOf } from '../plugins/auth.js';
import { externalId, iso } from '../schemas/wire.js';
import { factSchemas, storedFact } from '../schemas/facts.js';

const KINDS: Record<keyof typeof factSchemas, FactKind> = {
  customers: 'customers',
  contacts: 'contacts',
  invoices: 'invoices',
  'pricing-plan-subscriptions': 'pricing_plan_subscriptions',
  'pricing-plan-schedules': 'pricing_plan_schedules',
};

type CustomerBody = z.infer<(typeof factSchemas)['customers']>;

const putParams = z.object({ id: externalId });
const getParams = z.object({ id: z.string() });

/** `PUT|GET /v1/{customers|contacts|invoices|…}/{id}`: billing facts, whole (extension verb, S-A3). */
export function factRoutes(app: ZodApp, { db }: ApiContext): void {
  for (const [word, kind] of Object.entries(KINDS) as [keyof typeof factSchemas, FactKind][]) {
    const tags = ['facts'];
    app.put(
      `/v1/${word}/:id`,
      {
        config: { permission: `${FACT_KINDS[kind].resourceType}.UPDATE` },
        schema: {
          summary: `Store a fact: ${word}`,
          description:
            'Replaces the whole fact. 201 the first time, then 200. Older than what is stored: 200 with `Dunwell-Stale: true`.',
          tags,
          params: putParams,
          body: factSchemas[word],
          response: { 200: storedFact, 201: storedFact },
        },
      },
      async (request, reply) => {
        const result = await putFact(request.tx, platformOf(request), toPut(kind, request.params.id, request.body));
        request.tell('RUN', result.runIds);
        if (result.stale) void reply.header('Dunwell-Stale', 'true');
        reply.code(result.created ? 201 : 200);
        return toResponse(kind, result.fact);
      },
    );

    app.get(
      `/v1/${word}/:id`,
      {
        config: { permission: `${FACT_KINDS[kind].resourceType}.VIEW` },
        schema: { summary: `Get a fact: ${word}`, tags, params: getParams, response: { 200: storedFact } },
      },
      async (request) => {
        const { id } = request.params;
        const platformId = platformOf(request).id;
        const byId = await getFact(db, kind, platformId, id);
        const fact = byId ?? (kind === 'customers' ? await getCustomerByReference(db, platformId, id) : null);
        if (!fact) throw Refusal.notFound(FACT_KINDS[kind].resourceType, id);
        return toResponse(kind, fact);
      },
    );
  }
}

/** A customer's test clock is no fact of the billing system: it is kept beside the body. */
function toPut(kind: FactKind, id: string, given: FactBody): PutFact {
  if (kind !== 'customers') return { kind, id, body: given };
  const { test_clock_id: testClockId, ...body } = given as CustomerBody;
  return { kind, id, body, testClockId };
}

/** A fact as its GET answers it. */
export function toResponse(kind: FactKind, fact: StoredFact): z.input<typeof storedFact> {
  const updated = fact.body.updated_at;
  return {
    ...fact.body,
    object_type: FACT_KINDS[kind].resourceType,
    id: fact.id,
    ...(kind === 'customers' ? { test_clock_id: fact.test_clock_id } : {}),
    created_at: iso(fact.created_at),
    updated_at: typeof updated === 'string' ? updated : iso(fact.updated_at),
  };
}
