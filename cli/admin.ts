import type { Role } from '../api/permissions.js';
import { line } from '../api/schemas/wire.js';
import { createApiKey } from '../store/api-keys.js';
import { createPlatform, getPlatforms, listPlatforms } from '../store/platforms.js';
import { withDatabase } from './with-database.js';

/** `dunwell platforms create` prints the new platform's id. */
export async function createPlatformCommand(name: string, options: { environment: 'TEST' | 'LIVE' }): Promise<void> {
  const given = line(255).safeParse(name.trim());
  if (!given.success) throw new Error('The name of a platform is one line of 1–255 characters.');
  await withDatabase(async (db) => {
    const platform = await createPlatform(db, given.data, options.environment);
    console.log(platform.id);
  });
}

export async function listPlatformsCommand(): Promise<void> {
  await withDatabase(async (db) => {
    for (const { id, environment, name } of await listPlatforms(db)) console.log(`${id}  ${environment}  ${name}`);
  });
}

interface KeyOptions {
  platform: string[];
  role: Role;
  description?: string;
}

/** `dunwell keys create` prints the key: it is shown once and stored only as a hash. */
export async function createKey({ platform, role, description }: KeyOptions): Promise<void> {
  const given = line(256).optional().safeParse(description);
  if (!given.success) throw new Error('The description of a key is one line of 1–256 characters.');
  const ids = [...new Set(platform)];
  await withDatabase(async (db) => {
    const platforms = await getPlatforms(db, ids);
    const missing = ids.find((id) => !platforms.some((one) => one.id === id));
    if (missing !== undefined) throw new Error(`There is no platform ${missing}.`);
    if (new Set(platforms.map(({ environment }) => environment)).size > 1) {
      throw new Error('A key serves TEST platforms or LIVE ones, never both.');
    }
    console.log(await createApiKey(db, ids, given.data ?? null, role));
  });
}
