import { formatters } from './formatters.js';
import { MailContentError } from './mail-content-error.js';

const DECIMAL = /^-?\d{1,30}(?:\.\d{1,20})?$/;

/** `'1250.50'` → `1,250.5`: every digit that says something, none that does not. The value must be a decimal string. */
export function formatDecimal(value: string, locale: string, field: string): string {
  const { amount, decimals } = parseDecimal(value, field);
  const format = formatters.number(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return format.format(amount).replaceAll('\u202f', '\u00a0'); // Several mail programs show U+202F as a box.
}

/**
 * The string as Intl takes it (ECMA-402 NumberFormat v3 takes decimal strings exactly), never a float, and how many
 * decimals it has without trailing zeros. Throws MailContentError `facts_invalid`.
 */
export function parseDecimal(value: string, field: string): { amount: `${number}`; decimals: number } {
  if (!DECIMAL.test(value)) throw new MailContentError('facts_invalid', field, `${field} is not a decimal number`);
  const decimals = (value.split('.')[1] ?? '').replace(/0+$/, '').length;
  return { amount: value as `${number}`, decimals };
}
