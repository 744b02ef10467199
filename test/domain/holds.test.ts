import { describe, expect, it } from 'vitest';
import { heldUntil, isHeld } from '../../domain/hold.js';
import type { RunContext } from '../../domain/run.js';
import {
  Life,
  customer,
  entry,
  invoiceFacts,
  iso,
  ladder,
  periods,
  stand,
  t,
  trialFacts,
  type Change,
} from './support.js';

const held = (...until: (string | null)[]): Change & { holds: RunContext['holds'] } => ({
  holds: until.map((text) => ({ until: text === null ? null : t(text) })),
});
const free = held();
/** Due on 10 January 2026; 7, 15, 30 DAY fall on 17 and 25 January and 9 February. */
const begun = (setting: ConstructorParameters<typeof Life>[1] = {}): Life => new Life('2026-01-12T10:00', setting);

describe('whether and until when something is held (S-C6)', () => {
  it.each<[string, (string | null)[], boolean, string | null]>([
    ['no hold', [], false, null],
    ['one that has run out', ['2026-01-12'], false, null],
    ['one that runs out at this very moment', ['2026-01-13'], false, null],
    ['one that will', ['2026-01-14'], true, '2026-01-14T00:00Z'],
    ['several: the last to run out', ['2026-01-12', '2026-01-16', '2026-01-14'], true, '2026-01-16T00:00Z'],
    ['one of them without an end', ['2026-01-14', null], true, null],
  ])('%s', (_, until, isIt, end) => {
    const context = { ...held(...until), now: t('2026-01-13') };
    expect(isHeld(context)).toBe(isIt);
    expect(iso(heldUntil(context))).toBe(end);
  });
});

describe('a held run', () => {
  it('waits, and wakes when the hold runs out', () => {
    const life = begun();
    expect(stand(life.at('2026-01-13T00:00', held('2026-01-20')))).toBe('WAITING held until 2026-01-20T00:00Z');
    expect(stand(life.at('2026-01-18T00:00'))).toBe('WAITING held until 2026-01-20T00:00Z');
    expect(stand(life.at('2026-01-20T00:00'))).toBe('WAITING for 7-DAY at 2026-01-20T00:00Z');
    expect(life.latest.steps[0]?.shifts).toEqual([
      { from: t('2026-01-17'), to: t('2026-01-20'), reason: 'hold_ended' },
    ]);
  });

  it('without an end waits for somebody to end it', () => {
    const life = begun();
    expect(stand(life.at('2026-01-13T00:00', held(null)))).toBe('WAITING held');
    expect(stand(life.at('2026-01-14T00:00', free))).toBe('WAITING for 7-DAY at 2026-01-17T00:00Z');
  });

  it('sends only when the last of several holds has ended', () => {
    const life = begun();
    life.at('2026-01-13T00:00', held('2026-01-18', '2026-01-22'));
    expect(stand(life.at('2026-01-18T00:00'))).toBe('WAITING held until 2026-01-22T00:00Z');
    expect(stand(life.at('2026-01-22T00:00'))).toBe('WAITING for 7-DAY at 2026-01-22T00:00Z');
  });

  it('stops at once when the invoice is paid', () => {
    const life = begun();
    life.at('2026-01-13T00:00', held(null));
    expect(stand(life.at('2026-01-14T00:00', { facts: invoiceFacts({ paid: true }) }))).toBe('STOPPED paid');
  });

  it('is planned anew under a moved due date and still waits', () => {
    const life = begun();
    life.at('2026-01-13T00:00', held(null));
    const moved = life.at('2026-01-14T00:00', { facts: invoiceFacts({ due_date: '2026-01-01T00:00:00Z' }) });
    expect(stand(moved)).toBe('WAITING held');
    expect(stand(life.at('2026-01-15T00:00', free))).toBe('WAITING for 7-DAY at 2026-01-15T00:00Z');
  });

  it('that is paused too waits for both', () => {
    const life = begun();
    life.does('2026-01-13T00:00', { kind: 'PAUSE' });
    expect(stand(life.at('2026-01-14T00:00', held('2026-01-20')))).toBe('PAUSED');
    expect(stand(life.does('2026-01-18T00:00', { kind: 'RESUME' }))).toBe('WAITING held until 2026-01-20T00:00Z');
    expect(stand(life.at('2026-01-20T00:00'))).toBe('WAITING for 7-DAY at 2026-01-20T00:00Z');
  });

  it('begun under a hold sends nothing either', () => {
    expect(stand(new Life('2026-01-18T10:00', held(null)).latest)).toBe('WAITING held');
  });

  it('shows no lower rung any more once a mail that was on its way has gone', () => {
    const life = new Life('2026-01-26T10:00');
    life.ledger('2026-01-26T10:00', '15-DAY', entry('CLAIMED'));
    life.at('2026-01-26T10:00:01', { ...held(null), facts: invoiceFacts({ due_date: '2026-03-01T00:00:00Z' }) });
    expect(ladder(life.ledger('2026-01-26T10:00:02', '15-DAY', entry('SENT')))[0]).toBe('7-DAY SKIPPED superseded');
  });

  it('a mail that is on its way goes', () => {
    const life = begun();
    life.ledger('2026-01-17T00:00', '7-DAY', entry('TRANSMITTING'));
    life.at('2026-01-17T00:00:01', held(null));
    expect(ladder(life.ledger('2026-01-17T00:00:02', '7-DAY', entry('SENT')))[0]).toBe('7-DAY DONE');
  });
});

describe('when a hold ends (S-T4)', () => {
  const ended = (latePolicy: 'LATEST' | 'ALL' | 'NONE', now: string, rest: Change = {}): Life => {
    const life = begun({ pinned: { latePolicy } });
    life.at('2026-01-13T00:00', held(null));
    life.at(now, { ...free, ...rest });
    return life;
  };

  it.each([
    ['LATEST', '7-DAY SKIPPED superseded', '15-DAY PLANNED 2026-01-27T10:00Z'],
    ['ALL', '7-DAY PLANNED 2026-01-27T10:00Z', '15-DAY PLANNED 2026-01-27T10:00Z'],
    ['NONE', '7-DAY SKIPPED late', '15-DAY SKIPPED late'],
  ] as const)('what came due meanwhile goes by the late policy: %s', (latePolicy, seven, fifteen) => {
    expect(ladder(ended(latePolicy, '2026-01-27T10:00').latest)).toEqual([
      seven,
      fifteen,
      '30-DAY PLANNED 2026-02-09T00:00Z',
    ]);
  });

  it.each([
    ['LATEST', ['7-DAY SKIPPED superseded', '15-DAY PLANNED 2026-01-25T00:00Z']],
    ['ALL', ['7-DAY PLANNED 2026-01-25T00:00Z', '15-DAY PLANNED 2026-01-25T00:00Z']],
    ['NONE', ['7-DAY SKIPPED late', '15-DAY PLANNED 2026-01-25T00:00Z']],
  ] as const)('at the very moment of the next step: %s', (latePolicy, steps) => {
    expect(ladder(ended(latePolicy, '2026-01-25T00:00').latest).slice(0, 2)).toEqual(steps);
  });

  it('the delivery window counts from its end (S-T7)', () => {
    const { latest } = ended('LATEST', '2026-01-27T10:00', { customer: customer({ email: null }) });
    expect(stand(latest)).toBe('BLOCKED no_recipient until 2026-02-03T10:00Z');
  });

  it('the blast guard has a say', () => {
    const life = ended('LATEST', '2026-01-27T10:00', { lateStepsAllowed: false });
    expect(stand(life.latest)).toBe('BLOCKED blast_guard until 2026-02-09T00:00Z');
    expect(stand(life.does('2026-01-28T10:00', { kind: 'RELEASE' }))).toBe('WAITING for 15-DAY at 2026-01-28T10:00Z');
  });

  it('what the blast guard held before is held still', () => {
    const life = new Life('2026-01-26T10:00', { lateStepsAllowed: false });
    life.at('2026-01-27T00:00', held(null));
    expect(stand(life.at('2026-01-28T00:00', free))).toBe('BLOCKED blast_guard until 2026-02-09T00:00Z');
  });

  it('a person’s wish for one step goes whatever the late policy', () => {
    const pinned = { periods: periods('7 DAY'), singleStepManual: true, latePolicy: 'NONE' as const };
    const life = begun({ run: { type: 'MANUAL' }, pinned, ...held(null) });
    expect(stand(life.at('2026-03-01T10:00', free))).toBe('WAITING for 7-DAY at 2026-03-01T10:00Z');
  });

  it.each(['LATEST', 'ALL', 'NONE'] as const)(
    'after the trial’s end nothing announces it any more: %s',
    (latePolicy) => {
      const pinned = { variant: 'FREE_TRIAL_REMINDER' as const, periods: periods('7 DAY', '3 DAY'), latePolicy };
      const life = begun({ pinned, facts: trialFacts(t('2026-02-01')) });
      life.at('2026-01-13T00:00', held('2026-02-02'));
      expect(ladder(life.at('2026-02-02T00:00'))).toEqual([
        '7-DAY SKIPPED anchor_passed',
        '3-DAY SKIPPED anchor_passed',
      ]);
      expect(stand(life.latest)).toBe('COMPLETED');
    },
  );
});
