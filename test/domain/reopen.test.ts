import { describe, expect, it } from 'vitest';
import type { Reason } from '../../domain/reasons.js';
import { Life, customer, entry, invoiceFacts, ladder, periods, stand, t, trialFacts, type Change } from './support.js';

const unpaid: Change = { facts: invoiceFacts() };

/** 7 DAY sent on 17 January, then stopped on the 20th by these facts. */
function stoppedBy(body: Record<string, unknown>): Life {
  const life = new Life('2026-01-09T10:00');
  life.sends('2026-01-17T00:00', '7-DAY');
  life.at('2026-01-20T00:00', { facts: invoiceFacts(body) });
  return life;
}

describe('a run that facts stopped comes back with them (S-R6)', () => {
  it.each<[string, Record<string, unknown>]>([
    ['paid', { paid: true }],
    ['settled', { open_invoice_amount: { quantity: '0.00', currency: 'EUR' } }],
    ['voided', { status: 'VOID' }],
  ])('%s, and no longer', (reason, body) => {
    const life = stoppedBy(body);
    expect(stand(life.latest)).toBe(`STOPPED ${reason}`);
    const back = life.at('2026-01-22T00:00', unpaid);
    expect(stand(back)).toBe('WAITING for 15-DAY at 2026-01-25T00:00Z');
    expect(ladder(back)).toEqual([
      '7-DAY DONE',
      '15-DAY PLANNED 2026-01-25T00:00Z',
      '30-DAY PLANNED 2026-02-09T00:00Z',
    ]);
  });

  it('what came due meanwhile goes at once, as the late policy says', () => {
    expect(stand(stoppedBy({ paid: true }).at('2026-01-28T10:00', unpaid))).toBe(
      'WAITING for 15-DAY at 2026-01-28T10:00Z',
    );
    const both = stoppedBy({ paid: true }).at('2026-03-01T10:00', unpaid);
    expect(ladder(both)).toEqual(['7-DAY DONE', '15-DAY SKIPPED superseded', '30-DAY PLANNED 2026-03-01T10:00Z']);
  });

  it('with another due date', () => {
    const facts = invoiceFacts({ due_date: '2026-02-01T00:00:00Z' });
    expect(ladder(stoppedBy({ paid: true }).at('2026-01-28T10:00', { facts }))).toEqual([
      '7-DAY DONE',
      '15-DAY PLANNED 2026-02-16T00:00Z',
      '30-DAY PLANNED 2026-03-03T00:00Z',
    ]);
  });

  it('with everything sent it is completed', () => {
    const life = new Life('2026-01-09T10:00', { pinned: { periods: periods('7 DAY', '15 DAY') } });
    life.sends('2026-01-17T00:00', '7-DAY');
    life.ledger('2026-01-25T00:00', '15-DAY', entry('CLAIMED'));
    life.at('2026-01-25T00:00:01', { facts: invoiceFacts({ paid: true }) });
    life.ledger('2026-01-25T00:00:02', '15-DAY', entry('SENT'));
    expect(stand(life.latest)).toBe('STOPPED paid');
    expect(stand(life.at('2026-02-01T00:00', unpaid))).toBe('COMPLETED');
  });

  it('a trial whose subscription is not cancelled after all', () => {
    const end = t('2026-02-01');
    const pinned = { variant: 'FREE_TRIAL_REMINDER' as const, periods: periods('3 DAY') };
    const life = new Life('2026-01-09T10:00', { pinned, facts: trialFacts(end, 'CANCELLED') });
    expect(stand(life.latest)).toBe('STOPPED cancelled');
    expect(stand(life.at('2026-01-10T00:00', { facts: trialFacts(end) }))).toBe(
      'WAITING for 3-DAY at 2026-01-29T00:00Z',
    );
  });

  it('not while the facts only wait, or have no due date', () => {
    expect(stand(stoppedBy({ paid: true }).at('2026-01-22T00:00', { facts: invoiceFacts({ status: 'OPEN' }) }))).toBe(
      'STOPPED paid',
    );
    const life = stoppedBy({ paid: true });
    expect(stand(life.at('2026-01-22T00:00', { facts: invoiceFacts({ due_date: null }) }))).toBe('STOPPED paid');
    expect(stand(life.at('2026-01-23T00:00', unpaid))).toBe('WAITING for 15-DAY at 2026-01-25T00:00Z');
  });

  it('not for an archived workflow or a customer out of scope', () => {
    const life = stoppedBy({ paid: true });
    expect(stand(life.at('2026-01-22T00:00', { ...unpaid, workflow: { status: 'ARCHIVED' } }))).toBe('STOPPED paid');
    expect(
      stand(
        stoppedBy({ paid: true }).at('2026-01-22T00:00', {
          ...unpaid,
          customer: customer({ id: 'x' }),
          workflow: { customerIds: ['y'] },
        }),
      ),
    ).toBe('STOPPED paid');
  });

  it.each<Reason>(['archived', 'workflow_archived', 'out_of_scope', 'stopped_on_engine', 'not_eligible'])(
    'a run stopped as %s stays stopped',
    (stopReason) => {
      const life = new Life('2026-01-09T10:00', {
        run: { status: 'STOPPED', stopReason, anchorAt: t('2026-01-10'), zone: 'UTC' },
      });
      expect(stand(life.at('2026-01-10T00:00', unpaid))).toBe(`STOPPED ${stopReason}`);
    },
  );
});

describe('a completed run (S-R6)', () => {
  const due = (date: string): Change => ({ facts: invoiceFacts({ due_date: `${date}T00:00:00Z` }) });
  /** The first two steps sent, the last one over its window. */
  const completed = (): Life => {
    const life = new Life('2026-01-09T10:00');
    life.sends('2026-01-17T00:00', '7-DAY');
    life.sends('2026-01-25T00:00', '15-DAY');
    life.at('2026-02-16T00:00');
    expect(ladder(life.latest)[2]).toBe('30-DAY SKIPPED delivery_window_passed');
    expect(stand(life.latest)).toBe('COMPLETED');
    return life;
  };

  it('comes back when its anchor moves and a step lies in the future', () => {
    const back = completed().at('2026-02-16T10:00', due('2026-02-01'));
    expect(stand(back)).toBe('WAITING for 30-DAY at 2026-03-03T00:00Z');
    expect(ladder(back).slice(0, 2)).toEqual(['7-DAY DONE', '15-DAY DONE']);
  });

  it('stays completed when the step would lie in the past', () => {
    const life = completed();
    expect(stand(life.at('2026-02-16T10:00', due('2026-01-12')))).toBe('COMPLETED');
    expect(life.latest.anchorAt).toBe(t('2026-01-10'));
  });

  it('stays completed when everything was sent', () => {
    const life = new Life('2026-01-09T10:00', { pinned: { periods: periods('7 DAY') } });
    life.sends('2026-01-17T00:00', '7-DAY');
    expect(stand(life.at('2026-01-18T00:00', due('2026-06-01')))).toBe('COMPLETED');
  });

  it('stays completed for anything but its anchor', () => {
    const life = completed();
    expect(stand(life.at('2026-02-16T10:00', { facts: invoiceFacts({ invoice_number: 'A-2' }) }))).toBe('COMPLETED');
    expect(stand(life.at('2026-02-16T10:00', { customer: customer({ timezone: 'Asia/Tokyo' }) }))).toBe('COMPLETED');
    expect(stand(life.at('2026-02-16T10:00', { facts: invoiceFacts({ paid: true }) }))).toBe('COMPLETED');
  });

  it('stays completed when a new zone moves a skipped step into the future, but not the anchor', () => {
    const life = new Life('2026-03-01T10:00', {
      pinned: { periods: periods('1 MONTH') },
      facts: invoiceFacts({ due_date: '2026-03-01T09:00:00Z' }),
      customer: customer({ timezone: 'Europe/Amsterdam' }),
      workflow: { status: 'INACTIVE' },
    });
    expect(stand(life.at('2026-04-01T08:00'))).toBe('COMPLETED');
    const moved = life.at('2026-04-01T08:30', { customer: customer(), workflow: { status: 'ACTIVE' } });
    expect(stand(moved)).toBe('COMPLETED');
  });

  it('stays completed when the invoice is paid, whatever its due date', () => {
    const facts = invoiceFacts({ due_date: '2026-06-01T00:00:00Z', paid: true });
    expect(stand(completed().at('2026-02-16T10:00', { facts }))).toBe('COMPLETED');
  });
});
