import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { guardedLookup, resolveName, type Resolve } from './guarded-lookup.js';
import { literalOf } from './literal-of.js';
import { WebhookFailure } from './webhook-failure.js';

export interface GuardedRequest {
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
  /** Whether an address may be connected to. */
  mayCall: (address: string) => boolean;
  /** What is thrown when it may not. */
  refusal: () => Error;
  /** For the whole of it, the name's look-up and the answer's body included. */
  timeoutMs: number;
  /** Of the answer's body; reading ends once it is longer. */
  mostBytes: number;
  /** Every address of a name (default: the host's resolver). */
  resolve?: Resolve | undefined;
}

export interface GuardedAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
  /** false = it is longer than we read. */
  whole: boolean;
}

/**
 * One HTTP request to an address that somebody else named, over a connection of its own; no redirect is followed, no proxy used.
 * A name is looked up once, every address it has must be one that may be called, and the connection goes to those very addresses:
 * a name that answers differently the next time finds nobody asking. Throws what Node throws, WebhookFailure, or the refusal.
 */
export function guardedRequest(url: URL, options: GuardedRequest): Promise<GuardedAnswer> {
  const { method, headers, body, mayCall, refusal, timeoutMs, mostBytes, resolve: byName = resolveName } = options;
  const literal = literalOf(url);
  // A literal is never looked up, so the guarded look-up would not see it.
  if (literal !== null && !mayCall(literal)) return Promise.reject(refusal());
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const lookup = guardedLookup(byName, mayCall, refusal);
    // No agent: a connection that is kept would be one to an address that was checked some time ago.
    const how = { method, headers: { ...headers, ...length }, lookup, agent: false };
    const request: ClientRequest = url.protocol === 'https:' ? requestHttps(url, how) : requestHttp(url, how);
    const timer = setTimeout(() => {
      fail(new WebhookFailure(`There was no whole answer within ${String(timeoutMs / 1_000)} seconds.`));
    }, timeoutMs);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
      request.destroy();
    };
    const fail = (error: Error): void => {
      end(() => {
        reject(error);
      });
    };
    request.on('error', fail);
    // An answer that is none, such as 101, ends the connection without an error.
    request.on('close', () => {
      fail(new WebhookFailure('The connection was closed before there was an answer.'));
    });
    request.on('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const answered = (whole: boolean): void => {
        end(() => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks), whole });
        });
      };
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > mostBytes) answered(false);
        else chunks.push(chunk);
      });
      response.on('end', () => {
        answered(true);
      });
      response.on('error', fail);
    });
    request.end(body);
  });
}
