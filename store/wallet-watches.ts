import { readTerms } from '../domain/terms.js';
import { isRearmed, levelOf, type WalletFacts } from '../domain/wallet.js';
import type { Sql } from './database.js';
import type { WorkflowRow } from './workflows.js';

/**
 * Notes where a wallet's balance stands with a workflow and answers the number of its latest crossing, or null when there was
 * none. It fires when it goes below the threshold, or is first seen below, and again only after it came back (S-C5).
 * `before`: the wallet as it was; a workflow that finds it below already waits for the next crossing (S-D11).
 */
export async function observeWallet(
  tx: Sql,
  workflow: WorkflowRow,
  wallet: WalletFacts,
  before: WalletFacts | null,
): Promise<number | null> {
  const terms = readTerms(workflow.definition.config, workflow.settings).wallet;
  const level = terms && levelOf(wallet, terms);
  if (!terms || level === null) return null;
  const fires = level === 'BELOW';
  const first = fires && (before === null || levelOf(before, terms) !== 'BELOW') ? 1 : 0;
  const row = await tx.row<{ crossings: number }>(
    `INSERT INTO wallet_watches AS w (workflow_id, wallet_id, armed, crossings) VALUES ($1, $2, NOT $3, $4)
     ON CONFLICT (workflow_id, wallet_id) DO UPDATE SET
       crossings = w.crossings + ($3 AND w.armed)::integer, armed = NOT $3 AND (w.armed OR $5)
     RETURNING crossings`,
    [workflow.id, wallet.id, fires, first, isRearmed(wallet, terms)],
  );
  return row && row.crossings > 0 ? row.crossings : null;
}
