import { describe, expect, it } from 'vitest';
import {
  HOUR,
  Life,
  action,
  customer,
  entry,
  invoiceFacts,
  iso,
  ladder,
  periods,
  stand,
  t,
  type Change,
} from './support.js';

const dueAt = '2026-01-17T00:00';
const waiting = 'WAITING for 7-DAY at 2026-01-17T00:00Z';
const until = 'until 2026-01-24T00:00Z';

describe('what cannot be sent now waits for its repair (S-R2)', () => {
  it.each<[string, Change, Change]>([
    ['no_action', { actions: [] }, { actions: [action()] }],
    ['no_recipient', { customer: customer({ email: null }) }, { customer: customer() }],
    ['suppressed', { suppressed: ['ap@acme.example'] }, { suppressed: [] }],
    ['suppressed', { suppressed: ['ap@acme.example'] }, { customer: customer({ email: 'new@acme.example' }) }],
    ['on_hold', { facts: invoiceFacts({ on_hold: true }) }, { facts: invoiceFacts() }],
    [
      'no_payment_link',
      { actions: [action('wact_1', { needsPaymentLink: true })] },
      { facts: invoiceFacts({ pay_invoice_link: { url: 'https://pay.example/1' } }) },
    ],
    [
      'provider_not_active',
      { actions: [action('wact_1', { providerActive: false })] },
      { actions: [action('wact_1', { providerActive: true })] },
    ],
    ['no_pdf', { actions: [action('wact_1', { needsPdf: true })] }, { actions: [action()] }],
    ['no_pdf', { actions: [action('wact_1', { needsPdf: true })] }, { pdf: 'STORED' }],
    ['no_pdf', { actions: [action('wact_1', { needsPdf: true })] }, { pdf: 'FETCHABLE' }],
  ])('%s', (reason, broken, repaired) => {
    const life = new Life('2026-01-09T10:00', broken);
    expect(stand(life.latest)).toBe(waiting);
    expect(stand(life.at(dueAt))).toBe(`BLOCKED ${reason} ${until}`);
    expect(life.latest.steps[0]).toMatchObject({ status: 'BLOCKED', reason, plannedAt: t(dueAt) });
    expect(stand(life.at('2026-01-20T10:00', repaired))).toBe(waiting);
    expect(life.latest.steps[0]).toMatchObject({ status: 'PLANNED', reason: null });
  });

  it('tells the first thing that is wrong: hold, action, recipient', () => {
    const life = new Life('2026-01-09T10:00', {
      facts: invoiceFacts({ on_hold: true }),
      actions: [],
      customer: customer({ email: null }),
    });
    expect(stand(life.at(dueAt))).toBe(`BLOCKED on_hold ${until}`);
    expect(stand(life.at(dueAt, { facts: invoiceFacts() }))).toBe(`BLOCKED no_action ${until}`);
    expect(stand(life.at(dueAt, { actions: [action()] }))).toBe(`BLOCKED no_recipient ${until}`);
  });

  it('a PDF that the billing source did not have is asked for again after a while, and goes at once when somebody sends it', () => {
    const life = new Life('2026-01-09T10:00', { actions: [action('a', { needsPdf: true })], pdf: 'FETCHABLE' });
    expect(stand(life.at(dueAt))).toBe(waiting);
    const retryAt = t(dueAt) + 600_000;
    const without = life.ledger(dueAt, '7-DAY', entry('BLOCKED', { actionId: 'a', reason: 'no_pdf', retryAt }));
    expect([without.status, without.reason, without.wakeAt]).toEqual(['BLOCKED', 'no_pdf', retryAt]);
    expect(life.at(dueAt, { pdf: 'STORED' })).toMatchObject({ status: 'WAITING', wakeAt: t(dueAt) });
  });

  it('a blocked action does not hold back the other (S-D7)', () => {
    const life = new Life('2026-01-09T10:00', { actions: [action('a', { needsPdf: true }), action('b')] });
    expect(stand(life.at(dueAt))).toBe(waiting);
    const half = life.ledger(
      dueAt,
      '7-DAY',
      entry('BLOCKED', { actionId: 'a', reason: 'no_pdf' }),
      entry('SENT', { actionId: 'b' }),
    );
    expect(stand(half)).toBe(`BLOCKED no_pdf ${until}`);
  });
});

describe('on hold (S-C1)', () => {
  it('keeps its window: nothing is planned anew when the hold ends', () => {
    const life = new Life('2026-01-09T10:00', { facts: invoiceFacts({ on_hold: true }) });
    life.at(dueAt);
    expect(ladder(life.at('2026-01-24T00:00', { facts: invoiceFacts() }))).toEqual([
      '7-DAY SKIPPED delivery_window_passed',
      '15-DAY PLANNED 2026-01-25T00:00Z',
      '30-DAY PLANNED 2026-02-09T00:00Z',
    ]);
  });

  it('blocks no announcement that the invoice is final', () => {
    const life = new Life('2026-01-05T10:00', {
      pinned: { variant: 'TO_FINAL', periods: [] },
      facts: invoiceFacts({ on_hold: true, updated_to_final_at: '2026-01-05T09:59:00Z' }),
    });
    expect(stand(life.latest)).toBe('WAITING for anchor at 2026-01-05T10:00Z');
  });
});

describe('what tries again by itself', () => {
  const refused = (retryAt: string): ReturnType<typeof entry> =>
    entry('BLOCKED', { reason: 'provider_refused', retryAt: t(retryAt) });

  it('waits for its moment, then goes', () => {
    const life = new Life('2026-01-09T10:00');
    expect(stand(life.ledger(dueAt, '7-DAY', refused('2026-01-17T00:10')))).toBe(
      'BLOCKED provider_refused until 2026-01-17T00:10Z',
    );
    expect(stand(life.at('2026-01-17T00:09:59.999'))).toBe('BLOCKED provider_refused until 2026-01-17T00:10Z');
    expect(stand(life.at('2026-01-17T00:10'))).toBe(waiting);
  });

  it('does not wait beyond its window', () => {
    const life = new Life('2026-01-09T10:00');
    expect(stand(life.ledger(dueAt, '7-DAY', refused('2026-02-01')))).toBe(`BLOCKED provider_refused ${until}`);
  });

  it('looks again for the first of several', () => {
    const life = new Life('2026-01-09T10:00', { actions: [action('a'), action('b')] });
    const ledger = [refused('2026-01-17T00:20'), refused('2026-01-17T00:10')];
    const both = ledger.map((own, index) => ({ ...own, actionId: index === 0 ? 'a' : 'b' }));
    expect(iso(life.ledger(dueAt, '7-DAY', ...both).wakeAt)).toBe('2026-01-17T00:10Z');
  });

  it('does not look again and again at a moment that is over, when another cause blocks it meanwhile', () => {
    const life = new Life('2026-01-09T10:00');
    life.ledger(dueAt, '7-DAY', refused('2026-01-17T00:10'));
    const after = life.at('2026-01-17T00:10', { actions: [action('wact_1', { needsPdf: true })] });
    expect(stand(after)).toBe(`BLOCKED no_pdf ${until}`);
  });

  it('an archived action’s moment is nobody’s', () => {
    const life = new Life('2026-01-09T10:00');
    life.ledger(dueAt, '7-DAY', refused('2026-01-17T00:10'));
    const after = life.at('2026-01-17T01:00', { actions: [action('other', { needsPdf: true })] });
    expect(stand(after)).toBe(`BLOCKED no_pdf ${until}`);
    expect(after.wakeAt ?? Infinity).toBeGreaterThan(t(dueAt) + HOUR);
  });
});

describe('actions of some steps (S-D9)', () => {
  const only = (...texts: string[]): ReturnType<typeof action> => action('wact_1', { steps: periods(...texts) });

  it('a step without an action is skipped, the next one goes', () => {
    const life = new Life('2026-01-09T10:00', { actions: [only('15 DAY')] });
    expect(ladder(life.at(dueAt))).toEqual([
      '7-DAY SKIPPED no_action_for_step',
      '15-DAY PLANNED 2026-01-25T00:00Z',
      '30-DAY PLANNED 2026-02-09T00:00Z',
    ]);
    expect(stand(life.at('2026-01-25T00:00'))).toBe('WAITING for 15-DAY at 2026-01-25T00:00Z');
  });

  it('a merged step is any of its periods', () => {
    const life = new Life('2026-01-09T10:00', {
      pinned: { periods: periods('28 DAY', '4 WEEK') },
      actions: [only('4 WEEK')],
    });
    expect(stand(life.at('2026-02-07T00:00'))).toBe('WAITING for 28-DAY at 2026-02-07T00:00Z');
  });

  it('no action at all blocks instead of skipping', () => {
    expect(stand(new Life('2026-01-17T00:00', { actions: [] }).latest)).toBe(`BLOCKED no_action ${until}`);
  });
});

describe('INVOICE/EMAIL switched off (S-C1)', () => {
  const off = customer({ invoiceMailOff: true });

  it('skips the announcement', () => {
    const life = new Life('2026-01-05T10:00', {
      pinned: { variant: 'TO_FINAL', periods: [] },
      facts: invoiceFacts({ updated_to_final_at: '2026-01-05T10:00:00Z' }),
      customer: off,
    });
    expect(stand(life.latest)).toBe('COMPLETED');
    expect(ladder(life.latest)).toEqual(['anchor SKIPPED notifications_off']);
  });

  it('does not silence a demand for payment', () => {
    expect(stand(new Life(dueAt, { customer: off }).latest)).toBe(waiting);
  });
});
