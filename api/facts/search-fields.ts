import type { SearchFields } from '../search.js';
import { CUSTOM_FIELDS, CUSTOMER_NAME, flagOf, listOf, textOf } from './columns.js';

/** What the contract's searches can look at. Names are those of the fields; texts are matched by parts (S-W8). */
export const customerSearch: SearchFields = {
  ...exact('reference', 'status', 'type', 'timezone', 'locale', 'parent_customer_id'),
  id: { expression: 'id', kind: 'EXACT' },
  name: { expression: CUSTOMER_NAME, kind: 'TEXT' },
  email: { expression: textOf('email'), kind: 'TEXT' },
  custom_field: { expression: CUSTOM_FIELDS, kind: 'CUSTOM_FIELDS' },
};

export const invoiceSearch: SearchFields = {
  ...exact('status', 'type', 'billing_type', 'payment_status', 'billing_currency', 'customer_reference'),
  id: { expression: 'id', kind: 'EXACT' },
  customer_id: { expression: 'customer_id', kind: 'EXACT' },
  invoice_number: { expression: textOf('invoice_number'), kind: 'TEXT' },
  purchase_order_number: { expression: textOf('purchase_order_number'), kind: 'TEXT' },
  paid: { expression: flagOf('paid'), kind: 'BOOLEAN' },
  on_hold: { expression: flagOf('on_hold'), kind: 'BOOLEAN' },
  pricing_plan_subscription_ids: { expression: listOf('pricing_plan_subscription_ids'), kind: 'LIST' },
  custom_field: { expression: CUSTOM_FIELDS, kind: 'CUSTOM_FIELDS' },
};

export const subscriptionSearch: SearchFields = {
  ...exact('reference', 'status', 'type', 'variant', 'pricing_plan_subscription_group_id', 'customer_reference'),
  id: { expression: 'id', kind: 'EXACT' },
  customer_id: { expression: 'customer_id', kind: 'EXACT' },
  name: { expression: textOf('name'), kind: 'TEXT' },
  description: { expression: textOf('description'), kind: 'TEXT' },
  purchase_order_number: { expression: textOf('purchase_order_number'), kind: 'TEXT' },
  custom_field: { expression: CUSTOM_FIELDS, kind: 'CUSTOM_FIELDS' },
};

function exact(...names: string[]): SearchFields {
  return Object.fromEntries(names.map((name) => [name, { expression: textOf(name), kind: 'EXACT' }]));
}
