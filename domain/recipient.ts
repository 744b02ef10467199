import type { Reason } from './reasons.js';
import type { Action, RunContext } from './run.js';

/** Why no mail goes to an address (S-E6). */
export const SUPPRESSION_REASONS = ['HARD_BOUNCE', 'COMPLAINT', 'UNSUBSCRIBE', 'MANUAL'] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** Whom a mail goes to. */
export interface Recipient {
  email: string;
  name: string | null;
  /** Why it is a contact instead of the customer; null = it is the customer. */
  insteadOf: Extract<Reason, 'no_recipient' | 'suppressed'> | null;
}

/** What is known of the customer's addresses. */
export type Reachable = Pick<RunContext, 'customer' | 'contacts' | 'suppressed'>;

/**
 * The To of an action's mail: the customer, or where the action says so and the customer cannot be mailed, the first contact that
 * is not suppressed and has not switched INVOICE/EMAIL off (S-E1, S-E6). Otherwise what keeps the mail back.
 */
export function recipientOf(
  action: Pick<Action, 'fallbackToContacts'>,
  { customer, contacts, suppressed }: Reachable,
): Recipient | { blocked: Extract<Reason, 'no_recipient' | 'suppressed'> } {
  const { email, name } = customer;
  if (email !== null && !suppressed.includes(email)) return { email, name, insteadOf: null };
  const insteadOf = email === null ? 'no_recipient' : 'suppressed';
  const next = contacts.find((contact) => !contact.invoiceMailOff && !suppressed.includes(contact.email));
  return action.fallbackToContacts && next ? { email: next.email, name: next.name, insteadOf } : { blocked: insteadOf };
}

/** Why no action at all can mail anybody; null = one can. */
export function unreachable(context: Reachable & Pick<RunContext, 'actions'>): Reason | null {
  const blocks = context.actions.map((action) => {
    const to = recipientOf(action, context);
    return 'blocked' in to ? to.blocked : null;
  });
  return blocks.includes(null) ? null : (blocks[0] ?? null);
}

/** For people: `ap@acme.example`, or the contact and why it is one, or was when the mail went. */
export function recipientText({ email, insteadOf }: Pick<Recipient, 'email' | 'insteadOf'>, went = false): string {
  if (insteadOf === null) return email;
  const why =
    insteadOf === 'suppressed'
      ? `the customer’s own address ${went ? 'was' : 'is'} suppressed`
      : `the customer ${went ? 'had' : 'has'} no e-mail address`;
  return `${email} (a contact, because ${why})`;
}
