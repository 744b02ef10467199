import { describe, expect, it } from 'vitest';
import { periods, t, trialFacts, ladder, Life, stand } from './support.js';

const HELD = [{ until: t('2026-03-25T09:00') }];

function trial(latePolicy: 'LATEST' | 'ALL' | 'NONE', ...texts: string[]): Life {
  const facts = trialFacts(t('2026-03-20T12:00'));
  const pinned = { variant: 'FREE_TRIAL_REMINDER' as const, periods: periods(...texts), latePolicy };
  return new Life('2026-03-01', { facts, pinned });
}

describe('what came due while nothing could be sent', () => {
  it.each(['LATEST', 'ALL', 'NONE'] as const)(
    'is anchor_passed when the date it announces has passed meanwhile, under %s too (S-T4)',
    (policy) => {
      const life = trial(policy, '7 DAY', '1 DAY');
      life.at('2026-03-02', { holds: HELD });
      const ended = life.at('2026-03-25T09:00');
      expect(stand(ended)).toBe('COMPLETED');
      expect(ladder(ended)).toEqual(['7-DAY SKIPPED anchor_passed', '1-DAY SKIPPED anchor_passed']);
    },
  );

  it('goes by the late policy up to the moment before', () => {
    const life = trial('LATEST', '7 DAY', '1 DAY');
    life.at('2026-03-02', { holds: [{ until: t('2026-03-20T11:59') }] });
    expect(ladder(life.at('2026-03-20T11:59'))).toEqual([
      '7-DAY SKIPPED superseded',
      '1-DAY PLANNED 2026-03-20T11:59Z',
    ]);
  });

  it('goes for a day when it was for the date itself', () => {
    const life = trial('LATEST', '1 DAY', '0 DAY');
    life.at('2026-03-02', { holds: [{ until: t('2026-03-20T15:00') }] });
    expect(ladder(life.at('2026-03-20T15:00'))).toEqual([
      '1-DAY SKIPPED anchor_passed',
      '0-DAY PLANNED 2026-03-20T15:00Z',
    ]);
  });
});
