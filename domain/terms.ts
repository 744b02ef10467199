import type { FactBody } from './facts.js';
import type { Period } from './types.js';
import { readBalance, type Threshold, type WalletTerms } from './wallet.js';

/** What a workflow asks of the facts besides its variant. */
export interface Terms {
  /** Results of a payment that count as failed (S-C3). */
  failedResults: readonly string[];
  /** null = not about wallets, or not complete. */
  wallet: WalletTerms | null;
}

/** What can be set at the top level of a workflow and is read live (S-D6). */
export interface TermSettings {
  failed_results: string[] | null;
  rearm_margin: string | null;
  cooldown: Period | null;
}

const DEFAULT_FAILED_RESULTS: readonly string[] = ['REFUSED', 'ERROR'];
const DEFAULT_COOLDOWN: Period = { type: 'DAY', value: 1 };

/** Those of a workflow that asks for nothing besides its variant. */
export const DEFAULT_TERMS: Terms = { failedResults: DEFAULT_FAILED_RESULTS, wallet: null };

/** Reads the terms of a workflow from its block as stored (pinned) and its settings (live). */
export function readTerms(config: FactBody | null, settings: Partial<TermSettings>): Terms {
  const balance = config?.wallet_balance as FactBody | undefined;
  const threshold = readThreshold(balance?.threshold);
  return {
    failedResults: settings.failed_results ?? DEFAULT_FAILED_RESULTS,
    wallet: threshold && {
      walletTypeId: typeof balance?.wallet_type_id === 'string' ? balance.wallet_type_id : null,
      threshold,
      rearmMargin: settings.rearm_margin ?? '0',
      cooldown: settings.cooldown ?? DEFAULT_COOLDOWN,
    },
  };
}

function readThreshold(value: unknown): Threshold | null {
  const { percentage } = (value ?? {}) as FactBody;
  return typeof percentage === 'string' ? { percentage } : readBalance(value);
}
