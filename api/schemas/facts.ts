import { z } from 'zod';
import { emailAddress, externalId, idText, instant, line, locale, utc, zone } from './wire.js';
import { money } from './money.js';
import { payment, wallet, walletType } from './wallet-facts.js';

export const INVOICE_STATUSES = ['OPEN', 'DRAFT', 'FINAL', 'VOID', 'ARCHIVED'] as const;
export const SUBSCRIPTION_STATUSES = ['DRAFT', 'ACTIVE', 'VOID', 'ARCHIVED', 'CANCELLED'] as const;
export const SUBSCRIPTION_TYPES = ['QUOTE', 'BILLING', 'TEMPLATE'] as const;
export const SUBSCRIPTION_VARIANTS = ['DEFAULT', 'FORWARD_BILLING', 'SELF_BILLING', 'SELLER'] as const;

/** It is shown in subjects; empty is taken for none. */
const oneLine = z.literal('').or(line(255));
/** Some billers send "" for "none". */
const optionalEmail = z
  .string()
  .nullish()
  .overwrite((text) => (text === '' ? null : text))
  .pipe(emailAddress.nullish());

// The contract knows one word for each today, and none of them is null in an answer.
const channel = z
  .looseObject({ type: z.enum(['EMAIL']).nullish(), enabled: z.boolean().nullish() })
  .overwrite((value) => withoutNull(value, 'type'));
const preference = z
  .looseObject({ type: z.enum(['INVOICE']).nullish(), channels: z.array(channel).nullish() })
  .overwrite((value) => withoutNull(value, 'type'));
const organization = z
  .looseObject({ legal_name: oneLine.nullish() })
  .overwrite((value) => withoutNull(value, 'legal_name'));
const name = z.looseObject({
  first_name: oneLine.nullish(),
  infix: oneLine.nullish(),
  last_name: oneLine.nullish(),
});

/**
 * Facts as billing systems send them: the fields that reminders depend on are checked, all others are kept and given back as
 * they came (S-A3). The contract's required lists are not enforced.
 */
const customer = z
  .looseObject({
    reference: z.string().max(255).nullish(),
    email: optionalEmail,
    timezone: zone.nullish(),
    locale: locale.nullish(),
    notification_preferences: z.array(preference).nullish(),
    organization: organization.nullish(),
    individual: z.looseObject({ name: name.nullish() }).nullish(),
    test_clock_id: idText
      .nullish()
      .meta({ description: 'Extension: the test clock it lives on; absent = unchanged, null = unbound.' }),
    updated_at: utc.nullish(),
  })
  .meta({
    id: 'CustomerFact',
    examples: [{ email: 'ap@acme.example', timezone: 'Europe/Amsterdam', locale: 'nl-NL' }],
  });

const contact = z
  .looseObject({
    customer_id: externalId,
    email: optionalEmail,
    notification_preferences: z.array(preference).nullish(),
    updated_at: utc.nullish(),
  })
  .meta({ id: 'ContactFact', examples: [{ customer_id: 'cust_acme', email: 'cfo@acme.example' }] });

const invoice = z
  .looseObject({
    customer_id: externalId,
    status: z.enum(INVOICE_STATUSES),
    on_hold: z.boolean().nullish(),
    paid: z.boolean().nullish(),
    type: z.enum(['STANDARD', 'CREDIT', 'ONE_OFF', 'ONE_OFF_CREDIT']).nullish(),
    billing_type: z.enum(['DEFAULT', 'SELF_BILLING']).nullish(),
    payment_status: z.enum(['UNPAID', 'PARTIALLY_PAID', 'PAID', 'OVERPAID']).nullish(),
    invoice_number: oneLine.nullish(),
    purchase_order_number: oneLine.nullish(),
    pricing_plan_subscription_ids: z.array(idText).nullish(),
    invoice_date: utc.nullish(),
    due_date: utc.nullish(),
    charge_date: utc
      .nullish()
      .meta({ description: 'Extension: when it will be collected; without it the due date counts ' }),
    updated_to_final_at: utc.nullish(),
    timezone: zone.nullish(),
    invoice_amount_including_tax: money.nullish(),
    open_invoice_amount: money.nullish(),
    paid_invoice_amount: money.nullish(),
    pay_invoice_link: z.looseObject({ url: z.url({ protocol: /^https?$/ }).nullish() }).nullish(),
    updated_at: utc.nullish(),
  })
  .meta({
    id: 'InvoiceFact',
    examples: [
      {
        customer_id: 'cust_acme',
        status: 'FINAL',
        invoice_number: '2026-0042',
        due_date: '2026-01-31T00:00:00Z',
        invoice_amount_including_tax: { quantity: '121.00', currency: 'EUR' },
      },
    ],
  });

const pricingPlanSubscription = z
  .looseObject({
    customer_id: externalId,
    status: z.enum(SUBSCRIPTION_STATUSES).nullish(),
    type: z.enum(SUBSCRIPTION_TYPES).nullish(),
    variant: z.enum(SUBSCRIPTION_VARIANTS).nullish(),
    name: oneLine.nullish(),
    updated_at: utc.nullish(),
  })
  .meta({ id: 'PricingPlanSubscriptionFact', examples: [{ customer_id: 'cust_acme', status: 'ACTIVE', name: 'Pro' }] });

const pricingPlanSchedule = z
  .looseObject({
    pricing_plan_subscription_id: externalId,
    type: z.enum(['TRIAL', 'DEFAULT']).nullish(),
    start_at: utc.nullish(),
    end_at: utc.nullish(),
    updated_at: utc.nullish(),
  })
  .meta({
    id: 'PricingPlanScheduleFact',
    examples: [{ pricing_plan_subscription_id: 'ppsu_acme_pro', type: 'TRIAL', end_at: '2026-01-31T00:00:00Z' }],
  });

/** By the URL's word. */
export const factSchemas = {
  customers: customer,
  contacts: contact,
  invoices: invoice,
  payments: payment,
  'pricing-plan-subscriptions': pricingPlanSubscription,
  'pricing-plan-schedules': pricingPlanSchedule,
  'wallet-types': walletType,
  wallets: wallet,
} as const;

/** A stored fact: what was sent, with what we add. */
export const storedFacts = {
  customers: stored(customer, 'CUSTOMER', 'Customer', 'cust_acme'),
  contacts: stored(contact, 'CONTACT', 'Contact', 'cont_cfo'),
  invoices: stored(invoice, 'INVOICE', 'Invoice', 'inv_2026-0042'),
  payments: stored(payment, 'PAYMENT', 'Payment', 'pay_2026-0042-1'),
  'pricing-plan-subscriptions': stored(
    pricingPlanSubscription,
    'PRICING_PLAN_SUBSCRIPTION',
    'PricingPlanSubscription',
    'ppsu_acme_pro',
  ),
  'pricing-plan-schedules': stored(
    pricingPlanSchedule,
    'PRICING_PLAN_SCHEDULE',
    'PricingPlanSchedule',
    'pps_acme_trial',
  ),
  'wallet-types': stored(walletType, 'WALLET_TYPE', 'WalletType', 'waty_prepaid'),
  wallets: stored(wallet, 'WALLET', 'Wallet', 'wall_acme'),
} as const;

function stored<Shape extends z.ZodRawShape>(
  sent: z.ZodObject<Shape, z.core.$loose>,
  objectType: string,
  schemaId: string,
  exampleId: string,
) {
  const at = '2026-01-31T09:00:00Z';
  const [example] = (sent.meta()?.examples ?? []) as object[];
  return sent
    .extend({ object_type: z.literal(objectType), id: z.string(), created_at: instant, updated_at: instant })
    .meta({
      id: schemaId,
      examples: [{ object_type: objectType, id: exampleId, ...example, created_at: at, updated_at: at }],
    });
}

function withoutNull<Value extends object>(value: Value, field: keyof Value): Value {
  if (value[field] !== null) return value;
  const { [field]: _absent, ...rest } = value;
  return rest as Value;
}
