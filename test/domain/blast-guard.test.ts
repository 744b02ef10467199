import { describe, expect, it } from 'vitest';
import type { RunContext } from '../../domain/run.js';
import { Life, customer, invoiceFacts, ladder, periods, stand, t, type Setting } from './support.js';

const guarded = (setting: Setting = {}): Life => new Life('2026-01-26T10:00', { lateStepsAllowed: false, ...setting });

/** What `POST /v1/workflow-runs/release` writes: the held steps go now. */
function released(life: Life, now: string): RunContext {
  const { run } = life.context;
  const steps = run.steps.map((step) =>
    step.reason === 'blast_guard' ? { ...step, status: 'PLANNED' as const, reason: null, plannedAt: t(now) } : step,
  );
  return { ...life.context, run: { ...run, steps } };
}

describe('the blast guard (S-T4)', () => {
  it('holds a late step until somebody releases it', () => {
    const life = guarded();
    expect(stand(life.latest)).toBe('BLOCKED blast_guard until 2026-02-09T00:00Z');
    expect(ladder(life.latest)).toEqual([
      '7-DAY SKIPPED superseded',
      '15-DAY BLOCKED blast_guard',
      '30-DAY PLANNED 2026-02-09T00:00Z',
    ]);
    expect(stand(life.at('2026-02-08T00:00', { lateStepsAllowed: true }))).toBe(
      'BLOCKED blast_guard until 2026-02-09T00:00Z',
    );
  });

  it('released, it goes at once and its window counts from then', () => {
    const life = guarded();
    life.context = released(life, '2026-01-30T10:00');
    expect(stand(life.at('2026-01-30T10:00'))).toBe('WAITING for 15-DAY at 2026-01-30T10:00Z');
    expect(stand(life.at('2026-01-31T10:00', { customer: customer({ email: null }) }))).toBe(
      'BLOCKED no_recipient until 2026-02-06T10:00Z',
    );
  });

  it('never released, its successor takes its place', () => {
    const over = guarded().at('2026-02-09T00:00');
    expect(stand(over)).toBe('WAITING for 30-DAY at 2026-02-09T00:00Z');
    expect(ladder(over)[1]).toBe('15-DAY SKIPPED superseded');
  });

  it('the last step waits for a person as long as it takes', () => {
    const life = guarded({ pinned: { periods: periods('7 DAY') } });
    expect(stand(life.latest)).toBe('BLOCKED blast_guard');
    expect(stand(life.at('2026-12-31T00:00'))).toBe('BLOCKED blast_guard');
  });

  it('holds no step that is in time', () => {
    const life = new Life('2026-01-09T10:00', { lateStepsAllowed: false });
    expect(stand(life.at('2026-01-17T00:00'))).toBe('WAITING for 7-DAY at 2026-01-17T00:00Z');
  });

  it('holds no trigger by hand', () => {
    expect(stand(guarded({ run: { type: 'MANUAL' } }).latest)).toBe('WAITING for 15-DAY at 2026-01-26T10:00Z');
  });

  it('holds what a returned payment makes late', () => {
    const life = new Life('2026-01-09T10:00', { facts: invoiceFacts({ paid: true }) });
    const back = life.at('2026-01-26T10:00', { facts: invoiceFacts(), lateStepsAllowed: false });
    expect(stand(back)).toBe('BLOCKED blast_guard until 2026-02-09T00:00Z');
  });

  it('holds an announcement that is days old, not one of this hour', () => {
    const final = (at: string): Setting => ({
      pinned: { variant: 'TO_FINAL', periods: [] },
      facts: invoiceFacts({ updated_to_final_at: at }),
    });
    expect(stand(guarded(final('2026-01-24T10:00:00Z')).latest)).toBe('BLOCKED blast_guard');
    expect(stand(guarded(final('2026-01-26T09:30:00Z')).latest)).toBe('WAITING for anchor at 2026-01-26T10:00Z');
  });

  it('is not lifted by an invoice that was on hold meanwhile', () => {
    const life = guarded();
    life.at('2026-01-27T10:00', { facts: invoiceFacts({ on_hold: true }) });
    expect(stand(life.at('2026-01-28T10:00', { facts: invoiceFacts() }))).toBe(
      'BLOCKED blast_guard until 2026-02-09T00:00Z',
    );
  });

  it('still stops when the invoice is paid', () => {
    expect(stand(guarded().at('2026-01-27T10:00', { facts: invoiceFacts({ paid: true }) }))).toBe('STOPPED paid');
  });
});
