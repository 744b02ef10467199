import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { WebhookFailure } from './webhook-failure.js';

/** Of an answer's body; it is not looked at. */
const MOST_READ_BYTES = 65_536;

export interface PostOptions {
  headers: Record<string, string>;
  lookup: LookupFunction;
  timeoutMs: number;
}

/** One POST. Answers the status, after its body has ended or is longer than we read. */
export function post(url: URL, body: string, { headers, lookup, timeoutMs }: PostOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const length = { 'Content-Length': String(Buffer.byteLength(body)) };
    // No agent: a connection that is kept would be one to an address that was checked some time ago.
    const options = { method: 'POST', headers: { ...headers, ...length }, lookup, agent: false };
    const request: ClientRequest = url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options);
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
      const answered = (): void => {
        end(() => {
          resolve(response.statusCode ?? 0);
        });
      };
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MOST_READ_BYTES) answered();
      });
      response.on('end', answered);
      response.on('error', fail);
    });
    request.end(body);
  });
}
