import type { FactBody } from '../domain/facts.js';
import type { Instant } from '../domain/types.js';
import { at, type Sql } from './database.js';
import { FACT_KINDS, type FactKind } from './fact-kinds.js';
import { listPage, type Filter, type Page, type PageOf } from './lists.js';

export interface FactRow {
  id: string;
  body: FactBody | null;
  source_updated_at: Instant | null;
  test_clock_id: string | null;
  created_at: Instant;
  updated_at: Instant;
}

/** A stored fact that is there, not only named by another. */
export type StoredFact = FactRow & { body: FactBody };

export async function getFact(sql: Sql, kind: FactKind, platformId: string, id: string): Promise<StoredFact | null> {
  return asStored(await sql.row<FactRow>(`SELECT * FROM ${kind} WHERE platform_id = $1 AND id = $2`, [platformId, id]));
}

/** By id first, then by the reference in its body: the oldest of those that share one. */
export async function getFactByIdOrReference(
  sql: Sql,
  kind: FactKind,
  platformId: string,
  idOrReference: string,
): Promise<StoredFact | null> {
  return sql.row<StoredFact>(
    `SELECT * FROM ${kind} WHERE platform_id = $1 AND (id = $2 OR body ->> 'reference' = $2) AND body IS NOT NULL
     ORDER BY (id = $2) DESC, created_at, id LIMIT 1`,
    [platformId, idOrReference],
  );
}

/** Those of the ids that are there, in no order. */
export function getFacts(sql: Sql, kind: FactKind, platformId: string, ids: readonly string[]): Promise<StoredFact[]> {
  return sql.rows<StoredFact>(`SELECT * FROM ${kind} WHERE platform_id = $1 AND id = ANY ($2) AND body IS NOT NULL`, [
    platformId,
    ids,
  ]);
}

/** The first of them that is not there, and its index; null = all are. */
export function firstAbsent(
  sql: Sql,
  kind: FactKind,
  platformId: string,
  ids: readonly string[],
): Promise<{ id: string; index: number } | null> {
  return sql.row<{ id: string; index: number }>(
    `SELECT wanted.id, wanted.position - 1 AS index FROM unnest($2::text[]) WITH ORDINALITY AS wanted (id, position)
     WHERE NOT EXISTS (SELECT FROM ${kind} f WHERE f.platform_id = $1 AND f.id = wanted.id AND f.body IS NOT NULL)
     ORDER BY wanted.position LIMIT 1`,
    [platformId, ids],
  );
}

/** In the order in which they begin. */
export function getSchedulesOf(
  sql: Sql,
  platformId: string,
  subscriptionIds: readonly string[],
): Promise<(StoredFact & { pricing_plan_subscription_id: string })[]> {
  return sql.rows(
    `SELECT * FROM pricing_plan_schedules
     WHERE platform_id = $1 AND pricing_plan_subscription_id = ANY ($2) AND body IS NOT NULL
     ORDER BY (body ->> 'start_at')::timestamptz, id`,
    [platformId, subscriptionIds],
  );
}

/** One page of what is stored; placeholders are never listed. */
export function listFacts(
  sql: Sql,
  kind: FactKind,
  platformId: string,
  filters: readonly Filter[],
  page: Page,
): Promise<PageOf<StoredFact>> {
  const own = { condition: 'platform_id = ? AND body IS NOT NULL', values: [platformId] };
  return listPage<StoredFact>(sql, `SELECT * FROM ${kind}`, [own, ...filters], page);
}

/**
 * Makes sure the row is there, as a placeholder if need be, and locks it for a change. Parents come first: the caller locks
 * them in the order customer → resource with `lockParents`.
 */
export async function lockFact(
  tx: Sql,
  kind: FactKind,
  platformId: string,
  id: string,
  parentId: string | null,
): Promise<FactRow> {
  const { parent } = FACT_KINDS[kind];
  if (parent) {
    await tx.rows(
      `INSERT INTO ${kind} (platform_id, id, ${parent.field}) VALUES ($1, $2, $3) ON CONFLICT (platform_id, id) DO NOTHING`,
      [platformId, id, parentId],
    );
  } else {
    await tx.rows(`INSERT INTO ${kind} (platform_id, id) VALUES ($1, $2) ON CONFLICT (platform_id, id) DO NOTHING`, [
      platformId,
      id,
    ]);
  }
  const row = await tx.row<FactRow>(`SELECT * FROM ${kind} WHERE platform_id = $1 AND id = $2 FOR UPDATE`, [
    platformId,
    id,
  ]);
  if (!row) throw new Error(`${kind} ${id} vanished while it was being locked`);
  return row;
}

/**
 * Locks the facts this one names (FOR SHARE), customer first; also those it named until now, so that a fact that changes hands
 * is locked in the same order as any other. A fact that is not known yet gets a placeholder row, so that two parallel PUTs meet
 * there (S-A3).
 */
export async function lockParents(
  tx: Sql,
  kind: FactKind,
  platformId: string,
  id: string,
  parentId: string | null,
): Promise<void> {
  const { parent } = FACT_KINDS[kind];
  if (!parent || parentId === null) return;
  await tx.rows(
    `INSERT INTO ${parent.kind} (platform_id, id) VALUES ($1, $2) ON CONFLICT (platform_id, id) DO NOTHING`,
    [platformId, parentId],
  );
  const stored = await tx.row<{ parent: string | null }>(
    `SELECT ${parent.field} AS parent FROM ${kind} WHERE platform_id = $1 AND id = $2`,
    [platformId, id],
  );
  const named = [parentId, stored?.parent ?? parentId];
  if (parent.kind === 'pricing_plan_subscriptions') {
    await tx.rows(
      `SELECT FROM customers WHERE platform_id = $1 AND id IN (
         SELECT customer_id FROM pricing_plan_subscriptions WHERE platform_id = $1 AND id = ANY ($2)) ORDER BY id FOR SHARE`,
      [platformId, named],
    );
  }
  // Whoever has paid for an invoice may be somebody else than its customer; their runs are looked at, too.
  const payers =
    kind === 'invoices'
      ? ` OR id IN (SELECT customer_id FROM payments WHERE platform_id = $1 AND body ->> 'invoice_id' = $3)`
      : '';
  await tx.rows(
    `SELECT FROM ${parent.kind} WHERE platform_id = $1 AND (id = ANY ($2)${payers}) ORDER BY id FOR SHARE`,
    payers === '' ? [platformId, named] : [platformId, named, id],
  );
}

/**
 * Locks the invoice a payment names, and the one it named until now, before the payment itself: whoever changes an invoice looks
 * at its payments in that order, too. One that is not known yet gets a placeholder.
 */
export async function lockInvoiceOf(tx: Sql, platformId: string, paymentId: string, body: FactBody): Promise<void> {
  const named = typeof body.invoice_id === 'string' ? [body.invoice_id] : [];
  await tx.rows(
    `INSERT INTO invoices (platform_id, id, customer_id) SELECT $1, unnest($2::text[]), $3
     ON CONFLICT (platform_id, id) DO NOTHING`,
    [platformId, named, body.customer_id],
  );
  await tx.rows(
    `SELECT FROM invoices WHERE platform_id = $1 AND (id = ANY ($2) OR id IN (
       SELECT body ->> 'invoice_id' FROM payments WHERE platform_id = $1 AND id = $3)) ORDER BY id FOR SHARE`,
    [platformId, named, paymentId],
  );
}

/** Writes a locked fact. The stored source version stays when the body brings none. */
export async function writeFact(
  tx: Sql,
  kind: FactKind,
  platformId: string,
  id: string,
  body: FactBody,
  parentId: string | null,
): Promise<StoredFact> {
  const { parent } = FACT_KINDS[kind];
  const version = typeof body.updated_at === 'string' ? Date.parse(body.updated_at) : null;
  const setParent = parent ? `, ${parent.field} = $5` : '';
  const row = await tx.row<StoredFact>(
    `UPDATE ${kind} SET body = $3, source_updated_at = coalesce($4, source_updated_at), updated_at = clock_timestamp()${setParent}
     WHERE platform_id = $1 AND id = $2 RETURNING *`,
    [platformId, id, JSON.stringify(body), at(version), ...(parent ? [parentId] : [])],
  );
  if (!row) throw new Error(`${kind} ${id} vanished while it was locked`);
  return row;
}

/** Remembers when an invoice was first seen FINAL, on its customer's clock. */
export async function rememberFinal(tx: Sql, platformId: string, invoiceId: string, now: Instant): Promise<void> {
  await tx.rows(
    'UPDATE invoices SET first_final_at = $3 WHERE platform_id = $1 AND id = $2 AND first_final_at IS NULL',
    [platformId, invoiceId, at(now)],
  );
}

/** Remembers when a payment was first seen with its present result, on its customer's clock. */
export async function rememberResult(tx: Sql, platformId: string, paymentId: string, now: Instant): Promise<void> {
  await tx.rows('UPDATE payments SET result_since = $3 WHERE platform_id = $1 AND id = $2', [
    platformId,
    paymentId,
    at(now),
  ]);
}

function asStored(row: FactRow | null): StoredFact | null {
  return row && row.body !== null ? { ...row, body: row.body } : null;
}
