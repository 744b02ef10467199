import type { FastifyRequest } from 'fastify';
import type { PageOf } from '../../store/lists.js';
import { originOf } from '../pages.js';

/** The answer of a list: its rows, and the whole URL of the next page if there is one. */
export function pageBody<Row, Item>(
  request: FastifyRequest,
  { page, page_length }: { page: number; page_length: number },
  { rows, hasNext }: PageOf<Row>,
  item: (row: Row) => Item,
) {
  const next = new URL(request.url, originOf(request));
  next.searchParams.set('page', String(page + 1));
  next.searchParams.set('page_length', String(page_length));
  return { data: rows.map(item), pagination: { page, page_length, next_page: hasNext ? next.toString() : null } };
}
