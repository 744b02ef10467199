import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import { explainRun, type TellableRun } from '../../domain/explain.js';
import type { ResourceType } from '../../domain/types.js';
import type { Sql } from '../../store/database.js';
import { explainAsked, type Asked } from '../../store/explained.js';
import { getRun } from '../../store/runs.js';
import { readTellableRuns } from '../../store/tellable-runs.js';
import type { ApiContext, ZodApp } from '../context.js';
import { allows } from '../permissions.js';
import { callerOf, mustAllow, platformOf } from '../plugins/auth.js';
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
      const run = await tellableRun(db, platformOf(request).id, request.params.resourceId);
      mustAllow(callerOf(request), `${run.resource.type}.VIEW`);
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
          'Its runs, the workflows that have none for it and why, the triggers that matched nothing. Exactly one of the parameters; also needs VIEW of what it names, and of the schedules of a subscription. Holds, operations and what suppresses an address are shown with the runs.',
        tags: ['workflow-runs'],
        querystring: explainQuery,
        response: { 200: explanation },
      },
    },
    async (request) => {
      const asked = askedFor(request.query);
      mustAllow(callerOf(request), `${asked.kind}.VIEW`);
      if (asked.kind === 'PRICING_PLAN_SUBSCRIPTION') mustAllow(callerOf(request), 'PRICING_PLAN_SCHEDULE.VIEW');
      const types = TYPES.filter((type) => allows(callerOf(request).grant, `${type}.VIEW`));
      return answerAsked(db, platformOf(request).id, asked, types);
    },
  );
}

/** The same for somebody who may see everything, such as whoever sits at the database. */
export async function explainPlainly(
  sql: Sql,
  platformId: string,
  asked: Asked | { kind: 'RUN'; id: string },
): Promise<z.input<typeof runExplanation> | z.input<typeof explanation>> {
  if (asked.kind !== 'RUN') return answerAsked(sql, platformId, { kind: asked.kind, id: asked.id }, TYPES);
  return toRunExplanation(explainRun(await tellableRun(sql, platformId, asked.id)));
}

async function tellableRun(sql: Sql, platformId: string, id: string): Promise<TellableRun> {
  const known = await getRun(sql, platformId, id);
  const [run] = known ? await readTellableRuns(sql, [id]) : [];
  if (!run) throw Refusal.notFound('WORKFLOW_RUN', id);
  return run;
}

async function answerAsked(
  sql: Sql,
  platformId: string,
  asked: Asked,
  types: readonly ResourceType[],
): Promise<z.input<typeof explanation>> {
  const explained = await explainAsked(sql, platformId, asked, types);
  if (!explained) throw Refusal.notFound(asked.kind, asked.id);
  return toExplanation(explained, headOf(asked, explained.resources.length));
}

/** Exactly one. */
function askedFor(query: z.infer<typeof explainQuery>): Asked {
  const names = Object.keys(KINDS) as (keyof typeof KINDS)[];
  const [name, second] = names.filter((one) => query[one] !== undefined);
  if (!name) throw Refusal.missing('invoice_id', `Give exactly one of ${names.join(', ')}.`);
  if (second) throw Refusal.invalid(second, `Give exactly one of ${names.join(', ')}.`);
  return { kind: KINDS[name], id: query[name] ?? '' };
}

/** What stands first when several resources may follow. */
function headOf({ kind, id }: Asked, count: number): string[] {
  const what = kind === 'CUSTOMER' ? `Customer ${id}` : `Subscription ${id}`;
  if (kind === 'CUSTOMER')
    return [
      count === 0
        ? `${what}: no workflow has run for anything of this customer.`
        : `${what}: what has runs, open ones first.`,
    ];
  return kind === 'PRICING_PLAN_SUBSCRIPTION' && count === 0 ? [`${what} has no schedule.`] : [];
}
