import { DemoFailure } from './demo-failure.js';

interface Answer<Body> {
  data?: Body;
  error?: unknown;
  response: Response;
}

/** The body of an answer. Every answer but a 2xx ends the demo, with what the API said; so does a field it does not know. */
export async function answered<Body>(call: Promise<Answer<Body>>): Promise<Body> {
  const { data, error, response } = await call;
  if (data === undefined) {
    throw new DemoFailure(`${response.url} answered ${String(response.status)}: ${JSON.stringify(error)}`);
  }
  const ignored = response.headers.get('dunwell-ignored-fields');
  if (ignored !== null) throw new DemoFailure(`${response.url} does not know these fields: ${ignored}`);
  return data;
}
