import { describe, expect, it } from 'vitest';
import { customerAffects } from '../../domain/affects.js';
import { readCustomer, readInvoice, readSchedule, readSubscription } from '../../domain/facts.js';
import { customer, invoice, t } from './support.js';

const eur = (quantity: string): { quantity: string; currency: string } => ({ quantity, currency: 'EUR' });

describe('an invoice as facts (S-C1)', () => {
  it('null means STANDARD, DEFAULT and unknown', () => {
    expect(readInvoice('inv_1', { customer_id: 'c', status: 'FINAL' }, null)).toMatchObject({
      type: 'STANDARD',
      billingType: 'DEFAULT',
      paid: null,
      onHold: false,
      paymentStatus: null,
      dueAt: null,
      finalAt: null,
      open: null,
    });
  });

  it.each<[string, Record<string, unknown>, string | null]>([
    ['total less paid', { invoice_amount_including_tax: eur('100.50'), paid_invoice_amount: eur('0.25') }, '100.25'],
    ['total, nothing known paid', { invoice_amount_including_tax: eur('100.50') }, '100.50'],
    ['only the open amount', { open_invoice_amount: eur('12') }, '12'],
    ['the smaller of two accounts', { invoice_amount_including_tax: eur('100'), open_invoice_amount: eur('12') }, '12'],
    [
      'the smaller of two accounts, the other way',
      { invoice_amount_including_tax: eur('10'), open_invoice_amount: eur('12') },
      '10',
    ],
    ['only the paid amount', { paid_invoice_amount: eur('12') }, null],
    ['not a decimal', { open_invoice_amount: eur('12e3') }, null],
    ['no currency', { open_invoice_amount: { quantity: '12' } }, null],
    ['a number', { open_invoice_amount: { quantity: 12, currency: 'EUR' } }, null],
  ])('open amount: %s', (_, body, expected) => {
    expect(invoice(body).open?.quantity ?? null).toBe(expected);
  });

  it('was final when it says so, else when it was first seen final', () => {
    const seen = t('2026-01-05');
    expect(invoice({}, seen).finalAt).toBe(seen);
    expect(invoice({ updated_to_final_at: '2026-01-04T00:00:00Z' }, seen).finalAt).toBe(t('2026-01-04'));
  });

  it('on_hold and paid are true only when they say true', () => {
    expect(invoice({ on_hold: 'true', paid: 'true' })).toMatchObject({ onHold: false, paid: null });
    expect(invoice({ on_hold: true, paid: false })).toMatchObject({ onHold: true, paid: false });
  });
});

describe('a customer as facts', () => {
  it('is named after the organisation, else the person', () => {
    const person = { individual: { name: { first_name: 'Ada', infix: 'de', last_name: 'Vries' } } };
    expect(readCustomer('c', { organization: { legal_name: 'Acme' }, ...person }).name).toBe('Acme');
    expect(readCustomer('c', person).name).toBe('Ada de Vries');
    expect(readCustomer('c', {}).name).toBeNull();
  });

  it('has no address when it is blank', () => {
    expect(readCustomer('c', { email: '  ' }).email).toBeNull();
  });

  it.each<[string, unknown, boolean]>([
    ['none', null, false],
    ['e-mail off', [{ type: 'INVOICE', channels: [{ type: 'EMAIL', enabled: false }] }], true],
    ['e-mail on', [{ type: 'INVOICE', channels: [{ type: 'EMAIL', enabled: true }] }], false],
    ['another channel off', [{ type: 'INVOICE', channels: [{ type: 'SMS', enabled: false }] }], false],
    ['another type off', [{ type: 'QUOTE', channels: [{ type: 'EMAIL', enabled: false }] }], false],
    ['no channels', [{ type: 'INVOICE' }], false],
    ['nonsense', 'off', false],
  ])('INVOICE/EMAIL preference: %s', (_, preferences, off) => {
    expect(readCustomer('c', { notification_preferences: preferences }).invoiceMailOff).toBe(off);
  });

  it('wakes its runs for zone, address and preference, not for name and locale (S-T5)', () => {
    expect(customerAffects(customer(), customer({ timezone: 'Asia/Tokyo' }))).toBe(true);
    expect(customerAffects(customer(), customer({ email: null }))).toBe(true);
    expect(customerAffects(customer(), customer({ invoiceMailOff: true }))).toBe(true);
    expect(customerAffects(customer(), customer({ name: 'Other', locale: 'nl' }))).toBe(false);
  });
});

describe('a trial as facts', () => {
  it('reads schedule and subscription', () => {
    expect(
      readSchedule('s', { pricing_plan_subscription_id: 'u', type: 'TRIAL', end_at: '2026-03-01T00:00:00Z' }),
    ).toEqual({ id: 's', subscriptionId: 'u', type: 'TRIAL', endAt: t('2026-03-01') });
    expect(readSchedule('s', {})).toEqual({ id: 's', subscriptionId: '', type: null, endAt: null });
    expect(readSubscription('u', { customer_id: 'c', status: 'ACTIVE' })).toEqual({
      id: 'u',
      customerId: 'c',
      status: 'ACTIVE',
      name: null,
    });
  });
});
