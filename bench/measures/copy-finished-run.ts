import type { Database } from '../../store/database.js';

/** Rows of one statement; its time is limited. */
const CHUNK = 5_000;

interface Table {
  name: string;
  /** Names `run_id`. */
  ofRun: boolean;
  /** Its `id` alone is its key. */
  ownId: boolean;
  /** Arguments of jsonb_build_object for the columns that a sequence fills: each copy has its own number. */
  numbered: string | null;
}

/**
 * Copies the one run that has finished, with its trigger, its invoice and every row that names it, as the same for other invoices
 * (`inv_f<n>`), each a second older than the one before. What was sent (the kept message) is not copied: it is not read here.
 */
export async function copyFinishedRun(db: Database, count: number, log: (line: string) => void): Promise<void> {
  const tables = await db.rowsOnce<Table>(
    `SELECT c.relname AS name,
       bool_or(a.attname = 'run_id') AS "ofRun",
       bool_or(a.attname = 'id' AND coalesce((SELECT x.indkey::text = a.attnum::text FROM pg_index x
         WHERE x.indrelid = c.oid AND x.indisprimary), false)) AS "ownId",
       string_agg(quote_literal(a.attname) || ', ' || pg_get_expr(d.adbin, c.oid), ', ')
         FILTER (WHERE pg_get_expr(d.adbin, c.oid) LIKE 'nextval(%') AS numbered
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
     LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
     GROUP BY c.oid, c.relname`,
  );
  const older = `'created_at', t.created_at - i * interval '1 second'`;
  const copy = (name: string, changes: string, join: string): string => {
    const numbered = tables.find((table) => table.name === name)?.numbered ?? null;
    return copyText(name, numbered === null ? changes : `${changes}, ${numbered}`, join);
  };
  const ofRun = tables.filter((table) => table.ofRun);
  const copies = [
    copy('customers', `'id', 'cust_f' || i`, 't.id = r.customer_id'),
    copy('invoices', `'id', 'inv_f' || i, 'customer_id', 'cust_f' || i`, 't.id = r.resource_id'),
    copy('workflow_triggers', `'id', t.id || '_' || i, 'customer_id', 'cust_f' || i, ${older}`, 't.id = r.trigger_id'),
    copy(
      'runs',
      `'id', t.id || '_' || i, 'trigger_id', t.trigger_id || '_' || i, 'customer_id', 'cust_f' || i,
       'resource_id', 'inv_f' || i, 'engine_workflow_id', t.engine_workflow_id || '_' || i, ${older}`,
      't.id = r.id',
    ),
    ...ofRun.map(({ name, ownId }) =>
      copy(name, `'run_id', r.id || '_' || i${ownId ? `, 'id', t.id || '_' || i` : ''}`, 't.run_id = r.id'),
    ),
  ];
  const pattern = await db.row<{ id: string }>(`SELECT id FROM runs WHERE status = 'COMPLETED'`);
  for (let from = 0; from < count; from += CHUNK) {
    await db.transaction(async (tx) => {
      // What the copies refer to are copies, too; checking each would be most of the work.
      await tx.rowsOnce('SET LOCAL session_replication_role = replica');
      for (const text of copies) await tx.rowsOnce(text, [from, Math.min(from + CHUNK, count) - 1, pattern?.id]);
    });
    if ((from / CHUNK) % 40 === 39) log(`${String(from + CHUNK)} finished runs`);
  }
  for (const table of ['customers', 'invoices', 'workflow_triggers', 'runs', ...ofRun.map(({ name }) => name)]) {
    await db.rowsOnce(`VACUUM ANALYZE ${table}`);
  }
}

/** `changes` are the arguments of jsonb_build_object, over the row `t`, the run `r` and the number `i`. */
function copyText(table: string, changes: string, join: string): string {
  return `INSERT INTO ${table} OVERRIDING USER VALUE SELECT (jsonb_populate_record(t, jsonb_build_object(${changes}))).*
    FROM ${table} t, runs r, generate_series($1::integer, $2::integer) AS i WHERE r.id = $3 AND ${join}`;
}
