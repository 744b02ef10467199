import { describe, expect, it } from 'vitest';
import { Life, customer, entry, invoiceFacts, iso, ladder, periods, stand, t } from './support.js';

const due = (date: string | null): { facts: ReturnType<typeof invoiceFacts> } => ({
  facts: invoiceFacts({ due_date: date && `${date}T00:00:00Z` }),
});

/** 10 January due; 7 DAY was sent on the 17th. */
function sentSeven(): Life {
  const life = new Life('2026-01-09T10:00');
  life.sends('2026-01-17T00:00', '7-DAY');
  return life;
}

describe('a moved due date (S-T5)', () => {
  it('later: what was sent stays sent, the rest moves', () => {
    const life = sentSeven();
    expect(ladder(life.at('2026-01-18T10:00', due('2026-02-10')))).toEqual([
      '7-DAY DONE',
      '15-DAY PLANNED 2026-02-25T00:00Z',
      '30-DAY PLANNED 2026-03-12T00:00Z',
    ]);
    expect(life.latest.steps[0]).toMatchObject({ plannedAt: t('2026-01-17'), sentAt: t('2026-01-17') });
  });

  it('earlier: the late policy decides about what now lies in the past', () => {
    expect(ladder(sentSeven().at('2026-01-18T10:00', due('2025-12-20')))).toEqual([
      '7-DAY DONE',
      '15-DAY PLANNED 2026-01-18T10:00Z',
      '30-DAY PLANNED 2026-01-19T00:00Z',
    ]);
    expect(ladder(sentSeven().at('2026-01-18T10:00', due('2025-12-01')))).toEqual([
      '7-DAY DONE',
      '15-DAY SKIPPED superseded',
      '30-DAY PLANNED 2026-01-18T10:00Z',
    ]);
  });

  it('there and back again gives the same plan', () => {
    const life = sentSeven();
    const before = ladder(life.latest);
    life.at('2026-01-18T10:00', due('2026-03-10'));
    expect(ladder(life.at('2026-01-18T11:00', due('2026-01-10')))).toEqual(before);
  });

  it('supersedes what stands earlier in the ladder than a sent step, by the ladder and not by old instants', () => {
    // Late start: 15 DAY goes at once, 7 DAY is superseded; then the due date moves so that 7 DAY lies in the future.
    const life = new Life('2026-01-26T10:00');
    life.sends('2026-01-26T10:00', '15-DAY');
    expect(ladder(life.at('2026-01-27T10:00', due('2026-03-01')))).toEqual([
      '7-DAY SKIPPED superseded',
      '15-DAY DONE',
      '30-DAY PLANNED 2026-03-31T00:00Z',
    ]);
  });

  it('a later rung is not superseded because the sent one once stood later than it does now', () => {
    // 7 DAY sent on 17 January; the due date moves back so that 15 DAY (4 January) lies before that mail.
    expect(ladder(sentSeven().at('2026-01-17T10:00', due('2025-12-20')))[1]).toBe('15-DAY PLANNED 2026-01-17T10:00Z');
  });

  it('steps that were superseded or late before are planned anew', () => {
    const life = new Life('2026-01-26T10:00', { pinned: { latePolicy: 'NONE' } });
    expect(ladder(life.latest).slice(0, 2)).toEqual(['7-DAY SKIPPED late', '15-DAY SKIPPED late']);
    expect(ladder(life.at('2026-01-26T11:00', due('2026-03-01')))).toEqual([
      '7-DAY PLANNED 2026-03-08T00:00Z',
      '15-DAY PLANNED 2026-03-16T00:00Z',
      '30-DAY PLANNED 2026-03-31T00:00Z',
    ]);
    const superseded = new Life('2026-01-26T10:00');
    expect(ladder(superseded.at('2026-01-26T11:00', due('2026-03-01')))[0]).toBe('7-DAY PLANNED 2026-03-08T00:00Z');
  });

  it('steps skipped for their window or an inactive workflow are planned anew', () => {
    const life = new Life('2026-01-09T10:00', { workflow: { status: 'INACTIVE' } });
    expect(ladder(life.at('2026-01-17T00:00'))[0]).toBe('7-DAY SKIPPED workflow_inactive');
    expect(ladder(life.at('2026-01-18T00:00', { ...due('2026-03-01'), workflow: { status: 'ACTIVE' } }))[0]).toBe(
      '7-DAY PLANNED 2026-03-08T00:00Z',
    );
  });

  it('a step that another run has sent stays already_sent', () => {
    const life = new Life('2026-01-09T10:00', { siblings: [{ periods: periods('7 DAY'), status: 'SENT' }] });
    life.at('2026-01-09T10:01');
    expect(ladder(life.at('2026-01-09T11:00', { ...due('2026-03-01'), siblings: [] }))[0]).toBe(
      '7-DAY SKIPPED already_sent',
    );
  });

  it.each(['TRANSMITTING', 'SENT', 'IN_DOUBT'] as const)('%s counts as sent', (status) => {
    const life = new Life('2026-01-09T10:00');
    life.ledger('2026-01-17T00:00', '7-DAY', entry(status));
    const moved = life.at('2026-01-17T00:01', due('2026-03-01'));
    expect(moved.steps[0]).toMatchObject({ id: '7-DAY', plannedAt: t('2026-01-17') });
    expect(moved.steps[0]?.status).toBe(status === 'TRANSMITTING' ? 'PLANNED' : 'DONE');
  });

  it('a rejected step promises no mail that a second look takes back (S-E5)', () => {
    const life = new Life('2026-01-09T10:00');
    life.ledger('2026-01-17T00:00', '7-DAY', entry('REJECTED'));
    const moved = life.at('2026-01-18T00:00', due('2026-03-01'));
    expect(ladder(life.at('2026-01-18T00:00'))).toEqual(ladder(moved));
  });

  it('a claimed mail goes; a lower rung does not follow the higher one it was', () => {
    // 15 DAY is claimed (late start) when the due date moves: 7 DAY would be in the future again.
    const life = new Life('2026-01-26T10:00');
    life.ledger('2026-01-26T10:00', '15-DAY', entry('CLAIMED'));
    life.at('2026-01-26T10:00:01', due('2026-03-01'));
    const sent = life.ledger('2026-01-26T10:00:02', '15-DAY', entry('SENT'));
    expect(ladder(sent)).toEqual(['7-DAY SKIPPED superseded', '15-DAY DONE', '30-DAY PLANNED 2026-03-31T00:00Z']);
  });

  it('a mail that did not go after all does not go beside the rung that has taken its place', () => {
    // 7 DAY is on the wire, so counted as sent, when the due date moves and 15 DAY is due at the same moment; then it fails.
    const life = new Life('2026-01-17T00:00');
    life.ledger('2026-01-17T00:00', '7-DAY', entry('TRANSMITTING'));
    expect(ladder(life.at('2026-01-17T00:00', due('2026-01-02')))).toEqual([
      '7-DAY PLANNED 2026-01-17T00:00Z',
      '15-DAY PLANNED 2026-01-17T00:00Z',
      '30-DAY PLANNED 2026-02-01T00:00Z',
    ]);
    expect(ladder(life.ledger('2026-01-17T00:00', '7-DAY', entry('PLANNED')))).toEqual([
      '7-DAY SKIPPED superseded',
      '15-DAY PLANNED 2026-01-17T00:00Z',
      '30-DAY PLANNED 2026-02-01T00:00Z',
    ]);
  });
});

describe('merged steps (S-D2) under a moved date', () => {
  const monthly = { pinned: { periods: periods('1 MONTH', '30 DAY') } };

  it('part into two and come together again while unsent', () => {
    const life = new Life('2026-01-01T00:00', { ...monthly, ...due('2026-04-10') });
    expect(ladder(life.latest)).toEqual(['1-MONTH PLANNED 2026-05-10T00:00Z']);
    expect(ladder(life.at('2026-01-02T00:00', due('2026-01-10')))).toEqual([
      '30-DAY PLANNED 2026-02-09T00:00Z',
      '1-MONTH PLANNED 2026-02-10T00:00Z',
    ]);
    const again = life.at('2026-01-03T00:00', due('2026-04-10'));
    expect(again.steps.filter(({ status }) => status === 'PLANNED').map(({ id }) => id)).toEqual(['1-MONTH']);
    expect(again.steps.find(({ id }) => id === '30-DAY')).toMatchObject({ status: 'SKIPPED', reason: 'superseded' });
  });

  it('sent as one, neither period goes again when they part', () => {
    const life = new Life('2026-01-01T00:00', { ...monthly, ...due('2026-04-10') });
    life.sends('2026-05-10T00:00', '1-MONTH');
    expect(stand(life.at('2026-05-11T00:00', due('2026-07-10')))).toBe('COMPLETED');
  });

  it('one of the two sent, the other does not go when they come together', () => {
    const life = new Life('2026-01-01T00:00', { ...monthly, ...due('2026-01-10') });
    life.sends('2026-02-09T00:00', '30-DAY');
    const moved = life.at('2026-02-09T10:00', due('2026-04-10'));
    expect(moved.steps.filter(({ status }) => status === 'PLANNED')).toEqual([]);
    expect(stand(moved)).toBe('COMPLETED');
  });
});

describe('zone and anchor', () => {
  it('a moved customer moves the unsent steps', () => {
    const life = new Life('2026-01-09T10:00', { pinned: { dueDates: 'DATE' } });
    life.sends('2026-01-17T00:00', '7-DAY');
    const moved = life.at('2026-01-18T00:00', { customer: customer({ timezone: 'America/New_York' }) });
    expect(iso(moved.anchorAt)).toBe('2026-01-10T05:00Z');
    expect(ladder(moved)).toEqual([
      '7-DAY DONE',
      '15-DAY PLANNED 2026-01-25T05:00Z',
      '30-DAY PLANNED 2026-02-09T05:00Z',
    ]);
  });

  it('a new zone moves steps across DST even when the anchor is an instant', () => {
    const facts = invoiceFacts({ due_date: '2026-03-01T09:00:00Z' });
    const life = new Life('2026-02-20T10:00', { pinned: { periods: periods('1 MONTH') }, facts });
    expect(ladder(life.latest)).toEqual(['1-MONTH PLANNED 2026-04-01T09:00Z']);
    const moved = life.at('2026-02-21T10:00', { customer: customer({ timezone: 'Europe/Amsterdam' }) });
    expect(ladder(moved)).toEqual(['1-MONTH PLANNED 2026-04-01T08:00Z']);
  });

  it.each([
    ['customer', { customer: customer({ timezone: 'Asia/Tokyo' }) }, 'Asia/Tokyo'],
    ['invoice', { customer: customer({ timezone: null }) }, 'Europe/Paris'],
    ['platform', { customer: customer({ timezone: null }), facts: invoiceFacts() }, 'America/Lima'],
    ['UTC', { customer: customer({ timezone: null }), facts: invoiceFacts(), platform: { timezone: null } }, 'UTC'],
  ])('the zone is the %s’s (S-T1)', (_, setting, zone) => {
    const all = { facts: invoiceFacts({ timezone: 'Europe/Paris' }), platform: { timezone: 'America/Lima' } };
    expect(new Life('2026-01-09T10:00', { ...all, ...setting }).latest.zone).toBe(zone);
  });

  it('locale and address plan nothing anew', () => {
    const life = new Life('2026-01-26T10:00');
    const before = life.latest.steps;
    const after = life.at('2026-01-26T12:00', { customer: customer({ locale: 'nl', email: 'new@acme.example' }) });
    expect(after.steps).toEqual(before);
  });

  it('waits without a due date, and plans when it comes back', () => {
    const life = sentSeven();
    expect(stand(life.at('2026-01-18T00:00', due(null)))).toBe('WAITING no_anchor');
    expect(stand(life.at('2026-01-30T00:00'))).toBe('WAITING no_anchor');
    expect(ladder(life.at('2026-01-30T10:00', due('2026-01-20')))).toEqual([
      '7-DAY DONE',
      '15-DAY PLANNED 2026-02-04T00:00Z',
      '30-DAY PLANNED 2026-02-19T00:00Z',
    ]);
  });
});
