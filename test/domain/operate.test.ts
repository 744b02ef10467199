import { describe, expect, it } from 'vitest';
import type { Operation } from '../../domain/operate.js';
import { Life, action, customer, entry, invoiceFacts, ladder, periods, stand, t, type Change } from './support.js';

const PAUSE: Operation = { kind: 'PAUSE' };
const RESUME: Operation = { kind: 'RESUME' };
const CANCEL: Operation = { kind: 'CANCEL' };
const RELEASE: Operation = { kind: 'RELEASE' };
const REPLAN: Operation = { kind: 'REPLAN' };
const step = (text?: string): { period: ReturnType<typeof periods>[number] | null } => ({
  period: text ? (periods(text)[0] ?? null) : null,
});
const skip = (text?: string): Operation => ({ kind: 'SKIP_STEP', ...step(text) });
const now = (text?: string): Operation => ({ kind: 'SEND_NOW', as: 'REPLACE', ...step(text) });
const extra = (text?: string): Operation => ({ kind: 'SEND_NOW', as: 'EXTRA', ...step(text) });
const retry = (text?: string): Operation => ({ kind: 'RETRY', ...step(text) });
const EVERY: readonly Operation[] = [PAUSE, RESUME, CANCEL, RELEASE, REPLAN, skip(), now(), extra(), retry()];

const noEmail: Change = { customer: customer({ email: null }) };
const due = (date: string | null): Change => ({
  facts: invoiceFacts({ due_date: date && `${date}T00:00:00Z` }),
});
/** Due on 10 January 2026; 7, 15, 30 DAY fall on 17 and 25 January and 9 February. */
const begun = (setting: ConstructorParameters<typeof Life>[1] = {}): Life => new Life('2026-01-12T10:00', setting);

/** The engine gave up on the run. */
function failed(life: Life): Life {
  life.context = { ...life.context, run: { ...life.context.run, status: 'FAILED', reason: 'engine_failed' } };
  return life;
}

describe('a run that has ended (S-R3)', () => {
  it.each(EVERY)('takes no $kind', (operation) => {
    const stopped = begun();
    stopped.at('2026-01-13T00:00', { facts: invoiceFacts({ paid: true }) });
    expect(stopped.refuses('2026-01-13T00:00', operation)).toBe('The run has ended: it is STOPPED.');
    const completed = begun({ pinned: { periods: periods('0 DAY') } });
    completed.sends('2026-01-12T10:00', '0-DAY');
    expect(completed.refuses('2026-01-13T00:00', operation)).toBe('The run has ended: it is COMPLETED.');
  });
});

describe('pause and resume', () => {
  it('sends nothing while paused, and says so', () => {
    const life = begun();
    expect(stand(life.does('2026-01-13T00:00', PAUSE))).toBe('PAUSED');
    expect(stand(life.at('2026-02-20T00:00'))).toBe('PAUSED');
    expect(ladder(life.latest)[0]).toBe('7-DAY PLANNED 2026-01-17T00:00Z');
  });

  it('resumed in time it goes on as if nothing had been', () => {
    const life = begun();
    const before = ladder(life.latest);
    life.does('2026-01-13T00:00', PAUSE);
    expect(ladder(life.does('2026-01-16T00:00', RESUME))).toEqual(before);
    expect(stand(life.latest)).toBe('WAITING for 7-DAY at 2026-01-17T00:00Z');
  });

  it.each([
    ['LATEST', '7-DAY SKIPPED superseded', '15-DAY PLANNED 2026-01-27T10:00Z'],
    ['ALL', '7-DAY PLANNED 2026-01-27T10:00Z', '15-DAY PLANNED 2026-01-27T10:00Z'],
    ['NONE', '7-DAY SKIPPED late', '15-DAY SKIPPED late'],
  ] as const)('what came due meanwhile goes by the late policy: %s', (latePolicy, seven, fifteen) => {
    const life = begun({ pinned: { latePolicy } });
    life.does('2026-01-13T00:00', PAUSE);
    const resumed = life.does('2026-01-27T10:00', RESUME);
    expect(ladder(resumed)).toEqual([seven, fifteen, '30-DAY PLANNED 2026-02-09T00:00Z']);
  });

  it('the late one says why it goes then, and its window counts from there', () => {
    const life = begun();
    life.does('2026-01-13T00:00', PAUSE);
    life.at('2026-01-20T00:00', noEmail);
    expect(stand(life.does('2026-01-21T10:00', RESUME))).toBe('BLOCKED no_recipient until 2026-01-25T00:00Z');
    expect(life.latest.steps[0]?.shifts).toEqual([
      { from: t('2026-01-17'), to: t('2026-01-21T10:00'), reason: 'resumed' },
    ]);
  });

  it('the blast guard has a say about what a resume would send', () => {
    const life = begun();
    life.does('2026-01-13T00:00', PAUSE);
    life.at('2026-01-18T00:00', { lateStepsAllowed: false });
    expect(stand(life.does('2026-01-18T00:00', RESUME))).toBe('BLOCKED blast_guard until 2026-01-25T00:00Z');
    expect(stand(life.does('2026-01-19T10:00', RELEASE))).toBe('WAITING for 7-DAY at 2026-01-19T10:00Z');
  });

  it('plans anew under a moved due date, and still sends nothing', () => {
    const life = begun();
    life.does('2026-01-13T00:00', PAUSE);
    const moved = life.at('2026-01-14T00:00', due('2026-01-20'));
    expect(stand(moved)).toBe('PAUSED');
    expect(ladder(moved)[0]).toBe('7-DAY PLANNED 2026-01-27T00:00Z');
    expect(stand(life.does('2026-01-15T00:00', RESUME))).toBe('WAITING for 7-DAY at 2026-01-27T00:00Z');
  });

  it('stops when the invoice is paid; comes back paused when it is not after all', () => {
    const life = begun();
    life.does('2026-01-13T00:00', PAUSE);
    expect(stand(life.at('2026-01-14T00:00', { facts: invoiceFacts({ paid: true }) }))).toBe('STOPPED paid');
    expect(stand(life.at('2026-01-18T00:00', { facts: invoiceFacts() }))).toBe('PAUSED');
    expect(stand(life.does('2026-01-19T00:00', RESUME))).toBe('WAITING for 7-DAY at 2026-01-19T00:00Z');
  });

  it('neither twice, and no pause of what has FAILED', () => {
    const life = begun();
    expect(life.refuses('2026-01-13T00:00', RESUME)).toBe('The run is not paused.');
    life.does('2026-01-13T00:00', PAUSE);
    expect(life.refuses('2026-01-13T00:00', PAUSE)).toBe('The run is paused already.');
    expect(failed(begun()).refuses('2026-01-13T00:00', PAUSE)).toBe('The run has FAILED; retry or cancel it.');
  });
});

describe('cancel', () => {
  it('ends the run for good', () => {
    const life = begun();
    life.sends('2026-01-17T00:00', '7-DAY');
    expect(stand(life.does('2026-01-18T00:00', CANCEL))).toBe('STOPPED cancelled_by_operator');
    expect(ladder(life.latest)).toEqual([
      '7-DAY DONE',
      '15-DAY SKIPPED cancelled_by_operator',
      '30-DAY SKIPPED cancelled_by_operator',
    ]);
    life.context = { ...life.context, run: { ...life.context.run, cancelled: false } };
    expect(stand(life.at('2026-01-19T00:00', due('2026-03-01')))).toBe('STOPPED cancelled_by_operator');
  });

  it('also a run that is paused, or has FAILED', () => {
    const paused = begun();
    paused.does('2026-01-13T00:00', PAUSE);
    expect(stand(paused.does('2026-01-13T00:00', CANCEL))).toBe('STOPPED cancelled_by_operator');
    expect(stand(failed(begun()).does('2026-01-13T00:00', CANCEL))).toBe('STOPPED cancelled_by_operator');
  });

  it('a mail that is on its way goes, and is told of', () => {
    const life = begun();
    life.ledger('2026-01-17T00:00', '7-DAY', entry('TRANSMITTING'));
    life.does('2026-01-17T00:00:01', CANCEL);
    expect(ladder(life.ledger('2026-01-17T00:00:02', '7-DAY', entry('SENT')))[0]).toBe('7-DAY DONE');
  });
});

describe('skip-step', () => {
  it('the next one, or the one that is named', () => {
    expect(ladder(begun().does('2026-01-13T00:00', skip()))[0]).toBe('7-DAY SKIPPED skipped_by_operator');
    expect(ladder(begun().does('2026-01-13T00:00', skip('15 DAY')))).toEqual([
      '7-DAY PLANNED 2026-01-17T00:00Z',
      '15-DAY SKIPPED skipped_by_operator',
      '30-DAY PLANNED 2026-02-09T00:00Z',
    ]);
  });

  it('stays skipped when everything is planned anew (S-T5)', () => {
    const life = begun();
    life.does('2026-01-13T00:00', skip('15 DAY'));
    const skipped = '15-DAY SKIPPED skipped_by_operator';
    expect(ladder(life.at('2026-01-14T00:00', due('2026-02-01')))[1]).toBe(skipped);
    expect(ladder(life.does('2026-01-15T00:00', REPLAN, { periods: periods('7 DAY', '15 DAY') }))[1]).toBe(skipped);
    life.at('2026-01-16T00:00', { facts: invoiceFacts({ paid: true }) });
    expect(ladder(life.at('2026-01-17T00:00', { facts: invoiceFacts() }))[1]).toBe(skipped);
  });

  it('the last open one: the run is completed', () => {
    const life = begun({ pinned: { periods: periods('7 DAY') } });
    expect(stand(life.does('2026-01-13T00:00', skip()))).toBe('COMPLETED');
  });

  it('a BLOCKED one: the run goes on', () => {
    const life = begun();
    life.at('2026-01-17T00:00', noEmail);
    expect(stand(life.does('2026-01-18T00:00', skip('7 DAY')))).toBe('WAITING for 15-DAY at 2026-01-25T00:00Z');
  });

  it('nothing that was sent, is being sent, was skipped, or is no step at all', () => {
    const life = begun();
    life.sends('2026-01-17T00:00', '7-DAY');
    life.does('2026-01-18T00:00', skip('30 DAY'));
    expect(life.refuses('2026-01-18T00:00', skip('7 DAY'))).toBe('7-DAY has been sent.');
    expect(life.refuses('2026-01-18T00:00', skip('30 DAY'))).toBe('30-DAY is SKIPPED already.');
    expect(life.refuses('2026-01-18T00:00', skip('9 DAY'))).toBe('The run has no step of 9 days.');
    life.ledger('2026-01-25T00:00', '15-DAY', entry('CLAIMED'));
    expect(life.refuses('2026-01-25T00:00', skip('15 DAY'))).toBe('15-DAY is being sent at this moment.');
  });

  it('takes the step that goes, not the rest of a merged one that gave way to it', () => {
    const life = new Life('2026-01-01T00:00', {
      pinned: { periods: periods('30 DAY', '1 MONTH') },
      ...due('2026-04-10'),
    });
    life.does('2026-01-02T00:00', REPLAN, { periods: periods('1 MONTH') });
    life.at('2026-01-03T00:00', due('2026-01-10'));
    expect(ladder(life.latest)).toEqual(['30-DAY SKIPPED superseded', '1-MONTH PLANNED 2026-02-10T00:00Z']);
    expect(ladder(life.does('2026-01-04T00:00', skip('1 MONTH')))[1]).toBe('1-MONTH SKIPPED skipped_by_operator');
  });
});

describe('retry', () => {
  it('starts a FAILED run anew; what came due meanwhile goes by the late policy', () => {
    const life = failed(begun());
    expect(stand(life.at('2026-01-13T00:00'))).toBe('FAILED engine_failed');
    expect(stand(life.does('2026-01-27T10:00', retry()))).toBe('WAITING for 15-DAY at 2026-01-27T10:00Z');
    expect(ladder(life.latest)[0]).toBe('7-DAY SKIPPED superseded');
  });

  it('tries what the provider refused at once, with a new window', () => {
    const life = begun();
    const refusal = { reason: 'provider_refused' as const, retryAt: t('2026-01-17T00:10') };
    life.ledger('2026-01-17T00:00', '7-DAY', entry('BLOCKED', refusal));
    expect(stand(life.latest)).toBe('BLOCKED provider_refused until 2026-01-17T00:10Z');
    expect(stand(life.does('2026-01-17T00:05', retry()))).toBe('WAITING for 7-DAY at 2026-01-17T00:05Z');
  });

  it('sends a mail that was rejected again, unless a later step went', () => {
    const life = begun();
    life.ledger('2026-01-17T00:00', '7-DAY', entry('REJECTED'));
    expect(ladder(life.latest)[0]).toBe('7-DAY FAILED rejected');
    const again = begun();
    again.ledger('2026-01-17T00:00', '7-DAY', entry('REJECTED'));
    expect(stand(again.does('2026-01-18T00:00', retry('7 DAY')))).toBe('WAITING for 7-DAY at 2026-01-18T00:00Z');
    life.sends('2026-01-25T00:00', '15-DAY');
    expect(life.refuses('2026-01-26T00:00', retry())).toBe('A later step than 7-DAY has been sent.');
  });

  it('not when there is nothing to retry, nor what the blast guard holds', () => {
    expect(begun().refuses('2026-01-13T00:00', retry())).toBe('Nothing of the run is BLOCKED or FAILED.');
    const guarded = new Life('2026-01-26T10:00', { lateStepsAllowed: false, actions: [action()] });
    expect(guarded.refuses('2026-01-27T00:00', retry())).toBe('The blast guard holds it: release it.');
  });
});

describe('release', () => {
  it('only what the blast guard holds', () => {
    const life = new Life('2026-01-26T10:00', { lateStepsAllowed: false });
    expect(begun().refuses('2026-01-13T00:00', RELEASE)).toBe('The blast guard holds nothing of the run.');
    expect(stand(life.does('2026-01-30T10:00', RELEASE))).toBe('WAITING for 15-DAY at 2026-01-30T10:00Z');
  });
});

describe('replan-runs (S-D6)', () => {
  it('added and removed periods; what was sent stays sent', () => {
    const life = begun();
    life.sends('2026-01-17T00:00', '7-DAY');
    const moved = life.does('2026-01-18T00:00', REPLAN, { periods: periods('3 DAY', '20 DAY', '30 DAY') });
    expect(ladder(moved)).toEqual([
      '3-DAY SKIPPED superseded',
      '7-DAY DONE',
      '15-DAY SKIPPED period_removed',
      '20-DAY PLANNED 2026-01-30T00:00Z',
      '30-DAY PLANNED 2026-02-09T00:00Z',
    ]);
  });

  it('what lies in the past by the new ladder goes by the new late policy', () => {
    const ladderOf = (latePolicy: 'LATEST' | 'NONE'): string[] =>
      ladder(begun().does('2026-01-13T00:00', REPLAN, { periods: periods('1 DAY', '15 DAY'), latePolicy }));
    expect(ladderOf('LATEST')[0]).toBe('1-DAY PLANNED 2026-01-13T00:00Z');
    expect(ladderOf('NONE')[0]).toBe('1-DAY SKIPPED late');
  });

  it('a paused run stays paused', () => {
    const life = begun();
    life.does('2026-01-13T00:00', PAUSE);
    expect(stand(life.does('2026-01-13T00:00', REPLAN, { periods: periods('9 DAY') }))).toBe('PAUSED');
    expect(stand(life.does('2026-01-14T00:00', RESUME))).toBe('WAITING for 9-DAY at 2026-01-19T00:00Z');
  });

  it('not to the version it has', () => {
    expect(begun().refuses('2026-01-13T00:00', REPLAN)).toBe('The run has the newest version of its workflow already.');
  });
});
