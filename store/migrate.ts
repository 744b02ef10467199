import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

/** Any fixed number: the advisory lock that lets one process migrate while the others wait. */
const LOCK = 7_203_311_504;

/** Brings the schema up to date; safe to run from several processes at once. Answers the names of what was applied. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const dbClient = new pg.Client({ connectionString: databaseUrl });
  await dbClient.connect();
  try {
    await dbClient.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const applied = await runner({
      dbClient,
      dir: fileURLToPath(new URL('./migrations', import.meta.url)),
      direction: 'up',
      migrationsTable: 'migrations',
      noLock: true,
      log: () => undefined,
    });
    return applied.map(({ name }) => name);
  } finally {
    await dbClient.end();
  }
}
