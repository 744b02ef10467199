import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { disagreementsOf } from '../../domain/disagreements.js';
import { isWanted, mismatch, type MatchableWorkflow } from '../../domain/match.js';
import { whyNotMatched } from '../../domain/not-matched.js';
import { DEFAULT_TERMS } from '../../domain/terms.js';
import { incomparable, levelOf } from '../../domain/wallet.js';
import {
  euros,
  invoice,
  invoiceFacts,
  NO_FACTS,
  paymentFacts,
  t,
  trialFacts,
  walletFacts,
  walletTerms,
} from './support.js';

describe('facts that disagree (S-C1)', () => {
  const total = { invoice_amount_including_tax: { quantity: '100.00', currency: 'EUR' } };
  it.each<[Record<string, unknown>, RegExp | null]>([
    [{}, null],
    [{ paid: true, ...total }, null],
    [{ paid: false, payment_status: 'PAID' }, /^paid is false, but payment_status is PAID: whatever says paid wins/],
    [{ paid: true, payment_status: 'UNPAID' }, /^payment_status is UNPAID, but paid is true/],
    [{ paid: true, open_invoice_amount: { quantity: '5.00', currency: 'EUR' } }, /^5.00 EUR is open, but paid is true/],
    [
      { paid: false, open_invoice_amount: { quantity: '0.00', currency: 'EUR' } },
      /nothing is open: the invoice counts as settled/,
    ],
    [
      { ...total, open_invoice_amount: { quantity: '60.00', currency: 'EUR' } },
      /60.00 EUR, but .* 100.00 EUR: the smaller counts/,
    ],
  ])('%j', (body, text) => {
    const told = disagreementsOf(invoice(body));
    if (text === null) expect(told).toEqual([]);
    else expect(told).toEqual([expect.stringMatching(text)]);
  });
});

describe('who did not match', () => {
  it('is told exactly of those that matching leaves out', () => {
    const facts = fc.constantFrom(
      invoiceFacts(),
      invoiceFacts({ status: 'DRAFT' }),
      invoiceFacts({ paid: true }),
      invoiceFacts({ due_date: null }),
      invoiceFacts({ type: 'CREDIT' }),
      invoiceFacts({ billing_type: 'SELF_BILLING' }),
      paymentFacts({ result: 'REFUSED' }),
      paymentFacts({ result: 'AUTHORIZED' }),
      paymentFacts({ result: 'REFUSED' }, null),
      trialFacts(t('2026-02-01')),
      trialFacts(null),
      trialFacts(t('2026-02-01'), 'CANCELLED'),
      trialFacts(t('2026-02-01'), 'ACTIVE', 'DEFAULT'),
      walletFacts('5'),
      walletFacts('50'),
      walletFacts('5', { open_balance: null }),
      walletFacts('5', { granted: euros('100') }),
      walletFacts('5', { granted: euros('0') }),
    );
    const terms = fc.constantFrom(
      DEFAULT_TERMS,
      walletTerms(euros('10')),
      walletTerms({ percentage: '20' }),
      walletTerms({ amount: { quantity: '10', currency: 'USD' } }),
    );
    const variant = fc.constantFrom(
      'OVERDUE',
      'TO_FINAL',
      'UPCOMING_PAYMENT_REMINDER',
      'FAILED_PAYMENT',
      'FREE_TRIAL_REMINDER',
      'WALLET_BALANCE',
    );
    const status = fc.constantFrom('ACTIVE', 'ACTIVE', 'DRAFT', 'INACTIVE');
    fc.assert(
      fc.property(
        facts,
        terms,
        variant,
        status,
        fc.constantFrom([], ['cust_1'], ['cust_2']),
        (known, own, kind, state, customerIds) => {
          const workflow: MatchableWorkflow = {
            id: 'w',
            status: state,
            variant: kind,
            periods: [],
            customerIds,
            excludedCustomerIds: [],
            terms: own,
            eventTrigger: true,
          };
          const fits = mismatch(workflow, kind, 'cust_1', null, known) === null && isWanted(kind, known, own);
          const why = whyNotMatched(workflow, kind, 'cust_1', known);
          expect(why === null, JSON.stringify(why)).toBe(fits);
          if (known.wallet && own.wallet)
            expect(levelOf(known.wallet, own.wallet) === null).toBe(incomparable(known.wallet, own.wallet) !== null);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each<[string, Parameters<typeof whyNotMatched>[3], string]>([
    ['another status', invoiceFacts({ status: 'DRAFT' }), 'The status of the invoice is DRAFT: it has to be FINAL.'],
    [
      'another billing type',
      invoiceFacts({ billing_type: 'SELF_BILLING' }),
      'The billing_type is SELF_BILLING: it has to be DEFAULT.',
    ],
    ['nothing known', NO_FACTS, 'The resource does not meet the conditions of this workflow.'],
  ])('%s', (_, facts, text) => {
    const workflow: MatchableWorkflow = {
      id: 'w',
      status: 'ACTIVE',
      variant: 'OVERDUE',
      periods: [],
      customerIds: [],
      excludedCustomerIds: [],
      terms: DEFAULT_TERMS,
      eventTrigger: true,
    };
    expect(whyNotMatched(workflow, 'OVERDUE', 'cust_1', facts)?.text).toBe(text);
  });
});
