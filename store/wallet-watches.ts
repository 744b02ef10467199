import { readTerms } from '../domain/terms.js';
import { levelOf, nextWatch, type WalletFacts, type Watch } from '../domain/wallet.js';
import type { Sql } from './database.js';
import type { WorkflowRow } from './workflows.js';

/** The crossing of a wallet's balance that a workflow is told of, by workflow. */
export type Crossings = ReadonlyMap<string, number>;

type Stored = Watch & { workflow_id: string; mailed: boolean };

/**
 * Notes what a change of a wallet means to the workflows that watch it, and answers the crossings it has just made (S-C5). The
 * wallet is locked, so that one change is noted after the other.
 */
export async function watchWallet(
  tx: Sql,
  workflows: readonly WorkflowRow[],
  before: WalletFacts | null,
  after: WalletFacts,
): Promise<Crossings> {
  const known = await watchesOf(tx, workflows, after.id);
  const next = workflows.flatMap((workflow) => {
    const { wallet: terms } = readTerms(workflow.definition.config, workflow.settings);
    const watch = known.get(workflow.id) ?? null;
    return terms ? [{ workflow, watch, ...nextWatch(watch, before, after, terms) }] : [];
  });
  const changed = next.filter(({ watch, armed, crossings }) => watch?.armed !== armed || watch.crossings !== crossings);
  await writeWatches(tx, after.id, changed);
  return new Map(next.filter(({ crossed }) => crossed).map(({ workflow, crossings }) => [workflow.id, crossings]));
}

/**
 * The crossing that somebody who tells of one means: the latest, of whatever became of its workflow (S-M6); of a workflow that
 * has seen none, though the balance is below, this is the first.
 */
export async function toldCrossings(
  tx: Sql,
  platformId: string,
  workflows: readonly WorkflowRow[],
  wallet: WalletFacts,
): Promise<Crossings> {
  const first = workflows.filter((workflow) => {
    const { wallet: terms } = readTerms(workflow.definition.config, workflow.settings);
    return terms !== null && levelOf(wallet, terms) === 'BELOW';
  });
  await tx.rows(
    `INSERT INTO wallet_watches AS w (workflow_id, wallet_id, armed, crossings) SELECT unnest($1::text[]), $2, false, 1
     ON CONFLICT (workflow_id, wallet_id) DO UPDATE SET armed = false, crossings = 1 WHERE w.crossings = 0`,
    [first.map(({ id }) => id).sort(), wallet.id],
  );
  const rows = await tx.rows<{ workflow_id: string; crossings: number }>(
    `SELECT x.workflow_id, x.crossings FROM wallet_watches x JOIN workflows w ON w.id = x.workflow_id
     WHERE w.platform_id = $1 AND x.wallet_id = $2 AND x.crossings > 0`,
    [platformId, wallet.id],
  );
  return new Map(rows.map((row) => [row.workflow_id, row.crossings]));
}

/**
 * The crossing of a wallet that is below the threshold while nobody has told of it, as a backfill finds it: a watch that is armed,
 * or that there was none of, sees it now; otherwise it is the one that was seen before.
 */
export async function firstSeenCrossings(
  tx: Sql,
  platformId: string,
  workflow: WorkflowRow,
  wallet: WalletFacts,
): Promise<Crossings> {
  const seen = await watchWallet(tx, [workflow], null, wallet);
  return seen.size > 0 ? seen : toldCrossings(tx, platformId, [workflow], wallet);
}

async function watchesOf(
  tx: Sql,
  workflows: readonly WorkflowRow[],
  walletId: string,
): Promise<ReadonlyMap<string, Stored>> {
  if (workflows.length === 0) return new Map();
  const rows = await tx.rows<Stored>(
    `SELECT x.workflow_id, x.armed, x.crossings, EXISTS (
       SELECT FROM runs r JOIN deliveries d ON d.run_id = r.id
       WHERE r.workflow_id = x.workflow_id AND r.resource_id = x.wallet_id AND r.type = 'EVENT'
         AND r.occurrence = 'WALLET_BALANCE/' || x.crossings AND d.status IN ('TRANSMITTING', 'SENT', 'IN_DOUBT')) AS mailed
     FROM wallet_watches x WHERE x.wallet_id = $2 AND x.workflow_id = ANY ($1) FOR UPDATE OF x`,
    [workflows.map(({ id }) => id), walletId],
  );
  return new Map(rows.map((row) => [row.workflow_id, row]));
}

async function writeWatches(
  tx: Sql,
  walletId: string,
  watches: readonly (Watch & { workflow: WorkflowRow })[],
): Promise<void> {
  if (watches.length === 0) return;
  await tx.rows(
    `INSERT INTO wallet_watches (workflow_id, wallet_id, armed, crossings)
     SELECT w.id, $1, w.armed, w.crossings FROM jsonb_to_recordset($2) AS w (id text, armed boolean, crossings integer)
     ON CONFLICT (workflow_id, wallet_id) DO UPDATE SET armed = excluded.armed, crossings = excluded.crossings`,
    [
      walletId,
      JSON.stringify(watches.map(({ workflow, armed, crossings }) => ({ id: workflow.id, armed, crossings }))),
    ],
  );
}
