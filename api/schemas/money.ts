import { z } from 'zod';
import { isCurrency } from '../../contracts/currencies.js';
import { DECIMAL_PATTERN } from '../../domain/decimal.js';

/**
 * Decimals by ISO 4217, where they are not two. Intl cannot be asked: it follows CLDR, which shows forints, pesos and rupiahs
 * without decimals although they are invoiced with two.
 */
const DECIMALS: Record<string, number> = {
  ...each('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', 0),
  ...each('BHD IQD JOD KWD LYD OMR TND', 3),
  ...each('CLF UYW', 4),
  // Metals, drawing rights and test codes have no minor unit, so nothing to exceed.
  ...each('XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX', Infinity),
};

export const decimal = z
  .string()
  .regex(DECIMAL_PATTERN, 'must be a decimal string such as "100.00"')
  .meta({ examples: ['100.00'] });

/** For `refine`: of an amount or of credits. */
export function isNotNegative({ quantity }: { quantity: string }): boolean {
  return !quantity.startsWith('-');
}
export const NOT_NEGATIVE = { message: 'must not be negative', path: ['quantity'] };

/** Decimal quantity and currency; more decimals than the currency has are refused (S-W5). */
export const money = z
  .object({
    quantity: decimal,
    currency: z.string().refine(isCurrency, 'is not an ISO 4217 currency code'),
  })
  .superRefine(({ quantity, currency }, context) => {
    const decimals = (quantity.split('.')[1] ?? '').replace(/0+$/, '').length;
    if (decimals > (DECIMALS[currency] ?? 2)) {
      context.addIssue({
        code: 'custom',
        path: ['quantity'],
        input: quantity,
        message: `has more decimals than ${currency}`,
      });
    }
  })
  .meta({ examples: [{ quantity: '121.00', currency: 'EUR' }] });

function each(codes: string, decimals: number): Record<string, number> {
  return Object.fromEntries(codes.split(' ').map((code) => [code, decimals]));
}
