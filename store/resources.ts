import type { ResourceFacts } from '../domain/condition.js';
import {
  readCustomer,
  readInvoice,
  readSchedule,
  readSubscription,
  type CustomerFacts,
  type FactBody,
} from '../domain/facts.js';
import type { Instant, ResourceType } from '../domain/types.js';
import type { Sql } from './database.js';

/** Resources that runs can be about today. */
export type RunResource = Extract<ResourceType, 'INVOICE' | 'PRICING_PLAN_SCHEDULE'>;

/** A resource with everything a reminder about it needs. */
export interface LoadedResource {
  type: RunResource;
  id: string;
  facts: ResourceFacts;
  /** null = not known yet: another fact named it before it arrived. */
  customer: CustomerFacts | null;
  testClockId: string | null;
  /** Postgres' clock, or the customer's test clock. */
  now: Instant;
}

interface ResourceRow {
  id: string;
  now: Instant;
  customer_id: string | null;
  customer_body: FactBody | null;
  test_clock_id: string | null;
  invoice_body: FactBody | null;
  first_final_at: Instant | null;
  schedule_body: FactBody | null;
  subscription_id: string | null;
  subscription_body: FactBody | null;
}

const CUSTOMER = `
  c.id AS customer_id, c.body AS customer_body, c.test_clock_id,
  coalesce(k.now_at, date_trunc('milliseconds', clock_timestamp())) AS now`;

const SELECT: Record<RunResource, string> = {
  INVOICE: `
    SELECT i.id, i.body AS invoice_body, i.first_final_at, NULL AS schedule_body, NULL AS subscription_id,
      NULL AS subscription_body, ${CUSTOMER}
    FROM invoices i
    LEFT JOIN customers c ON c.platform_id = i.platform_id AND c.id = i.customer_id
    LEFT JOIN test_clocks k ON k.id = c.test_clock_id`,
  PRICING_PLAN_SCHEDULE: `
    SELECT i.id, NULL AS invoice_body, NULL::timestamptz AS first_final_at, i.body AS schedule_body, u.id AS subscription_id,
      u.body AS subscription_body, ${CUSTOMER}
    FROM pricing_plan_schedules i
    JOIN pricing_plan_subscriptions u ON u.platform_id = i.platform_id AND u.id = i.pricing_plan_subscription_id
    LEFT JOIN customers c ON c.platform_id = u.platform_id AND c.id = u.customer_id
    LEFT JOIN test_clocks k ON k.id = c.test_clock_id`,
};

/** Locks a resource after the facts it depends on (FOR SHARE) and reads them. null = there is no such resource. */
export async function lockResource(
  tx: Sql,
  platformId: string,
  type: RunResource,
  id: string,
): Promise<LoadedResource | null> {
  await tx.rows('SELECT lock_resource($1, $2, $3)', [platformId, type, id]);
  const row = await tx.row<ResourceRow>(`${SELECT[type]} WHERE i.platform_id = $1 AND i.id = $2`, [platformId, id]);
  return row && toResource(type, row);
}

/** The resources of a customer that is locked, in order of id; they are locked too, so that none changes meanwhile. */
export async function lockResourcesOfCustomer(
  tx: Sql,
  platformId: string,
  customerId: string,
): Promise<LoadedResource[]> {
  const invoices = await tx.rows<ResourceRow>(
    `${SELECT.INVOICE} WHERE i.platform_id = $1 AND i.customer_id = $2 ORDER BY i.id FOR SHARE OF i`,
    [platformId, customerId],
  );
  const schedules = await tx.rows<ResourceRow>(
    `${SELECT.PRICING_PLAN_SCHEDULE} WHERE u.platform_id = $1 AND u.customer_id = $2 ORDER BY u.id, i.id FOR SHARE OF u, i`,
    [platformId, customerId],
  );
  return [
    ...invoices.map((row) => toResource('INVOICE', row)),
    ...schedules.map((row) => toResource('PRICING_PLAN_SCHEDULE', row)),
  ];
}

/** The schedules of a subscription that is locked. */
export async function lockSchedulesOfSubscription(
  tx: Sql,
  platformId: string,
  subscriptionId: string,
): Promise<LoadedResource[]> {
  const rows = await tx.rows<ResourceRow>(
    `${SELECT.PRICING_PLAN_SCHEDULE} WHERE i.platform_id = $1 AND i.pricing_plan_subscription_id = $2
     ORDER BY i.id FOR SHARE OF i`,
    [platformId, subscriptionId],
  );
  return rows.map((row) => toResource('PRICING_PLAN_SCHEDULE', row));
}

function toResource(type: RunResource, row: ResourceRow): LoadedResource {
  return {
    type,
    id: row.id,
    now: row.now,
    testClockId: row.test_clock_id,
    customer: row.customer_id && row.customer_body ? readCustomer(row.customer_id, row.customer_body) : null,
    facts: {
      invoice: row.invoice_body && readInvoice(row.id, row.invoice_body, row.first_final_at),
      schedule: row.schedule_body && readSchedule(row.id, row.schedule_body),
      subscription:
        row.subscription_body && row.subscription_id
          ? readSubscription(row.subscription_id, row.subscription_body)
          : null,
    },
  };
}
