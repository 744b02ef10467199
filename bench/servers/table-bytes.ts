import type { Database } from '../../store/database.js';

/** Bytes of all tables with their indexes and long values, after the space of what was deleted has been given back where it can be. */
export async function tableBytes(db: Database): Promise<number> {
  await db.rowsOnce('VACUUM');
  const row = await db.row<{ bytes: number }>(
    `SELECT sum(pg_total_relation_size(c.oid))::bigint AS bytes FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')`,
  );
  return row?.bytes ?? 0;
}
