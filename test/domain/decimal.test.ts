import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DECIMAL_PATTERN, isPositiveDecimal, subtractDecimals } from '../../domain/decimal.js';

const SCALE = 12;

const decimals = fc
  .tuple(fc.boolean(), fc.bigInt(0n, 10n ** 24n - 1n), fc.option(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.nat())))
  .map(([negative, whole, part]) => {
    const fraction = part ? `.${String(part[1] % 10 ** part[0]).padStart(part[0], '0')}` : '';
    return `${negative ? '-' : ''}${whole}${fraction}`;
  });

/** The value in units of 10⁻¹², by another way than the code under test: sign, whole and fraction apart. */
function units(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) throw new Error(`not a decimal: ${text}`);
  const [, sign = '', whole = '0', part = ''] = match;
  const size = BigInt(whole) * 10n ** BigInt(SCALE) + BigInt(part.padEnd(SCALE, '0'));
  return sign === '-' ? -size : size;
}

function exact(subtract: (a: string, b: string) => string): fc.IProperty<[string, string]> {
  return fc.property(decimals, decimals, (a, b) => units(subtract(a, b)) === units(a) - units(b));
}

describe('decimals (S-W5)', () => {
  it('are subtracted exactly', () => {
    fc.assert(exact(subtractDecimals), { numRuns: 1_000 });
  });

  it('control: floating point would be noticed', () => {
    const float = (a: string, b: string): string => (Number(a) - Number(b)).toFixed(SCALE);
    expect(fc.check(exact(float)).failed).toBe(true);
  });

  it('are positive exactly when their value is', () => {
    fc.assert(fc.property(decimals, (a) => isPositiveDecimal(a) === units(a) > 0n));
  });

  it.each([
    ['0.3', '0.1', '0.2'],
    ['1200.50', '1000', '200.50'],
    ['100', '100.00', '0.00'],
    ['0.01', '0.02', '-0.01'],
    ['-0.5', '0.25', '-0.75'],
    ['5', '-5', '10'],
    ['999999999999999999999999', '0.000000000001', '999999999999999999999998.999999999999'],
  ])('%s − %s = %s', (a, b, expected) => {
    expect(subtractDecimals(a, b)).toBe(expected);
  });

  it.each(['0', '0.00', '-0', '-0.00', '-1', '-0.01'])('%s is not positive', (value) => {
    expect(isPositiveDecimal(value)).toBe(false);
  });

  it.each(['1e3', '+1', '.5', '1.', '1,50', '', ' 1', '0x1', '1.0000000000001'])('%j is not a quantity', (text) => {
    expect(DECIMAL_PATTERN.test(text)).toBe(false);
  });
});
