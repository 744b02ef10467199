import type { ResourceType } from './types.js';

export const DATATYPES = ['Text', 'Boolean', 'Integer', 'Decimal', 'Date', 'DateTime-Local', 'JSON'] as const;

export type Datatype = (typeof DATATYPES)[number];

/** What a parameter can name besides a variable of the template, `variable:<name>` (S-Z4). */
export const RESOURCE_BINDINGS = {
  invoice_id: 'INVOICE',
  payment_id: 'PAYMENT',
  pricing_plan_schedule_id: 'PRICING_PLAN_SCHEDULE',
  wallet_id: 'WALLET',
} as const satisfies Record<string, ResourceType>;

/** A parameter that a call of a workflow takes (S-Z4). */
export interface RunField {
  object_name: string;
  field_name: string;
  datatype: Datatype;
  required: boolean;
  /** Taken when the call does not give it; null = none. */
  default: unknown;
  /** The name in the body of the call; null = `field_name`. */
  callout_id: string | null;
  /** A key of `RESOURCE_BINDINGS`, `customer_id`, or `variable:<name>`. */
  binds_to: string;
}

/** How a workflow may be started (S-Z4). */
export interface RunSettings {
  /** By `POST /workflows/{id}/run`. */
  callout_trigger: boolean;
  /** By a trigger of type MANUAL. */
  ondemand_trigger: boolean;
  /** By facts that arrive, and by triggers of type EVENT. */
  event_trigger: boolean;
  fields: RunField[];
}

/** Of a workflow that nobody has set up for calls. */
export const DEFAULT_RUN_SETTINGS: RunSettings = {
  callout_trigger: false,
  ondemand_trigger: true,
  event_trigger: true,
  fields: [],
};
