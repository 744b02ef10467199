import { z } from 'zod';
import type { ApiContext, ZodApp } from './context.js';

const ok = z.object({ status: z.literal('ok') });
const down = z.object({ status: z.literal('unavailable'), message: z.string() });

/** Liveness, and readiness: as long as triggers can be accepted, which needs Postgres and nothing else. */
export function healthRoutes(app: ZodApp, { db }: Pick<ApiContext, 'db'>): void {
  app.get('/healthz', { schema: { summary: 'The process is alive', tags: ['health'], response: { 200: ok } } }, () => ({
    status: 'ok' as const,
  }));

  app.get(
    '/readyz',
    { schema: { summary: 'Triggers can be accepted', tags: ['health'], response: { 200: ok, 503: down } } },
    async (_request, reply) => {
      try {
        await db.rows('SELECT 1 FROM migrations LIMIT 1');
        return { status: 'ok' as const };
      } catch (error) {
        return reply.code(503).send({ status: 'unavailable' as const, message: `Postgres: ${String(error)}` });
      }
    },
  );
}
