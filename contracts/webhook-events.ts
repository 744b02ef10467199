const WRITTEN = ['CREATED', 'UPDATED'] as const;
const OWNED = ['CREATED', 'UPDATED', 'DELETED'] as const;

/** What can be told of each resource (S-A2). Names are for ever: webhooks are stored with them. */
const ACTIONS = {
  ALERT: ['CREATED'],
  ALERT_RULE: OWNED,
  CONTACT: WRITTEN,
  CUSTOMER: WRITTEN,
  DELIVERY: ['SENT', 'REJECTED', 'IN_DOUBT'],
  INTEGRATION: OWNED,
  INVOICE: WRITTEN,
  PAYMENT: WRITTEN,
  PRICING_PLAN_SCHEDULE: WRITTEN,
  PRICING_PLAN_SUBSCRIPTION: WRITTEN,
  WALLET: WRITTEN,
  WALLET_TYPE: WRITTEN,
  WEBHOOK: OWNED,
  WORKFLOW: WRITTEN,
  WORKFLOW_ACTION: OWNED,
  WORKFLOW_RUN: ['CREATED', 'BLOCKED', 'COMPLETED', 'STOPPED', 'FAILED'],
  WORKFLOW_TRIGGER: ['CREATED'],
} as const;

type Actions = typeof ACTIONS;

/** `INVOICE.UPDATED`, `DELIVERY.SENT`, … */
export type WebhookAction = {
  [Resource in keyof Actions]: `${Resource}.${Actions[Resource][number]}`;
}[keyof Actions];

/** The closed list, by resource in alphabetical order: `['ALERT', ['ALERT.CREATED']]`. */
export const WEBHOOK_ACTIONS: readonly (readonly [resource: string, actions: readonly WebhookAction[]])[] =
  Object.entries(ACTIONS).map(
    ([resource, actions]) => [resource, actions.map((action) => `${resource}.${action}` as WebhookAction)] as const,
  );

const SELECTORS = new Set<string>(WEBHOOK_ACTIONS.flatMap(([resource, actions]) => [`${resource}.*`, ...actions]));

/** What a webhook may name to choose its events: an action of the list, or `INVOICE.*` for all of a resource. */
export function isActionSelector(text: string): boolean {
  return SELECTORS.has(text);
}

/** What came of one attempt. `message` is for people, and tells nothing of our own network. */
export interface WebhookOutcome {
  successful: boolean;
  /** null = there was no answer. */
  status: number | null;
  /** Nobody was asked: it leads to an address that we do not call. */
  refused: boolean;
  message: string;
}

/** What is posted: one fact, told once. */
export interface WebhookEvent {
  object_type: 'WEBHOOK_EVENT';
  /** `whev_…`; the same in every attempt, so that a receiver knows what it has seen. */
  id: string;
  /** `WEBHOOK.TEST` is sent by hand only, whatever the webhook chose. */
  type: WebhookAction | 'WEBHOOK.TEST';
  /** UTC, whole seconds. */
  created_at: string;
  platform_id: string;
  /** The resource as the API shows it. */
  data: object;
}
