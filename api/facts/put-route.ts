import { z } from 'zod';
import type { FactBody } from '../../domain/facts.js';
import { FACT_KINDS, type FactKind } from '../../store/fact-kinds.js';
import { putFact, type PutFact } from '../../store/put-fact.js';
import type { ZodApp } from '../context.js';
import { platformOf } from '../plugins/auth.js';
import { externalId } from '../schemas/wire.js';
import type { FactResource } from './resources.js';
import { factResponse } from './response.js';

/** `PUT /v1/{word}/{id}`: a whole fact (extension verb, S-A3). */
export function putRoute(app: ZodApp, { word, kind, body, response, byReference }: FactResource): void {
  // Its name is that of the contract's GET: one path is described once.
  const [{ id: exampleId } = { id: '' }] = (response.meta()?.examples ?? []) as { id: string }[];
  const parameter = byReference ? 'resourceIdOrReference' : 'resourceId';
  app.put(
    `/v1/${word}/:${parameter}`,
    {
      config: { permission: `${FACT_KINDS[kind].resourceType}.UPDATE` },
      schema: {
        summary: `Store a fact: ${word}`,
        description:
          'Replaces the whole fact. 201 the first time, then 200. Older than what is stored: 200 with `Dunwell-Stale: true`.',
        tags: ['facts'],
        params: z.object({ [parameter]: externalId.meta({ examples: [exampleId] }) }),
        body,
        response: { 200: response, 201: response },
      },
    },
    async (request, reply) => {
      const result = await putFact(
        request.tx,
        platformOf(request),
        toPut(kind, request.params[parameter] ?? '', request.body),
      );
      request.tell('RUN', result.runIds);
      if (result.stale) void reply.header('Dunwell-Stale', 'true');
      reply.code(result.created ? 201 : 200);
      return factResponse(kind, result.fact);
    },
  );
}

/** A customer's test clock is no fact of the billing system: it is kept beside the body. */
function toPut(kind: FactKind, id: string, given: FactBody): PutFact {
  if (kind !== 'customers') return { kind, id, body: given };
  const { test_clock_id: testClockId, ...body } = given;
  return { kind, id, body, testClockId: testClockId as string | null | undefined };
}
