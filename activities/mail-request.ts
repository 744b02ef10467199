import type {
  MailBalance,
  MailFacts,
  MailInvoice,
  MailParty,
  MailRequest,
  MailTrial,
  MailWallet,
} from '../contracts/mail.js';
import { asDate, type DueDates } from '../domain/anchor.js';
import { subtractDecimals } from '../domain/decimal.js';
import type { InvoiceFacts } from '../domain/facts.js';
import type { Instant } from '../domain/types.js';
import type { Balance, WalletFacts } from '../domain/wallet.js';
import { recipientOf } from '../domain/recipient.js';
import { daysBetween, localDate, localTime } from '../domain/zone.js';
import type { ClaimedDelivery } from '../store/claim.js';
import type { Evidence } from '../store/deliveries.js';
import type { LoadedRun } from '../store/run-context.js';

/** What of a run a mail is made from. */
interface MailRun {
  context: Pick<LoadedRun['context'], 'now' | 'customer' | 'contacts' | 'suppressed' | 'facts'> & {
    run: Pick<LoadedRun['context']['run'], 'anchorAt'>;
  };
  platform: LoadedRun['platform'];
  row: Pick<LoadedRun['row'], 'zone' | 'variant' | 'due_dates'> & Partial<Pick<LoadedRun['row'], 'variables'>>;
}
type MailAction = Pick<ClaimedDelivery['action'], 'email' | 'via' | 'fallbackToContacts' | 'templates'>;
type MailDelivery = Pick<ClaimedDelivery, 'id'> & { action: MailAction };

/**
 * The mail of one claimed delivery, from the facts read in the claim. Days and amounts are counted here and now, never taken
 * from the period (S-E2).
 */
export function mailRequest(loaded: MailRun, delivery: MailDelivery, defaultSender: MailParty): MailRequest {
  const { context, platform, row } = loaded;
  const { email } = delivery.action;
  const recipient = recipientOf(delivery.action, context);
  // Nobody is left when the facts changed after the claim was made ready: the composer refuses the empty address.
  const to = 'email' in recipient ? recipient : { name: null, email: '' };
  const from = party(email.from) ?? platformSender(platform) ?? defaultSender;
  const limited = platform.environment === 'TEST' && isAllowed(platform.allow_list, to.email);
  const copies = (addresses: readonly string[]): string[] =>
    addresses.filter(
      (address) => !context.suppressed.includes(address) && (!limited || isAllowed(platform.allow_list, address)),
    );
  const { cc, bcc } = copiesOf(delivery.action, context);
  return {
    deliveryId: delivery.id,
    from,
    replyTo: party(email.reply_to),
    to: { name: to.name, email: to.email },
    cc: copies(cc),
    bcc: copies(bcc),
    subject: email.subject ?? null,
    templateName: email.template_name ?? null,
    platformId: platform.id,
    templates: delivery.action.templates,
    facts: mailFacts(loaded, from, row.zone ?? 'UTC', delivery.action),
    dateAt: context.now,
  };
}

/** Why the To is a contact, and the copies of an action's mail that are left out because they are suppressed (S-E6). */
export function choiceOf(
  context: MailRun['context'],
  action: MailAction,
): Pick<Evidence['recipients'], 'insteadOf' | 'suppressed'> {
  const recipient = recipientOf(action, context);
  const { cc, bcc } = copiesOf(action, context);
  return {
    insteadOf: 'email' in recipient ? recipient.insteadOf : null,
    suppressed: [...new Set([...cc, ...bcc])].filter((address) => context.suppressed.includes(address)),
  };
}

/** The action's own copies, and the contacts when it asks for them: those that have not switched such mails off (S-E1). */
function copiesOf({ email }: MailAction, { contacts }: MailRun['context']): { cc: string[]; bcc: string[] } {
  const { include_customer_contacts_as_cc: asked } =
    email.invoice ?? email.payment ?? email.pricing_plan_subscription ?? {};
  const wanted = asked ? contacts.filter(({ invoiceMailOff }) => !invoiceMailOff).map((contact) => contact.email) : [];
  return { cc: [...(email.cc_recipients ?? []), ...wanted], bcc: [...(email.bcc_recipients ?? [])] };
}

/** Compared case-insensitively; on a TEST platform only these addresses get real mail (S-E7). */
export function isAllowed(allowList: readonly string[], address: string): boolean {
  return allowList.some((allowed) => allowed.toLowerCase() === address.toLowerCase());
}

function mailFacts(
  { context, platform, row }: MailRun,
  sender: MailParty,
  zone: string,
  { email, via }: MailDelivery['action'],
): MailFacts {
  // Otherwise every customer gets the platform's language, as the integration says.
  const localized = via?.provider.use_localized_templates !== false;
  const { facts, customer, now } = context;
  return {
    variant: row.variant,
    locales: [localized ? customer.locale : null, platform.locale].filter((locale) => locale !== null),
    sender,
    customerName: customer.name,
    invoice: facts.invoice && {
      ...mailInvoice(facts.invoice, zone, now, row.due_dates),
      ...(email.invoice?.include_payment_link === false && { payUrl: null }),
      // Without it the mail does not go at all.
      pdfAttached: email.invoice?.include_pdf === true,
    },
    trial: mailTrial(context, zone),
    payment: facts.payment && { amount: facts.payment.amount, attemptedOn: localDate(facts.payment.at, zone) },
    wallet: facts.wallet && mailWallet(facts.wallet),
    ...(row.variables && { parameters: row.variables }),
  };
}

function mailInvoice(invoice: InvoiceFacts, zone: string, now: Instant, dueDates: DueDates): MailInvoice {
  const dateOf = (at: Instant | null): string | null => {
    const read = asDate(at, zone, dueDates);
    return read === null ? null : localDate(read, zone);
  };
  const dueOn = dateOf(invoice.dueAt);
  const chargeOn = dateOf(invoice.chargeAt) ?? dueOn;
  const today = localDate(now, zone);
  return {
    number: invoice.number,
    purchaseOrderNumber: invoice.purchaseOrderNumber,
    total: invoice.total,
    open: invoice.open,
    paid: invoice.paidAmount ?? paidPart(invoice),
    issuedOn: dateOf(invoice.issuedAt),
    dueOn,
    daysOverdue: dueOn === null ? null : daysBetween(dueOn, today),
    chargeOn,
    daysToCharge: chargeOn === null ? null : daysBetween(today, chargeOn),
    payUrl: invoice.payUrl,
  };
}

/** What was paid, when only total and open amount are known. */
function paidPart({ total, open }: InvoiceFacts): MailInvoice['paid'] {
  if (!total || !open || total.currency !== open.currency) return null;
  return { quantity: subtractDecimals(total.quantity, open.quantity), currency: total.currency };
}

function mailTrial({ facts, run, now }: MailRun['context'], zone: string): MailTrial | null {
  if (!facts.schedule || run.anchorAt === null) return null;
  const endsOn = localDate(run.anchorAt, zone);
  const endsAtTime = localTime(run.anchorAt, zone);
  return {
    subscriptionName: facts.subscription?.name ?? null,
    endsOn,
    endsAtTime: endsAtTime === '00:00' ? null : endsAtTime,
    zone,
    daysLeft: Math.max(0, daysBetween(localDate(now, zone), endsOn)),
  };
}

function mailWallet({ typeName, reference, open, granted }: WalletFacts): MailWallet {
  return { name: typeName ?? reference, balance: mailBalance(open), granted: mailBalance(granted) };
}

function mailBalance(balance: Balance | null): MailBalance | null {
  if (!balance) return null;
  const { kind, quantity, unit } = balance;
  return kind === 'AMOUNT' ? { money: { quantity, currency: unit } } : { credits: quantity };
}

function platformSender(platform: LoadedRun['platform']): MailParty | null {
  return platform.sender_email === null ? null : { name: platform.sender_name, email: platform.sender_email };
}

function party(value: { name?: string | null; email: string } | null | undefined): MailParty | null {
  return value ? { name: value.name ?? null, email: value.email } : null;
}
