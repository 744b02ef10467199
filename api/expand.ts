import { z } from 'zod';
import { Refusal } from '../contracts/refusal.js';
import type { Sql } from '../store/database.js';
import { allows, type Grant, type Permission } from './permissions.js';
import { notAllowed, type Caller } from './plugins/auth.js';

/** In one answer, counted as often as each stands in it: a page of rows may name thousands. */
const MOST_EXPANDED = 5_000;

/** One thing that can be put in beside its id. */
export interface Expansion<Row> {
  /** Nobody sees by expanding what they could not get. */
  permission: Permission;
  /** The field it is put in: `customer` for `customer_id`. */
  field: string;
  /** The ids a row names; `many` = the field is a list. */
  ids: (row: Row) => readonly string[];
  many?: boolean;
  /** All of them at once, by id: one each, or a list of them. What is not there is left out. */
  load: (sql: Sql, platformId: string, ids: readonly string[]) => Promise<ReadonlyMap<string, object>>;
  /** What stands in the field, where that is not simply what was found. */
  put?: (row: Row, found: readonly object[]) => unknown;
}

/** By the id field that names it, as the contract asks for it: `expand[]=customer_id`. */
export type Expansions<Row> = Readonly<Record<string, Expansion<Row>>>;

/** A list in a query: `name[]=a&name[]=b`, or one of it. */
export function many<Item extends z.ZodType>(item: Item, most = 100) {
  return z
    .preprocess(
      (value) => (value === undefined || Array.isArray(value) ? value : [value]),
      z.array(item).max(most).optional(),
    )
    .optional();
}

export const expandQuery = {
  'expand[]': many(z.string().max(100), 20).meta({
    description: 'Id fields whose resources are put in beside them; `ALL` = every one that can be.',
  }),
};

/** What to put into each row, keyed by row; loaded with one statement per kind, however many rows there are (S-W8). */
export async function expand<Row>(
  sql: Sql,
  { platform, grant }: Pick<Caller, 'platform' | 'grant'>,
  expansions: Expansions<Row>,
  wanted: readonly string[] | undefined,
  rows: readonly Row[],
): Promise<(row: Row) => Record<string, unknown>> {
  const loaded: { expansion: Expansion<Row>; byId: ReadonlyMap<string, object> }[] = [];
  let count = 0;
  // One after another: `sql` may be a transaction, which has one connection.
  for (const expansion of choose(expansions, wanted ?? [], grant)) {
    const named = rows.flatMap((row) => expansion.ids(row));
    if ((count += named.length) > MOST_EXPANDED) {
      const message = `would put in more than ${String(MOST_EXPANDED)} resources: ask for a smaller page.`;
      throw Refusal.invalid('expand[]', message);
    }
    const ids = [...new Set(named)];
    loaded.push({ expansion, byId: ids.length === 0 ? new Map() : await expansion.load(sql, platform.id, ids) });
  }
  return (row) =>
    Object.fromEntries(
      loaded.map(({ expansion: { field, ids, many: isList, put }, byId }) => {
        const found = ids(row).flatMap((id) => byId.get(id) ?? []);
        return [field, put ? put(row, found) : isList ? found : (found[0] ?? null)];
      }),
    );
}

/** `ALL` takes what the caller may see; what is asked for by name must be theirs to see. */
function choose<Row>(expansions: Expansions<Row>, wanted: readonly string[], grant: Grant): Expansion<Row>[] {
  const entries = Object.entries(expansions);
  for (const name of wanted.filter((one) => one !== 'ALL')) {
    const entry = entries.find((one) => isNamed(one, name));
    if (!entry) {
      throw Refusal.invalid('expand[]', `${name} is not one of ${[...Object.keys(expansions), 'ALL'].join(', ')}`);
    }
    const { permission } = entry[1];
    if (!allows(grant, permission)) throw notAllowed('expand[]', `${name} needs the permission ${permission}.`);
  }
  return entries
    .filter((entry) => wanted.some((name) => name === 'ALL' || isNamed(entry, name)))
    .map(([, expansion]) => expansion)
    .filter(({ permission }) => allows(grant, permission));
}

/** By its id field or by its own: `customer_id` and `customer` mean the same. */
function isNamed<Row>([path, { field }]: [string, Expansion<Row>], name: string): boolean {
  return name === path || name === field;
}
