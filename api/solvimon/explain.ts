import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import { explainRun } from '../../domain/explain.js';
import type { ResourceType } from '../../domain/types.js';
import { explainAsked, type Asked } from '../../store/explained.js';
import { getRun } from '../../store/runs.js';
import { readTellableRuns } from '../../store/tellable-runs.js';
import type { ApiContext, ZodApp } from '../context.js';
import { allows, type Permission } from '../permissions.js';
import { callerOf, notAllowed, platformOf } from '../plugins/auth.js';
import { explainQuery, explanation, runExplanation } from '../schemas/explain.js';
import { toExplanation, toRunExplanation } from './explain-response.js';

const params = z.object({ resourceId: z.string() });
const KINDS = {
  invoice_id: 'INVOICE',
  payment_id: 'PAYMENT',
  pricing_plan_schedule_id: 'PRICING_PLAN_SCHEDULE',
  pricing_plan_subscription_id: 'PRICING_PLAN_SUBSCRIPTION',
  wallet_id: 'WALLET',
  customer_id: 'CUSTOMER',
} as const satisfies Record<keyof z.infer<typeof explainQuery>, Asked['kind']>;
const TYPES: readonly ResourceType[] = ['INVOICE', 'PAYMENT', 'PRICING_PLAN_SCHEDULE', 'WALLET'];

/** Why a run stands where it stands, and why there is none: from Postgres alone, also with Temporal away (S-R4). */
export function explainRoutes(app: ZodApp, { db }: ApiContext): void {
  app.get(
    '/v1/workflow-runs/:resourceId/explain',
    {
      config: { permission: 'WORKFLOW_RUN.VIEW' },
      schema: {
        summary: 'Explain a run',
        description: 'Where it stands, why each instant, what came of it. Also needs VIEW of the resource it is about.',
        tags: ['workflow-runs'],
        params,
        response: { 200: runExplanation },
      },
    },
    async (request) => {
      const { resourceId: id } = request.params;
      const known = await getRun(db, platformOf(request).id, id);
      const [run] = known ? await readTellableRuns(db, [id]) : [];
      if (!run) throw Refusal.notFound('WORKFLOW_RUN', id);
      mustAllow(request, `${run.resource.type}.VIEW`);
      return toRunExplanation(explainRun(run));
    },
  );

  app.get(
    '/v1/explain',
    {
      config: { permission: 'WORKFLOW_RUN.VIEW' },
      schema: {
        summary: 'Explain a resource',
        description:
          'Its runs, the workflows that have none for it and why, the triggers that matched nothing. Exactly one of the parameters; also needs VIEW of what it names.',
        tags: ['workflow-runs'],
        querystring: explainQuery,
        response: { 200: explanation },
      },
    },
    async (request) => {
      const asked = askedFor(request.query);
      mustAllow(request, `${asked.kind}.VIEW`);
      const types = TYPES.filter((type) => allows(callerOf(request).grant, `${type}.VIEW`));
      const explained = await explainAsked(db, platformOf(request).id, asked, types);
      if (!explained) throw Refusal.notFound(asked.kind, asked.id);
      return toExplanation(explained, headOf(asked, explained.resources.length));
    },
  );
}

/** Exactly one. */
export function askedFor(query: z.infer<typeof explainQuery>): Asked {
  const names = Object.keys(KINDS) as (keyof typeof KINDS)[];
  const [name, second] = names.filter((one) => query[one] !== undefined);
  if (!name) throw Refusal.missing('invoice_id', `Give exactly one of ${names.join(', ')}.`);
  if (second) throw Refusal.invalid(second, `Give exactly one of ${names.join(', ')}.`);
  return { kind: KINDS[name], id: query[name] ?? '' };
}

/** What stands first when several resources may follow. */
export function headOf({ kind, id }: Asked, count: number): string[] {
  const what = kind === 'CUSTOMER' ? `Customer ${id}` : `Subscription ${id}`;
  if (kind === 'CUSTOMER')
    return [
      count === 0
        ? `${what}: no workflow has run for anything of this customer.`
        : `${what}: what has runs, open ones first.`,
    ];
  return kind === 'PRICING_PLAN_SUBSCRIPTION' && count === 0 ? [`${what} has no schedule.`] : [];
}

function mustAllow(request: FastifyRequest, permission: Permission): void {
  if (!allows(callerOf(request).grant, permission)) {
    throw notAllowed(null, `This needs the permission ${permission}.`);
  }
}
