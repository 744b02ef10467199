import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Page, PageOf } from '../store/lists.js';
import { ordinal } from './schemas/wire.js';

/** Query of every list: `page` from 1, `limit` 1–100 (default 50), order by created_at descending unless said otherwise (S-W7). */
export function pageQuery<const Fields extends readonly [string, ...string[]]>(orderable: Fields) {
  return z.object({
    page: z.coerce.number().int().min(1).max(100_000).default(1),
    limit: z.coerce.number().int().min(1).max(100).default(50),
    order_by: z.enum(orderable).default('created_at' as Fields[number]),
    order_direction: z
      .string()
      .transform((text) => text.toLowerCase())
      .pipe(z.enum(['asc', 'desc']))
      .default('desc')
      .meta({ enum: ['asc', 'desc'] }),
  });
}

export function pageResponse<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    limit: ordinal,
    page: ordinal,
    total_number_of_pages: ordinal
      .nullable()
      .meta({ description: 'The contract’s legacy count; never counted here: follow `links.next`.' }),
    links: z.object({
      first: z.string().nullable(),
      previous: z.string().nullable(),
      current: z.string().nullable(),
      next: z.string().nullable(),
    }),
  });
}

export interface PageParameters {
  page: number;
  limit: number;
  order_by: string;
  order_direction: 'asc' | 'desc';
}

export function toPage(query: PageParameters): Page {
  return {
    page: query.page,
    limit: query.limit,
    orderBy: query.order_by,
    descending: query.order_direction === 'desc',
  };
}

/** The answer of a list, with absolute links to its neighbours. */
export function toPageResponse<Row, Item>(
  request: FastifyRequest,
  { page, limit }: { page: number; limit: number },
  { rows, hasNext }: PageOf<Row>,
  item: (row: Row) => Item,
) {
  const origin = originOf(request);
  const link = (number: number): string => {
    const url = new URL(request.url, origin);
    url.searchParams.set('page', String(number));
    url.searchParams.set('limit', String(limit));
    return url.toString();
  };
  return {
    data: rows.map(item),
    limit,
    page,
    total_number_of_pages: null,
    links: {
      first: link(1),
      previous: page > 1 ? link(page - 1) : null,
      current: link(page),
      next: hasNext ? link(page + 1) : null,
    },
  };
}

/** As the caller addressed us; a Host header that is no host cannot stand in a link. */
export function originOf({ protocol, host }: FastifyRequest): string {
  const origin = `${protocol}://${host}`;
  return URL.canParse(origin) ? origin : `${protocol}://localhost`;
}
