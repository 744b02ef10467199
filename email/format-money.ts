import type { Money } from '../domain/types.js';
import { formatters } from './formatters.js';
import { MailContentError } from './mail-content-error.js';

const DECIMAL = /^-?\d{1,30}(?:\.\d{1,20})?$/;
type DecimalString = `${number}`;

/**
 * `{ quantity: '12345678901234567.89', currency: 'EUR' }` → `€12,345,678,901,234,567.89`. The string goes to Intl as it
 * is (ECMA-402 NumberFormat v3 takes decimal strings exactly), never through a float. At least the currency's own decimals
 * are shown, more when the amount has more: a mail must not round what is owed.
 */
export function formatMoney(money: Money, locale: string, field: string): string {
  const { quantity, currency } = money;
  if (!DECIMAL.test(quantity)) throw new MailContentError('facts_invalid', field, `${field} is not a decimal number`);
  const decimals = (quantity.split('.')[1] ?? '').replace(/0+$/, '').length;
  const amount = quantity as DecimalString;
  if (!/^[A-Za-z]{3}$/.test(currency)) {
    const plain = formatters.number(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    return `${plain.format(amount)} ${currency}`.trim();
  }
  const own = formatters.number(locale, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const shown = Math.max(own, decimals);
  const format = formatters.number(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: shown,
    maximumFractionDigits: shown,
  });
  return format.format(amount).replaceAll('\u202f', '\u00a0'); // Several mail programs show U+202F as a box.
}
