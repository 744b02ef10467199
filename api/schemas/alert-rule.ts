import { z } from 'zod';
import { storedFacts } from './facts.js';
import { decimal, isNotNegative, money, NOT_NEGATIVE } from './money.js';
import { patchBody } from './patch-body.js';
import { idText, instant, line, period } from './wire.js';
import { reference } from './workflow.js';

export const alertType = z.enum(['ENTITLEMENT', 'INVOICE']);

const comparator = z
  .enum([
    'EQUALS',
    'NOT_EQUALS',
    'IN',
    'NOT_IN',
    'GREATER_THAN',
    'GREATER_THAN_OR_EQUALS',
    'LESS_THAN',
    'LESS_THAN_OR_EQUALS',
    'EMPTY',
    'NOT_EMPTY',
    'CONTAINS',
    'NOT_CONTAINS',
  ])
  .nullish();

/** The blocks of the two types (alertrules.yml). A threshold has one of its three forms. */
const entitlement = z.object({
  feature_id: idText.nullish(),
  comparator,
  threshold: z
    .object({
      number: decimal.refine((text) => !text.startsWith('-'), NOT_NEGATIVE.message).nullish(),
      // Usage may be beyond what a customer is entitled to.
      percentage: z
        .string()
        .regex(/^(1000(\.0{1,12})?|\d{1,3}(\.\d{1,12})?)$/, 'must be a percentage from 0 to 1000')
        .nullish(),
      amount: money.refine(isNotNegative, NOT_NEGATIVE).nullish(),
    })
    .nullish(),
});

const invoice = z.object({
  variant: z.enum(['OVERDUE']).nullish(),
  overdue: z.object({ comparator, threshold: period.nullish() }).nullish(),
});

const fields = {
  reference,
  name: line(255).nullish(),
  description: line(256).nullish(),
  status: z.enum(['DRAFT', 'ACTIVE', 'ARCHIVED']).nullish(),
  customer_ids: z
    .array(idText)
    .max(10_000)
    .nullish()
    .meta({ description: 'Customers that are stored; null or empty = every customer.' }),
  type: alertType,
  trigger_type: z.enum(['STATIC', 'DYNAMIC']).nullish(),
  entitlement: entitlement.nullish(),
  invoice: invoice.nullish(),
};

export const alertRuleCreate = z.object(fields).meta({
  id: 'AlertRuleCreateRequest',
  examples: [
    {
      reference: 'overdue-30',
      name: 'A month overdue',
      status: 'ACTIVE',
      type: 'INVOICE',
      invoice: {
        variant: 'OVERDUE',
        overdue: { comparator: 'GREATER_THAN_OR_EQUALS', threshold: { type: 'DAY', value: 30 } },
      },
    },
  ],
});

export const alertRulePatch = patchBody(alertRuleCreate, 'AlertRuleUpdateRequest');

export const alertRule = z
  .object({
    object_type: z.literal('ALERT_RULE'),
    id: z.string(),
    ...fields,
    customers: z.array(storedFacts.customers).optional().meta({ description: 'With `expand[]=customer_ids`.' }),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'AlertRule' });

export type AlertRuleCreate = z.infer<typeof alertRuleCreate>;
