import { describe, expect, it } from 'vitest';
import { Life, entry, invoiceFacts, ladder, periods, stand, type Setting } from './support.js';

describe('the same step in another run (S-M7)', () => {
  const due = '2026-01-17T00:00';
  const sibling = (status: ReturnType<typeof entry>['status'], ...texts: string[]): Setting => ({
    siblings: [{ periods: periods(...texts), status }],
  });

  it.each(['SENT', 'IN_DOUBT', 'TRANSMITTING'] as const)('%s there: already_sent here, the next one goes', (status) => {
    const life = new Life('2026-01-09T10:00');
    const after = life.at(due, sibling(status, '7 DAY'));
    expect(ladder(after)[0]).toBe('7-DAY SKIPPED already_sent');
    expect(stand(after)).toBe('WAITING for 15-DAY at 2026-01-25T00:00Z');
  });

  it('CLAIMED there: looks again in two seconds', () => {
    const life = new Life('2026-01-09T10:00');
    expect(stand(life.at(due, sibling('CLAIMED', '7 DAY')))).toBe('WAITING sibling_sending until 2026-01-17T00:00:02Z');
    expect(stand(life.at('2026-01-17T00:00:02', sibling('PLANNED', '7 DAY')))).toBe(
      'WAITING for 7-DAY at 2026-01-17T00:00Z',
    );
  });

  it.each(['PLANNED', 'BLOCKED', 'REJECTED', 'SKIPPED'] as const)('%s there: goes here', (status) => {
    expect(stand(new Life(due, sibling(status, '7 DAY')).latest)).toBe('WAITING for 7-DAY at 2026-01-17T00:00Z');
  });

  it('another step there says nothing about this one', () => {
    expect(stand(new Life(due, sibling('SENT', '15 DAY')).latest)).toBe('WAITING for 7-DAY at 2026-01-17T00:00Z');
    expect(stand(new Life(due, sibling('SENT', '1 WEEK')).latest)).toBe('WAITING for 7-DAY at 2026-01-17T00:00Z');
    expect(stand(new Life(due, sibling('SENT')).latest)).toBe('WAITING for 7-DAY at 2026-01-17T00:00Z');
  });

  it('a merged step is sent when any of its periods was', () => {
    const merged = { pinned: { periods: periods('28 DAY', '4 WEEK') } };
    const life = new Life('2026-01-09T10:00', merged);
    expect(stand(life.at('2026-01-10T00:00', sibling('SENT', '4 WEEK')))).toBe('COMPLETED');
  });

  it('the one step of its variant is the same in every run', () => {
    const life = new Life('2026-01-05T10:00', {
      pinned: { variant: 'TO_FINAL', periods: [] },
      facts: invoiceFacts({ updated_to_final_at: '2026-01-05T10:00:00Z' }),
    });
    expect(stand(life.at('2026-01-05T10:00', sibling('SENT')))).toBe('COMPLETED');
  });

  it('what this run is sending itself is not taken away', () => {
    const life = new Life('2026-01-09T10:00');
    life.ledger(due, '7-DAY', entry('CLAIMED'));
    expect(stand(life.at('2026-01-17T00:00:01', sibling('SENT', '7 DAY')))).toMatch(/^SENDING/);
    life.ledger('2026-01-17T00:00:02', '7-DAY', entry('TRANSMITTING'));
    expect(stand(life.latest)).toMatch(/^SENDING/);
  });

  it('a run that is planned anew does not plan what another run has sent', () => {
    const life = new Life('2026-01-09T10:00', { facts: invoiceFacts({ paid: true }) });
    const back = life.at('2026-01-12T00:00', { facts: invoiceFacts(), ...sibling('SENT', '7 DAY') });
    expect(ladder(back)).toEqual([
      '7-DAY SKIPPED already_sent',
      '15-DAY PLANNED 2026-01-25T00:00Z',
      '30-DAY PLANNED 2026-02-09T00:00Z',
    ]);
  });

  it('a run that comes back after a step by hand plans the steps that are left', () => {
    const life = new Life('2026-01-09T10:00');
    life.at('2026-01-12T00:00', { facts: invoiceFacts({ paid: true }) });
    const back = life.at('2026-01-18T00:00', { facts: invoiceFacts(), ...sibling('SENT', '7 DAY') });
    expect(stand(back)).toBe('WAITING for 15-DAY at 2026-01-25T00:00Z');
  });
});
