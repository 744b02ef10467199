import { describe, expect, it } from 'vitest';
import { anchorOf, type DueDates, type Occasion } from '../../domain/anchor.js';
import { DEFAULT_TERMS } from '../../domain/terms.js';
import {
  euros,
  invoice,
  invoiceFacts,
  iso,
  NO_FACTS,
  paymentFacts,
  t,
  trialFacts,
  walletFacts,
  walletTerms,
} from './support.js';

const PLAIN: Occasion = { trial: null, occurredAt: null, lastMailAt: null };

function dueAnchor(dueDate: string | null, zone: string, dueDates: DueDates): string | null {
  return iso(anchorOf('OVERDUE', invoiceFacts({ due_date: dueDate }), zone, dueDates, PLAIN, DEFAULT_TERMS));
}

describe('a due date (S-T2, due_dates)', () => {
  it.each<[string, string, DueDates, string]>([
    ['2026-01-10T00:00:00Z', 'Europe/Amsterdam', 'INSTANT', '2026-01-10T00:00Z'],
    ['2026-01-10T00:00:00Z', 'Europe/Amsterdam', 'DATE', '2026-01-09T23:00Z'],
    ['2026-07-10T00:00:00Z', 'Europe/Amsterdam', 'DATE', '2026-07-09T22:00Z'],
    ['2026-01-10T00:00:00Z', 'America/New_York', 'DATE', '2026-01-10T05:00Z'],
    ['2026-01-10T00:00:00Z', 'Asia/Kathmandu', 'DATE', '2026-01-09T18:15Z'],
    ['2026-01-10T00:00:00+00:00', 'America/New_York', 'DATE', '2026-01-10T05:00Z'],
    // Only exactly midnight UTC is a date.
    ['2026-01-10T00:00:01Z', 'America/New_York', 'DATE', '2026-01-10T00:00:01Z'],
    ['2026-01-10T00:00:00+01:00', 'America/New_York', 'DATE', '2026-01-09T23:00Z'],
    ['2026-01-10T12:00:00Z', 'America/New_York', 'DATE', '2026-01-10T12:00Z'],
  ])('%s in %s as %s counts from %s', (dueDate, zone, dueDates, expected) => {
    expect(dueAnchor(dueDate, zone, dueDates)).toBe(expected);
  });

  it('is no anchor when it is not there', () => {
    expect(dueAnchor(null, 'UTC', 'DATE')).toBeNull();
    expect(anchorOf('OVERDUE', trialFacts(null), 'UTC', 'DATE', PLAIN, DEFAULT_TERMS)).toBeNull();
  });
});

describe('a final invoice (S-T4)', () => {
  const seen = t('2026-01-05T08:30');
  const anchor = (body: Record<string, unknown>, dueDates: DueDates = 'INSTANT'): string | null =>
    iso(
      anchorOf('TO_FINAL', { ...NO_FACTS, invoice: invoice(body, seen) }, 'Asia/Tokyo', dueDates, PLAIN, DEFAULT_TERMS),
    );

  it('counts from updated_to_final_at, else from when it was first seen final', () => {
    expect(anchor({ updated_to_final_at: '2026-01-04T10:00:00Z' })).toBe('2026-01-04T10:00Z');
    expect(anchor({})).toBe('2026-01-05T08:30Z');
  });

  it('is an instant, never a date', () => {
    expect(anchor({ updated_to_final_at: '2026-01-04T00:00:00Z' }, 'DATE')).toBe('2026-01-04T00:00Z');
  });
});

describe('the end of a trial (S-M3)', () => {
  const stored = t('2026-02-01T10:00');
  const said = { endAt: t('2026-02-05T10:00'), scheduleEndAtAcceptance: stored };
  const end = (endAt: number | null, trial: typeof said | null): string | null =>
    iso(anchorOf('FREE_TRIAL_REMINDER', trialFacts(endAt), 'UTC', 'INSTANT', { ...PLAIN, trial }, DEFAULT_TERMS));

  it('is the schedule’s when the trigger said nothing', () => {
    expect(end(stored, null)).toBe('2026-02-01T10:00Z');
    expect(end(null, null)).toBeNull();
  });

  it('is the trigger’s until the schedule’s changes', () => {
    expect(end(stored, said)).toBe('2026-02-05T10:00Z');
    expect(end(t('2026-02-20T10:00'), said)).toBe('2026-02-20T10:00Z');
    expect(end(null, said)).toBeNull();
  });

  it('is the trigger’s when the schedule had none, and still has none', () => {
    const onlySaid = { endAt: t('2026-02-05T10:00'), scheduleEndAtAcceptance: null };
    expect(
      iso(
        anchorOf(
          'FREE_TRIAL_REMINDER',
          trialFacts(null),
          'UTC',
          'INSTANT',
          { ...PLAIN, trial: onlySaid },
          DEFAULT_TERMS,
        ),
      ),
    ).toBe('2026-02-05T10:00Z');
  });

  it('may be a date, too', () => {
    const anchor = anchorOf(
      'FREE_TRIAL_REMINDER',
      trialFacts(t('2026-02-01')),
      'America/New_York',
      'DATE',
      PLAIN,
      DEFAULT_TERMS,
    );
    expect(iso(anchor)).toBe('2026-02-01T05:00Z');
  });
});

describe('a charge (S-T6)', () => {
  const charge = (body: Record<string, unknown>, dueDates: DueDates = 'INSTANT') =>
    iso(anchorOf('UPCOMING_PAYMENT_REMINDER', invoiceFacts(body), 'America/New_York', dueDates, PLAIN, DEFAULT_TERMS));

  it('counts from charge_date, else from the due date', () => {
    expect(charge({ charge_date: '2026-01-08T12:00:00Z' })).toBe('2026-01-08T12:00Z');
    expect(charge({})).toBe('2026-01-10T00:00Z');
    expect(charge({ charge_date: '2026-01-08T00:00:00Z' }, 'DATE')).toBe('2026-01-08T05:00Z');
  });
});

describe('a failed payment (S-T4)', () => {
  it('counts from its timestamp, else from when its result was first seen', () => {
    const at = (body: Record<string, unknown>) =>
      iso(anchorOf('FAILED_PAYMENT', paymentFacts(body), 'UTC', 'DATE', PLAIN, DEFAULT_TERMS));
    expect(at({})).toBe('2026-01-10T09:00Z');
    expect(at({ timestamp: null })).toBe('2026-01-11T00:00Z');
  });
});

describe('a low wallet (S-C5)', () => {
  const at = (lastMailAt: number | null, cooldown: { type: 'DAY' | 'WEEK'; value: number } | null = null) => {
    const occasion = { trial: null, occurredAt: t('2026-01-10T12:00'), lastMailAt };
    const terms = walletTerms(euros('10'), { cooldown });
    return iso(anchorOf('WALLET_BALANCE', walletFacts('1'), 'Europe/Amsterdam', 'INSTANT', occasion, terms));
  };

  it('counts from its crossing', () => {
    expect(at(null)).toBe('2026-01-10T12:00Z');
    expect(at(t('2026-01-08T12:00'))).toBe('2026-01-10T12:00Z');
  });

  it('waits for the end of the cooldown since the last mail', () => {
    expect(at(t('2026-01-10T11:00'))).toBe('2026-01-11T11:00Z');
    expect(at(t('2026-01-10T11:00'), { type: 'WEEK', value: 1 })).toBe('2026-01-17T11:00Z');
  });
});
