import type { DueDates } from '../domain/anchor.js';
import type { CalendarBody } from '../domain/read-calendar.js';
import type { Instant } from '../domain/types.js';
import type { Sql } from './database.js';
import { newId } from './ids.js';

/** Where the PDFs of a platform's invoices are fetched from. */
export interface PdfSource {
  /** https, with `{invoice_id}` in its path or query. */
  url: string;
  /** Sent along; the value is sealed for `pdfSourceContext`. */
  header: { name: string; sealed: string } | null;
}

/** What the header's value is sealed for. */
export const pdfSourceContext = (platformId: string): string => `${platformId}:invoice_pdf_source`;

export interface Platform {
  id: string;
  name: string;
  environment: 'TEST' | 'LIVE';
  timezone: string | null;
  locale: string | null;
  sender_name: string | null;
  sender_email: string | null;
  due_dates: DueDates;
  /** The default of its workflows (S-T3). */
  calendar: CalendarBody | null;
  in_doubt: 'HOLD' | 'RESEND' | 'DROP';
  allow_list: string[];
  blast_limit: number | null;
  org_ids: string[];
  invoice_pdf_source: PdfSource | null;
  created_at: Instant;
  updated_at: Instant;
}

/** What `PATCH /v1/platform` may change; absent = unchanged (S-W12). */
export type PlatformChanges = Partial<Omit<Platform, 'id' | 'environment' | 'created_at' | 'updated_at'>>;

const SETTABLE = [
  'name',
  'timezone',
  'locale',
  'sender_name',
  'sender_email',
  'due_dates',
  'calendar',
  'in_doubt',
  'allow_list',
  'blast_limit',
  'org_ids',
  'invoice_pdf_source',
] as const satisfies readonly (keyof PlatformChanges)[];

export async function createPlatform(sql: Sql, name: string, environment: 'TEST' | 'LIVE'): Promise<Platform> {
  const created = await sql.row<Platform>(
    'INSERT INTO platforms (id, name, environment) VALUES ($1, $2, $3) RETURNING *',
    [newId('plat'), name, environment],
  );
  if (!created) throw new Error('INSERT … RETURNING answered no row');
  return created;
}

export function listPlatforms(sql: Sql): Promise<Platform[]> {
  return sql.rows<Platform>('SELECT * FROM platforms ORDER BY created_at, id');
}

/** Those of these ids that exist, in order of id. */
export function getPlatforms(sql: Sql, ids: readonly string[]): Promise<Platform[]> {
  return sql.rows<Platform>('SELECT * FROM platforms WHERE id = ANY ($1) ORDER BY id', [ids]);
}

/** As it stands, and nobody else changes it until the transaction ends. */
export function lockPlatform(tx: Sql, id: string): Promise<Platform | null> {
  return tx.row<Platform>('SELECT * FROM platforms WHERE id = $1 FOR NO KEY UPDATE', [id]);
}

export async function updatePlatform(sql: Sql, id: string, changes: PlatformChanges): Promise<Platform | null> {
  const fields = SETTABLE.filter((field) => changes[field] !== undefined);
  const assignments = fields.map((field, index) => `, ${field} = $${String(index + 2)}`).join('');
  const values = fields.map((field) => changes[field]);
  const [updated] = await sql.rowsOnce<Platform>(
    `UPDATE platforms SET updated_at = clock_timestamp()${assignments} WHERE id = $1 RETURNING *`,
    [id, ...values],
  );
  return updated ?? null;
}
