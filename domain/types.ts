/** An instant as milliseconds since 1970-01-01T00:00Z. Postgres columns are timestamptz(3), so nothing is lost on the way. */
export type Instant = number;

/** A calendar date in some zone, `YYYY-MM-DD`. */
export type LocalDate = string;

export type Weekday = 'MON' | 'TUE' | 'WED' | 'THU' | 'FRI' | 'SAT' | 'SUN';

export type Variant =
  'TO_FINAL' | 'OVERDUE' | 'UPCOMING_PAYMENT_REMINDER' | 'FAILED_PAYMENT' | 'FREE_TRIAL_REMINDER' | 'WALLET_BALANCE';

export type WorkflowType = 'INVOICE' | 'PAYMENT' | 'PRICING_PLAN_SUBSCRIPTION' | 'WALLET';

export type TriggerType = 'MANUAL' | 'EVENT';

/** What a run is about; the billing system's own resource names. */
export type ResourceType = 'INVOICE' | 'PAYMENT' | 'PRICING_PLAN_SCHEDULE' | 'WALLET';

export type PeriodType = 'DAY' | 'WEEK' | 'MONTH' | 'YEAR';

/** A calendar distance from an anchor; 0 = the anchor itself (S-D2). */
export interface Period {
  type: PeriodType;
  value: number;
}

/** An amount of money; the quantity is a decimal string, never a float (S-W5). */
export interface Money {
  quantity: string;
  currency: string;
}
