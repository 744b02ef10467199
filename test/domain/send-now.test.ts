import { describe, expect, it } from 'vitest';
import type { Operation } from '../../domain/operate.js';
import { Life, customer, entry, invoiceFacts, ladder, periods, stand, t, trialFacts, type Change } from './support.js';

const wish = (as: 'REPLACE' | 'EXTRA', text?: string): Operation => ({
  kind: 'SEND_NOW',
  as,
  period: text ? (periods(text)[0] ?? null) : null,
});
const replace = (text?: string): Operation => wish('REPLACE', text);
const extra = (text?: string): Operation => wish('EXTRA', text);
const at = '2026-01-13T10:00';
const noEmail: Change = { customer: customer({ email: null }) };
/** Due on 10 January 2026; 7, 15, 30 DAY fall on 17 and 25 January and 9 February. */
const begun = (setting: ConstructorParameters<typeof Life>[1] = {}): Life => new Life('2026-01-12T10:00', setting);

describe('send-now as REPLACE (S-R3)', () => {
  it('the next step goes now, and its own instant brings nothing more', () => {
    const life = begun();
    expect(stand(life.does(at, replace()))).toBe('WAITING for 7-DAY at 2026-01-13T10:00Z');
    expect(life.latest.steps[0]?.shifts).toEqual([{ from: t('2026-01-17'), to: t(at), reason: 'send_now' }]);
    expect(stand(life.sends(at, '7-DAY'))).toBe('WAITING for 15-DAY at 2026-01-25T00:00Z');
  });

  it('of a later rung: it goes first, and the earlier ones are superseded when it has gone', () => {
    const life = begun();
    expect(stand(life.does(at, replace('15 DAY')))).toBe('WAITING for 15-DAY at 2026-01-13T10:00Z');
    life.sends(at, '15-DAY');
    expect(ladder(life.latest)).toEqual([
      '7-DAY SKIPPED superseded',
      '15-DAY DONE',
      '30-DAY PLANNED 2026-02-09T00:00Z',
    ]);
  });

  it.each([
    ['superseded', new Life('2026-01-26T10:00'), '7 DAY'],
    ['skipped by an operator', skipped(), '7 DAY'],
  ])('of one that was %s: it goes after all', (_, life, text) => {
    expect(stand(life.does('2026-01-26T11:00', replace(text)))).toBe('WAITING for 7-DAY at 2026-01-26T11:00Z');
  });

  it('cannot be sent yet: it waits for the repair within its window', () => {
    const life = begun();
    life.at(at, noEmail);
    expect(stand(life.does(at, replace()))).toBe('BLOCKED no_recipient until 2026-01-20T10:00Z');
    expect(stand(life.at('2026-01-14T00:00', { customer: customer() }))).toBe('WAITING for 7-DAY at 2026-01-13T10:00Z');
  });

  it('stays a wish when the due date moves or is gone for a while', () => {
    const life = begun();
    life.at(at, noEmail);
    life.does(at, replace('15 DAY'));
    life.at('2026-01-14T00:00', { facts: invoiceFacts({ due_date: '2026-03-01T00:00:00Z' }) });
    expect(stand(life.at('2026-01-15T00:00', { customer: customer() }))).toBe(
      'WAITING for 15-DAY at 2026-01-13T10:00Z',
    );
  });

  it('goes although another run has sent the same step', () => {
    const life = begun();
    life.does(at, replace());
    const sibling = { siblings: [{ periods: periods('7 DAY'), status: 'SENT' as const }] };
    expect(stand(life.at(at, sibling))).toBe('WAITING for 7-DAY at 2026-01-13T10:00Z');
  });

  it('no trial’s reminder after the trial’s end, whatever its end was when it was asked for', () => {
    const pinned = { variant: 'FREE_TRIAL_REMINDER' as const, periods: periods('3 DAY') };
    const life = begun({ pinned, facts: trialFacts(t('2026-03-20')), ...noEmail });
    life.does(at, replace());
    life.at('2026-01-14T00:00', { facts: trialFacts(t('2026-01-15')) });
    expect(ladder(life.at('2026-01-15T00:00', { customer: customer() }))[0]).toBe('3-DAY SKIPPED anchor_passed');
  });

  it('not what was sent or is being sent', () => {
    const life = begun();
    life.sends('2026-01-17T00:00', '7-DAY');
    expect(life.refuses('2026-01-18T00:00', replace('7 DAY'))).toBe('7-DAY has been sent; EXTRA sends it once more.');
    life.ledger('2026-01-25T00:00', '15-DAY', entry('CLAIMED'));
    expect(life.refuses('2026-01-25T00:00', replace())).toBe('15-DAY is being sent at this moment.');
    expect(life.refuses('2026-01-25T00:00', replace('9 DAY'))).toBe('The run has no step of 9 days.');
  });
});

describe('send-now as EXTRA', () => {
  it('goes beside the ladder: no rung is superseded by it', () => {
    const life = begun();
    const before = ladder(life.latest);
    expect(stand(life.does(at, extra('30 DAY')))).toBe('WAITING for EXTRA-1-30-DAY at 2026-01-13T10:00Z');
    expect(ladder(life.sends(at, 'EXTRA-1-30-DAY'))).toEqual([...before, 'EXTRA-1-30-DAY DONE']);
    expect(stand(life.latest)).toBe('WAITING for 7-DAY at 2026-01-17T00:00Z');
  });

  it('nor after a moved due date', () => {
    const life = begun();
    life.does(at, extra('30 DAY'));
    life.sends(at, 'EXTRA-1-30-DAY');
    const moved = life.at('2026-01-14T00:00', { facts: invoiceFacts({ due_date: '2026-01-20T00:00:00Z' }) });
    expect(ladder(moved)).toEqual([
      '7-DAY PLANNED 2026-01-27T00:00Z',
      '15-DAY PLANNED 2026-02-04T00:00Z',
      '30-DAY PLANNED 2026-02-19T00:00Z',
      'EXTRA-1-30-DAY DONE',
    ]);
  });

  it('each is one of its own; a step that was sent goes once more', () => {
    const life = begun();
    life.sends('2026-01-17T00:00', '7-DAY');
    life.does('2026-01-18T00:00', extra('7 DAY'));
    life.sends('2026-01-18T00:00', 'EXTRA-1-7-DAY');
    expect(stand(life.does('2026-01-18T00:00', extra('7 DAY')))).toBe('WAITING for EXTRA-2-7-DAY at 2026-01-18T00:00Z');
  });

  it('unnamed it is like the next step', () => {
    expect(stand(begun().does(at, extra()))).toBe('WAITING for EXTRA-1-7-DAY at 2026-01-13T10:00Z');
    expect(begun().refuses(at, extra('9 DAY'))).toBe('The run has no step of 9 days.');
  });

  it('blocked, it gives way when the next rung is due', () => {
    const life = begun();
    life.at(at, noEmail);
    life.does(at, extra('7 DAY'));
    expect(stand(life.latest)).toBe('BLOCKED no_recipient until 2026-01-17T00:00Z');
    expect(stand(life.at('2026-01-17T00:00', { customer: customer() }))).toBe('WAITING for 7-DAY at 2026-01-17T00:00Z');
  });
});

describe.each(['REPLACE', 'EXTRA'] as const)('send-now as %s goes at once or is refused', (as) => {
  const refused = (life: Life): string => life.refuses(at, wish(as));

  it.each<[string, Change]>([
    ['The workflow is INACTIVE; activate it first.', { workflow: { status: 'INACTIVE' } }],
    ['The customer or the invoice is held; end the hold first.', { holds: [{ until: null }] }],
    ['Nothing may be sent now: not_eligible.', { facts: invoiceFacts({ status: 'OPEN' }) }],
    ['Nothing may be sent now: no_anchor.', { facts: invoiceFacts({ due_date: null }) }],
  ])('%s', (sentence, change) => {
    const life = begun();
    life.at(at, change);
    expect(refused(life)).toBe(sentence);
  });

  it('a paid invoice has ended the run', () => {
    const life = begun();
    life.at(at, { facts: invoiceFacts({ paid: true }) });
    expect(refused(life)).toBe('The run has ended: it is STOPPED.');
  });

  it('a paused or FAILED run', () => {
    const life = begun();
    life.does(at, { kind: 'PAUSE' });
    expect(refused(life)).toBe('The run is paused; resume it first.');
    const { run } = life.context;
    life.context = { ...life.context, run: { ...run, paused: false, status: 'FAILED' } };
    expect(refused(life)).toBe('The run has FAILED; retry it first.');
  });
});

function skipped(): Life {
  const life = begun();
  life.does(at, { kind: 'SKIP_STEP', period: null });
  return life;
}
