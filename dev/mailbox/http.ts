import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { isIP } from 'node:net';
import type { MessageSummary } from './message.js';
import type { MessageStore, StoredMessage } from './message-store.js';
import { registerMessageRoutes } from './message-routes.js';
import { mailboxPage } from './page/page.js';
import { parseQuery } from './search.js';

const defaultLimit = 50;

/** The mailbox over HTTP: Mailpit's API (so that Mailpit can take its place) and a page for people at `/`. */
export function buildMailboxHttp(store: MessageStore): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  const startedMs = performance.now();

  app.addHook('onRequest', async (request, reply) => {
    // A web page elsewhere can point its own host name at 127.0.0.1 and then read the mails. It cannot use this name.
    if (!isLocalHost(request.hostname)) return reply.code(403).type('text/plain').send('only for this machine');
    reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store');
  });
  // Mailpit's clients send a DELETE without a body, or one of another type; neither is an error.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? {} : JSON.parse(body as string));
    } catch {
      done(Object.assign(new Error('the body is not JSON'), { statusCode: 400 }));
    }
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).type('text/plain').send('404 page not found'));
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) =>
    reply
      .code(error.statusCode ?? 500)
      .type('text/plain')
      .send(error.message),
  );

  app.get('/', (_request, reply) =>
    reply.type('text/html').header('content-security-policy', pagePolicy).send(mailboxPage),
  );
  for (const path of ['/livez', '/readyz']) app.get(path, (_request, reply) => reply.type('text/plain').send('ok'));

  app.get('/api/v1/info', () => ({
    Version: 'dunwell',
    LatestVersion: '',
    Database: '',
    DatabaseSize: 0,
    Messages: store.list().length,
    Unread: unread(store.list()),
    Tags: {},
    RuntimeStats: { Uptime: Math.round((performance.now() - startedMs) / 1000), Memory: process.memoryUsage.rss() },
  }));
  app.get<{ Querystring: Page }>('/api/v1/messages', ({ query }) => page(store, store.list(), query));
  app.get<{ Querystring: Page & { query?: string } }>('/api/v1/search', ({ query }, reply) => {
    const found = search(store, query.query);
    return found ? page(store, found, query) : badQuery(reply);
  });
  app.delete<{ Querystring: { query?: string } }>('/api/v1/search', async ({ query }, reply) => {
    const found = search(store, query.query);
    if (!found) return badQuery(reply);
    await store.remove(ids(found));
    return ok(reply);
  });
  app.delete<{ Body: { IDs?: string[] } | undefined }>('/api/v1/messages', async ({ body }, reply) => {
    await store.remove(body?.IDs?.length ? body.IDs : ids(store.list()));
    return ok(reply);
  });
  app.put<{ Body: { Read?: boolean; IDs?: string[] } | undefined }>('/api/v1/messages', async ({ body }, reply) => {
    await store.setRead(body?.IDs?.length ? body.IDs : ids(store.list()), body?.Read ?? false);
    return ok(reply);
  });
  registerMessageRoutes(app, store);
  return app;
}

interface Page {
  start?: string;
  limit?: string;
}

/** Mailpit's `MessagesSummary`. */
interface MessagesPage {
  total: number;
  unread: number;
  count: number;
  messages_count: number;
  messages_unread: number;
  start: number;
  tags: string[];
  messages: MessageSummary[];
}

function page(store: MessageStore, matching: StoredMessage[], query: Page): MessagesPage {
  const start = Math.max(0, Number.parseInt(query.start ?? '', 10) || 0);
  const asked = Number.parseInt(query.limit ?? '', 10);
  // Mailpit's 0 means no limit.
  const limit = asked >= 0 ? asked || Infinity : defaultLimit;
  const messages = matching.slice(start, start + limit).map(({ summary }) => summary);
  const all = store.list();
  return {
    total: all.length,
    unread: unread(all),
    count: messages.length,
    messages_count: matching.length,
    messages_unread: unread(matching),
    start,
    tags: [],
    messages,
  };
}

function search(store: MessageStore, query: string | undefined): StoredMessage[] | null {
  return query?.trim() ? store.list().filter(parseQuery(query)) : null;
}

function badQuery(reply: FastifyReply): FastifyReply {
  return reply.code(400).type('text/plain').send('Error: no search query');
}

function ok(reply: FastifyReply): FastifyReply {
  return reply.type('text/plain').send('ok');
}

function unread(messages: StoredMessage[]): number {
  return messages.filter(({ summary }) => !summary.Read).length;
}

function ids(messages: StoredMessage[]): string[] {
  return messages.map(({ summary }) => summary.ID);
}

function isLocalHost(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '');
  return isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost');
}

const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
