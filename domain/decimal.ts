/**
 * Exact comparison and subtraction of decimal strings as they stand in facts (S-W5). Only what deciding needs; amounts
 * are never computed for display other than by subtraction.
 */
export function subtractDecimals(a: string, b: string): string {
  const scale = Math.max(fraction(a).length, fraction(b).length);
  const difference = scaled(a, scale) - scaled(b, scale);
  const digits = (difference < 0n ? -difference : difference).toString().padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return difference < 0n ? `-${text}` : text;
}

export function isPositiveDecimal(value: string): boolean {
  return !value.startsWith('-') && /[1-9]/.test(value);
}

/** The form every quantity has after it was parsed at the edge. */
export const DECIMAL_PATTERN = /^-?\d{1,24}(\.\d{1,12})?$/;

function fraction(value: string): string {
  return value.split('.')[1] ?? '';
}

function scaled(value: string, scale: number): bigint {
  const [whole = '0', part = ''] = value.split('.');
  return BigInt(whole + part.padEnd(scale, '0'));
}
