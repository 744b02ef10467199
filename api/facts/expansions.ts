import type { FactBody } from '../../domain/facts.js';
import type { Sql } from '../../store/database.js';
import { getSchedulesOf, type StoredFact } from '../../store/facts.js';
import type { Permission } from '../permissions.js';
import type { Expansion, Expansions } from '../expand.js';
import {
  customersById,
  factResponse,
  invoicesById,
  subscriptionsById,
  walletTypesById,
  type FactResponse,
  type LoadFacts,
} from './response.js';

/** What `expand[]` puts into facts. Where the contract has no field for a resource that an id names, the field is an addition. */
const customer = one('customer_id', 'customer', 'CUSTOMER.VIEW', customersById);
const subscription = one(
  'pricing_plan_subscription_id',
  'pricing_plan_subscription',
  'PRICING_PLAN_SUBSCRIPTION.VIEW',
  subscriptionsById,
);

export const contactExpansions: Expansions<StoredFact> = { customer_id: customer };

export const invoiceExpansions: Expansions<StoredFact> = {
  customer_id: customer,
  pricing_plan_subscription_ids: {
    permission: 'PRICING_PLAN_SUBSCRIPTION.VIEW',
    field: 'pricing_plan_subscriptions',
    many: true,
    ids: ({ body }) => texts(body.pricing_plan_subscription_ids),
    load: subscriptionsById,
  },
};

export const paymentExpansions: Expansions<StoredFact> = {
  customer_id: customer,
  invoice_id: one('invoice_id', 'invoice', 'INVOICE.VIEW', invoicesById),
};

export const subscriptionExpansions: Expansions<StoredFact> = {
  customer_id: customer,
  forward_customer_id: one('forward_customer_id', 'forward_customer', 'CUSTOMER.VIEW', customersById),
  pricing_plan_schedule_id: {
    permission: 'PRICING_PLAN_SCHEDULE.VIEW',
    field: 'pricing_plan_schedule_infos',
    ids: ({ id }) => [id],
    load: schedulesOfSubscriptions,
    put: ({ body }, found) => scheduleInfos(body, found as readonly FactResponse[]),
  },
};

export const scheduleExpansions: Expansions<StoredFact> = { pricing_plan_subscription_id: subscription };

export const walletExpansions: Expansions<StoredFact> = {
  customer_id: customer,
  wallet_type_id: one('wallet_type_id', 'wallet_type', 'WALLET_TYPE.VIEW', walletTypesById),
};

function one(idField: string, field: string, permission: Permission, load: LoadFacts): Expansion<StoredFact> {
  return { permission, field, load, ids: ({ body }) => texts([body[idField]]) };
}

async function schedulesOfSubscriptions(
  sql: Sql,
  platformId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, FactResponse[]>> {
  const bySubscription = new Map<string, FactResponse[]>();
  for (const schedule of await getSchedulesOf(sql, platformId, ids)) {
    const of = schedule.pricing_plan_subscription_id;
    bySubscription.set(of, [...(bySubscription.get(of) ?? []), factResponse('pricing_plan_schedules', schedule)]);
  }
  return bySubscription;
}

/** The infos as they were sent, with their schedules; then one for each schedule that they do not name. */
function scheduleInfos(body: FactBody, schedules: readonly FactResponse[]): unknown[] {
  const sent = Array.isArray(body.pricing_plan_schedule_infos) ? (body.pricing_plan_schedule_infos as unknown[]) : [];
  const named = new Set(sent.map(idOf));
  const completed = sent.map((info) => {
    const schedule = schedules.find(({ id }) => id === idOf(info));
    return schedule ? { ...(info as object), pricing_plan_schedule: schedule } : info;
  });
  const others = schedules.filter(({ id }) => !named.has(id));
  return [
    ...completed,
    ...others.map((schedule) => ({
      id: schedule.id,
      pricing_plan_id: schedule.pricing_plan_id ?? null,
      pricing_plan_version_id: schedule.pricing_plan_version_id ?? null,
      start_at: schedule.start_at ?? null,
      end_at: schedule.end_at ?? null,
      pricing_plan_schedule: schedule,
    })),
  ];
}

function idOf(info: unknown): unknown {
  return (info as { id?: unknown } | null)?.id;
}

function texts(values: unknown): string[] {
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
}
