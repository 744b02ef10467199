import type { Sql } from './database.js';

/** Takes a piece of work for so long, among all processes; false = somebody has it. Whoever has it may take it again with `holding`. */
export async function takeLease(sql: Sql, name: string, forMs: number, holding = false): Promise<boolean> {
  const taken = await sql.row(
    `INSERT INTO leases AS l VALUES ($1, clock_timestamp() + $2 * interval '1 millisecond')
     ON CONFLICT (name) DO UPDATE SET until = excluded.until WHERE $3 OR l.until <= clock_timestamp() RETURNING name`,
    [name, forMs, holding],
  );
  return taken !== null;
}

/** Gives it back before its time. */
export async function releaseLease(sql: Sql, name: string): Promise<void> {
  await sql.rows('DELETE FROM leases WHERE name = $1', [name]);
}
