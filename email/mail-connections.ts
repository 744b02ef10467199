import { isIP } from 'node:net';
import type { ConnectionTest, MailConnections } from '../contracts/email-provider.js';
import type { Networks } from '../contracts/networks.js';
import { providerServer } from './provider-server.js';
import { openLink } from './open-link.js';
import { objectionTo } from './reachable.js';
import { smtpServerConfig, type SmtpConfig, type SmtpOptions, type SmtpServer } from './smtp-config.js';
import { SmtpSetupError, type SmtpLink } from './smtp-link.js';
import { smtpReply } from './smtp-reply.js';

const LIMIT_MS = 10_000;

/** What the API knows of mail servers. `allowed` are the private networks that it may connect to. */
export function createMailConnections(allowed: Networks, options: SmtpOptions = {}): MailConnections {
  const limitMs = options.totalTimeoutMs ?? LIMIT_MS;
  const limits = { ...options, connectTimeoutMs: limitMs, greetingTimeoutMs: limitMs, replyTimeoutMs: limitMs };
  return {
    async test(provider, authentication) {
      const server = providerServer(provider, authentication);
      if (server) return testServer(server, smtpServerConfig(server, allowed, limits), limitMs);
      return { successful: null, message: 'SYSTEM is the operator’s own provider: there is no connection to test.' };
    },
    objection(host, tls) {
      const address = host.toLowerCase() === 'localhost' ? '127.0.0.1' : host;
      return isIP(address) ? objectionTo(address, tls, allowed) : null;
    },
  };
}

async function testServer(server: SmtpServer, config: SmtpConfig, limitMs: number): Promise<ConnectionTest> {
  const startedAt = performance.now();
  const leftMs = (): number => limitMs - (performance.now() - startedAt);
  const where = `${server.host}:${String(server.port)}`;
  let link: SmtpLink | null = null;
  try {
    link = await openLink(config, leftMs());
    const loggedIn = server.auth === null || link.connection.allowsAuth;
    await link.quit();
    if (!loggedIn) return { successful: false, message: `${where} offers no login, and there are credentials.` };
    const how = `${server.tls === 'NONE' ? 'without' : 'with'} TLS`;
    const login = server.auth === null ? 'without a login' : 'and logged in';
    return { successful: true, message: `Connected to ${where} ${how} ${login}.` };
  } catch (error) {
    link?.drop();
    if (!(error instanceof SmtpSetupError)) throw error;
    return { successful: false, message: `${where}: ${explain(error, config)}` };
  }
}

/** In words, with the server's own where it said something. */
function explain({ stage, cause }: SmtpSetupError, config: SmtpConfig): string {
  const { code, enhanced, text } = smtpReply(stage, cause.response ?? null, cause.message, config.auth);
  const said = code === null ? text : `${[code, enhanced].filter((part) => part !== null).join(' ')} ${text}`;
  if (stage === 'AUTH') return `the login was refused (${said}).`;
  if (cause.code === 'ETIMEDOUT') return `no answer in time (${stage}).`;
  if (cause.code === 'ENOTFOUND' || cause.code === 'EAI_AGAIN' || cause.code === 'EDNS')
    return 'the host was not found.';
  if (/ECONNREFUSED/.test(`${cause.code ?? ''} ${cause.message}`)) return 'the connection was refused.';
  // Where TLS comes first, what is wrong with it is an error of the socket.
  if (stage === 'STARTTLS' || cause.code === 'ETLS' || (config.secure && cause.code === 'ESOCKET'))
    return `no TLS connection could be made (${said}).`;
  return `${stage}: ${said}.`;
}
