import type { z } from 'zod';
import type { FactBody } from '../../domain/facts.js';
import type { FactKind } from '../../store/fact-kinds.js';
import type { StoredFact } from '../../store/facts.js';
import type { Expansions } from '../expand.js';
import {
  factSchemas,
  INVOICE_STATUSES,
  storedFacts,
  SUBSCRIPTION_STATUSES,
  SUBSCRIPTION_TYPES,
  SUBSCRIPTION_VARIANTS,
} from '../schemas/facts.js';
import { WALLET_STATUSES } from '../schemas/wallet-facts.js';
import type { SearchFields } from '../search.js';
import {
  CUSTOMER_NAME,
  FIRST_START,
  instantOf,
  flagOf,
  listOf,
  orderByInstant,
  orderByText,
  textOf,
} from './columns.js';
import {
  contactExpansions,
  invoiceExpansions,
  paymentExpansions,
  scheduleExpansions,
  subscriptionExpansions,
  walletExpansions,
} from './expansions.js';
import { accepted, customField, flag, has, is, isAny, isOne, range, type QueryFilter } from './query-filters.js';
import { customerSearch, invoiceSearch, subscriptionSearch } from './search-fields.js';

type Filters = Readonly<Record<string, QueryFilter>>;

/** One resource of billing facts: how it is sent, found and answered. */
export interface FactResource {
  /** As in the URL. */
  word: keyof typeof factSchemas;
  kind: FactKind;
  /** Of a PUT. */
  body: z.ZodType<FactBody>;
  response: z.ZodType;
  /** Whether the contract lets it be got by its reference too. */
  byReference: boolean;
  filters: Filters;
  /** What it can be ordered by, besides `ORDERS`: SQL by name. */
  orders: Readonly<Record<string, string>>;
  expansions: Expansions<StoredFact>;
  /** null = the contract has no search. */
  search: SearchFields | null;
  /** Parameters of the contract that a search has, and a get, besides `expand[]`. */
  searchParameters?: Filters;
  getParameters?: Filters;
}

/** Every resource can be ordered by these; `updated_at` as it is shown. */
export const ORDERS: Readonly<Record<string, string>> = {
  created_at: 'created_at',
  updated_at: `coalesce(${instantOf('updated_at')}, updated_at)`,
  id: 'id',
};

const wholeInvoice: Filters = { include_periods: accepted, include_lines: accepted };

export const PAYMENTS: FactResource = {
  ...schemasOf('payments'),
  kind: 'payments',
  byReference: false,
  filters: {
    customer_id: is('customer_id'),
    invoice_id: is(textOf('invoice_id')),
    external_reference: is(textOf('external_reference')),
  },
  orders: { timestamp: orderByInstant('timestamp'), result: orderByText('result') },
  expansions: paymentExpansions,
  search: null,
};

export const FACT_RESOURCES: readonly FactResource[] = [
  {
    ...schemasOf('customers'),
    kind: 'customers',
    byReference: true,
    filters: { reference: is(textOf('reference')), custom_field: customField },
    orders: { name: CUSTOMER_NAME, reference: orderByText('reference'), email: orderByText('email') },
    expansions: {},
    search: customerSearch,
  },
  {
    ...schemasOf('contacts'),
    kind: 'contacts',
    byReference: false,
    filters: { customer_id: is('customer_id'), custom_field: customField },
    orders: { reference: orderByText('reference'), email: orderByText('email') },
    expansions: contactExpansions,
    search: null,
  },
  {
    ...schemasOf('invoices'),
    kind: 'invoices',
    byReference: false,
    filters: {
      customer_id: is('customer_id'),
      'statuses[]': isAny(textOf('status'), INVOICE_STATUSES),
      invoice_date: range(instantOf('invoice_date')),
      paid: flag(flagOf('paid')),
      on_hold: flag(flagOf('on_hold')),
      pricing_plan_subscription_id: has(listOf('pricing_plan_subscription_ids')),
      ...wholeInvoice,
    },
    orders: {
      invoice_number: orderByText('invoice_number'),
      invoice_date: orderByInstant('invoice_date'),
      due_date: orderByInstant('due_date'),
      status: orderByText('status'),
    },
    expansions: invoiceExpansions,
    search: invoiceSearch,
    searchParameters: wholeInvoice,
  },
  PAYMENTS,
  {
    ...schemasOf('pricing-plan-subscriptions'),
    kind: 'pricing_plan_subscriptions',
    byReference: false,
    filters: {
      customer_id: is('customer_id'),
      pricing_plan_subscription_group_id: is(textOf('pricing_plan_subscription_group_id')),
      reference: is(textOf('reference')),
      type: isOne(textOf('type'), SUBSCRIPTION_TYPES),
      variant: isOne(textOf('variant'), SUBSCRIPTION_VARIANTS),
      status: isOne(textOf('status'), SUBSCRIPTION_STATUSES),
      'statuses[]': isAny(textOf('status'), SUBSCRIPTION_STATUSES),
      custom_field: customField,
      start_at: range(FIRST_START),
      created_at: range('created_at'),
    },
    orders: {
      name: orderByText('name'),
      reference: orderByText('reference'),
      status: orderByText('status'),
      start_at: `coalesce(${FIRST_START}, '-infinity')`,
    },
    expansions: subscriptionExpansions,
    search: subscriptionSearch,
  },
  {
    ...schemasOf('pricing-plan-schedules'),
    kind: 'pricing_plan_schedules',
    byReference: false,
    filters: { pricing_plan_subscription_id: is('pricing_plan_subscription_id') },
    orders: { start_at: orderByInstant('start_at'), end_at: orderByInstant('end_at') },
    expansions: scheduleExpansions,
    search: null,
    getParameters: { include_combined_pricing_plan_version: accepted },
  },
  {
    ...schemasOf('wallet-types'),
    kind: 'wallet_types',
    byReference: true,
    filters: { 'statuses[]': isAny(textOf('status'), WALLET_STATUSES) },
    orders: { name: orderByText('name'), reference: orderByText('reference') },
    expansions: {},
    search: null,
  },
  {
    ...schemasOf('wallets'),
    kind: 'wallets',
    byReference: true,
    filters: { customer_id: is('customer_id'), wallet_type_id: is(textOf('wallet_type_id')) },
    orders: { reference: orderByText('reference') },
    expansions: walletExpansions,
    search: null,
  },
];

function schemasOf(word: keyof typeof factSchemas): Pick<FactResource, 'word' | 'body' | 'response'> {
  return { word, body: factSchemas[word], response: storedFacts[word] };
}
