import type { Sql } from '../../store/database.js';
import { getFacts } from '../../store/facts.js';
import { toResponse } from '../intake/facts.js';

/** Customers to be put in beside their ids, as `GET /v1/customers/{id}` answers them. */
export async function loadCustomers(
  sql: Sql,
  platformId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, object>> {
  const facts = await getFacts(sql, 'customers', platformId, ids);
  return new Map(facts.map((fact) => [fact.id, toResponse('customers', fact)]));
}
