import { describe, expect, it } from 'vitest';
import type { Operation } from '../../domain/operate.js';
import { Life, NO_FACTS, customer, entry, invoice, invoiceFacts, ladder, periods, stand, t } from './support.js';

const PAUSE: Operation = { kind: 'PAUSE' };
const retry = (text?: string): Operation => ({ kind: 'RETRY', period: text ? (periods(text)[0] ?? null) : null });
const now = (text: string): Operation => ({ kind: 'SEND_NOW', as: 'REPLACE', period: periods(text)[0] ?? null });

/** Due on 10 January 2026; 7, 15, 30 DAY fall on 17 and 25 January and 9 February. */
const begun = (setting: ConstructorParameters<typeof Life>[1] = {}): Life => new Life('2026-01-12T10:00', setting);

function failed(life: Life): Life {
  life.context = { ...life.context, run: { ...life.context.run, status: 'FAILED', reason: 'engine_failed' } };
  return life;
}

describe('retry of a run that has FAILED (S-R3)', () => {
  it('sends what came due two minutes ago, under NONE too: somebody wants it', () => {
    const life = failed(begun({ pinned: { latePolicy: 'NONE' } }));
    expect(stand(life.does('2026-01-17T00:02', retry()))).toBe('WAITING for 7-DAY at 2026-01-17T00:02Z');
  });

  it('is possible after facts have touched it for more than seven days: no window ends meanwhile', () => {
    const life = failed(begun());
    const touched = ['2026-01-18T00:00', '2026-01-27T00:00', '2026-02-03T00:00'];
    for (const [index, at] of touched.entries()) {
      const timezone = index % 2 === 0 ? 'Europe/Berlin' : 'UTC';
      expect(stand(life.at(at, { customer: customer({ timezone }) }))).toBe('FAILED engine_failed');
    }
    expect(life.latest.steps.some(({ status }) => status === 'PLANNED')).toBe(true);
    expect(stand(life.does('2026-02-04T10:00', retry()))).toBe('WAITING for 15-DAY at 2026-02-04T10:00Z');
  });

  it('so does the one step of an event, whose window ends at its anchor otherwise', () => {
    const facts = { ...NO_FACTS, invoice: invoice({}, t('2026-01-05T10:00')) };
    const life = failed(new Life('2026-01-05T10:00', { pinned: { variant: 'TO_FINAL', periods: [] }, facts }));
    const berlin = customer({ timezone: 'Europe/Berlin' });
    expect(stand(life.at('2026-01-14T10:00', { customer: berlin }))).toBe('FAILED engine_failed');
    expect(life.latest.steps).toMatchObject([{ status: 'PLANNED' }]);
    expect(stand(life.does('2026-01-15T10:00', retry()))).toBe('WAITING for anchor at 2026-01-15T10:00Z');
  });
});

describe('what a server has refused', () => {
  const refused = (): Life => {
    const life = begun();
    life.ledger('2026-01-17T00:00', '7-DAY', entry('REJECTED'));
    return life;
  };

  it('is not sent by send-now, which says to retry it', () => {
    expect(refused().refuses('2026-01-18T00:00', now('7 DAY'))).toBe('7-DAY has FAILED; retry it.');
  });

  it('can be retried for seven days and no longer (S-E5)', () => {
    expect(refused().refuses('2026-01-24T00:00', retry('7 DAY'))).toBe('not refused');
    expect(refused().refuses('2026-01-24T00:00:01', retry('7 DAY'))).toBe(
      '7-DAY was refused more than seven days ago.',
    );
  });
});

describe('a run with nothing left to send is COMPLETED, whatever keeps it back', () => {
  const skip: Operation = { kind: 'SKIP_STEP', period: null };
  const one = { pinned: { periods: periods('7 DAY') } };

  it('a paused one', () => {
    const life = begun(one);
    life.does('2026-01-13T00:00', PAUSE);
    expect(stand(life.does('2026-01-14T00:00', skip))).toBe('COMPLETED');
    expect(ladder(life.latest)).toEqual(['7-DAY SKIPPED skipped_by_operator']);
  });

  it('a held one', () => {
    const life = begun({ ...one, holds: [{ until: null }] });
    expect(stand(life.latest)).toBe('WAITING held');
    expect(stand(life.does('2026-01-14T00:00', skip))).toBe('COMPLETED');
  });

  it('but one that has no anchor yet is kept back', () => {
    const life = begun({ ...one, facts: invoiceFacts({ due_date: null }), holds: [{ until: t('2026-02-01') }] });
    expect(life.latest.status).toBe('WAITING');
    expect(stand(life.does('2026-01-14T00:00', PAUSE))).toBe('PAUSED');
  });
});
