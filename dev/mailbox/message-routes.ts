import type { FastifyInstance, FastifyReply } from 'fastify';
import type { MessageStore, StoredMessage } from './message-store.js';
import { readDetail, readHeaders, readParts } from './parse-message.js';

type ById = { Params: { id: string } };

/** What Mailpit's API says about one message; `latest` stands for the newest one's id. */
export function registerMessageRoutes(app: FastifyInstance, store: MessageStore): void {
  app.get<ById>('/api/v1/message/:id', async ({ params }, reply) => {
    const message = store.get(params.id);
    if (!message) return missing(reply);
    const detail = await readDetail(await store.raw(message), message.envelope, message.summary);
    await store.setRead([message.summary.ID], true);
    return detail;
  });
  app.get<ById>('/api/v1/message/:id/headers', async ({ params }, reply) => {
    const message = store.get(params.id);
    return message ? readHeaders(await store.raw(message)) : missing(reply);
  });
  app.get<ById & { Querystring: { dl?: string } }>('/api/v1/message/:id/raw', async ({ params, query }, reply) => {
    const message = store.get(params.id);
    if (!message) return missing(reply);
    if (query.dl === '1') reply.header('content-disposition', `attachment; filename="${message.summary.ID}.eml"`);
    return reply.type('text/plain; charset=utf-8').send(await store.raw(message));
  });
  app.get<{ Params: { id: string; partId: string } }>('/api/v1/message/:id/part/:partId', async ({ params }, reply) => {
    const message = store.get(params.id);
    const parts = message ? await readParts(await store.raw(message)) : [];
    const part = parts.find(({ PartID }) => PartID === params.partId);
    if (!part) return missing(reply);
    return reply
      .type(part.ContentType)
      .header('content-disposition', `inline; filename="${encodeURIComponent(part.FileName || part.ContentID)}"`)
      .header('content-security-policy', messagePolicy)
      .send(part.content);
  });
  app.get<ById>('/view/:id.html', async ({ params }, reply) => {
    const message = store.get(params.id);
    if (!message) return missing(reply);
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', messagePolicy)
      .send(await view(store, message));
  });
}

/** The HTML part by itself, for a frame: links open elsewhere, and inline images are filled in. */
async function view(store: MessageStore, message: StoredMessage): Promise<string> {
  const raw = await store.raw(message);
  const { HTML } = await readDetail(raw, message.envelope, message.summary);
  const images = new Map((await readParts(raw)).map((part) => [part.ContentID, part]));
  const filled = HTML.replace(/cid:([^"'\s)>]+)/gi, (reference, id: string) => {
    const part = images.get(decodeURIComponent(id));
    return part ? `data:${part.ContentType};base64,${part.content.toString('base64')}` : reference;
  });
  return `<base target="_blank">${filled}`;
}

/** A mail is somebody else's page: no scripts, no origin of ours, and nothing fetched from elsewhere (tracking pixels). */
const messagePolicy =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:";

function missing(reply: FastifyReply): FastifyReply {
  return reply.code(404).type('text/plain').send('404 page not found');
}
