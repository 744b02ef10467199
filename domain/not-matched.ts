import { amount } from './disagreements.js';
import { conditionOf, type ResourceFacts } from './condition.js';
import { isWanted, mismatch, type MatchableWorkflow } from './match.js';
import { REASONS, type Reason } from './reasons.js';
import type { Variant } from './types.js';
import { incomparable, type Balance, type WalletFacts, type WalletTerms } from './wallet.js';

/** A workflow that has no run for a resource, and why. */
export interface NotMatched {
  workflowId: string;
  reference: string;
  name: string;
  variant: Variant;
  status: MatchableWorkflow['status'];
  code: MismatchCode;
  text: string;
}

/** One closed list: what the facts say (a reason), or what keeps a workflow from running at all. */
export type MismatchCode =
  | Reason
  | 'incomplete'
  | 'inactive'
  | 'event_trigger_off'
  | 'wallet_type'
  | 'no_balance'
  | 'no_granted'
  | 'unit'
  | 'not_crossed'
  | 'existed_before';

/**
 * Why this workflow would not run for these facts; null = it would. Says no exactly when matching does: it asks the same
 * functions (S-M2), and puts into words what they answered.
 */
export function whyNotMatched(
  workflow: MatchableWorkflow,
  variant: Variant,
  customerId: string,
  facts: ResourceFacts,
): { code: MismatchCode; text: string } | null {
  const found = mismatch(workflow, variant, customerId, null, facts);
  switch (found) {
    case 'inactive':
      return { code: 'inactive', text: `The workflow is ${workflow.status}: only ACTIVE ones match.` };
    case 'event_trigger_off':
      return { code: 'event_trigger_off', text: 'Its event_trigger is off: facts that arrive do not start it.' };
    case 'out_of_scope':
      return { code: 'out_of_scope', text: scopeText(workflow, customerId) };
    case 'wallet':
      return facts.wallet && workflow.terms.wallet
        ? walletText(facts.wallet, workflow.terms.wallet)
        : { code: 'not_eligible', text: 'The workflow has no threshold.' };
    case 'variant':
    case 'period':
      throw new Error('Asked only about workflows of the variant, and about no single period.');
    case null:
      return isWanted(variant, facts, workflow.terms) ? null : unwanted(variant, facts, workflow);
  }
}

/** It fits, and still has not run: nothing starts for what is there already (S-D11). */
export function whyNotStarted(facts: ResourceFacts): { code: MismatchCode; text: string } {
  if (facts.wallet) {
    const text =
      'The balance is below the threshold, but this workflow has not seen it cross: it was below already when the workflow began to watch it.';
    return { code: 'not_crossed', text };
  }
  const text =
    'It fits as things stand, but it fitted already when the workflow became ACTIVE or was changed: nothing starts for what exists already. A trigger or a backfill starts it.';
  return { code: 'existed_before', text };
}

function scopeText({ customerIds, excludedCustomerIds }: MatchableWorkflow, customerId: string): string {
  return excludedCustomerIds.includes(customerId)
    ? `The workflow excludes customer ${customerId} (excluded_customer_ids).`
    : `The workflow is for ${String(customerIds.length)} named customer${customerIds.length === 1 ? '' : 's'} (customer_ids), and ${customerId} is not among them.`;
}

/** The condition does not hold, or there is no date. */
function unwanted(
  variant: Variant,
  facts: ResourceFacts,
  { terms }: MatchableWorkflow,
): { code: MismatchCode; text: string } {
  const condition = conditionOf(variant, facts, terms);
  switch (condition.kind) {
    case 'HOLDS':
      return { code: 'no_anchor', text: `${REASONS.no_anchor} ${dateText(variant)}` };
    case 'STOPS':
      return condition.reason === 'recovered'
        ? {
            code: 'recovered',
            text: `The balance${balanceText(facts.wallet?.open ?? null)} is not below the threshold.`,
          }
        : { code: condition.reason, text: REASONS[condition.reason] };
    case 'WAITS':
      return { code: condition.reason, text: eligibility(variant, facts, terms.failedResults) };
  }
}

function dateText(variant: Variant): string {
  if (variant === 'FREE_TRIAL_REMINDER') return 'The schedule has no end_at.';
  return variant === 'OVERDUE' ? 'The invoice has no due_date.' : 'The invoice has neither charge_date nor due_date.';
}

/** Which of the conditions is not met (S-C1 … C4). */
function eligibility(
  variant: Variant,
  { invoice, payment, schedule }: ResourceFacts,
  failedResults: readonly string[],
): string {
  switch (variant) {
    case 'OVERDUE':
    case 'UPCOMING_PAYMENT_REMINDER':
    case 'TO_FINAL': {
      if (!invoice) return REASONS.not_eligible;
      if (invoice.status !== 'FINAL') return `The status of the invoice is ${invoice.status}: it has to be FINAL.`;
      if (invoice.billingType !== 'DEFAULT') return `The billing_type is ${invoice.billingType}: it has to be DEFAULT.`;
      return `The type of the invoice is ${invoice.type}: it has to be STANDARD or ONE_OFF.`;
    }
    case 'FAILED_PAYMENT':
      if (payment?.invoiceId != null && !invoice)
        return `The invoice ${payment.invoiceId} that it is for is not known.`;
      return `The result of the payment is ${payment?.result ?? 'not known'}: this workflow is about ${failedResults.join(', ')}.`;
    case 'FREE_TRIAL_REMINDER':
      return `The type of the schedule is ${schedule?.type ?? 'not known'}: it has to be TRIAL.`;
    case 'WALLET_BALANCE':
      return REASONS.not_eligible;
  }
}

function walletText(wallet: WalletFacts, terms: WalletTerms): { code: MismatchCode; text: string } {
  const code = incomparable(wallet, terms) ?? 'not_eligible';
  switch (code) {
    case 'wallet_type':
      return {
        code,
        text: `The workflow is about wallets of type ${terms.walletTypeId ?? ''}; this one is of ${wallet.walletTypeId ?? 'no type'}.`,
      };
    case 'no_balance':
      return { code, text: 'The wallet has no open_balance.' };
    case 'no_granted':
      return {
        code,
        text: 'The threshold is a percentage of what was granted, and the wallet has no granted above zero.',
      };
    case 'unit': {
      const other =
        'percentage' in terms.threshold
          ? `granted is in ${unitText(wallet.granted)}`
          : `the threshold is in ${unitText(terms.threshold)}`;
      return { code, text: `The balance is in ${unitText(wallet.open)}, ${other}: they cannot be compared.` };
    }
    case 'not_eligible':
      return { code, text: REASONS.not_eligible };
  }
}

function unitText(balance: Balance | null): string {
  return balance === null ? 'nothing' : balance.kind === 'AMOUNT' ? balance.unit : `credits of ${balance.unit}`;
}

function balanceText(balance: Balance | null): string {
  return balance === null ? '' : ` (${amount({ quantity: balance.quantity, currency: unitText(balance) })})`;
}
