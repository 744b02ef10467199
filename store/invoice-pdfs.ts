import { createHash } from 'node:crypto';
import type { InvoicePdfState } from '../domain/run.js';
import type { Instant } from '../domain/types.js';
import { at, type Sql } from './database.js';

/** Everything about a stored PDF but its bytes. */
export interface InvoicePdf {
  invoice_id: string;
  source: 'UPLOADED' | 'FETCHED';
  /** As its sender called it; null = it has no name of its own. */
  filename: string | null;
  /** Bytes. */
  size: number;
  sha256: Buffer;
  created_at: Instant;
  updated_at: Instant;
}

const COLUMNS = 'invoice_id, source, filename, size, sha256, created_at, updated_at';

/** Whether PDF `f` may go with the mails of invoice `i`: a fetched one serves until its invoice changes. */
const SERVES = `f.platform_id = i.platform_id AND f.invoice_id = i.id AND (f.source = 'UPLOADED' OR f.fetched_for = i.updated_at)`;

/** What there is to attach for invoice `i` of platform `p` (`InvoicePdfState` of the domain); no byte of it is read. */
export const PDF_STATE = `CASE WHEN EXISTS (SELECT FROM invoice_pdfs f WHERE ${SERVES}) THEN 'STORED'
  WHEN i.id IS NOT NULL AND p.invoice_pdf_source IS NOT NULL THEN 'FETCHABLE' ELSE 'NONE' END`;

/** As `PDF_STATE`, for an invoice that no run is about. */
export async function pdfState(sql: Sql, platformId: string, invoiceId: string): Promise<InvoicePdfState> {
  const row = await sql.row<{ pdf: InvoicePdfState }>(
    `SELECT ${PDF_STATE} AS pdf FROM platforms p LEFT JOIN invoices i ON i.platform_id = p.id AND i.id = $2 WHERE p.id = $1`,
    [platformId, invoiceId],
  );
  return row?.pdf ?? 'NONE';
}

/** Stores what somebody sent. Bytes and name that are there already change nothing: `changed` is false then. */
export async function putInvoicePdf(
  tx: Sql,
  platformId: string,
  invoiceId: string,
  content: Buffer,
  filename: string | null,
): Promise<{ pdf: InvoicePdf; created: boolean; changed: boolean }> {
  const written = await tx.row<InvoicePdf & { created: boolean }>(
    `INSERT INTO invoice_pdfs AS f (platform_id, invoice_id, source, filename, size, sha256, content)
     VALUES ($1, $2, 'UPLOADED', $3, $4, $5, $6)
     ON CONFLICT (platform_id, invoice_id) DO UPDATE SET source = excluded.source, fetched_for = NULL,
       filename = excluded.filename, size = excluded.size, sha256 = excluded.sha256, content = excluded.content,
       updated_at = clock_timestamp()
     WHERE (f.source, f.filename, f.sha256) IS DISTINCT FROM (excluded.source, excluded.filename, excluded.sha256)
     RETURNING ${COLUMNS}, xmax = 0 AS created`,
    [platformId, invoiceId, filename, content.length, sha256(content), content],
  );
  if (written) return { pdf: written, created: written.created, changed: true };
  const same = await getInvoicePdf(tx, platformId, invoiceId);
  if (!same) throw new Error(`The PDF of invoice ${invoiceId} vanished while it was locked`);
  return { pdf: same, created: false, changed: false };
}

function getInvoicePdf(sql: Sql, platformId: string, invoiceId: string): Promise<InvoicePdf | null> {
  return sql.row<InvoicePdf>(`SELECT ${COLUMNS} FROM invoice_pdfs WHERE platform_id = $1 AND invoice_id = $2`, [
    platformId,
    invoiceId,
  ]);
}

/** With its bytes. */
export function readInvoicePdf(
  sql: Sql,
  platformId: string,
  invoiceId: string,
): Promise<(InvoicePdf & { content: Buffer }) | null> {
  return sql.row(`SELECT ${COLUMNS}, content FROM invoice_pdfs WHERE platform_id = $1 AND invoice_id = $2`, [
    platformId,
    invoiceId,
  ]);
}

/** Answers what was deleted; null = there was none. */
export function deleteInvoicePdf(tx: Sql, platformId: string, invoiceId: string): Promise<InvoicePdf | null> {
  return tx.row<InvoicePdf>(
    `DELETE FROM invoice_pdfs WHERE platform_id = $1 AND invoice_id = $2 RETURNING ${COLUMNS}`,
    [platformId, invoiceId],
  );
}

/** What a mail about this invoice attaches, read once after the claim; `content` null = it is to be fetched for this version. */
export function pdfForMail(
  sql: Sql,
  platformId: string,
  invoiceId: string,
): Promise<{ filename: string | null; content: Buffer | null; invoiceUpdatedAt: Instant } | null> {
  return sql.row(
    `SELECT f.filename, f.content, i.updated_at AS "invoiceUpdatedAt"
     FROM invoices i LEFT JOIN invoice_pdfs f ON ${SERVES}
     WHERE i.platform_id = $1 AND i.id = $2`,
    [platformId, invoiceId],
  );
}

/** Keeps what was fetched for a version of the invoice, for the next attempt; what somebody sent meanwhile stays. */
export async function keepFetchedPdf(
  sql: Sql,
  platformId: string,
  invoiceId: string,
  fetchedFor: Instant,
  content: Buffer,
): Promise<void> {
  await sql.rows(
    `INSERT INTO invoice_pdfs AS f (platform_id, invoice_id, source, fetched_for, size, sha256, content)
     VALUES ($1, $2, 'FETCHED', $3, $4, $5, $6)
     ON CONFLICT (platform_id, invoice_id) DO UPDATE SET fetched_for = excluded.fetched_for, size = excluded.size,
       sha256 = excluded.sha256, content = excluded.content, updated_at = clock_timestamp()
     WHERE f.source = 'FETCHED'`,
    [platformId, invoiceId, at(fetchedFor), content.length, sha256(content), content],
  );
}

function sha256(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}
