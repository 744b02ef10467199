import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Networks } from '../../contracts/networks.js';
import { fetchPdf, type FetchPdfOptions } from '../../webhooks/fetch-pdf.js';

const PDF = Buffer.from('%PDF-1.7\nbytes');
const LOOPBACK = new Networks(['127.0.0.0/8']);

describe('fetching a PDF from a billing source', () => {
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let asked: IncomingMessage[];
  beforeEach(async () => {
    asked = [];
    answer = (_request, response) => response.writeHead(200, { 'content-type': 'application/pdf' }).end(PDF);
    server = createServer((request, response) => {
      asked.push(request);
      answer(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const at = (host = '127.0.0.1', protocol = 'http'): string =>
    `${protocol}://${host}:${String((server.address() as AddressInfo).port)}/inv_1.pdf`;
  const get = (url = at(), more: Partial<FetchPdfOptions> = {}, headers = {}) =>
    fetchPdf(url, headers, { allowedNetworks: LOOPBACK, mostBytes: 1_000, timeoutMs: 2_000, ...more });
  const answers = (status: number, headers: Record<string, string>, body: Buffer | string = PDF) => {
    answer = (_request, response) => response.writeHead(status, headers).end(body);
  };

  it('answers the bytes, and sends the header along', async () => {
    expect(await get(at(), {}, { 'X-Key': 's3cret' })).toEqual({ kind: 'PDF', content: PDF });
    expect(asked[0]?.headers).toMatchObject({ 'x-key': 's3cret', accept: 'application/pdf' });
  });

  it.each<[string, number, Record<string, string>, string]>([
    ['there is none', 404, {}, 'status 404'],
    ['the key is wrong', 401, {}, 'status 401'],
    ['it is elsewhere', 302, { location: 'http://127.0.0.1/other' }, 'redirects are not followed'],
    ['it is a page that says 200', 200, { 'content-type': 'text/html' }, 'no PDF'],
  ])('is blocked when %s', async (_what, status, headers, why) => {
    answers(status, headers);
    expect(await get()).toEqual({ kind: 'NONE', why: expect.stringContaining(why) });
    expect(asked).toHaveLength(1);
  });

  it('is blocked when it is no PDF whatever it says, or longer than we take', async () => {
    answers(200, { 'content-type': 'application/pdf' }, '<html>Please log in</html>');
    expect(await get()).toMatchObject({ kind: 'NONE', why: expect.stringContaining('no PDF') });
    answers(200, { 'content-type': 'application/pdf' }, Buffer.concat([PDF, Buffer.alloc(2_000)]));
    expect(await get()).toMatchObject({ kind: 'NONE', why: expect.stringContaining('more than 1000 bytes') });
  });

  it.each<[number, string | null, number | null]>([
    [500, null, null],
    [503, '120', 120_000],
    [429, '7', 7_000],
    [503, 'Fri, 31 Dec 1999 23:59:59 GMT', null],
  ])('is tried again after %s, when the source says so (%s)', async (status, header, retryAfterMs) => {
    answers(status, header === null ? {} : { 'retry-after': header });
    expect(await get()).toMatchObject({ kind: 'LATER', retryAfterMs });
  });

  it('is tried again when there is no answer in time, or none at all', async () => {
    answer = (_request, response) => void response.writeHead(200).write('%PDF-');
    expect(await get(at(), { timeoutMs: 100 })).toMatchObject({
      kind: 'LATER',
      why: expect.stringContaining('0.1 seconds'),
    });
    answer = (request) => request.destroy();
    expect(await get()).toMatchObject({ kind: 'LATER' });
  });

  it('calls no private network that is not allowed, by address or by name, and no public one without TLS', async () => {
    const none = { allowedNetworks: new Networks([]) };
    expect(await get(at(), none)).toMatchObject({ kind: 'NONE', why: expect.stringContaining('may not be called') });
    const named = (address: string): Partial<FetchPdfOptions> => ({
      ...none,
      resolve: (_host, done) => done(null, [{ address, family: 4 }]),
    });
    expect(await get(at('billing.example', 'https'), named('127.0.0.1'))).toMatchObject({ kind: 'NONE' });
    expect(await get(at('billing.example'), named('93.184.215.14'))).toMatchObject({ kind: 'NONE' });
    expect(asked).toHaveLength(0);
  });
});
