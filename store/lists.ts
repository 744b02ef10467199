import type { Sql } from './database.js';

export interface Page {
  page: number;
  limit: number;
  orderBy: string;
  descending: boolean;
}

/** SQL conditions with their values; `?` stands for the next parameter. */
export interface Filter {
  condition: string;
  values: readonly unknown[];
}

export interface PageOf<Row> {
  rows: Row[];
  hasNext: boolean;
}

/**
 * One page of a select, ties by id (S-W7). `select` and `orderBy` are ours, never the caller's words. One row more than asked
 * for tells whether there is a next page, without counting.
 */
export async function listPage<Row>(
  sql: Sql,
  select: string,
  filters: readonly Filter[],
  page: Page,
): Promise<PageOf<Row>> {
  const values: unknown[] = [];
  const conditions = filters.map((filter) => {
    values.push(...filter.values);
    let index = values.length - filter.values.length;
    return filter.condition.replaceAll('?', () => `$${String((index += 1))}`);
  });
  const direction = page.descending ? 'DESC' : 'ASC';
  const text = `${select} WHERE ${conditions.join(' AND ')} ORDER BY ${page.orderBy} ${direction}, id ${direction}
    LIMIT ${String(page.limit + 1)} OFFSET ${String((page.page - 1) * page.limit)}`;
  const rows = await sql.rowsOnce<Row>(text, values);
  return { rows: rows.slice(0, page.limit), hasNext: rows.length > page.limit };
}
