import { DemoFailure } from './demo-failure.js';

/** Calls the API as any client would. */
export interface Client {
  get<Body>(path: string): Promise<Body>;
  post<Body>(path: string, body: unknown): Promise<Body>;
  put<Body>(path: string, body: unknown): Promise<Body>;
  patch<Body>(path: string, body: unknown): Promise<Body>;
}

/** Longer than the API itself waits for a test clock to come to rest. */
const REQUEST_LIMIT_MS = 40_000;

/** Every answer but a 2xx ends the demo, with what the API said. */
export function createClient(baseUrl: string, apiKey: string): Client {
  async function call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const response = await request(`${baseUrl}${path}`, {
      method,
      headers: { 'x-api-key': apiKey, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new DemoFailure(`${method} ${path} answered ${String(response.status)}: ${text}`);
    const ignored = response.headers.get('dunwell-ignored-fields');
    if (ignored !== null) throw new DemoFailure(`${method} ${path} does not know these fields: ${ignored}`);
    return JSON.parse(text) as Body;
  }
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    patch: (path, body) => call('PATCH', path, body),
  };
}

/** `fetch`, with an end to its patience and errors that name the request. */
export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_LIMIT_MS) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new DemoFailure(`${init.method ?? 'GET'} ${url} had no answer: ${String(cause)}`);
  }
}
