import { migrate } from '../store/migrate.js';
import { readDatabaseUrl } from './config.js';

/** `dunwell migrate`. */
export async function migrateCommand(): Promise<void> {
  const applied = await migrate(readDatabaseUrl(process.env));
  console.log(applied.length === 0 ? 'The schema is up to date.' : `Applied: ${applied.join(', ')}`);
}
