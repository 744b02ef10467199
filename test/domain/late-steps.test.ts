import { describe, expect, it } from 'vitest';
import {
  Life,
  action,
  calendar,
  customer,
  entry,
  invoice,
  invoiceFacts,
  NO_FACTS,
  ladder,
  periods,
  stand,
  t,
  trialFacts,
} from './support.js';

const berlin = { customer: customer({ timezone: 'Europe/Berlin' }) };
const skipStep = (text: string) => ({ kind: 'SKIP_STEP' as const, period: periods(text)[0] ?? null });
const blockedOnPdf = (): Life =>
  new Life('2026-01-26T10:00', {
    pinned: { latePolicy: 'ALL' },
    actions: [
      action('wact_1', { steps: periods('7 DAY'), needsPdf: true }),
      action('wact_2', { steps: periods('15 DAY') }),
    ],
  });

describe('a completed run and a calendar (S-R6)', () => {
  /** 7 and 15 DAY sent; 30 DAY waited for an address until its window had passed. */
  function completed(wish: Parameters<typeof calendar>[0]): Life {
    const life = new Life('2026-01-09T10:00', { pinned: { calendar: calendar(wish) } });
    life.sends('2026-01-17T09:00', '7-DAY');
    life.sends('2026-01-25T09:00', '15-DAY');
    life.at('2026-02-09T09:00', { customer: customer({ email: null }) });
    life.at('2026-02-20T10:00');
    life.at('2026-02-20T10:00', { customer: customer() });
    return life;
  }
  const corrected = { facts: invoiceFacts({ due_date: '2026-01-11T00:00:00Z' }) };

  it.each([
    ['a send hour', { sendAt: '09:00' }, '2026-05-05T07:00'],
    ['a send hour that has passed today', { sendAt: '09:00' }, '2026-05-05T12:00'],
    ['quiet hours, in the night', { quietHours: { from: '20:00', to: '08:00' } }, '2026-05-05T23:00'],
  ])('is not reopened because a late step would go at %s', (_, wish, now) => {
    const life = completed(wish);
    expect(stand(life.latest)).toBe('COMPLETED');
    expect(ladder(life.latest)[2]).toBe('30-DAY SKIPPED delivery_window_passed');
    expect(stand(life.at(now, corrected))).toBe('COMPLETED');
    expect(ladder(life.latest)[2]).toBe('30-DAY SKIPPED delivery_window_passed');
  });

  it('is reopened by a due date that makes a step lie ahead', () => {
    const later = { facts: invoiceFacts({ due_date: '2026-05-01T00:00:00Z' }) };
    expect(stand(completed({ sendAt: '09:00' }).at('2026-05-05T07:00', later))).toBe(
      'WAITING for 30-DAY at 2026-05-31T09:00Z',
    );
  });
});

describe('two late steps of one moment under ALL (S-T4)', () => {
  it('a BLOCKED one does not starve the other', () => {
    const life = blockedOnPdf();
    expect(stand(life.latest)).toBe('WAITING for 15-DAY at 2026-01-26T10:00Z');
    expect(life.latest.steps[0]).toMatchObject({ status: 'BLOCKED', late: true });
  });

  it('when neither can go the run is BLOCKED, and waits for both', () => {
    const life = new Life('2026-01-26T10:00', { pinned: { latePolicy: 'ALL' }, customer: customer({ email: null }) });
    expect(life.latest.status).toBe('BLOCKED');
    expect(life.latest.steps.slice(0, 2).map(({ status }) => status)).toEqual(['BLOCKED', 'BLOCKED']);
    expect(stand(life.at('2026-01-26T11:00', { customer: customer() }))).toBe('WAITING for 7-DAY at 2026-01-26T10:00Z');
  });
});

describe('LATEST lets only the newest past rung go (S-T4)', () => {
  const zoneChange = ['2026-01-27T10:00', berlin] as const;

  it('an older one does not come back by a zone change after an operator skipped the newest', () => {
    const life = new Life('2026-01-26T10:00');
    life.does('2026-01-26T10:00', skipStep('15 DAY'));
    expect(ladder(life.at(...zoneChange)).slice(0, 2)).toEqual([
      '7-DAY SKIPPED superseded',
      '15-DAY SKIPPED skipped_by_operator',
    ]);
    expect(life.latest.nextStepId).toBe('30-DAY');
  });

  it('nor after the newest was refused', () => {
    const life = new Life('2026-01-26T10:00');
    life.ledger('2026-01-26T10:00', '15-DAY', entry('REJECTED'));
    expect(ladder(life.at(...zoneChange)).slice(0, 2)).toEqual(['7-DAY SKIPPED superseded', '15-DAY FAILED rejected']);
    expect(life.latest.nextStepId).toBe('30-DAY');
  });
});

describe('a step that waits for its own anchor (S-T4)', () => {
  it('one that was held ten days is not late because the zone changed on day nine', () => {
    const facts = { ...NO_FACTS, invoice: invoice({}, t('2026-01-05T10:00')) };
    const holds = [{ until: t('2026-01-15T10:00') }];
    const life = new Life('2026-01-05T10:00', { pinned: { variant: 'TO_FINAL', periods: [] }, facts, holds });
    expect(stand(life.latest)).toBe('WAITING held until 2026-01-15T10:00Z');
    expect(stand(life.at('2026-01-14T10:00', berlin))).toBe('WAITING held until 2026-01-15T10:00Z');
    expect(life.latest.steps).toMatchObject([{ status: 'PLANNED' }]);
    expect(stand(life.at('2026-01-15T10:00'))).toBe('WAITING for anchor at 2026-01-15T10:00Z');
  });
});

describe('an announcement that comes too late (S-T4, T7)', () => {
  const trial = (now: string, wish: Parameters<typeof calendar>[0] | null = null, lateStepsAllowed = true): Life =>
    new Life(now, {
      facts: trialFacts(t('2026-03-20T12:00')),
      pinned: { variant: 'FREE_TRIAL_REMINDER', periods: periods('7 DAY'), calendar: wish && calendar(wish) },
      lateStepsAllowed,
    });

  it('ends with the trial, also when the blast guard holds it', () => {
    const life = trial('2026-03-15T10:00', null, false);
    expect(stand(life.latest)).toBe('BLOCKED blast_guard until 2026-03-20T12:00Z');
    expect(ladder(life.at('2026-03-20T12:00'))).toEqual(['7-DAY SKIPPED anchor_passed']);
    expect(stand(life.latest)).toBe('COMPLETED');
  });

  it('is given up at once when the calendar leaves no instant before the anchor', () => {
    const life = trial('2026-03-01', { sendAt: '16:00' });
    life.at('2026-03-02', { holds: [{ until: t('2026-03-19T18:00') }] });
    expect(ladder(life.at('2026-03-19T18:00'))).toEqual(['7-DAY SKIPPED anchor_passed']);
    expect(stand(life.latest)).toBe('COMPLETED');
  });
});
