import { Liquid } from 'liquidjs';
import { registerFilters } from './liquid-filters.js';
import type { Template } from './template.js';

/** Bounds of one rendering (S-E2), far above any honest mail: 1 s, 256 KiB of template, some MB of memory. */
const BOUNDS = { parseLimit: 256 * 1024, renderLimit: 1000, memoryLimit: 20_000_000 };

/**
 * Not for mails: they depend on the hour or on chance (the same request makes the same mail), or hide names in strings or in
 * lines of their own, where they could not be checked when the template is saved.
 */
const NO_FILTERS = [
  'sample',
  'date_to_xmlschema',
  'date_to_rfc822',
  'date_to_string',
  'date_to_long_string',
  'where_exp',
  'reject_exp',
  'group_by_exp',
  'has_exp',
  'find_exp',
  'find_index_exp',
];
const NO_TAGS = ['liquid', 'echo', 'cycle', 'increment', 'decrement', 'tablerow'];

/**
 * Liquid that reaches nothing but the values given and these partials. `part` html: what is shown is escaped for HTML, and
 * partials show their HTML; text: theirs.
 */
export function createLiquid(part: 'html' | 'text', partials: Template['partials'] = {}): Liquid {
  // No prototype: a partial called `constructor` is as unknown as any other.
  const reachable = Object.create(null) as Record<string, string>;
  for (const [name, partial] of Object.entries(partials)) {
    const source = partial[part];
    if (source !== null) reachable[name] = source;
  }
  const liquid = new Liquid({
    templates: reachable,
    ownPropertyOnly: true,
    strictFilters: true,
    cache: true,
    ...BOUNDS,
    ...(part === 'html' ? { outputEscape: 'escape' as const } : {}),
  });
  for (const name of NO_FILTERS) Reflect.deleteProperty(liquid.filters, name);
  for (const name of NO_TAGS) Reflect.deleteProperty(liquid.tags, name);
  registerFilters(liquid);
  return liquid;
}
