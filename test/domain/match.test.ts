import { describe, expect, it } from 'vitest';
import type { ResourceFacts } from '../../domain/condition.js';
import { isEvent, mismatch, variantsOf, type MatchableWorkflow } from '../../domain/match.js';
import { maxPeriodValue, periodLabel, samePeriod } from '../../domain/period.js';
import { DEFAULT_TERMS } from '../../domain/terms.js';
import { VARIANTS } from '../../domain/variants.js';
import {
  euros,
  invoiceFacts,
  NO_FACTS,
  paymentFacts,
  periods,
  t,
  trialFacts,
  walletFacts,
  walletTerms,
} from './support.js';

const eventsOf = (before: ResourceFacts | null, after: ResourceFacts): string[] =>
  VARIANTS.filter((variant) => isEvent(variant, before, after, DEFAULT_TERMS));

const workflow = (rest: Partial<MatchableWorkflow> = {}): MatchableWorkflow => ({
  id: 'wkfl_1',
  status: 'ACTIVE',
  variant: 'OVERDUE',
  periods: periods('7 DAY', '1 MONTH'),
  customerIds: [],
  excludedCustomerIds: [],
  terms: DEFAULT_TERMS,
  eventTrigger: true,
  ...rest,
});

describe('which workflows fit (S-M2, D5)', () => {
  it.each<[string, Partial<MatchableWorkflow>, string | null]>([
    ['every customer', {}, null],
    ['this customer', { customerIds: ['cust_2', 'cust_1'] }, null],
    ['other customers', { customerIds: ['cust_2'] }, 'out_of_scope'],
    ['all but this one', { excludedCustomerIds: ['cust_1'] }, 'out_of_scope'],
    ['named and excluded', { customerIds: ['cust_1'], excludedCustomerIds: ['cust_1'] }, 'out_of_scope'],
    ['another variant', { variant: 'TO_FINAL' }, 'variant'],
    ['no variant yet', { variant: null, status: 'DRAFT' }, 'variant'],
    ['a draft', { status: 'DRAFT' }, 'inactive'],
    ['inactive', { status: 'INACTIVE' }, 'inactive'],
    ['archived', { status: 'ARCHIVED' }, 'inactive'],
  ])('%s', (_, rest, expected) => {
    expect(mismatch(workflow(rest), 'OVERDUE', 'cust_1', null, NO_FACTS)).toBe(expected);
  });

  it('a trigger for one period fits only ladders that have it, by name and not by length', () => {
    const fit = (text: string): string | null =>
      mismatch(workflow(), 'OVERDUE', 'cust_1', periods(text)[0] ?? null, NO_FACTS);
    expect(fit('7 DAY')).toBeNull();
    expect(fit('1 WEEK')).toBe('period');
    expect(fit('8 DAY')).toBe('period');
  });
});

describe('which events a change makes (S-A3)', () => {
  it('an invoice that becomes final with a due date', () => {
    expect(eventsOf(invoiceFacts({ status: 'DRAFT' }), invoiceFacts())).toEqual([
      'TO_FINAL',
      'OVERDUE',
      'UPCOMING_PAYMENT_REMINDER',
    ]);
    expect(eventsOf(null, invoiceFacts())).toEqual(['TO_FINAL', 'OVERDUE', 'UPCOMING_PAYMENT_REMINDER']);
  });

  it('the due date that was missing, for the first time', () => {
    expect(eventsOf(invoiceFacts({ due_date: null }), invoiceFacts())).toEqual([
      'OVERDUE',
      'UPCOMING_PAYMENT_REMINDER',
    ]);
  });

  it('none for a paid invoice but its own announcement', () => {
    expect(eventsOf(null, invoiceFacts({ paid: true }))).toEqual(['TO_FINAL']);
  });

  it('OVERDUE when a final invoice first becomes open (S-R6)', () => {
    expect(eventsOf(invoiceFacts({ paid: true }), invoiceFacts({ paid: false }))).toEqual([
      'OVERDUE',
      'UPCOMING_PAYMENT_REMINDER',
    ]);
  });

  it('none when nothing about it changed, or a moved due date', () => {
    expect(eventsOf(invoiceFacts(), invoiceFacts())).toEqual([]);
    expect(eventsOf(invoiceFacts(), invoiceFacts({ due_date: '2026-05-01T00:00:00Z' }))).toEqual([]);
  });

  it('a trial that gets its end, and not one that is cancelled', () => {
    const end = t('2026-03-01');
    expect(eventsOf(trialFacts(null), trialFacts(end))).toEqual(['FREE_TRIAL_REMINDER']);
    expect(eventsOf(null, trialFacts(end, 'CANCELLED'))).toEqual([]);
  });

  it('a charge date that comes before any due date', () => {
    const final = { due_date: null };
    expect(eventsOf(invoiceFacts(final), invoiceFacts({ ...final, charge_date: '2026-01-08T00:00:00Z' }))).toEqual([
      'UPCOMING_PAYMENT_REMINDER',
    ]);
  });

  it('a payment that fails', () => {
    expect(eventsOf(null, paymentFacts({ result: 'REFUSED' }))).toEqual(expect.arrayContaining(['FAILED_PAYMENT']));
    expect(
      isEvent('FAILED_PAYMENT', paymentFacts({ result: 'REFUSED' }), paymentFacts({ result: 'ERROR' }), DEFAULT_TERMS),
    ).toBe(false);
  });

  it('only of variants that are about the resource', () => {
    expect(variantsOf('INVOICE')).toEqual(['TO_FINAL', 'OVERDUE', 'UPCOMING_PAYMENT_REMINDER']);
    expect(variantsOf('PAYMENT')).toEqual(['FAILED_PAYMENT']);
    expect(variantsOf('WALLET')).toEqual(['WALLET_BALANCE']);
  });

  it('none of a wallet in another unit', () => {
    const watching = (threshold: Record<string, unknown>) =>
      mismatch(
        workflow({ variant: 'WALLET_BALANCE', periods: [], terms: walletTerms(threshold) }),
        'WALLET_BALANCE',
        'cust_1',
        null,
        walletFacts('1'),
      );
    expect(watching(euros('10'))).toBeNull();
    expect(watching({ amount: { quantity: '10', currency: 'USD' } })).toBe('wallet');
    expect(watching({ percentage: '10' })).toBe('wallet');
  });
});

describe('periods (S-D2)', () => {
  it('are the same by type and value', () => {
    const [week, days] = periods('1 WEEK', '7 DAY');
    expect(samePeriod(week ?? null, days ?? null)).toBe(false);
    expect(samePeriod(week ?? null, { type: 'WEEK', value: 1 })).toBe(true);
    expect(samePeriod(null, null)).toBe(true);
    expect(samePeriod(week ?? null, null)).toBe(false);
  });

  it('last at most ten years', () => {
    expect((['DAY', 'WEEK', 'MONTH', 'YEAR'] as const).map(maxPeriodValue)).toEqual([3650, 520, 120, 10]);
  });

  it('are named as people say them', () => {
    expect(periods('1 DAY', '15 DAY', '1 MONTH', '0 DAY').map(periodLabel)).toEqual([
      '1 day',
      '15 days',
      '1 month',
      '0 days',
    ]);
  });
});
