import { describe, expect, it } from 'vitest';
import { conditionOf, type Condition, type ResourceFacts } from '../../domain/condition.js';
import { invoiceFacts, t, trialFacts } from './support.js';

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
    expect(word(conditionOf('OVERDUE', invoiceFacts(body)))).toBe(expected);
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
    expect(word(conditionOf('OVERDUE', invoiceFacts(body)))).toBe(expected);
  });

  it('waits without an invoice', () => {
    expect(word(conditionOf('OVERDUE', trialFacts(null)))).toBe('WAITS not_eligible');
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
    expect(word(conditionOf('TO_FINAL', invoiceFacts(body)))).toBe(expected);
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
    expect(word(conditionOf('FREE_TRIAL_REMINDER', facts))).toBe(expected);
  });
});
