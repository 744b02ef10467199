import { Refusal } from '../../contracts/refusal.js';
import { toldAnew, type FactBodies, type FactName } from '../../domain/fact-bodies.js';
import type { FactBody } from '../../domain/facts.js';
import type { Instant, ResourceType } from '../../domain/types.js';
import type { Sql } from '../../store/database.js';
import { FACT_KINDS, type FactKind } from '../../store/fact-kinds.js';
import { getFact, type StoredFact } from '../../store/facts.js';
import { mergePatch } from '../merge-patch.js';
import type { Permission } from '../permissions.js';
import { problemsOf } from '../plugins/errors.js';
import { SIMULATED_FACTS, type SimulationRequest } from '../schemas/simulation.js';
import { within } from './within.js';

/** Throws unless the caller may. */
export type Demand = (permission: Permission) => void;

interface Source {
  sql: Sql;
  platformId: string;
  request: SimulationRequest;
  demand: Demand;
  /** What a fact that is told inline was first seen. */
  from: Instant;
}

/** The field that names a stored resource, and the one that tells it inline. */
const FIELDS = {
  INVOICE: { id: 'invoice_id', inline: 'invoice' },
  PAYMENT: { id: 'payment_id', inline: 'payment' },
  PRICING_PLAN_SCHEDULE: { id: 'pricing_plan_schedule_id', inline: 'pricing_plan_schedule' },
  WALLET: { id: 'wallet_id', inline: 'wallet' },
} as const satisfies Record<ResourceType, { id: keyof SimulationRequest; inline: FactName }>;

const KINDS: Record<FactName, FactKind> = {
  customer: 'customers',
  invoice: 'invoices',
  payment: 'payments',
  pricing_plan_subscription: 'pricing_plan_subscriptions',
  pricing_plan_schedule: 'pricing_plan_schedules',
  wallet: 'wallets',
};

/** An inline fact has no id of its own. */
const SIMULATED = 'simulated';

/** The id of the stored resource that is asked about; null = it is told inline. Throws when it is neither, or both. */
export function storedResource(request: SimulationRequest, type: ResourceType): string | null {
  const { id, inline } = FIELDS[type];
  for (const other of Object.values(FIELDS)) {
    // A payment's invoice may be told beside it.
    const foreign =
      other.id === id ? [] : [other.id, ...(type === 'PAYMENT' && other.inline === 'invoice' ? [] : [other.inline])];
    const given = foreign.find((field) => request[field] != null);
    if (given) throw Refusal.invalid(given, `The workflow is about another kind of resource: give ${id} or ${inline}.`);
  }
  const stored = request[id] ?? null;
  if (stored === null && request[inline] == null) throw Refusal.missing(id, `Give ${id}, or ${inline} with its facts.`);
  if (stored !== null && request[inline] != null) throw Refusal.invalid(inline, `Give either ${id} or ${inline}.`);
  return stored;
}

/** The facts as they stand when the simulation begins: stored ones by id, others as they are told. */
export async function simulatedFacts(source: Source, type: ResourceType, stored: string | null): Promise<FactBodies> {
  const { request, from } = source;
  const { id, inline } = FIELDS[type];
  const own = stored === null ? told(request, inline) : await named(source, inline, stored, id);
  if (!own) throw Refusal.missing(id, `Give ${id}, or ${inline} with its facts.`);
  const schedule = type === 'PRICING_PLAN_SCHEDULE' ? own : null;
  const payment = type === 'PAYMENT' ? own : null;
  const wallet = type === 'WALLET' ? own : null;
  const subscription =
    schedule && (await beside(source, 'pricing_plan_subscription', schedule.body, 'pricing_plan_subscription_id'));
  const invoice = payment ? await invoiceOf(source, payment.body) : type === 'INVOICE' ? own : null;
  const customer = await beside(source, 'customer', (subscription ?? own).body, 'customer_id');
  return {
    customer,
    invoice: invoice && {
      ...invoice,
      firstFinalAt: invoice.firstFinalAt ?? (invoice.body.status === 'FINAL' ? from : null),
    },
    payment: payment && { ...payment, resultSince: payment.resultSince ?? from },
    pricing_plan_schedule: schedule,
    pricing_plan_subscription: subscription,
    wallet: wallet && { ...wallet, typeName: await typeName(source, wallet.body) },
  };
}

/** Each change is merged into the fact as it stands then, and the result is what a PUT would take. */
export function changedFacts(
  bodies: FactBodies,
  request: SimulationRequest,
  from: Instant,
  to: Instant,
): { at: Instant; bodies: FactBodies }[] {
  const changes = (request.changes ?? [])
    .map((change, index) => ({ change, path: `changes[${String(index)}]`, at: Date.parse(change.at) }))
    .sort((a, b) => a.at - b.at);
  let present = bodies;
  return changes.map(({ change, path, at }) => {
    if (at < from || at > to) throw Refusal.invalid(`${path}.at`, 'must lie between from and to.');
    for (const name of Object.keys(SIMULATED_FACTS) as FactName[]) {
      const patch = change[name];
      if (patch == null) continue;
      present = toldAnew(present, name, merged(present, name, patch, `${path}.${name}`), at);
    }
    return { at, bodies: present };
  });
}

function merged(bodies: FactBodies, name: FactName, patch: FactBody, path: string): FactBody {
  const fact = bodies[name];
  if (!fact) throw Refusal.invalid(path, `There is no ${name} in this simulation.`);
  const body = within(path, () => {
    const parsed = SIMULATED_FACTS[name].safeParse(mergePatch(fact.body, patch), { reportInput: true });
    if (!parsed.success) throw new Refusal(problemsOf(parsed.error));
    return parsed.data;
  });
  const { parent } = FACT_KINDS[KINDS[name]];
  if (parent && body[parent.field] !== fact.body[parent.field]) {
    throw Refusal.invalid(`${path}.${parent.field}`, 'does not change in a simulation.');
  }
  return body;
}

interface Known {
  id: string;
  body: FactBody;
  firstFinalAt?: Instant | null;
  resultSince?: Instant | null;
}

function told(request: SimulationRequest, name: FactName, id: unknown = SIMULATED): Known | null {
  const body = request[name];
  return body == null ? null : { id: typeof id === 'string' ? id : SIMULATED, body };
}

/** A stored fact that is there, and that the caller may see. */
async function named(source: Source, name: FactName, id: string, field: string): Promise<Known> {
  const { sql, platformId, demand } = source;
  const { resourceType } = FACT_KINDS[KINDS[name]];
  demand(`${resourceType}.VIEW`);
  const fact = await find(sql, platformId, name, id);
  if (!fact) throw Refusal.notFound(resourceType, id, field);
  return fact;
}

/** What a fact names: told inline, or stored. */
async function beside(
  source: Source,
  name: 'customer' | 'pricing_plan_subscription',
  body: FactBody,
  field: string,
): Promise<Known> {
  const id = body[field];
  const own = told(source.request, name, id);
  if (own) return own;
  const { sql, platformId, demand } = source;
  const stored = typeof id === 'string' ? await find(sql, platformId, name, id) : null;
  if (!stored) throw Refusal.missing(name, `There is no ${name} ${String(id)}: give one with its facts.`);
  demand(`${FACT_KINDS[KINDS[name]].resourceType}.VIEW`);
  return stored;
}

/** The invoice that a payment is for, if it is for one. */
async function invoiceOf(source: Source, { invoice_id: id }: FactBody): Promise<Known | null> {
  if (typeof id !== 'string') return null;
  const own = told(source.request, 'invoice', id);
  if (own) return own;
  const stored = await find(source.sql, source.platformId, 'invoice', id);
  if (!stored) throw Refusal.missing('invoice', `There is no invoice ${id}: give one with its facts.`);
  source.demand('INVOICE.VIEW');
  return stored;
}

async function find(sql: Sql, platformId: string, name: FactName, id: string): Promise<Known | null> {
  type Row = StoredFact & { first_final_at?: Instant | null; result_since?: Instant | null };
  const row: Row | null = await getFact(sql, KINDS[name], platformId, id);
  if (!row) return null;
  const resultSince = row.result_since ?? (name === 'payment' ? row.created_at : null);
  return { id, body: row.body, firstFinalAt: row.first_final_at ?? null, resultSince };
}

async function typeName(
  { sql, platformId, request, demand }: Source,
  { wallet_type_id: id }: FactBody,
): Promise<string | null> {
  const inline = request.wallet_type?.name;
  if (inline != null) return inline;
  if (typeof id === 'string') demand('WALLET_TYPE.VIEW');
  const stored = typeof id === 'string' ? await getFact(sql, 'wallet_types', platformId, id) : null;
  return typeof stored?.body.name === 'string' ? stored.body.name : null;
}
