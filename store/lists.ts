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
 * for tells whether there is a next page, without counting. `source`: the table that has the columns of filters and order; the page
 * is chosen there, so that a select with more to read per row reads it for the rows of the page alone.
 */
export async function listPage<Row>(
  sql: Sql,
  select: string,
  filters: readonly Filter[],
  page: Page,
  source?: string,
): Promise<PageOf<Row>> {
  const direction = page.descending ? 'DESC' : 'ASC';
  const order = `${page.orderBy} ${direction}, id ${direction}`;
  const offset = (page.page - 1) * page.limit;
  const rows = await (source === undefined
    ? listSlice<Row>(sql, select, filters, order, offset, page.limit + 1)
    : listChosen<Row>(sql, select, source, filters, order, offset, page.limit + 1));
  return { rows: rows.slice(0, page.limit), hasNext: rows.length > page.limit };
}

/** At most `limit` rows of a select, without the first `offset` of them. */
export function listSlice<Row>(
  sql: Sql,
  select: string,
  filters: readonly Filter[],
  order: string,
  offset: number,
  limit: number,
): Promise<Row[]> {
  const { where, values } = conditions(filters);
  const bounds = `LIMIT ${String(limit)} OFFSET ${String(offset)}`;
  return sql.rowsOnce<Row>(`${select} WHERE ${where} ORDER BY ${order} ${bounds}`, values);
}

function listChosen<Row>(
  sql: Sql,
  select: string,
  source: string,
  filters: readonly Filter[],
  order: string,
  offset: number,
  limit: number,
): Promise<Row[]> {
  const { where, values } = conditions(filters);
  const chosen = `SELECT id FROM ${source} WHERE ${where} ORDER BY ${order} LIMIT ${String(limit)} OFFSET ${String(offset)}`;
  return sql.rowsOnce<Row>(`${select} WHERE id = ANY (ARRAY(${chosen})) ORDER BY ${order}`, values);
}

/** How many rows a select has; only for what is few. */
export async function countRows(sql: Sql, select: string, filters: readonly Filter[]): Promise<number> {
  const { where, values } = conditions(filters);
  const [row] = await sql.rowsOnce<{ count: number }>(
    `SELECT count(*) FROM (${select} WHERE ${where}) AS found`,
    values,
  );
  return row?.count ?? 0;
}

function conditions(filters: readonly Filter[]): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const texts = filters.map((filter) => {
    values.push(...filter.values);
    let index = values.length - filter.values.length;
    return filter.condition.replaceAll('?', () => `$${String((index += 1))}`);
  });
  return { where: texts.join(' AND '), values };
}
