import { describe, expect, it } from 'vitest';
import { nextWatch, type WalletFacts, type Watch } from '../../domain/wallet.js';
import { euros, walletFacts, walletTerms } from './support.js';

function terms(threshold: string, rearm_margin: string | null = null) {
  const { wallet } = walletTerms(euros(threshold), { rearm_margin });
  if (!wallet) throw new Error('no terms');
  return wallet;
}
function of(quantity: string, unit?: string): WalletFacts {
  const { wallet } = walletFacts(quantity, unit ? { open_balance: { amount: { quantity, currency: unit } } } : {});
  if (!wallet) throw new Error('no wallet');
  return wallet;
}

/** What a series of balances makes of a watch; `*` after a number: it crossed. */
function story(balances: readonly string[], own = terms('10'), mailed = true): string {
  let watch: Watch | null = null;
  let before: WalletFacts | null = null;
  return balances
    .map((quantity) => {
      const after = of(quantity);
      const next = nextWatch(watch && { ...watch, mailed }, before, after, own);
      [watch, before] = [next, after];
      return `${quantity}${next.crossed ? '*' : ''}`;
    })
    .join(' ');
}

describe('when a balance crosses its threshold (S-C5)', () => {
  it.each<[string, string]>([
    ['12 9 8 7', '12 9* 8 7'],
    ['9 8', '9* 8'],
    ['10 9.99', '10 9.99*'],
    ['9 10 9', '9* 10 9*'],
    ['9 11 8 12 7', '9* 11 8* 12 7*'],
  ])('%s', (balances, expected) => {
    expect(story(balances.split(' '))).toBe(expected);
  });

  it('crosses again only after the margin', () => {
    expect(story(['9', '14.99', '8', '15', '8'], terms('10', '5'))).toBe('9* 14.99 8 15 8*');
  });

  it('crosses again without the margin when the last crossing had no mail', () => {
    expect(story(['9', '12', '3'], terms('10', '5'), false)).toBe('9* 12 3*');
  });

  const fired: Watch & { mailed: boolean } = { armed: false, crossings: 1, mailed: true };
  const armed: Watch & { mailed: boolean } = { armed: true, crossings: 1, mailed: true };
  it.each<[string, Watch & { mailed: boolean }, string, string, boolean]>([
    ['it came back while nobody looked', fired, '20', '8', true],
    ['it fell while nobody looked', armed, '8', '8', false],
    ['it fell further after it fell while nobody looked', armed, '8', '3', false],
  ])('after a pause: %s', (_, watch, before, after, crossed) => {
    expect(nextWatch(watch, of(before), of(after), terms('10')).crossed).toBe(crossed);
  });

  it('takes a new threshold for what it is', () => {
    // 9 was below 10 and has fired; it is above 5, so that 4 is a crossing.
    expect(nextWatch(fired, of('9'), of('4'), terms('5')).crossed).toBe(true);
    // 7 was above 5; under 20 it is low already, and 15 is no crossing.
    expect(nextWatch(armed, of('7'), of('15'), terms('20')).crossed).toBe(false);
  });

  it('keeps what it knew through a balance in another unit', () => {
    expect(nextWatch(fired, of('9'), of('1', 'USD'), terms('10'))).toMatchObject({ armed: false, crossed: false });
    expect(nextWatch(fired, of('1', 'USD'), of('9'), terms('10')).crossed).toBe(false);
  });
});
