import { z } from 'zod';
import type { ApiContext, ZodApp } from './context.js';

const ok = z.object({ status: z.literal('ok') });
const down = z.object({
  status: z.literal('unavailable'),
  message: z.string().meta({ examples: ['Postgres does not answer.'] }),
});

/** Liveness, and readiness: as long as triggers can be accepted, which needs Postgres and nothing else. */
export function healthRoutes(app: ZodApp, { db }: Pick<ApiContext, 'db'>): void {
  // Asked by load balancers, which have no key.
  const open = { tags: ['health'], security: [] };
  app.get('/healthz', { schema: { summary: 'The process is alive', ...open, response: { 200: ok } } }, () => ({
    status: 'ok' as const,
  }));

  app.get(
    '/readyz',
    { schema: { summary: 'Triggers can be accepted', ...open, response: { 200: ok, 503: down } } },
    async (request, reply) => {
      try {
        await db.rows('SELECT 1 FROM migrations LIMIT 1');
        return { status: 'ok' as const };
      } catch (error) {
        request.log.warn({ err: error }, 'not ready');
        return reply.code(503).send({ status: 'unavailable' as const, message: 'Postgres does not answer.' });
      }
    },
  );
}
