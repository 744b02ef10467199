import { Database } from '../store/database.js';
import { getPlatforms, listPlatforms, type Platform } from '../store/platforms.js';
import { readDatabaseUrl } from './config.js';

/** For commands that need the database alone. */
export async function withDatabase(work: (db: Database) => Promise<void>): Promise<void> {
  const db = new Database(readDatabaseUrl(process.env), { maxConnections: 1 });
  try {
    await work(db);
  } finally {
    await db.close();
  }
}

/** The platform that is named, or the only one there is. */
export async function choosePlatform(db: Database, id: string | undefined): Promise<Platform> {
  const found = id === undefined ? await listPlatforms(db) : await getPlatforms(db, [id]);
  const [platform, second] = found;
  if (!platform) throw new Error(id === undefined ? 'There is no platform yet.' : `There is no platform ${id}.`);
  if (second) throw new Error(`Name one with --platform: ${found.map((one) => one.id).join(', ')}.`);
  return platform;
}
