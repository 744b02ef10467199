import { Liquid } from 'liquidjs';
import { formatDecimal } from './format-decimal.js';
import { formatters } from './formatters.js';

/** Bounds of one rendering (S-E2), far above any honest mail: 1 s, 64 KiB of template, some MB of output. */
const BOUNDS = { parseLimit: 256 * 1024, renderLimit: 1000, memoryLimit: 20_000_000 };

/** Liquid that reaches nothing but the values given; `escape`: what is shown is escaped for HTML. */
export function createLiquid(escape: boolean): Liquid {
  const liquid = new Liquid({
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    ...BOUNDS,
    ...(escape ? { outputEscape: 'escape' as const } : {}),
  });
  // There are no files to name, so who names one learns of it when the text is saved, not when a mail is due.
  for (const tag of ['include', 'render', 'layout', 'block']) delete liquid.tags[tag];
  // {{ 3 | count: 'day', 'days' }} → "3 days", by the plural rules of the text's language (not of English). Decimal
  // strings are shown exactly; a missing value shows nothing.
  liquid.registerFilter('count', function (value: unknown, one: unknown, other: unknown) {
    if (value == null) return '';
    const locale = String(this.context.getSync(['locale']));
    const decimal = typeof value === 'string' ? value : String(Number(value));
    const word = formatters.plural(locale, {}).select(Number(decimal)) === 'one' ? one : other;
    return `${formatDecimal(decimal, locale, 'count')} ${String(word)}`;
  });
  return liquid;
}
