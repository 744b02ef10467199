import { z } from 'zod';
import { alertRule, alertType } from './alert-rule.js';
import { storedFacts } from './facts.js';
import { decimal, money } from './money.js';
import { idText, instant, iso, line, period } from './wire.js';

/** What was entitled, used or set as the threshold; used can be below zero after a correction. */
const value = z.object({ number: decimal.nullish(), amount: money.nullish() }).nullish();

/** `alert_data` (alerts.yml); anything may be left out (S-W11). */
const alertData = z.object({
  entitlement: z
    .object({
      pricing_plan_subscription_id: idText.nullish(),
      entitlement_value: value,
      threshold_value: value,
      used_value: value,
    })
    .nullish(),
  invoice: z
    .object({
      id: idText.nullish(),
      overdue: z
        .object({
          due_date: instant.overwrite((text) => iso(Date.parse(text))).nullish(),
          overdue_period: period.nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

const fields = {
  platform_id: idText,
  alert_rule_id: idText,
  customer_id: idText,
  type: alertType,
  data_trigger_reference: line(255).nullish(),
  alert_data: alertData,
};

export const alertCreate = z.object(fields).meta({
  id: 'AlertCreateRequest',
  examples: [
    {
      platform_id: 'plat_…',
      alert_rule_id: 'alru_…',
      customer_id: 'cust_acme',
      type: 'INVOICE',
      alert_data: { invoice: { id: 'inv_1', overdue: { due_date: '2026-01-31T00:00:00Z' } } },
    },
  ],
});

export const alert = z
  .object({
    object_type: z.literal('ALERT'),
    id: z.string(),
    ...fields,
    alert_rule: alertRule.nullish().meta({ description: 'With `expand[]=alert_rule_id`.' }),
    customer: storedFacts.customers.nullish().meta({ description: 'With `expand[]=customer_id`.' }),
    created_at: instant,
  })
  .meta({ id: 'Alert' });

export type AlertCreate = z.infer<typeof alertCreate>;
