import { addDecimals, compareDecimals, isPositiveDecimal, multiplyDecimals } from './decimal.js';
import type { FactBody } from './facts.js';
import type { Period } from './types.js';

/** What is in a wallet: money, or credits of one type. Quantities are decimal strings. */
export type Balance = { unit: string; quantity: string; kind: 'AMOUNT' | 'CREDITS' };

/** Below what a wallet's balance is worth a mail, in the threshold's own unit (S-C5). */
export type Threshold = { percentage: string } | Balance;

/** What a WALLET_BALANCE workflow asks of a wallet. */
export interface WalletTerms {
  /** null = wallets of every type. */
  walletTypeId: string | null;
  threshold: Threshold;
  /** How far above the threshold the balance must come before it can cross again. */
  rearmMargin: string;
  /** At most one mail per wallet and workflow within it. */
  cooldown: Period;
}

export interface WalletFacts {
  id: string;
  customerId: string;
  walletTypeId: string | null;
  /** Of its type, as people know it. */
  typeName: string | null;
  reference: string | null;
  status: string | null;
  open: Balance | null;
  granted: Balance | null;
}

/** Where a balance stands; null = it cannot be compared with the threshold: another unit, or a fact is missing. */
export type Level = 'BELOW' | 'ABOVE' | null;

export function levelOf(wallet: WalletFacts, terms: WalletTerms): Level {
  if (incomparable(wallet, terms) !== null) return null;
  const sides = comparable(wallet, terms.threshold);
  return sides && (compareDecimals(...sides) < 0 ? 'BELOW' : 'ABOVE');
}

/** Why a balance cannot be compared with the threshold; null = it can. */
export type Incomparable = 'wallet_type' | 'no_balance' | 'no_granted' | 'unit';

export function incomparable({ walletTypeId, open, granted }: WalletFacts, terms: WalletTerms): Incomparable | null {
  const { threshold } = terms;
  if (terms.walletTypeId !== null && terms.walletTypeId !== walletTypeId) return 'wallet_type';
  if (!open) return 'no_balance';
  if (!('percentage' in threshold)) return sameUnit(open, threshold) ? null : 'unit';
  if (!granted || !isPositiveDecimal(granted.quantity)) return 'no_granted';
  return sameUnit(open, granted) ? null : 'unit';
}

/** How a workflow watches a wallet. */
export interface Watch {
  /** Whether the next time below the threshold is a crossing. */
  armed: boolean;
  /** How many there were. */
  crossings: number;
}

/**
 * What a change of the wallet makes of its watch: it crosses when it goes below the threshold, or is first seen below, and again
 * only after it came back by the margin (S-C5). The wallet as it was corrects a watch that saw nothing for a while, because the
 * workflow was inactive, had another threshold, or did not concern this wallet: what happened meanwhile starts nothing (S-D11).
 * `mailed` false: the last crossing had no mail, so that coming back to the threshold is enough.
 */
export function nextWatch(
  known: (Watch & { mailed: boolean }) | null,
  before: WalletFacts | null,
  after: WalletFacts,
  terms: WalletTerms,
): Watch & { crossed: boolean } {
  const { crossings, mailed } = known ?? { crossings: 0, mailed: false };
  const armed = isArmed(known?.armed ?? true, before, mailed, terms);
  const crossed = armed && levelOf(after, terms) === 'BELOW';
  return { armed: isArmed(armed, after, mailed, terms), crossings: crossings + Number(crossed), crossed };
}

function isArmed(armed: boolean, wallet: WalletFacts | null, mailed: boolean, terms: WalletTerms): boolean {
  switch (wallet && levelOf(wallet, terms)) {
    case 'BELOW':
      return false;
    case 'ABOVE':
      return armed || !mailed || isRearmed(wallet, terms);
    case null:
      return armed;
  }
}

/** It has come back to the threshold and the margin above it. */
function isRearmed(wallet: WalletFacts | null, terms: WalletTerms): boolean {
  const sides = wallet && comparable(wallet, terms.threshold, terms.rearmMargin);
  return sides !== null && compareDecimals(...sides) >= 0;
}

/** Balance and limit in one unit; a percentage is of what was granted. */
function comparable({ open, granted }: WalletFacts, threshold: Threshold, margin = '0'): [string, string] | null {
  if (!open) return null;
  if (!('percentage' in threshold)) {
    return sameUnit(open, threshold) ? [open.quantity, addDecimals(threshold.quantity, margin)] : null;
  }
  if (!granted || !sameUnit(open, granted) || !isPositiveDecimal(granted.quantity)) return null;
  const limit = multiplyDecimals(addDecimals(threshold.percentage, margin), granted.quantity);
  return [multiplyDecimals(open.quantity, '100'), limit];
}

function sameUnit(a: Balance, b: Balance): boolean {
  return a.kind === b.kind && a.unit === b.unit;
}

/** `{amount: {quantity, currency}}` or `{credits: {quantity, credit_type_id}}`. */
export function readBalance(value: unknown): Balance | null {
  const { amount, credits } = (value ?? {}) as Record<string, FactBody | null | undefined>;
  if (amount) return { kind: 'AMOUNT', quantity: String(amount.quantity), unit: String(amount.currency) };
  if (credits) return { kind: 'CREDITS', quantity: String(credits.quantity), unit: String(credits.credit_type_id) };
  return null;
}
