import { describe, expect, it } from 'vitest';
import type { Action } from '../../domain/run.js';
import { Life, action, invoiceFacts, ladder } from './support.js';

describe('a one-step event whose anchor lies back in time (S-T4)', () => {
  const final = (at: string, actions?: Action[]): Life =>
    new Life('2026-01-20T00:00', {
      pinned: { variant: 'TO_FINAL', periods: [] },
      facts: invoiceFacts({ updated_to_final_at: `${at}:00Z` }),
      ...(actions && { actions }),
    });
  const window = (type: 'DAY' | 'MONTH', value: number): Action =>
    action(`wact_${type}`, { deliveryWindow: { type, value } });

  it.each([
    ['seven days when no action says otherwise', '2026-01-13T00:01', undefined, 'PLANNED'],
    ['late after them', '2026-01-13T00:00', undefined, 'SKIPPED late'],
    ['seven days without any action', '2026-01-13T00:00', [], 'SKIPPED late'],
    ['the window of its integration when that is shorter', '2026-01-18T00:01', [window('DAY', 2)], 'PLANNED'],
    ['late after that', '2026-01-18T00:00', [window('DAY', 2)], 'SKIPPED late'],
    ['the window of its integration when that is longer', '2025-12-21T00:00', [window('MONTH', 1)], 'PLANNED'],
    ['the longest window of several', '2026-01-10T00:00', [window('DAY', 1), window('MONTH', 1)], 'PLANNED'],
  ])('goes within %s', (_, at, actions, expected) => {
    expect(ladder(final(at, actions).latest)[0]).toMatch(new RegExp(`^anchor ${expected}`));
  });

  it('is judged by the same window when it is planned anew', () => {
    const life = final('2026-01-20T12:00', [window('MONTH', 1)]);
    const moved = life.at('2026-01-20T00:00', { facts: invoiceFacts({ updated_to_final_at: '2026-01-05T00:00:00Z' }) });
    expect(ladder(moved)[0]).toMatch(/^anchor PLANNED/);
    const narrow = final('2026-01-20T12:00', [window('DAY', 2)]);
    const late = narrow.at('2026-01-20T00:00', {
      facts: invoiceFacts({ updated_to_final_at: '2026-01-17T00:00:00Z' }),
    });
    expect(ladder(late)).toEqual(['anchor SKIPPED late']);
  });
});
