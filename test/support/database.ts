import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { Database } from '../../store/database.js';
import { TEMPLATE_DATABASE } from './global-setup.js';

/** A database of its own, copied from the migrated template. */
export async function createTestDatabase(): Promise<{ url: string; db: Database }> {
  const base = inject('databaseUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = new Database(base, { maxConnections: 1 });
  await admin.rowsOnce(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE}`);
  await admin.close();
  const url = new URL(base);
  url.pathname = `/${name}`;
  return { url: url.toString(), db: new Database(url.toString()) };
}
