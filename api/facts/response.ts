import type { Sql } from '../../store/database.js';
import { FACT_KINDS, type FactKind } from '../../store/fact-kinds.js';
import { getFacts, type StoredFact } from '../../store/facts.js';
import { iso } from '../schemas/wire.js';
import { NEVER_NULL } from './never-null.js';

/** A fact as it is answered: what was sent, with what we add. */
export interface FactResponse {
  [field: string]: unknown;
  object_type: string;
  id: string;
  created_at: string;
  updated_at: string;
}

/** Unknown fields as they came; `updated_at` is the source's if it told one. */
export function factResponse(kind: FactKind, fact: StoredFact): FactResponse {
  const neverNull = NEVER_NULL[kind];
  const body = Object.entries(fact.body).filter(([field, value]) => value !== null || !neverNull.has(field));
  const updated = fact.body.updated_at;
  return {
    ...Object.fromEntries(body),
    object_type: FACT_KINDS[kind].resourceType,
    id: fact.id,
    ...(kind === 'customers' ? { test_clock_id: fact.test_clock_id } : {}),
    created_at: iso(fact.created_at),
    updated_at: typeof updated === 'string' ? updated : iso(fact.updated_at),
  };
}

/** The answers for those of the ids that are there, with one statement. For `expand[]`, here and elsewhere. */
export type LoadFacts = (
  sql: Sql,
  platformId: string,
  ids: readonly string[],
) => Promise<ReadonlyMap<string, FactResponse>>;

export const customersById = factsById('customers');
export const invoicesById = factsById('invoices');
export const subscriptionsById = factsById('pricing_plan_subscriptions');
export const walletTypesById = factsById('wallet_types');

function factsById(kind: FactKind): LoadFacts {
  return async (sql, platformId, ids) => {
    const facts = await getFacts(sql, kind, platformId, ids);
    return new Map(facts.map((fact) => [fact.id, factResponse(kind, fact)]));
  };
}
