import { createApiKey } from '../store/api-keys.js';
import { Database } from '../store/database.js';
import { createPlatform, getPlatform, listPlatforms } from '../store/platforms.js';
import { readDatabaseUrl } from './config.js';

/** `dunwell platforms create` prints the new platform's id. */
export async function createPlatformCommand(name: string, options: { environment: 'TEST' | 'LIVE' }): Promise<void> {
  await withDatabase(async (db) => {
    const platform = await createPlatform(db, name, options.environment);
    console.log(platform.id);
  });
}

export async function listPlatformsCommand(): Promise<void> {
  await withDatabase(async (db) => {
    for (const { id, environment, name } of await listPlatforms(db)) console.log(`${id}  ${environment}  ${name}`);
  });
}

/** `dunwell keys create` prints the key: it is shown once and stored only as a hash. */
export async function createKey(options: { platform: string[]; description?: string }): Promise<void> {
  await withDatabase(async (db) => {
    for (const id of options.platform) {
      if (!(await getPlatform(db, id))) throw new Error(`There is no platform ${id}.`);
    }
    console.log(await createApiKey(db, options.platform, options.description ?? null));
  });
}

async function withDatabase(work: (db: Database) => Promise<void>): Promise<void> {
  const db = new Database(readDatabaseUrl(process.env), { maxConnections: 1 });
  try {
    await work(db);
  } finally {
    await db.close();
  }
}
