import { isPublic, Networks } from '../contracts/networks.js';
import type { WebhookEvent, WebhookOutcome } from '../contracts/webhook-events.js';
import type { Instant } from '../domain/types.js';
import type { Resolve } from './guarded-lookup.js';
import { guardedRequest } from './guarded-request.js';
import { sign } from './sign.js';
import { failureMessage, WebhookRefused } from './webhook-failure.js';

/** How a webhook knows us. */
export type Authentication =
  | { type: 'NONE' }
  | { type: 'PASSWORD'; username: string; password: string }
  | { type: 'API_KEY'; header: string; key: string };

/** Where to post, and how to prove who posts. */
export interface WebhookTarget {
  /** null = it is not stored yet. */
  id: string | null;
  url: string;
  authentication: Authentication;
  /** One signature for each: two within 24 hours after a roll. */
  secrets: readonly string[];
  /** Plain `http:` is for allowed networks only. */
  needsTls: boolean;
}

/** Posts one event once; never throws for what the target does. `at` is the instant that is signed. */
export type SendWebhook = (target: WebhookTarget, event: WebhookEvent, at: Instant) => Promise<WebhookOutcome>;

export interface WebhookSenderOptions {
  /** May be called although they are not public (default: none). */
  allowedNetworks?: Networks | undefined;
  /** For the whole of one request, the name's look-up and the answer's body included (default: 10 000). */
  timeoutMs?: number | undefined;
  /** Every address of a name (default: the host's resolver). */
  resolve?: Resolve | undefined;
}

const TIMEOUT_MS = 10_000;
/** Of an answer's body; it is not looked at. */
const MOST_READ_BYTES = 65_536;

/**
 * Sends events to webhooks (S-A2): a signed POST by a guarded request, to the public internet and the allowed networks.
 */
export function createWebhookSender(options: WebhookSenderOptions = {}): SendWebhook {
  const allowed = options.allowedNetworks ?? new Networks([]);
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;

  return async (target, event, at) => {
    const url = new URL(target.url);
    const mayCall = (address: string): boolean =>
      allowed.has(address) || (isPublic(address) && !(url.protocol === 'http:' && target.needsTls));
    const body = JSON.stringify(event);
    try {
      const { status } = await guardedRequest(url, {
        method: 'POST',
        body,
        headers: { ...headersOf(target, event), 'Dunwell-Signature': sign(body, target.secrets, at) },
        mayCall,
        refusal: () => refused(url, target),
        timeoutMs,
        mostBytes: MOST_READ_BYTES,
        resolve: options.resolve,
      });
      const successful = status >= 200 && status < 300;
      return { successful, status, refused: false, message: `The webhook answered with status ${String(status)}.` };
    } catch (error) {
      return {
        successful: false,
        status: null,
        refused: error instanceof WebhookRefused,
        message: failureMessage(error),
      };
    }
  };
}

function headersOf({ id, authentication }: WebhookTarget, event: WebhookEvent): Record<string, string> {
  return {
    'Content-Type': 'application/json; charset=utf-8',
    'User-Agent': 'Dunwell',
    'Dunwell-Event-Id': event.id,
    ...(id === null ? {} : { 'Dunwell-Webhook-Id': id }),
    ...credentials(authentication),
  };
}

function credentials(authentication: Authentication): Record<string, string> {
  switch (authentication.type) {
    case 'NONE':
      return {};
    case 'PASSWORD': {
      const pair = Buffer.from(`${authentication.username}:${authentication.password}`).toString('base64');
      return { Authorization: `Basic ${pair}` };
    }
    case 'API_KEY':
      return { [authentication.header]: authentication.key };
  }
}

function refused(url: URL, { needsTls }: WebhookTarget): WebhookRefused {
  return new WebhookRefused(
    url.protocol === 'http:' && needsTls
      ? `${url.hostname} is not in an allowed network: use https.`
      : `${url.hostname} is not an address of the public internet, and not in an allowed network.`,
  );
}
