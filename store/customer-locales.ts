import type { Sql } from './database.js';
import type { WorkflowRow } from './workflows.js';

/** So many customers are looked at: a warning need not count millions. */
const MOST = 100_000;

/** How many customers in a workflow's scope ask for which locale, most first; those without one are left out. */
export function customerLocales(
  sql: Sql,
  {
    platform_id,
    customer_ids,
    excluded_customer_ids,
  }: Pick<WorkflowRow, 'platform_id' | 'customer_ids' | 'excluded_customer_ids'>,
): Promise<{ locale: string; customers: number }[]> {
  return sql.rows(
    `SELECT locale, count(*) AS customers FROM (
       SELECT body ->> 'locale' AS locale FROM customers
       WHERE platform_id = $1 AND body ->> 'locale' IS NOT NULL AND (cardinality($2::text[]) = 0 OR id = ANY ($2))
         AND id <> ALL ($3) LIMIT ${String(MOST)}) c
     GROUP BY locale ORDER BY customers DESC, locale`,
    [platform_id, customer_ids, excluded_customer_ids],
  );
}
