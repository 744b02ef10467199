import { describe, expect, it } from 'vitest';
import { conditionOf, type Condition, type ResourceFacts } from '../../domain/condition.js';
import { DEFAULT_TERMS, type TermSettings } from '../../domain/terms.js';
import { euros, invoice, invoiceFacts, paymentFacts, t, trialFacts, walletFacts, walletTerms } from './support.js';

function word(condition: Condition): string {
  return condition.kind === 'HOLDS' ? 'HOLDS' : `${condition.kind} ${condition.reason}`;
}

const eur = (quantity: string): { quantity: string; currency: string } => ({ quantity, currency: 'EUR' });
const total = (quantity: string): Record<string, unknown> => ({ invoice_amount_including_tax: eur(quantity) });
const paid = (quantity: string): Record<string, unknown> => ({ paid_invoice_amount: eur(quantity) });
const open = (quantity: string): Record<string, unknown> => ({ open_invoice_amount: eur(quantity) });

describe('OVERDUE (S-C1)', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['nothing but FINAL', {}, 'HOLDS'],
    ['explicit nulls', { paid: null, payment_status: null, type: null, billing_type: null }, 'HOLDS'],
    ['UNPAID', { payment_status: 'UNPAID', ...total('100'), ...paid('0') }, 'HOLDS'],
    ['partly paid', { payment_status: 'PARTIALLY_PAID', ...total('100'), ...paid('40') }, 'HOLDS'],
    ['a cent open', { ...total('100.00'), ...paid('99.99') }, 'HOLDS'],
    ['ONE_OFF', { type: 'ONE_OFF' }, 'HOLDS'],
    ['on hold: the condition is not what blocks it', { on_hold: true }, 'HOLDS'],
    ['paid', { paid: true }, 'STOPS paid'],
    ['PAID', { payment_status: 'PAID' }, 'STOPS paid'],
    ['OVERPAID', { payment_status: 'OVERPAID', ...total('100'), ...paid('120') }, 'STOPS paid'],
    ['credited to zero', { ...total('100'), ...paid('100') }, 'STOPS settled'],
    ['more than paid', { ...total('100'), ...paid('100.01') }, 'STOPS settled'],
    ['zero open, no payment status', { ...open('0.00'), payment_status: null }, 'STOPS settled'],
    ['zero open, said to be unpaid', { ...open('0'), payment_status: 'UNPAID', paid: false }, 'STOPS settled'],
    ['a credit note’s negative total', { ...total('-5') }, 'STOPS settled'],
    ['VOID', { status: 'VOID' }, 'STOPS voided'],
    ['ARCHIVED', { status: 'ARCHIVED' }, 'STOPS archived'],
    ['OPEN', { status: 'OPEN' }, 'WAITS not_eligible'],
    ['DRAFT', { status: 'DRAFT' }, 'WAITS not_eligible'],
    ['no status', { status: null }, 'WAITS not_eligible'],
    ['a credit note', { type: 'CREDIT_NOTE' }, 'WAITS not_eligible'],
    ['another billing type', { billing_type: 'SELF_BILLING' }, 'WAITS not_eligible'],
  ])('%s', (_, body, expected) => {
    expect(word(conditionOf('OVERDUE', invoiceFacts(body), DEFAULT_TERMS))).toBe(expected);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['paid, but UNPAID and open', { paid: true, payment_status: 'UNPAID', ...total('100') }, 'STOPS paid'],
    ['not paid, but PAID and open', { paid: false, payment_status: 'PAID', ...total('100') }, 'STOPS paid'],
    [
      'not paid, UNPAID, amounts paid',
      { paid: false, payment_status: 'UNPAID', ...total('9'), ...paid('9') },
      'STOPS settled',
    ],
    ['stated open 0, parts say 60', { ...open('0'), ...total('100'), ...paid('40') }, 'STOPS settled'],
    ['stated open 60, parts say 0', { ...open('60'), ...total('100'), ...paid('100') }, 'STOPS settled'],
    ['paid while a draft', { status: 'DRAFT', paid: true }, 'STOPS paid'],
    ['paid and another type', { type: 'CREDIT_NOTE', paid: true }, 'STOPS paid'],
    ['void and paid', { status: 'VOID', paid: true }, 'STOPS voided'],
  ])('whatever says “paid” wins: %s', (_, body, expected) => {
    expect(word(conditionOf('OVERDUE', invoiceFacts(body), DEFAULT_TERMS))).toBe(expected);
  });

  it('waits without an invoice', () => {
    expect(word(conditionOf('OVERDUE', trialFacts(null), DEFAULT_TERMS))).toBe('WAITS not_eligible');
  });
});

describe('TO_FINAL (S-C2)', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['FINAL', {}, 'HOLDS'],
    ['FINAL and paid: it tells, it does not ask', { paid: true }, 'HOLDS'],
    ['FINAL with nothing open', { ...open('0') }, 'HOLDS'],
    ['OPEN', { status: 'OPEN' }, 'WAITS not_eligible'],
    ['DRAFT', { status: 'DRAFT' }, 'WAITS not_eligible'],
    ['VOID', { status: 'VOID' }, 'STOPS voided'],
    ['ARCHIVED', { status: 'ARCHIVED' }, 'STOPS archived'],
  ])('%s', (_, body, expected) => {
    expect(word(conditionOf('TO_FINAL', invoiceFacts(body), DEFAULT_TERMS))).toBe(expected);
  });
});

describe('FREE_TRIAL_REMINDER (S-C4)', () => {
  const end = t('2026-03-01');
  it.each<[string, ResourceFacts, string]>([
    ['a trial', trialFacts(end), 'HOLDS'],
    ['a subscription without status', trialFacts(end, null), 'HOLDS'],
    ['a cancelled subscription', trialFacts(end, 'CANCELLED'), 'STOPS cancelled'],
    ['a void subscription', trialFacts(end, 'VOID'), 'STOPS cancelled'],
    ['an archived subscription', trialFacts(end, 'ARCHIVED'), 'STOPS cancelled'],
    ['a schedule that is no trial', trialFacts(end, 'ACTIVE', 'DEFAULT'), 'WAITS not_eligible'],
    ['no schedule', invoiceFacts(), 'WAITS not_eligible'],
  ])('%s', (_, facts, expected) => {
    expect(word(conditionOf('FREE_TRIAL_REMINDER', facts, DEFAULT_TERMS))).toBe(expected);
  });
});

describe('UPCOMING_PAYMENT_REMINDER (S-C2)', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['an open invoice', {}, 'HOLDS'],
    ['paid', { paid: true }, 'STOPS paid'],
    ['nothing open', { ...open('0') }, 'STOPS settled'],
    ['VOID', { status: 'VOID' }, 'STOPS voided'],
    ['not final yet', { status: 'DRAFT' }, 'WAITS not_eligible'],
    ['a credit note', { type: 'CREDIT' }, 'WAITS not_eligible'],
  ])('%s', (_, body, expected) => {
    expect(word(conditionOf('UPCOMING_PAYMENT_REMINDER', invoiceFacts(body), DEFAULT_TERMS))).toBe(expected);
  });
});

describe('FAILED_PAYMENT (S-C3)', () => {
  it.each<[string, ResourceFacts, string]>([
    ['refused', paymentFacts({ result: 'REFUSED' }), 'HOLDS'],
    ['an error', paymentFacts({ result: 'ERROR' }), 'HOLDS'],
    ['without an invoice', paymentFacts({ result: 'REFUSED', invoice_id: null }, null), 'HOLDS'],
    ['authorised', paymentFacts({ result: 'AUTHORISED' }), 'WAITS not_eligible'],
    ['no result', paymentFacts({ result: null }), 'WAITS not_eligible'],
    ['the invoice was paid meanwhile', paymentFacts({ result: 'REFUSED' }, invoice({ paid: true })), 'STOPS paid'],
    ['the invoice it names is not known', paymentFacts({ result: 'REFUSED' }, null), 'WAITS not_eligible'],
    ['the invoice is void', paymentFacts({ result: 'REFUSED' }, invoice({ status: 'VOID' })), 'STOPS voided'],
    ['no payment', invoiceFacts(), 'WAITS not_eligible'],
  ])('%s', (_, facts, expected) => {
    expect(word(conditionOf('FAILED_PAYMENT', facts, DEFAULT_TERMS))).toBe(expected);
  });

  it('counts what the workflow calls failed', () => {
    const terms = { ...DEFAULT_TERMS, failedResults: ['CANCELLED'] };
    expect(word(conditionOf('FAILED_PAYMENT', paymentFacts({ result: 'CANCELLED' }), terms))).toBe('HOLDS');
    expect(word(conditionOf('FAILED_PAYMENT', paymentFacts({ result: 'REFUSED' }), terms))).toBe('WAITS not_eligible');
  });
});

describe('WALLET_BALANCE (S-C5)', () => {
  const credits = (quantity: string, credit_type_id = 'crty_1') => ({ credits: { quantity, credit_type_id } });
  const word5 = (facts: ResourceFacts, threshold: Record<string, unknown>, settings: Partial<TermSettings> = {}) =>
    word(conditionOf('WALLET_BALANCE', facts, walletTerms(threshold, settings)));

  it.each<[string, ResourceFacts, Record<string, unknown>, string]>([
    ['a cent below', walletFacts('9.99'), euros('10'), 'HOLDS'],
    ['exactly at it', walletFacts('10.00'), euros('10'), 'STOPS recovered'],
    ['negative', walletFacts('-3'), euros('10'), 'HOLDS'],
    ['another currency', walletFacts('1'), { amount: { quantity: '10', currency: 'USD' } }, 'WAITS not_eligible'],
    ['credits below', walletFacts('0', { open_balance: credits('4') }), credits('5'), 'HOLDS'],
    [
      'credits of another type',
      walletFacts('0', { open_balance: credits('4') }),
      credits('5', 'x'),
      'WAITS not_eligible',
    ],
    ['money against credits', walletFacts('4'), credits('5'), 'WAITS not_eligible'],
    ['19.99 of 100 is below 20 %', walletFacts('19.99', { granted: euros('100') }), { percentage: '20' }, 'HOLDS'],
    ['20 of 100 is not', walletFacts('20', { granted: euros('100') }), { percentage: '20' }, 'STOPS recovered'],
    ['an odd percentage', walletFacts('0.124', { granted: euros('1') }), { percentage: '12.5' }, 'HOLDS'],
    ['a percentage of nothing granted', walletFacts('1'), { percentage: '20' }, 'WAITS not_eligible'],
    ['a percentage of zero', walletFacts('0', { granted: euros('0') }), { percentage: '20' }, 'WAITS not_eligible'],
    ['no balance known', walletFacts('0', { open_balance: null }), euros('10'), 'WAITS not_eligible'],
    ['a wallet that is archived', walletFacts('1', { status: 'ARCHIVED' }), euros('10'), 'STOPS archived'],
  ])('%s', (_, facts, threshold, expected) => {
    expect(word5(facts, threshold)).toBe(expected);
  });

  it('takes wallets of its own type only, or of every type', () => {
    const terms = walletTerms(euros('10')).wallet;
    if (!terms) throw new Error('no terms');
    const of = (walletTypeId: string | null) =>
      word(conditionOf('WALLET_BALANCE', walletFacts('1'), { failedResults: [], wallet: { ...terms, walletTypeId } }));
    expect([of(null), of('waty_1'), of('waty_2')]).toEqual(['HOLDS', 'HOLDS', 'WAITS not_eligible']);
  });
});
