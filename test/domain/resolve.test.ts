import { describe, expect, it } from 'vitest';
import type { Operation, Resolution } from '../../domain/operate.js';
import { Life, entry, invoiceFacts, ladder, periods, stand, t } from './support.js';

const resolve = (as: Resolution, stepId = '7-DAY'): Operation => ({ kind: 'RESOLVE', stepId, actionId: 'wact_1', as });
const retry: Operation = { kind: 'RETRY', period: null };

const doubt = (at: string) => entry('IN_DOUBT', { reason: 'in_doubt', sentAt: t(at), endedAt: t(at) });
/** Due on 10 January 2026; 7 DAY fell on the 17th and may or may not have arrived; 15 DAY falls on the 25th. */
function doubtful(...days: string[]): Life {
  const life = new Life('2026-01-12T10:00', { pinned: { periods: periods('7 DAY', ...days) } });
  life.ledger('2026-01-17T00:00', '7-DAY', doubt('2026-01-17T00:00'));
  return life;
}
/** The mail that a RESEND planned is sent. */
const goes = (life: Life, at: string, stepId = '7-DAY') =>
  life.ledger(at, stepId, entry('SENT', { sentAt: t(at), endedAt: t(at) }));

describe('a doubtful mail (S-E5)', () => {
  it('taken as sent: the step is DONE without a doubt, and the ladder goes on', () => {
    const life = doubtful('15 DAY');
    expect(ladder(life.does('2026-01-18T00:00', resolve('SENT')))).toEqual([
      '7-DAY DONE',
      '15-DAY PLANNED 2026-01-25T00:00Z',
    ]);
  });

  it('given up: the step is SKIPPED dropped, and nothing ever sends it again', () => {
    const life = doubtful('15 DAY');
    expect(ladder(life.does('2026-01-18T00:00', resolve('DROP')))[0]).toBe('7-DAY SKIPPED dropped');
    life.at('2026-01-19T00:00', { facts: invoiceFacts({ due_date: '2026-02-10T00:00:00Z' }) });
    expect(ladder(life.latest)).toEqual(['7-DAY SKIPPED dropped', '15-DAY PLANNED 2026-02-25T00:00Z']);
  });

  it('given up beside another mail of the step that was sent: the step is DONE', () => {
    const life = new Life('2026-01-12T10:00', { pinned: { periods: periods('7 DAY') } });
    life.ledger('2026-01-17T00:00', '7-DAY', doubt('2026-01-17T00:00'), entry('SENT', { actionId: 'wact_2' }));
    expect(ladder(life.does('2026-01-18T00:00', resolve('DROP')))).toEqual(['7-DAY DONE']);
  });

  it('sent again: at once, and the ladder goes on', () => {
    const life = doubtful('15 DAY');
    expect(stand(life.does('2026-01-18T10:00', resolve('RESEND')))).toBe('WAITING for 7-DAY at 2026-01-18T10:00Z');
    goes(life, '2026-01-18T10:00');
    expect(ladder(life.latest)).toEqual(['7-DAY DONE', '15-DAY PLANNED 2026-01-25T00:00Z']);
  });

  it('is not sent again while its first sender may still be at work', () => {
    const busyUntil = t('2026-01-17T00:02');
    const life = new Life('2026-01-12T10:00', { pinned: { periods: periods('7 DAY') } });
    life.ledger('2026-01-17T00:00', '7-DAY', { ...doubt('2026-01-17T00:00'), busyUntil });
    expect(life.refuses('2026-01-17T00:01', resolve('RESEND'))).toBe(
      'Whoever sent it may still be at it; it can be sent again from 2026-01-17T00:02:00.000Z on.',
    );
    expect(ladder(life.does('2026-01-17T00:01', resolve('SENT')))).toEqual(['7-DAY DONE']);
  });

  it('sent again although a later step has gone: somebody decided about this one mail', () => {
    const life = doubtful('10 DAY');
    life.sends('2026-01-20T00:00', '10-DAY');
    expect(stand(life.does('2026-01-21T00:00', resolve('RESEND')))).toBe('WAITING for 7-DAY at 2026-01-21T00:00Z');
  });

  it('in an ended run comes back alone: nothing else is planned anew, and it ends again', () => {
    const life = doubtful('9 DAY');
    life.at('2026-01-18T12:00', { workflow: { status: 'INACTIVE' } });
    expect(stand(life.at('2026-01-19T00:00'))).toBe('COMPLETED');
    expect(ladder(life.latest)[1]).toBe('9-DAY SKIPPED workflow_inactive');
    const due = { facts: invoiceFacts({ due_date: '2026-01-11T00:00:00Z' }) };
    expect(stand(life.at('2026-01-20T00:00', { ...due, workflow: { status: 'ACTIVE' } }))).toBe('COMPLETED');
    expect(stand(life.does('2026-01-20T10:00', resolve('RESEND')))).toBe('WAITING for 7-DAY at 2026-01-20T10:00Z');
    expect(stand(goes(life, '2026-01-20T10:00'))).toBe('COMPLETED');
    expect(ladder(life.latest)).toEqual(['7-DAY DONE', '9-DAY SKIPPED workflow_inactive']);
  });

  it('in a STOPPED run can be taken as sent or given up, and is not sent again', () => {
    const paid = () => {
      const life = doubtful('15 DAY');
      expect(stand(life.at('2026-01-18T00:00', { facts: invoiceFacts({ paid: true }) }))).toBe('STOPPED paid');
      return life;
    };
    expect(paid().refuses('2026-01-18T10:00', resolve('RESEND'))).toBe('The run is STOPPED: paid.');
    expect(ladder(paid().does('2026-01-18T10:00', resolve('SENT')))[0]).toBe('7-DAY DONE');
    expect(stand(paid().does('2026-01-18T10:00', resolve('DROP')))).toBe('STOPPED paid');
  });

  it.each([
    ['after seven days', '2026-01-24T00:01', {}, 'It was sent more than seven days ago.'],
    ['when its action is off', '2026-01-18T00:00', { actions: [] }, 'The action of this mail is not ACTIVE.'],
    [
      'while the customer is held',
      '2026-01-18T00:00',
      { holds: [{ until: null }] },
      'The customer or the invoice is held; end the hold first.',
    ],
    [
      'while the workflow is off',
      '2026-01-18T00:00',
      { workflow: { status: 'INACTIVE' } as const },
      'The workflow is INACTIVE; activate it first.',
    ],
  ])('is not sent again %s', (_when, at, change, why) => {
    const life = doubtful();
    expect(stand(life.latest)).toBe('COMPLETED');
    life.at(at, change);
    expect(life.refuses(at, resolve('RESEND'))).toBe(why);
  });

  it('is the only one that can be resolved', () => {
    const life = new Life('2026-01-12T10:00');
    life.sends('2026-01-17T00:00', '7-DAY');
    const why = (id: string) => life.refuses('2026-01-18T00:00', resolve('SENT', id));
    expect(why('7-DAY')).toBe('Only a delivery that is IN_DOUBT can be resolved; this one is SENT.');
    expect(why('15-DAY')).toBe('Only a delivery that is IN_DOUBT can be resolved; this one is not there.');
  });
});

describe('a refused mail in a run that has ended (S-E5)', () => {
  function refused(): Life {
    const life = new Life('2026-01-12T10:00', { pinned: { periods: periods('7 DAY') } });
    life.ledger('2026-01-17T00:00', '7-DAY', entry('REJECTED', { endedAt: t('2026-01-18T00:00') }));
    expect(stand(life.latest)).toBe('COMPLETED');
    return life;
  }

  it('is sent again by a retry, and the run ends again', () => {
    const life = refused();
    expect(stand(life.does('2026-01-20T10:00', retry))).toBe('WAITING for 7-DAY at 2026-01-20T10:00Z');
    expect(stand(goes(life, '2026-01-20T10:00'))).toBe('COMPLETED');
  });

  it('for seven days from the refusal, while the invoice is open', () => {
    expect(refused().refuses('2026-01-25T00:00', retry)).toBe('not refused');
    expect(refused().refuses('2026-01-25T00:01', retry)).toBe('7-DAY was refused more than seven days ago.');
    const paid = refused();
    paid.at('2026-01-19T00:00', { facts: invoiceFacts({ paid: true }) });
    expect(paid.refuses('2026-01-19T00:00', retry)).toBe('Nothing may be sent now: paid.');
  });
});
