import { z } from 'zod';
import { at } from '../../store/database.js';
import type { Filter } from '../../store/lists.js';
import { many } from '../expand.js';
import { idText, instant } from '../schemas/wire.js';
import { equals, hasCustomField } from '../search.js';
import { CUSTOM_FIELDS } from './columns.js';

/** One parameter of a list's query: what was given becomes a condition; what has no effect becomes nothing. */
export type QueryFilter = z.ZodType<Filter | undefined>;

export function is(expression: string): QueryFilter {
  return idText.transform((value) => equals(expression, 'EXACT', [value])).optional();
}

export function isOne(expression: string, words: readonly string[]): QueryFilter {
  return z
    .enum(words)
    .transform((value) => equals(expression, 'EXACT', [value]))
    .optional();
}

export function isAny(expression: string, words: readonly string[]): QueryFilter {
  return many(z.enum(words)).transform((values) => values && equals(expression, 'EXACT', values));
}

export function has(expression: string): QueryFilter {
  return idText.transform((value) => equals(expression, 'LIST', [value])).optional();
}

export function flag(expression: string): QueryFilter {
  return z
    .enum(['true', 'false'])
    .transform((value) => equals(expression, 'BOOLEAN', [value]))
    .optional();
}

/** Taken and without effect: a stored fact is always answered whole. */
export const accepted: QueryFilter = z
  .enum(['true', 'false'])
  .transform(() => undefined)
  .optional()
  .meta({ description: 'Accepted; a stored fact is always answered whole.' });

/** The contract says only that it filters by a value. */
export const customField: QueryFilter = z
  .string()
  .regex(/^[^:]+:[^]+$/, 'must be a reference and a value, such as region:EMEA')
  .transform((text) => {
    const colon = text.indexOf(':');
    return hasCustomField(CUSTOM_FIELDS, text.slice(0, colon), [text.slice(colon + 1)]);
  })
  .optional()
  .meta({ description: '`<reference>:<value>` of a custom field: `region:EMEA`.' });

/** The contract says only "range"; both ends are included, and a date is the whole day in UTC. */
export function range(expression: string): QueryFilter {
  return z
    .string()
    .transform((text, context): Filter => {
      const [from = '', to, ...rest] = text.split('..');
      const [first, last] = [spanOf(from), spanOf(to ?? '')];
      if (rest.length > 0 || !first || !last || (from === '' && (to ?? '') === '')) {
        context.addIssue({ code: 'custom', message: 'must be a date or instant, or two of them as from..to' });
        return z.NEVER;
      }
      return {
        condition: `(${expression} >= coalesce(?, '-infinity'::timestamptz) AND ${expression} < coalesce(?, 'infinity'::timestamptz))`,
        values: [at(first.start), at(last.end)],
      };
    })
    .optional()
    .meta({
      description:
        '`from..to`, `from..`, `..to`, or `from` alone: dates (the whole day in UTC) or instants, both ends included.',
    });
}

const DAY_MS = 86_400_000;

/**
 * What a bound stands for, its end excluded: all time for "", a day for a date, a second for an instant (answers show whole
 * seconds) unless it has a fraction; null = neither.
 */
function spanOf(text: string): { start: number | null; end: number | null } | null {
  if (text === '') return { start: null, end: null };
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const parsed = instant.safeParse(isDate ? `${text}T00:00:00Z` : text);
  if (!parsed.success) return null;
  const start = Date.parse(parsed.data);
  return { start, end: start + (isDate ? DAY_MS : text.includes('.') ? 1 : 1_000) };
}
