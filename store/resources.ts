import type { ResourceFacts } from '../domain/condition.js';
import {
  readCustomer,
  readInvoice,
  readPayment,
  readSchedule,
  readSubscription,
  readWallet,
  type CustomerFacts,
  type FactBody,
} from '../domain/facts.js';
import type { Instant, ResourceType } from '../domain/types.js';
import type { Sql } from './database.js';
import { holdsOf } from './holds.js';

/** A resource with everything a reminder about it needs. */
export interface LoadedResource {
  type: ResourceType;
  id: string;
  facts: ResourceFacts;
  /** null = not known yet: another fact named it before it arrived. */
  customer: CustomerFacts | null;
  testClockId: string | null;
  /** Postgres' clock, or the customer's test clock. */
  now: Instant;
  /** On the customer or the invoice, as long as nobody has ended them (S-C6). */
  holds: { until: Instant | null }[];
}

/** The facts of a resource as a select answers them; null where the resource has no such fact. */
export interface FactColumns {
  invoice_id: string | null;
  invoice_body: FactBody | null;
  first_final_at: Instant | null;
  payment_id: string | null;
  payment_body: FactBody | null;
  payment_since: Instant | null;
  schedule_id: string | null;
  schedule_body: FactBody | null;
  subscription_id: string | null;
  subscription_body: FactBody | null;
  wallet_id: string | null;
  wallet_body: FactBody | null;
  wallet_type_name: string | null;
}

interface ResourceRow extends FactColumns {
  id: string;
  now: Instant;
  customer_id: string | null;
  customer_body: FactBody | null;
  test_clock_id: string | null;
  holds: LoadedResource['holds'];
}

/** The name of a wallet's type; `x` is the wallet. */
export const WALLET_TYPE_NAME = `(SELECT t.body ->> 'name' FROM wallet_types t
  WHERE t.platform_id = x.platform_id AND t.id = x.body ->> 'wallet_type_id')`;

/** The columns of `FactColumns`, from the aliases that are there. */
function factColumns(present: { i?: true; y?: true; s?: true; w?: true }): string {
  const column = (has: true | undefined, expression: string, type: string, name: string): string =>
    `${has ? expression : `NULL::${type}`} AS ${name}`;
  return [
    column(present.i, 'i.id', 'text', 'invoice_id'),
    column(present.i, 'i.body', 'jsonb', 'invoice_body'),
    column(present.i, 'i.first_final_at', 'timestamptz', 'first_final_at'),
    column(present.y, 'y.id', 'text', 'payment_id'),
    column(present.y, 'y.body', 'jsonb', 'payment_body'),
    column(present.y, 'coalesce(y.result_since, y.created_at)', 'timestamptz', 'payment_since'),
    column(present.s, 's.id', 'text', 'schedule_id'),
    column(present.s, 's.body', 'jsonb', 'schedule_body'),
    column(present.s, 'u.id', 'text', 'subscription_id'),
    column(present.s, 'u.body', 'jsonb', 'subscription_body'),
    column(present.w, 'x.id', 'text', 'wallet_id'),
    column(present.w, 'x.body', 'jsonb', 'wallet_body'),
    column(present.w, WALLET_TYPE_NAME, 'text', 'wallet_type_name'),
  ].join(', ');
}

const customer = (invoice = 'NULL'): string => `
  c.id AS customer_id, c.body AS customer_body, c.test_clock_id,
  coalesce(k.now_at, date_trunc('milliseconds', clock_timestamp())) AS now,
  ${holdsOf('c.platform_id', 'c.id', invoice)}`;

const joinCustomer = (from: string): string => `
  LEFT JOIN customers c ON c.platform_id = ${from}.platform_id AND c.id = ${from}.customer_id
  LEFT JOIN test_clocks k ON k.id = c.test_clock_id`;

const SELECT: Record<ResourceType, string> = {
  INVOICE: `SELECT i.id, ${factColumns({ i: true })}, ${customer('i.id')} FROM invoices i ${joinCustomer('i')}`,
  PAYMENT: `SELECT y.id, ${factColumns({ i: true, y: true })}, ${customer('i.id')} FROM payments y
    LEFT JOIN invoices i ON i.platform_id = y.platform_id AND i.id = y.body ->> 'invoice_id' ${joinCustomer('y')}`,
  PRICING_PLAN_SCHEDULE: `SELECT s.id, ${factColumns({ s: true })}, ${customer()} FROM pricing_plan_schedules s
    JOIN pricing_plan_subscriptions u ON u.platform_id = s.platform_id AND u.id = s.pricing_plan_subscription_id
    ${joinCustomer('u')}`,
  WALLET: `SELECT x.id, ${factColumns({ w: true })}, ${customer()} FROM wallets x ${joinCustomer('x')}`,
};

/** The select's alias of the resource itself. */
const ALIAS: Record<ResourceType, string> = { INVOICE: 'i', PAYMENT: 'y', PRICING_PLAN_SCHEDULE: 's', WALLET: 'x' };

/** Which resource of which platform. */
export interface ResourceRef {
  platformId: string;
  type: ResourceType;
  id: string;
}

/** Locks a resource after the facts it depends on (FOR SHARE) and reads them. null = there is no such resource. */
export async function lockResource(
  tx: Sql,
  platformId: string,
  type: ResourceType,
  id: string,
): Promise<LoadedResource | null> {
  const [resource] = await lockResources(tx, [{ platformId, type, id }]);
  return resource ?? null;
}

/** The same for several, which may be the same ones; null where there is no such resource. One statement locks, one per type reads. */
export async function lockResources(tx: Sql, refs: readonly ResourceRef[]): Promise<(LoadedResource | null)[]> {
  const own = new Map(refs.map((ref) => [refKey(ref), ref]));
  const distinct = [...own.values()];
  await tx.rows('SELECT lock_resources($1, $2, $3)', [
    distinct.map(({ platformId }) => platformId),
    distinct.map(({ type }) => type),
    distinct.map(({ id }) => id),
  ]);
  const found = new Map<string, LoadedResource>();
  for (const type of new Set(distinct.map((ref) => ref.type))) {
    const wanted = distinct.filter((ref) => ref.type === type);
    const rows = await tx.rows<ResourceRow & { asked_platform: string }>(LOCKED[type], [
      wanted.map(({ platformId }) => platformId),
      wanted.map(({ id }) => id),
    ]);
    for (const row of rows) {
      found.set(refKey({ platformId: row.asked_platform, type, id: row.id }), toResource(type, row));
    }
  }
  return refs.map((ref) => found.get(refKey(ref)) ?? null);
}

function refKey({ platformId, type, id }: ResourceRef): string {
  return JSON.stringify([platformId, type, id]);
}

/** Those of the platforms $1 with the ids $2, pair by pair. */
const pairs = (type: ResourceType): string =>
  `SELECT q.platform AS asked_platform, ${SELECT[type].replace('SELECT ', '')}
   JOIN unnest($1::text[], $2::text[]) AS q (platform, id)
     ON ${ALIAS[type]}.platform_id = q.platform AND ${ALIAS[type]}.id = q.id`;
const LOCKED: Record<ResourceType, string> = {
  INVOICE: pairs('INVOICE'),
  PAYMENT: pairs('PAYMENT'),
  PRICING_PLAN_SCHEDULE: pairs('PRICING_PLAN_SCHEDULE'),
  WALLET: pairs('WALLET'),
};

/** Some resources of a platform in order of id after `cursor`, read without locks; those only named by others are left out. */
export async function resourcesPage(
  sql: Sql,
  platformId: string,
  type: ResourceType,
  cursor: string,
  limit: number,
): Promise<LoadedResource[]> {
  const own = ALIAS[type];
  const rows = await sql.rows<ResourceRow>(
    `${SELECT[type]} WHERE ${own}.platform_id = $1 AND ${own}.id > $2 AND ${own}.body IS NOT NULL
     ORDER BY ${own}.id LIMIT $3`,
    [platformId, cursor, limit],
  );
  return rows.map((row) => toResource(type, row));
}

/** Those of the ids that are there, without locks: for telling rather than deciding. In order of id. */
export async function readResources(
  sql: Sql,
  platformId: string,
  type: ResourceType,
  ids: readonly string[],
): Promise<LoadedResource[]> {
  if (ids.length === 0) return [];
  const rows = await sql.rows<ResourceRow>(
    `${SELECT[type]} WHERE ${ALIAS[type]}.platform_id = $1 AND ${ALIAS[type]}.id = ANY ($2) ORDER BY 1`,
    [platformId, ids],
  );
  return rows.map((row) => toResource(type, row));
}

/** The resources of a customer that is locked, in order of id; they are locked too, so that none changes meanwhile. */
export async function lockResourcesOfCustomer(
  tx: Sql,
  platformId: string,
  customerId: string,
): Promise<LoadedResource[]> {
  const all: LoadedResource[] = [];
  for (const [type, condition, order] of OF_CUSTOMER) {
    const rows = await tx.rows<ResourceRow>(
      `${SELECT[type]} WHERE ${condition}.platform_id = $1 AND ${condition}.customer_id = $2 ${order}`,
      [platformId, customerId],
    );
    all.push(...rows.map((row) => toResource(type, row)));
  }
  return all;
}

/** Invoices before payments: a payment is locked after the invoice it is for. */
const OF_CUSTOMER: readonly [ResourceType, string, string][] = [
  ['INVOICE', 'i', 'ORDER BY i.id FOR SHARE OF i'],
  ['PAYMENT', 'y', 'ORDER BY y.id FOR SHARE OF y'],
  ['PRICING_PLAN_SCHEDULE', 'u', 'ORDER BY u.id, s.id FOR SHARE OF u, s'],
  ['WALLET', 'x', 'ORDER BY x.id FOR SHARE OF x'],
];

/** The schedules of a subscription that is locked. */
export async function lockSchedulesOfSubscription(
  tx: Sql,
  platformId: string,
  subscriptionId: string,
): Promise<LoadedResource[]> {
  const rows = await tx.rows<ResourceRow>(
    `${SELECT.PRICING_PLAN_SCHEDULE} WHERE s.platform_id = $1 AND s.pricing_plan_subscription_id = $2
     ORDER BY s.id FOR SHARE OF s`,
    [platformId, subscriptionId],
  );
  return rows.map((row) => toResource('PRICING_PLAN_SCHEDULE', row));
}

/** The payments that name an invoice that is locked. */
export async function lockPaymentsOfInvoice(tx: Sql, platformId: string, invoiceId: string): Promise<LoadedResource[]> {
  const rows = await tx.rows<ResourceRow>(
    `${SELECT.PAYMENT} WHERE y.platform_id = $1 AND y.body ->> 'invoice_id' = $2 ORDER BY y.id FOR SHARE OF y`,
    [platformId, invoiceId],
  );
  return rows.map((row) => toResource('PAYMENT', row));
}

/** What the facts say, as the domain reads them. */
export function readFacts(row: FactColumns): ResourceFacts {
  return {
    invoice:
      row.invoice_id && row.invoice_body ? readInvoice(row.invoice_id, row.invoice_body, row.first_final_at) : null,
    payment:
      row.payment_id && row.payment_body ? readPayment(row.payment_id, row.payment_body, row.payment_since ?? 0) : null,
    schedule: row.schedule_id && row.schedule_body ? readSchedule(row.schedule_id, row.schedule_body) : null,
    subscription:
      row.subscription_id && row.subscription_body
        ? readSubscription(row.subscription_id, row.subscription_body)
        : null,
    wallet: row.wallet_id && row.wallet_body ? readWallet(row.wallet_id, row.wallet_body, row.wallet_type_name) : null,
  };
}

/** Whether every fact is there that a reminder about the resource needs; until then nothing matches it (S-A3). */
export function isComplete({ type, facts, customer }: LoadedResource): boolean {
  if (customer === null) return false;
  switch (type) {
    case 'INVOICE':
      return facts.invoice !== null;
    case 'PAYMENT':
      return facts.payment !== null && (facts.payment.invoiceId === null || facts.invoice !== null);
    case 'PRICING_PLAN_SCHEDULE':
      return facts.schedule !== null && facts.subscription !== null;
    case 'WALLET':
      return facts.wallet !== null;
  }
}

function toResource(type: ResourceType, row: ResourceRow): LoadedResource {
  return {
    type,
    id: row.id,
    now: row.now,
    testClockId: row.test_clock_id,
    holds: row.holds,
    customer: row.customer_id && row.customer_body ? readCustomer(row.customer_id, row.customer_body) : null,
    facts: readFacts(row),
  };
}
