import { buildApp, type AppOptions } from '../../api/app.js';
import type { ZodApp } from '../../api/context.js';
import { createApiKey } from '../../store/api-keys.js';
import type { Database } from '../../store/database.js';
import { createPlatform } from '../../store/platforms.js';
import { createTestDatabase } from '../support/database.js';
import { testMail } from '../support/mail-connections.js';
import { testVault } from '../support/vault.js';
import type { Answer } from '../support/harness.js';

/** The HTTP API on a database of its own and nothing else: nobody tells the engine, so no row changes behind a test's back. */
export interface Api {
  db: Database;
  databaseUrl: string;
  app: ZodApp;
  platformId: string;
  apiKey: string;
  call<Body = Record<string, any>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
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
    async call<Body>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const response = await app.inject({
        method: method as 'GET',
        url: path,
        headers: { 'x-api-key': apiKey, ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      return { status: response.statusCode, headers: response.headers, body: response.json<Body>() };
    },
    async stop() {
      await app.close();
      await db.close();
    },
  };
}
