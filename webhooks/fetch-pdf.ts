import type { FetchedPdf } from '../contracts/fetched-pdf.js';
import { isPublic, type Networks } from '../contracts/networks.js';
import type { Resolve } from './guarded-lookup.js';
import { guardedRequest, type GuardedAnswer } from './guarded-request.js';
import { failureMessage, WebhookFailure } from './webhook-failure.js';

export interface FetchPdfOptions {
  /** May be called although they are not public, also without TLS. */
  allowedNetworks: Networks;
  mostBytes: number;
  /** For the whole answer (default: 10 000). */
  timeoutMs?: number | undefined;
  resolve?: Resolve | undefined;
}

const TIMEOUT_MS = 10_000;
/** The server is there and asks for patience (RFC 9110 §15). */
const LATER = [408, 425, 429];
const TYPES = ['application/pdf', 'application/octet-stream'];

/** Gets a PDF by https, from the public internet and the allowed networks only; never throws for what the source does. */
export async function fetchPdf(
  address: string,
  headers: Record<string, string>,
  { allowedNetworks, mostBytes, timeoutMs = TIMEOUT_MS, resolve }: FetchPdfOptions,
): Promise<FetchedPdf> {
  const url = new URL(address);
  let refused = false;
  try {
    const answer = await guardedRequest(url, {
      method: 'GET',
      headers: { Accept: 'application/pdf', 'Accept-Encoding': 'identity', 'User-Agent': 'Dunwell', ...headers },
      mayCall: (ip) => allowedNetworks.has(ip) || (isPublic(ip) && url.protocol === 'https:'),
      refusal: () => {
        refused = true;
        return new WebhookFailure(`${url.hostname} may not be called: it is neither public https nor allowed.`);
      },
      timeoutMs,
      mostBytes,
      resolve,
    });
    return judge(answer, mostBytes);
  } catch (error) {
    const why = `The billing source of invoice PDFs: ${failureMessage(error)}`;
    return refused ? { kind: 'NONE', why } : { kind: 'LATER', why, retryAfterMs: null };
  }
}

function judge({ status, headers, body, whole }: GuardedAnswer, mostBytes: number): FetchedPdf {
  const why = `The billing source of invoice PDFs answered with status ${String(status)}`;
  if (status >= 500 || LATER.includes(status)) {
    return { kind: 'LATER', why: `${why}.`, retryAfterMs: retryAfterMs(headers['retry-after']) };
  }
  if (status !== 200)
    return { kind: 'NONE', why: `${why}${status >= 300 && status < 400 ? '; redirects are not followed' : ''}.` };
  if (!whole) return { kind: 'NONE', why: `${why} and more than ${String(mostBytes)} bytes.` };
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if ((type !== undefined && !TYPES.includes(type)) || body.subarray(0, 5).toString('latin1') !== '%PDF-') {
    return { kind: 'NONE', why: `${why} and something that is no PDF.` };
  }
  return { kind: 'PDF', content: body };
}

/** Seconds only: a date would be told by somebody else's clock. */
function retryAfterMs(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : null;
}
