import { describe, expect, it } from 'vitest';
import { inScope } from '../../domain/evaluate.js';
import { Life, customer, entry, invoiceFacts, ladder, periods, stand, t, trialFacts, type Change } from './support.js';

const dueAt = '2026-01-17T00:00';

describe('facts stop a run at once (S-C1)', () => {
  it.each<[string, Record<string, unknown>]>([
    ['paid', { paid: true }],
    ['settled', { open_invoice_amount: { quantity: '0', currency: 'EUR' } }],
    ['voided', { status: 'VOID' }],
    ['archived', { status: 'ARCHIVED' }],
  ])('%s', (reason, body) => {
    const life = new Life('2026-01-09T10:00');
    const stopped = life.at('2026-01-12T10:00', { facts: invoiceFacts(body) });
    expect(stand(stopped)).toBe(`STOPPED ${reason}`);
    expect(ladder(stopped)).toEqual(['7-DAY', '15-DAY', '30-DAY'].map((id) => `${id} SKIPPED ${reason}`));
  });

  it('does not mail a customer who paid while the reminder was waiting', () => {
    const life = new Life('2026-01-09T10:00');
    life.sends(dueAt, '7-DAY');
    const paid = life.at('2026-01-25T00:00', { facts: invoiceFacts({ paid: true }) });
    expect(stand(paid)).toBe('STOPPED paid');
    expect(ladder(paid)).toEqual(['7-DAY DONE', '15-DAY SKIPPED paid', '30-DAY SKIPPED paid']);
  });

  it('does not mail a customer who paid while the reminder was blocked', () => {
    const life = new Life(dueAt, { customer: customer({ email: null }) });
    const both = life.at('2026-01-18T00:00', { customer: customer(), facts: invoiceFacts({ paid: true }) });
    expect(stand(both)).toBe('STOPPED paid');
  });

  it('a cancelled subscription stops the trial’s reminders', () => {
    const trial = { variant: 'FREE_TRIAL_REMINDER' as const, periods: periods('3 DAY') };
    const life = new Life('2026-01-09T10:00', { pinned: trial, facts: trialFacts(t('2026-02-01')) });
    expect(stand(life.at('2026-01-10T00:00', { facts: trialFacts(t('2026-02-01'), 'CANCELLED') }))).toBe(
      'STOPPED cancelled',
    );
  });

  it('stops a run that has no anchor, or FAILED', () => {
    const life = new Life('2026-01-09T10:00', { facts: invoiceFacts({ due_date: null }) });
    expect(stand(life.at('2026-01-10T00:00', { facts: invoiceFacts({ due_date: null, paid: true }) }))).toBe(
      'STOPPED paid',
    );
    const failed = new Life('2026-01-09T10:00', { run: { status: 'FAILED', reason: 'engine_failed' } });
    expect(stand(failed.at('2026-01-10T00:00', { facts: invoiceFacts({ paid: true }) }))).toBe('STOPPED paid');
  });
});

describe('a mail that is on its way when the run stops', () => {
  const claimed = (): Life => {
    const life = new Life('2026-01-09T10:00');
    expect(stand(life.ledger(dueAt, '7-DAY', entry('CLAIMED')))).toBe('SENDING for 7-DAY at 2026-01-17T00:00Z');
    return life;
  };
  const paid: Change = { facts: invoiceFacts({ paid: true }) };

  it('is not called skipped while it may still arrive', () => {
    const life = claimed();
    const stopped = life.at('2026-01-17T00:00:01', paid);
    expect(stand(stopped)).toBe('STOPPED paid');
    expect(ladder(stopped)).toEqual(['7-DAY PLANNED 2026-01-17T00:00Z', '15-DAY SKIPPED paid', '30-DAY SKIPPED paid']);
  });

  it.each([
    ['SENT', '7-DAY DONE'],
    ['IN_DOUBT', '7-DAY DONE in_doubt'],
    ['REJECTED', '7-DAY FAILED rejected'],
    ['PLANNED', '7-DAY SKIPPED paid'],
  ] as const)('then %s: %s', (status, expected) => {
    const life = claimed();
    life.at('2026-01-17T00:00:01', paid);
    const after = life.ledger('2026-01-17T00:00:05', '7-DAY', entry(status));
    expect(stand(after)).toBe('STOPPED paid');
    expect(ladder(after)[0]).toBe(expected);
  });
});

describe('the workflow', () => {
  it('archived stops its runs', () => {
    const stopped = new Life('2026-01-09T10:00').at('2026-01-10T00:00', { workflow: { status: 'ARCHIVED' } });
    expect(stand(stopped)).toBe('STOPPED workflow_archived');
    expect(ladder(stopped)).toEqual(['7-DAY', '15-DAY', '30-DAY'].map((id) => `${id} SKIPPED workflow_archived`));
  });

  it('inactive skips what comes due meanwhile, and goes on afterwards (S-D10)', () => {
    const life = new Life('2026-01-09T10:00');
    expect(stand(life.at('2026-01-10T00:00', { workflow: { status: 'INACTIVE' } }))).toBe(
      'WAITING for 7-DAY at 2026-01-17T00:00Z',
    );
    expect(ladder(life.at(dueAt))[0]).toBe('7-DAY SKIPPED workflow_inactive');
    expect(stand(life.at('2026-01-25T00:00', { workflow: { status: 'ACTIVE' } }))).toBe(
      'WAITING for 15-DAY at 2026-01-25T00:00Z',
    );
  });

  it.each([
    ['named no more', { customerIds: ['cust_2'] }],
    ['excluded', { excludedCustomerIds: ['cust_1'] }],
  ])('a customer out of its scope: %s', (_, workflow) => {
    expect(stand(new Life('2026-01-09T10:00').at('2026-01-10T00:00', { workflow }))).toBe('STOPPED out_of_scope');
  });

  it('the invoice changes hands: the new customer’s scope and zone count (S-C1)', () => {
    const life = new Life('2026-01-09T10:00', { workflow: { customerIds: ['cust_1', 'cust_2'] } });
    const heir = life.at('2026-01-10T00:00', { customer: customer({ id: 'cust_2', timezone: 'Asia/Tokyo' }) });
    expect(heir).toMatchObject({ status: 'WAITING', zone: 'Asia/Tokyo' });
    expect(stand(life.at('2026-01-11T00:00', { customer: customer({ id: 'cust_3' }) }))).toBe('STOPPED out_of_scope');
  });

  it('no list means everybody', () => {
    expect(inScope({ customerIds: [], excludedCustomerIds: [] }, 'anyone')).toBe(true);
  });
});

describe('not eligible (S-C1)', () => {
  const draft: Change = { facts: invoiceFacts({ status: 'OPEN' }) };

  it('an open run waits, and its step is neither sent nor skipped', () => {
    const life = new Life('2026-01-09T10:00');
    expect(stand(life.at('2026-01-10T00:00', draft))).toBe('WAITING not_eligible for 7-DAY at 2026-01-17T00:00Z');
    expect(stand(life.at(dueAt))).toBe('WAITING not_eligible');
    expect(ladder(life.latest)[0]).toBe('7-DAY PLANNED 2026-01-17T00:00Z');
    expect(stand(life.at('2026-01-19T00:00', { facts: invoiceFacts() }))).toBe(
      'WAITING for 7-DAY at 2026-01-17T00:00Z',
    );
  });

  it('back after its window: what is over is skipped', () => {
    const life = new Life('2026-01-09T10:00');
    life.at(dueAt, draft);
    expect(stand(life.at('2026-01-26T00:00', { facts: invoiceFacts() }))).toBe(
      'WAITING for 15-DAY at 2026-01-25T00:00Z',
    );
  });

  it('a MANUAL run ends before it begins; an EVENT run waits', () => {
    expect(stand(new Life('2026-01-09T10:00', { ...draft, run: { type: 'MANUAL' } }).latest)).toBe(
      'STOPPED not_eligible',
    );
    expect(stand(new Life('2026-01-09T10:00', { ...draft, run: { type: 'EVENT' } }).latest)).toMatch(
      /^WAITING not_eligible/,
    );
  });

  it('a MANUAL run that has begun waits like any other', () => {
    const life = new Life('2026-01-09T10:00', { run: { type: 'MANUAL' } });
    expect(stand(life.at(dueAt, draft))).toBe('WAITING not_eligible');
  });

  it('a paid invoice is not sent by hand either (S-M7)', () => {
    const byHand = { run: { type: 'MANUAL' as const }, pinned: { periods: periods('7 DAY'), singleStepManual: true } };
    expect(stand(new Life('2026-01-09T10:00', { ...byHand, facts: invoiceFacts({ paid: true }) }).latest)).toBe(
      'STOPPED paid',
    );
  });
});

describe('a FAILED run', () => {
  const failed = (): Life => new Life('2026-01-09T10:00', { run: { status: 'FAILED', reason: 'engine_failed' } });

  it('stays FAILED: only `retry` starts it anew (S-R7)', () => {
    expect(stand(failed().at(dueAt))).toBe('FAILED engine_failed');
    expect(stand(failed().at(dueAt, { facts: invoiceFacts({ due_date: '2026-03-01T00:00:00Z' }) }))).toBe(
      'FAILED engine_failed',
    );
  });

  it('stays FAILED when its due date is taken away', () => {
    expect(stand(failed().at(dueAt, { facts: invoiceFacts({ due_date: null }) }))).toBe('FAILED engine_failed');
  });

  it('still hears what the mail that was under way came to', () => {
    const life = failed();
    expect(ladder(life.ledger(dueAt, '7-DAY', entry('SENT')))[0]).toBe('7-DAY DONE');
    expect(stand(life.latest)).toBe('FAILED engine_failed');
  });
});
