import type { Context, Liquid } from 'liquidjs';
import { formatDate } from './format-date.js';
import { formatDecimal } from './format-decimal.js';
import { formatMoney } from './format-money.js';
import { formatters } from './formatters.js';

const DATE_STYLES = ['full', 'long', 'medium', 'short'] as const;
/** Sums of decimals are floats in Liquid: what is beyond is their noise. */
const MOST_DECIMALS = 6;

type Words = readonly unknown[];

/**
 * What templates format with, by the mail's own locale. A missing value shows nothing.
 *
 * - `{{ 3 | count: "day", "days" }}` → `3 days`; `{{ 3 | plural: "day", "days" }}` → `days`. By the plural rules of the
 *   language; where it has more forms: `count: few: "dni", many: "dni", one: "dzień", other: "dnia"` (CLDR’s names).
 * - `{{ "1250.5" | number }}` → `1,250.5`, every digit that says something.
 * - `{{ invoice.open_quantity | money: invoice.currency }}` → `€1,250.50`.
 * - `{{ invoice.due_date | date: "short" }}` → `02/03/2026`; full, long (default), medium, short. Of a local date and time the date.
 */
export function registerFilters(liquid: Liquid): void {
  liquid.registerFilter('count', function (value: unknown, ...words: Words) {
    const decimal = decimalOf(value);
    if (decimal === null) return '';
    const locale = localeOf(this.context);
    return `${formatDecimal(decimal, locale, 'count')} ${wordFor(decimal, locale, words)}`;
  });
  liquid.registerFilter('plural', function (value: unknown, ...words: Words) {
    const decimal = decimalOf(value);
    return decimal === null ? '' : wordFor(decimal, localeOf(this.context), words);
  });
  liquid.registerFilter('number', function (value: unknown) {
    const decimal = decimalOf(value);
    return decimal === null ? '' : formatDecimal(decimal, localeOf(this.context), 'number');
  });
  liquid.registerFilter('money', function (value: unknown, currency: unknown) {
    const quantity = decimalOf(value);
    if (quantity === null) return '';
    return formatMoney(
      { quantity, currency: typeof currency === 'string' ? currency : '' },
      localeOf(this.context),
      'money',
    );
  });
  liquid.registerFilter('date', function (value: unknown, style: unknown = 'long') {
    if (value == null || value === '') return '';
    const known = DATE_STYLES.find((one) => one === style);
    if (known === undefined) throw new Error(`date takes ${DATE_STYLES.join(', ')}`);
    return formatDate(textOf(value).replace(/T\d{2}:\d{2}.*$/, ''), localeOf(this.context), 'date', known);
  });
}

function localeOf(context: Context): string {
  return String(context.getSync(['locale']));
}

function decimalOf(value: unknown): string | null {
  if (value == null || value === '') return null;
  return typeof value === 'number' ? String(Number(value.toFixed(MOST_DECIMALS))) : textOf(value);
}

/** Liquid hands on named arguments as pairs. */
function wordFor(decimal: string, locale: string, words: Words): string {
  const category = formatters.plural(locale, {}).select(Number(decimal));
  const named = new Map(words.filter((word): word is [string, unknown] => Array.isArray(word)));
  const [one, other] = words.filter((word) => !Array.isArray(word));
  const word = named.get(category) ?? (category === 'one' ? one : other) ?? named.get('other') ?? other ?? one ?? '';
  return textOf(word);
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
