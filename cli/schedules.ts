import { schedulesPlainly } from '../api/solvimon/schedules.js';
import { choosePlatform, withDatabase } from './with-database.js';

/** `dunwell schedules` asks Postgres, and nobody else. */
export async function schedulesCommand(options: { platform?: string }): Promise<void> {
  await withDatabase(async (db) => {
    const platform = await choosePlatform(db, options.platform);
    console.log(await schedulesPlainly(db, platform.id));
  });
}
