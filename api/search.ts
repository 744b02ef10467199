import { z } from 'zod';
import { Refusal } from '../contracts/refusal.js';
import type { Filter } from '../store/lists.js';

/**
 * What a resource can be searched and filtered by: the SQL expression behind each name, and how it is compared. TEXT is matched
 * by parts of it; EXACT are ids, references and words of a closed list; LIST is an array that has the value; BOOLEAN is true or false.
 * CUSTOM_FIELDS is the contract's list of {reference, value | values}, which only `filter_fields` can name, with a reference.
 */
export type SearchFields = Readonly<Record<string, { expression: string; kind: SearchKind | 'CUSTOM_FIELDS' }>>;

type SearchKind = 'TEXT' | 'EXACT' | 'LIST' | 'BOOLEAN';
type PlainField = { expression: string; kind: SearchKind };

const searchField = z.object({
  name: z.string().nullish(),
  value: z.string(),
  wildcard_start: z.boolean().nullish(),
  wildcard_end: z.boolean().nullish(),
  ignore_case: z.boolean().nullish(),
});

const filterField = z.object({
  name: z.string(),
  reference: z.string().nullish(),
  value: z.string().nullish(),
  values: z.array(z.string()).max(1_000).nullish(),
});

const selectionRuleField = z.object({ name: z.string(), value: z.string().nullish() });

/** Body of every search (S-W8). */
export const searchRequest = z
  .object({
    search_fields: z.array(searchField).max(50).nullish(),
    filter_fields: z.array(filterField).max(50).nullish(),
    selection_rule_fields: z.array(selectionRuleField).max(50).nullish(),
  })
  .nullish()
  .meta({
    id: 'SearchCreateRequest',
    description:
      'Entries are combined with AND, several values of one entry with OR. A search field without a name looks in every text field; `wildcard_start`, `wildcard_end` and `ignore_case` are true unless given. Ids and references are always exact.',
    examples: [{ filter_fields: [{ name: 'id', values: ['inv_2026-0042'] }] }],
  });

type SearchField = z.infer<typeof searchField>;

/** A search's body as conditions on a list; a name the resource does not have is refused. */
export function searchFilters(fields: SearchFields, body: z.infer<typeof searchRequest>): Filter[] {
  const plain = Object.fromEntries(Object.entries(fields).filter(isPlain));
  const searched = (body?.search_fields ?? []).map((entry, index): Filter => {
    if (entry.name == null) return anyText(plain, entry);
    const { expression, kind } = fieldOf(plain, entry.name, `search_fields[${String(index)}]`);
    return kind === 'TEXT' ? like(expression, entry) : equals(expression, kind, [entry.value]);
  });
  const filtered = (body?.filter_fields ?? []).map(({ name, reference, value, values }, index): Filter => {
    const path = `filter_fields[${String(index)}]`;
    const { expression, kind } = fieldOf(fields, name, path);
    const wanted = [...(value == null ? [] : [value]), ...(values ?? [])];
    if (wanted.length === 0) throw Refusal.missing(`${path}.value`, 'Give a value, or values.');
    if (kind !== 'CUSTOM_FIELDS') return equals(expression, kind, wanted);
    if (reference == null) throw Refusal.missing(`${path}.reference`, 'Give the reference of the custom field.');
    return hasCustomField(expression, reference, wanted);
  });
  const selected = (body?.selection_rule_fields ?? []).map(({ name, value }, index): Filter => {
    const path = `selection_rule_fields[${String(index)}]`;
    const { expression, kind } = fieldOf(plain, name, path);
    if (value == null) throw Refusal.missing(`${path}.value`, 'Give a value.');
    return equals(expression, kind, [value]);
  });
  return [...searched, ...filtered, ...selected];
}

/** As `filter_fields` do, for the filters that a list has in its query. */
export function equals(expression: string, kind: SearchKind, values: readonly string[]): Filter {
  switch (kind) {
    case 'LIST':
      return { condition: `${expression} && ?`, values: [values] };
    case 'BOOLEAN':
      return {
        condition: `coalesce(${expression}, false)::text = ANY (?)`,
        values: [values.map((one) => one.toLowerCase())],
      };
    case 'TEXT':
    case 'EXACT':
      return { condition: `${expression} = ANY (?)`, values: [values] };
  }
}

/** Rows whose custom field of that reference has one of the values. */
export function hasCustomField(expression: string, reference: string, values: readonly string[]): Filter {
  return {
    condition: `EXISTS (SELECT FROM jsonb_path_query(${expression}, '$[*]') AS c
      WHERE c ->> 'reference' = ? AND (c ->> 'value' = ANY (?) OR jsonb_exists_any(c -> 'values', ?)))`,
    values: [reference, values, values],
  };
}

function fieldOf<Field>(fields: Readonly<Record<string, Field>>, name: string, path: string): Field {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field) return field;
  throw Refusal.invalid(`${path}.name`, `is not one of ${Object.keys(fields).join(', ')}`);
}

function isPlain(entry: [string, SearchFields[string]]): entry is [string, PlainField] {
  return entry[1].kind !== 'CUSTOM_FIELDS';
}

function anyText(fields: SearchFields, entry: SearchField): Filter {
  const each = Object.values(fields).flatMap(({ expression, kind }) =>
    kind === 'TEXT' ? [like(expression, entry)] : [],
  );
  if (each.length === 0) return { condition: 'false', values: [] };
  return {
    condition: `(${each.map(({ condition }) => condition).join(' OR ')})`,
    values: each.flatMap(({ values }) => values),
  };
}

function like(expression: string, { value, wildcard_start, wildcard_end, ignore_case }: SearchField): Filter {
  const escaped = value.replace(/[\\%_]/g, '\\$&');
  const pattern = `${wildcard_start === false ? '' : '%'}${escaped}${wildcard_end === false ? '' : '%'}`;
  return { condition: `${expression} ${ignore_case === false ? 'LIKE' : 'ILIKE'} ?`, values: [pattern] };
}
