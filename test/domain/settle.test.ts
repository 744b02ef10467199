import { describe, expect, it } from 'vitest';
import type { Action, LedgerEntry, Step, StepStatus } from '../../domain/run.js';
import { settle } from '../../domain/settle.js';
import { Life, action, entry, invoiceFacts, ladder, periods, stand, t } from './support.js';

const A = 'wact_1';
const B = 'wact_2';
const both = [action(A), action(B)];

function settled(ledger: LedgerEntry[], actions: readonly Action[] = both, status: StepStatus = 'PLANNED'): string {
  const step: Step = {
    kind: 'RUNG',
    id: '7-DAY',
    periods: periods('7 DAY'),
    rawAt: 0,
    plannedAt: 0,
    shifts: [],
    status,
    reason: status === 'SKIPPED' ? 'paid' : null,
    late: false,
    sentAt: null,
    ledger,
  };
  const { status: after, reason } = settle(step, actions);
  return `${after}${reason ? ` ${reason}` : ''}`;
}

const on = (actionId: string, status: LedgerEntry['status']): LedgerEntry => entry(status, { actionId });

describe('what a ledger makes of its step (S-E5)', () => {
  it.each<[string, LedgerEntry[], string]>([
    ['nothing yet', [], 'PLANNED'],
    ['SENT', [on(A, 'SENT')], 'DONE'],
    ['SENT twice', [on(A, 'SENT'), on(B, 'SENT')], 'DONE'],
    ['REJECTED', [on(A, 'REJECTED')], 'FAILED rejected'],
    ['IN_DOUBT', [on(A, 'IN_DOUBT')], 'DONE in_doubt'],
    ['SENT and REJECTED', [on(A, 'SENT'), on(B, 'REJECTED')], 'FAILED rejected'],
    ['SENT and IN_DOUBT', [on(A, 'SENT'), on(B, 'IN_DOUBT')], 'DONE in_doubt'],
    ['REJECTED and IN_DOUBT', [on(A, 'REJECTED'), on(B, 'IN_DOUBT')], 'FAILED rejected'],
    ['SENT and BLOCKED', [on(A, 'SENT'), on(B, 'BLOCKED')], 'PLANNED'],
    ['SENT and CLAIMED', [on(A, 'SENT'), on(B, 'CLAIMED')], 'PLANNED'],
    ['REJECTED and TRANSMITTING', [on(A, 'REJECTED'), on(B, 'TRANSMITTING')], 'PLANNED'],
    ['SENT and to be retried', [on(A, 'SENT'), on(B, 'PLANNED')], 'PLANNED'],
    ['only SKIPPED', [on(A, 'SKIPPED')], 'PLANNED'],
    ['SENT and SKIPPED', [on(A, 'SENT'), on(B, 'SKIPPED')], 'DONE'],
  ])('%s', (_, ledger, expected) => {
    expect(settled(ledger)).toBe(expected);
  });

  it('nobody waits for a delivery whose action was archived before it went', () => {
    expect(settled([on(A, 'SENT'), on(B, 'BLOCKED')], [action(A)])).toBe('DONE');
    expect(settled([on(A, 'SENT'), on(B, 'PLANNED')], [action(A)])).toBe('DONE');
    expect(settled([on(B, 'BLOCKED')], [action(A)])).toBe('PLANNED');
  });

  it('what is on the wire is waited for, archived action or not', () => {
    expect(settled([on(A, 'SENT'), on(B, 'TRANSMITTING')], [action(A)])).toBe('PLANNED');
    expect(settled([on(A, 'SENT'), on(B, 'CLAIMED')], [action(A)])).toBe('PLANNED');
  });

  it('a mail that went although its step was skipped meanwhile, went', () => {
    expect(settled([on(A, 'SENT')], both, 'SKIPPED')).toBe('DONE');
    expect(settled([on(A, 'REJECTED')], both, 'SKIPPED')).toBe('FAILED rejected');
    expect(settled([on(A, 'SKIPPED')], both, 'SKIPPED')).toBe('SKIPPED paid');
  });
});

describe('a run with several actions (S-D7)', () => {
  const sentOne = (): Life => {
    const life = new Life('2026-01-09T10:00', { actions: both });
    life.ledger(
      '2026-01-17T00:00',
      '7-DAY',
      on(A, 'SENT'),
      entry('BLOCKED', { actionId: B, reason: 'template_missing' }),
    );
    return life;
  };

  it('goes on to the next step after a rejection', () => {
    const life = new Life('2026-01-09T10:00', { actions: both });
    const after = life.ledger('2026-01-17T00:00', '7-DAY', on(A, 'SENT'), on(B, 'REJECTED'));
    expect(stand(after)).toBe('WAITING for 15-DAY at 2026-01-25T00:00Z');
    expect(after.steps[0]).toMatchObject({ status: 'FAILED', reason: 'rejected', sentAt: t('2026-01-17') });
  });

  it('sends the blocked one when it is repaired', () => {
    expect(stand(sentOne().latest)).toBe('WAITING for 7-DAY at 2026-01-17T00:00Z');
  });

  it('a step of which one mail went is not called skipped when the other’s window ends', () => {
    const life = sentOne();
    const over = life.at('2026-01-24T00:00');
    expect(stand(over)).toBe('WAITING for 15-DAY at 2026-01-25T00:00Z');
    expect(over.steps[0]).toMatchObject({ status: 'DONE', sentAt: t('2026-01-17') });
  });

  it('a step of which one mail went is not called skipped when the invoice is paid', () => {
    const life = sentOne();
    const paid = life.at('2026-01-18T00:00', { facts: invoiceFacts({ paid: true }) });
    expect(stand(paid)).toBe('STOPPED paid');
    expect(paid.steps[0]).toMatchObject({ status: 'DONE', sentAt: t('2026-01-17') });
  });

  it('a step of which one mail went is done when the other action no longer applies to it', () => {
    const life = sentOne();
    const after = life.at('2026-01-18T00:00', { actions: [action(A), action(B, { steps: periods('30 DAY') })] });
    expect(ladder(after)[0]).toBe('7-DAY DONE');
  });

  it('an IN_DOUBT mail that its own sender later knows as sent is no longer in doubt (S-E4)', () => {
    const life = new Life('2026-01-09T10:00');
    expect(ladder(life.ledger('2026-01-17T00:00', '7-DAY', on(A, 'IN_DOUBT')))[0]).toBe('7-DAY DONE in_doubt');
    expect(ladder(life.ledger('2026-01-17T00:05', '7-DAY', on(A, 'SENT')))[0]).toBe('7-DAY DONE');
  });
});
