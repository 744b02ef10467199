import type { Instant } from '../domain/types.js';
import { at, type Sql } from './database.js';
import { newId } from './ids.js';

export const HOLD_REASONS = ['PROMISE_TO_PAY', 'DISPUTE', 'SNOOZE', 'OTHER'] as const;

/** While it is in force nothing goes to the customer, or about the invoice (S-C6). */
export interface HoldRow {
  id: string;
  platform_id: string;
  customer_id: string | null;
  invoice_id: string | null;
  reason: (typeof HOLD_REASONS)[number];
  /** When it runs out by itself; null = until somebody ends it. */
  until: Instant | null;
  note: string | null;
  /** The credential that made it. */
  created_by: string;
  created_at: Instant;
  updated_at: Instant;
  /** Somebody ended it. */
  ended_at: Instant | null;
}

/** What is held: exactly one of the two. */
export type Held = { customer_id: string; invoice_id: null } | { customer_id: null; invoice_id: string };

/** The holds that concern a customer and an invoice, as a column `holds`; the arguments are SQL expressions, `k` the test clock. */
export function holdsOf(platform: string, customer: string, invoice: string): string {
  return `coalesce((
    SELECT jsonb_agg(jsonb_build_object('until', epoch_ms(h.until))) FROM holds h
    WHERE h.platform_id = ${platform} AND h.ended_at IS NULL
      AND (h.until IS NULL OR h.until > coalesce(k.now_at, clock_timestamp()))
      AND (h.customer_id = ${customer} OR h.invoice_id = ${invoice})), '[]') AS holds`;
}

/**
 * Locks what is to be held or let go, so that no claim is made meanwhile, and answers the time on its customer's clock; null =
 * there is no such customer or invoice.
 */
export async function lockHeld(tx: Sql, platformId: string, held: Held): Promise<Instant | null> {
  const locked = held.customer_id === null ? INVOICE : CUSTOMER;
  if (held.customer_id === null) await tx.rows(INVOICE_CUSTOMER, [platformId, held.invoice_id]);
  const row = await tx.row<{ now: Instant }>(locked, [platformId, held.customer_id ?? held.invoice_id]);
  return row?.now ?? null;
}

const NOW = `coalesce(k.now_at, date_trunc('milliseconds', clock_timestamp())) AS now`;
const CUSTOMER = `SELECT ${NOW} FROM customers c LEFT JOIN test_clocks k ON k.id = c.test_clock_id
  WHERE c.platform_id = $1 AND c.id = $2 AND c.body IS NOT NULL FOR UPDATE OF c`;
const INVOICE_CUSTOMER = `SELECT c.id FROM invoices i JOIN customers c ON c.platform_id = i.platform_id AND c.id = i.customer_id
  WHERE i.platform_id = $1 AND i.id = $2 FOR SHARE OF c`;
const INVOICE = `SELECT ${NOW} FROM invoices i JOIN customers c ON c.platform_id = i.platform_id AND c.id = i.customer_id
  LEFT JOIN test_clocks k ON k.id = c.test_clock_id
  WHERE i.platform_id = $1 AND i.id = $2 AND i.body IS NOT NULL FOR UPDATE OF i`;

export type HoldFields = Pick<HoldRow, 'reason' | 'until' | 'note'>;

export async function insertHold(
  tx: Sql,
  platformId: string,
  held: Held,
  fields: HoldFields,
  by: string,
): Promise<HoldRow> {
  const row = await tx.row<HoldRow>(
    `INSERT INTO holds (id, platform_id, customer_id, invoice_id, reason, until, note, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *`,
    [newId('hold'), platformId, held.customer_id, held.invoice_id, fields.reason, at(fields.until), fields.note, by],
  );
  if (!row) throw new Error('INSERT … RETURNING answered no row');
  return row;
}

export async function updateHold(tx: Sql, id: string, { reason, until, note }: HoldFields): Promise<HoldRow | null> {
  return tx.row<HoldRow>(
    'UPDATE holds SET reason = $2, until = $3, note = $4, updated_at = clock_timestamp() WHERE id = $1 RETURNING *',
    [id, reason, at(until), note],
  );
}

export async function endHold(tx: Sql, id: string, now: Instant): Promise<HoldRow | null> {
  return tx.row<HoldRow>(
    'UPDATE holds SET ended_at = $2, updated_at = clock_timestamp() WHERE id = $1 AND ended_at IS NULL RETURNING *',
    [id, at(now)],
  );
}

export function getHold(sql: Sql, platformId: string, id: string): Promise<HoldRow | null> {
  return sql.row<HoldRow>('SELECT * FROM holds WHERE platform_id = $1 AND id = $2', [platformId, id]);
}
