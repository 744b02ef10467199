import { contactAffects, customerAffects, mailAffects } from '../domain/affects.js';
import { isSameOutcome, readContact, readCustomer, type CustomerFacts, type FactBody } from '../domain/facts.js';
import { bindClock } from './bind-clock.js';
import type { Sql } from './database.js';
import { FACT_KINDS, type FactKind } from './fact-kinds.js';
import {
  getFact,
  lockFact,
  lockInvoiceOf,
  lockParents,
  rememberFinal,
  rememberResult,
  writeFact,
  type FactRow,
  type StoredFact,
} from './facts.js';
import type { Platform } from './platforms.js';
import { raiseEvents } from './raise-events.js';
import {
  lockPaymentsOfInvoice,
  lockResource,
  lockResourcesOfCustomer,
  lockSchedulesOfSubscription,
  type LoadedResource,
} from './resources.js';
import { touchRuns, type TouchScope } from './touch-runs.js';

export interface PutFact {
  kind: FactKind;
  id: string;
  body: FactBody;
  /** `customers` only: undefined = unchanged, null = unbound (S-A3). */
  testClockId?: string | null | undefined;
}

export interface PutResult {
  fact: StoredFact;
  created: boolean;
  /** The body was older than what is stored; nothing happened. */
  stale: boolean;
  /** Runs the engine has to hear of; tell it after the commit. */
  runIds: string[];
}

/**
 * Stores a fact and does, in the same transaction, what the change means: EVENT triggers for what became wanted, stops and new
 * plans for the runs it concerns (S-A3). Once this has answered, no claim can be made on the old facts.
 */
export async function putFact(tx: Sql, platform: Platform, put: PutFact): Promise<PutResult> {
  const { kind, id, body } = put;
  const { parent } = FACT_KINDS[kind];
  const parentId = parent ? String(body[parent.field]) : null;
  // Judged before anything is written, and again under the lock: an older version leaves no trace at all.
  const seen = await getFact(tx, kind, platform.id, id);
  if (seen && isStale(seen, body)) return { fact: seen, created: false, stale: true, runIds: [] };
  await lockParents(tx, kind, platform.id, id, parentId);
  if (kind === 'payments') await lockInvoiceOf(tx, platform.id, id, body);
  const before = await lockFact(tx, kind, platform.id, id, parentId);
  if (before.body !== null && isStale(before, body)) {
    return { fact: { ...before, body: before.body }, created: false, stale: true, runIds: [] };
  }
  const resourcesBefore = before.body === null ? [] : await affectedResources(tx, platform.id, put);
  if (kind === 'customers' && put.testClockId !== undefined)
    await bindClock(tx, platform.id, id, before.test_clock_id, put.testClockId);
  const fact = await writeFact(tx, kind, platform.id, id, body, parentId);
  if (kind === 'invoices' && body.status === 'FINAL') {
    const now = (await lockResource(tx, platform.id, 'INVOICE', id))?.now;
    if (now !== undefined) await rememberFinal(tx, platform.id, id, now);
  }
  if (kind === 'payments' && !isSameOutcome(before.body?.result, body.result)) {
    const now = (await lockResource(tx, platform.id, 'PAYMENT', id))?.now;
    if (now !== undefined) await rememberResult(tx, platform.id, id, now);
  }
  const scope = scopeOf(put, before.body);
  const touched = scope ? await touchRuns(tx, platform.id, scope) : [];
  const arrived = kind !== 'customers' || before.body === null;
  const resources = arrived ? await affectedResources(tx, platform.id, put) : [];
  const created = await raiseEvents(tx, platform, resourcesBefore, resources);
  return { fact, created: before.body === null, stale: false, runIds: [...touched, ...created] };
}

function isStale(stored: FactRow, body: FactBody): boolean {
  const version = typeof body.updated_at === 'string' ? Date.parse(body.updated_at) : null;
  return version !== null && stored.source_updated_at !== null && version < stored.source_updated_at;
}

/** The resources whose reminders this fact can make wanted. */
async function affectedResources(tx: Sql, platformId: string, { kind, id }: PutFact): Promise<LoadedResource[]> {
  switch (kind) {
    // Once a customer is there, its changes make no reminder wanted: `before` and `after` would always be the same.
    case 'customers':
      return lockResourcesOfCustomer(tx, platformId, id);
    case 'invoices':
      return [
        ...present(await lockResource(tx, platformId, 'INVOICE', id)),
        ...(await lockPaymentsOfInvoice(tx, platformId, id)),
      ];
    case 'pricing_plan_subscriptions':
      return lockSchedulesOfSubscription(tx, platformId, id);
    case 'pricing_plan_schedules':
      return present(await lockResource(tx, platformId, 'PRICING_PLAN_SCHEDULE', id));
    case 'payments':
      return present(await lockResource(tx, platformId, 'PAYMENT', id));
    case 'wallets':
      return present(await lockResource(tx, platformId, 'WALLET', id));
    case 'contacts':
    case 'wallet_types':
      return [];
  }
}

/** Whose runs have to be looked at again; null = nothing they depend on changed. */
function scopeOf({ kind, id, body }: PutFact, before: FactBody | null): TouchScope | null {
  switch (kind) {
    case 'customers':
      return scopeOfCustomer(id, before && readCustomer(id, before), readCustomer(id, body));
    case 'invoices':
      return { kind: 'INVOICE', id };
    case 'pricing_plan_subscriptions':
      return { kind: 'SUBSCRIPTION', id };
    case 'pricing_plan_schedules':
      return { kind: 'RESOURCE', type: 'PRICING_PLAN_SCHEDULE', id };
    case 'payments':
      return { kind: 'RESOURCE', type: 'PAYMENT', id };
    case 'wallets':
      return { kind: 'RESOURCE', type: 'WALLET', id };
    case 'contacts': {
      const own = before !== null && before.customer_id === body.customer_id;
      const affects = contactAffects(own ? readContact(before) : null, readContact(body));
      return affects ? { kind: 'UNREACHED', customerId: String(body.customer_id) } : null;
    }
    case 'wallet_types':
      return null;
  }
}

function scopeOfCustomer(id: string, before: CustomerFacts | null, after: CustomerFacts): TouchScope | null {
  // One that was only named so far may have runs: an invoice was given to it.
  if (before === null || customerAffects(before, after)) return { kind: 'CUSTOMER', id };
  return mailAffects(before, after) ? { kind: 'CUSTOMER_MAIL', id } : null;
}

function present<T>(value: T | null): T[] {
  return value === null ? [] : [value];
}
