import { lookup } from 'node:dns/promises';
import type { SmtpTls } from '../contracts/email-provider.js';
import { isPublic, type Networks } from '../contracts/networks.js';
import { isIP } from 'node:net';
import type { SmtpConfig } from './smtp-config.js';
import { SmtpSetupError } from './smtp-link.js';
import type { SmtpError } from './smtp-reply.js';

/** Of a name's addresses: more are of no use within the time of one send. */
const MOST_ADDRESSES = 4;

/**
 * The same server by each address that may be connected to, at least one, in order. A host that a caller named is resolved here
 * and connected to by that very address: a name checked first and resolved again for connecting could mean two machines. Throws
 * SmtpSetupError.
 */
export async function reachable(config: SmtpConfig, timeoutMs: number): Promise<SmtpConfig[]> {
  const { host, allowedNetworks, plain } = config;
  if (allowedNetworks === null) return [config];
  const addresses = isIP(host) ? [host] : await resolve(host, timeoutMs);
  const objections = addresses.map((address) => objectionTo(address, plain ? 'NONE' : 'STARTTLS', allowedNetworks));
  const allowed = addresses.filter((_address, index) => objections[index] === null).slice(0, MOST_ADDRESSES);
  if (allowed.length === 0) throw failed('ENETWORK', objections[0] ?? `${host} has no address`);
  return allowed.map((address) => ({ ...config, host: address, servername: isIP(host) ? null : host }));
}

/** Why we do not connect to an address; null = we do. */
export function objectionTo(address: string, tls: SmtpTls, allowed: Networks): string | null {
  if (isPublic(address)) return tls === 'NONE' ? 'tls NONE is for private networks only' : null;
  return allowed.has(address) ? null : 'The host is in a private network, which is not allowed here';
}

async function resolve(host: string, timeoutMs: number): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(failed('ETIMEDOUT', 'Timed out')), Math.max(timeoutMs, 1));
  });
  try {
    const found = await Promise.race([lookup(host, { all: true, order: 'ipv4first' }), late]);
    return found.map(({ address }) => address);
  } catch (error) {
    if (error instanceof SmtpSetupError) throw error;
    throw new SmtpSetupError('CONNECT', error as SmtpError);
  } finally {
    clearTimeout(timer);
  }
}

function failed(code: string, words: string): SmtpSetupError {
  return new SmtpSetupError('CONNECT', Object.assign(new Error(words), { code, command: 'CONN' }));
}
