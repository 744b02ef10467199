import { DemoFailure } from './demo-failure.js';

/** Longer than the API itself waits for a test clock to come to rest. */
const REQUEST_LIMIT_MS = 40_000;

/** `fetch`, with an end to its patience and errors that name the request. */
export async function request(input: Request | string): Promise<Response> {
  const asked = typeof input === 'string' ? new Request(input) : input;
  try {
    return await fetch(asked, { signal: AbortSignal.timeout(REQUEST_LIMIT_MS) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new DemoFailure(`${asked.method} ${asked.url} had no answer: ${String(cause)}`);
  }
}
