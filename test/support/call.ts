import type { ZodApp } from '../../api/context.js';

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  headers: Record<string, unknown>;
  body: Body;
}

/** Calls the API as a client would. */
export type Call = <Body = Record<string, any>>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer<Body>>;

/** With this key, without a socket; an empty answer is null. */
export function callWith(app: ZodApp, apiKey: string): Call {
  return async <Body>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await app.inject({
      method: method as 'GET',
      url: path,
      headers: { 'x-api-key': apiKey, ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    const json: unknown = response.body === '' ? null : response.json();
    return { status: response.statusCode, headers: response.headers, body: json as Body };
  };
}
