import createClient, { type Client, type ClientOptions } from 'openapi-fetch';
import type { components, paths } from './openapi.js';

export interface DunwellClientOptions {
  /** Where the API is, `https://dunwell.example`, without `/v1`. */
  baseUrl: string;
  apiKey: string;
  /** Needed only where the key serves several platforms. */
  platformId?: string;
  /** Instead of the global `fetch`: to set limits of time, to record. */
  fetch?: ClientOptions['fetch'];
}

export type DunwellClient = Client<paths>;

/** What the API takes and answers, by name. */
export type Schemas = components['schemas'];

/**
 * A client whose paths, bodies and answers are typed by `docs/openapi.json`: `client.GET('/v1/workflows/{resourceIdOrReference}', …)`
 * resolves to `{ data }` or `{ error }` and rejects only when there was no answer.
 */
export function createDunwellClient({ baseUrl, apiKey, platformId, fetch }: DunwellClientOptions): DunwellClient {
  return createClient<paths>({
    baseUrl,
    headers: { 'x-api-key': apiKey, ...(platformId === undefined ? {} : { 'x-platform-id': platformId }) },
    ...(fetch ? { fetch } : {}),
  });
}
