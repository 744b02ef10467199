/**
 * Exact arithmetic of decimal strings as they stand in facts (S-W5). Only what deciding needs; amounts are never computed for
 * display other than by subtraction.
 */
export function subtractDecimals(a: string, b: string): string {
  const scale = commonScale(a, b);
  return unscaled(scaled(a, scale) - scaled(b, scale), scale);
}

export function addDecimals(a: string, b: string): string {
  const scale = commonScale(a, b);
  return unscaled(scaled(a, scale) + scaled(b, scale), scale);
}

export function multiplyDecimals(a: string, b: string): string {
  const scales = [fraction(a).length, fraction(b).length] as const;
  return unscaled(scaled(a, scales[0]) * scaled(b, scales[1]), scales[0] + scales[1]);
}

/** Below 0, 0 or above it, as a is below, equal to or above b. */
export function compareDecimals(a: string, b: string): number {
  const scale = commonScale(a, b);
  const difference = scaled(a, scale) - scaled(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function isPositiveDecimal(value: string): boolean {
  return !value.startsWith('-') && /[1-9]/.test(value);
}

/** The form every quantity has after it was parsed at the edge. */
export const DECIMAL_PATTERN = /^-?\d{1,24}(\.\d{1,12})?$/;

function commonScale(a: string, b: string): number {
  return Math.max(fraction(a).length, fraction(b).length);
}

function unscaled(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return value < 0n ? `-${text}` : text;
}

function fraction(value: string): string {
  return value.split('.')[1] ?? '';
}

function scaled(value: string, scale: number): bigint {
  const [whole = '0', part = ''] = value.split('.');
  return BigInt(whole + part.padEnd(scale, '0'));
}
