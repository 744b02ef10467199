import { describe, expect, it } from 'vitest';
import type { Variant } from '../../domain/types.js';
import { Life, customer, entry, invoiceFacts, ladder, periods, stand, type Setting } from './support.js';

const announce = (finalAt: string, setting: Setting = {}): Setting => ({
  pinned: { variant: 'TO_FINAL' satisfies Variant, periods: [] },
  facts: invoiceFacts({ updated_to_final_at: finalAt }),
  ...setting,
});
const oneStep = { type: 'MANUAL' as const };

describe('a variant with one step (S-T4)', () => {
  it.each([
    ['just now', '2026-01-05T10:00:00Z', 'WAITING for anchor at 2026-01-05T10:00Z'],
    ['six days ago', '2025-12-30T10:00:00Z', 'WAITING for anchor at 2026-01-05T10:00Z'],
    ['more than seven days ago', '2025-12-29T09:59:59Z', 'COMPLETED'],
    ['tomorrow', '2026-01-06T10:00:00Z', 'WAITING for anchor at 2026-01-06T10:00Z'],
  ])('as an EVENT, final %s', (_, finalAt, expected) => {
    const life = new Life('2026-01-05T10:00', announce(finalAt));
    expect(stand(life.latest)).toBe(expected);
    if (expected === 'COMPLETED') expect(ladder(life.latest)).toEqual(['anchor SKIPPED late']);
  });

  it.each(['2025-06-01T10:00:00Z', '2026-02-01T10:00:00Z'])('by hand it goes at once, final at %s', (finalAt) => {
    const life = new Life('2026-01-05T10:00', { ...announce(finalAt), run: oneStep });
    expect(stand(life.latest)).toBe('WAITING for anchor at 2026-01-05T10:00Z');
  });

  it('on the wire when the zone moves, it is still one step', () => {
    const life = new Life('2026-01-05T10:00', announce('2026-01-05T10:00:00Z'));
    life.ledger('2026-01-05T10:00', 'anchor', entry('TRANSMITTING'));
    const moved = life.at('2026-01-05T10:00:01', { customer: customer({ timezone: 'Asia/Tokyo' }) });
    expect(moved.steps.map(({ id }) => id)).toEqual(['anchor']);
    expect(stand(moved)).toMatch(/^SENDING for anchor/);
  });

  it('is sent once: a moved instant or zone sends it no second time', () => {
    const life = new Life('2026-01-05T10:00', announce('2026-01-05T10:00:00Z'));
    life.sends('2026-01-05T10:00', 'anchor');
    expect(stand(life.latest)).toBe('COMPLETED');
    const later = { facts: invoiceFacts({ updated_to_final_at: '2026-02-01T00:00:00Z' }) };
    expect(stand(life.at('2026-01-06T10:00', later))).toBe('COMPLETED');
    expect(stand(life.at('2026-01-06T10:00', { customer: customer({ timezone: 'Asia/Tokyo' }) }))).toBe('COMPLETED');
  });
});

describe('a single step by hand (S-T4, S-M7)', () => {
  const byHand = (setting: Setting = {}): Setting => ({
    run: oneStep,
    pinned: { periods: periods('7 DAY'), singleStepManual: true, latePolicy: 'NONE' },
    ...setting,
  });

  it.each([
    ['before its instant', '2026-01-05T10:00'],
    ['before the due date', '2025-12-05T10:00'],
    ['long after it', '2026-08-05T10:00'],
  ])('goes at once, %s', (_, now) => {
    expect(stand(new Life(now, byHand()).latest)).toBe(`WAITING for 7-DAY at ${now}Z`);
  });

  it.each(['SENT', 'TRANSMITTING', 'CLAIMED', 'IN_DOUBT'] as const)('goes although another run has it %s', (status) => {
    const life = new Life('2026-01-20T10:00', byHand({ siblings: [{ periods: periods('7 DAY'), status }] }));
    expect(stand(life.latest)).toBe('WAITING for 7-DAY at 2026-01-20T10:00Z');
  });

  it('has seven days from the wish', () => {
    const life = new Life('2026-01-05T10:00', byHand({ customer: customer({ email: null }) }));
    expect(stand(life.latest)).toBe('BLOCKED no_recipient until 2026-01-12T10:00Z');
  });

  it('goes once', () => {
    const life = new Life('2026-01-05T10:00', byHand());
    life.sends('2026-01-05T10:00', '7-DAY');
    expect(stand(life.at('2026-01-17T00:00'))).toBe('COMPLETED');
  });
});
