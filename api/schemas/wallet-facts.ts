import { z } from 'zod';
import { DECIMAL_PATTERN } from '../../domain/decimal.js';
import { money } from './money.js';
import { externalId, idText, line, utc } from './wire.js';

export const WALLET_STATUSES = ['DRAFT', 'ACTIVE', 'INACTIVE', 'DEPRECATED', 'ARCHIVED'] as const;

export const PAYMENT_RESULTS = [
  'AUTHORIZED',
  'CANCELLED',
  'CHARGED_BACK',
  'ERROR',
  'PENDING',
  'REFUSED',
  'REFUNDED',
] as const;

/** Extension: the contract has balances only as an answer of its own (S-C5). */
const balance = z
  .looseObject({
    amount: money.nullish(),
    credits: z
      .looseObject({
        quantity: z.string().regex(DECIMAL_PATTERN, 'must be a decimal string such as "100.00"'),
        credit_type_id: idText,
      })
      .nullish(),
  })
  .superRefine(({ amount, credits }, context) => {
    if ((amount == null) === (credits == null)) {
      context.addIssue({ code: 'custom', message: 'needs exactly one of amount and credits' });
    }
  });

/** A charge that was tried (payments.yml). */
export const payment = z
  .looseObject({
    customer_id: externalId,
    result: z.enum(PAYMENT_RESULTS),
    result_details: z
      .looseObject({
        code: z.string().nullish(),
        reason: z.string().nullish(),
        external_code: z.string().nullish(),
        external_reason: z.string().nullish(),
      })
      .nullish(),
    dunning_action_details: z
      .looseObject({ attempt: z.int().nullish(), next_attempt_scheduled: z.boolean().nullish() })
      .nullish(),
    invoice_id: externalId.nullish(),
    amount: money.nullish(),
    timestamp: utc.nullish(),
    reference: z.string().max(255).nullish(),
    external_reference: z.string().max(255).nullish(),
    updated_at: utc.nullish(),
  })
  .meta({
    id: 'PaymentFact',
    examples: [
      {
        customer_id: 'cust_acme',
        invoice_id: 'inv_2026-0042',
        result: 'REFUSED',
        result_details: { code: 'INSUFFICIENT_FUNDS', reason: 'Insufficient funds' },
        amount: { quantity: '121.00', currency: 'EUR' },
        timestamp: '2026-01-31T09:00:00Z',
      },
    ],
  });

/** What a wallet can be (wallettypes.yml). */
export const walletType = z
  .looseObject({
    reference: z.string().max(255).nullish(),
    name: z.literal('').or(line(255)).nullish(),
    status: z.enum(WALLET_STATUSES).nullish(),
    type: z.enum(['CREDIT', 'BALANCE']).nullish(),
    updated_at: utc.nullish(),
  })
  .meta({ id: 'WalletTypeFact', examples: [{ reference: 'prepaid', name: 'Prepaid', status: 'ACTIVE' }] });

/** A customer's prepaid money or credits (wallets.yml), with its balances. */
export const wallet = z
  .looseObject({
    customer_id: externalId,
    wallet_type_id: externalId.nullish(),
    reference: z.literal('').or(line(255)).nullish(),
    status: z.enum(WALLET_STATUSES).nullish(),
    open_balance: balance.nullish(),
    balance: balance.nullish(),
    reserved_balance: balance.nullish(),
    granted: balance.nullish(),
    updated_at: utc.nullish(),
  })
  .meta({
    id: 'WalletFact',
    examples: [
      {
        customer_id: 'cust_acme',
        wallet_type_id: 'waty_prepaid',
        reference: 'acme-prepaid',
        status: 'ACTIVE',
        open_balance: { amount: { quantity: '12.50', currency: 'EUR' } },
        granted: { amount: { quantity: '100.00', currency: 'EUR' } },
      },
    ],
  });
