import type { Instant } from '../domain/types.js';
import type { Sql } from './database.js';

/** The clock of Postgres, where there is no row to read it with (S-T7). */
export async function clockOf(sql: Sql): Promise<Instant> {
  const row = await sql.row<{ now: Instant }>('SELECT clock_timestamp() AS now');
  if (!row) throw new Error('SELECT clock_timestamp() answered no row');
  return row.now;
}
