import type { Money } from '../domain/types.js';
import { formatDecimal, parseDecimal } from './format-decimal.js';
import { formatters } from './formatters.js';

/**
 * `{ quantity: '12345678901234567.89', currency: 'EUR' }` → `€12,345,678,901,234,567.89`. At least the currency's own
 * decimals are shown, more when the amount has more: a mail must not round what is owed.
 */
export function formatMoney(money: Money, locale: string, field: string): string {
  const { quantity, currency } = money;
  if (!/^[A-Za-z]{3}$/.test(currency)) return `${formatDecimal(quantity, locale, field)} ${currency}`.trim();
  const { amount, decimals } = parseDecimal(quantity, field);
  const shown = Math.max(formatters.decimals(locale, currency), decimals);
  const format = formatters.number(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: shown,
    maximumFractionDigits: shown,
  });
  return format.format(amount).replaceAll('\u202f', '\u00a0'); // Several mail programs show U+202F as a box.
}
