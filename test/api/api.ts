import { buildApp, type AppOptions } from '../../api/app.js';
import type { ZodApp } from '../../api/context.js';
import { createApiKey } from '../../store/api-keys.js';
import type { Database } from '../../store/database.js';
import { createPlatform } from '../../store/platforms.js';
import { createTestDatabase } from '../support/database.js';
import { testMail } from '../support/mail-connections.js';
import { testVault } from '../support/vault.js';
import { callWith, type Call } from '../support/call.js';

/** The HTTP API on a database of its own and nothing else: nobody tells the engine, so no row changes behind a test's back. */
export interface Api {
  db: Database;
  databaseUrl: string;
  app: ZodApp;
  platformId: string;
  apiKey: string;
  call: Call;
  stop(): Promise<void>;
}

export async function createApi(
  environment: 'TEST' | 'LIVE' = 'TEST',
  options: Partial<AppOptions> = {},
): Promise<Api> {
  const { db, url } = await createTestDatabase();
  const app = await buildApp({
    db,
    tellSoon: () => undefined,
    advanceWaitMs: 1,
    vault: testVault,
    mail: testMail,
    ...options,
  });
  const platform = await createPlatform(db, 'Test', environment);
  const apiKey = await createApiKey(db, [platform.id], 'test');
  return {
    db,
    databaseUrl: url,
    app,
    platformId: platform.id,
    apiKey,
    call: callWith(app, apiKey),
    async stop() {
      await app.close();
      await db.close();
    },
  };
}
