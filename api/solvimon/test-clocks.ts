import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import type { Database } from '../../store/database.js';
import { beginAdvance, createTestClock, getTestClock, type TestClock } from '../../store/test-clocks.js';
import type { ApiContext, ZodApp } from '../context.js';
import { platformOf } from '../plugins/auth.js';
import { instant, iso } from '../schemas/wire.js';

const clock = z
  .object({
    object_type: z.literal('TEST_CLOCK'),
    id: z.string(),
    frozen_time: instant,
    status: z.enum(['READY', 'ADVANCING']),
    target_time: instant.nullable(),
    created_at: instant,
  })
  .meta({ id: 'TestClock' });

const time = z.object({ frozen_time: instant });
const params = z.object({ resourceId: z.string() });
const LOOK_EVERY_MS = 40;

/** `/v1/test-clocks`: time moved by hand, on TEST platforms (extension, S-T8). */
export function testClockRoutes(app: ZodApp, { db, advanceWaitMs }: ApiContext): void {
  app.post(
    '/v1/test-clocks',
    {
      config: { permission: 'TEST_CLOCK.CREATE' },
      schema: {
        summary: 'Create a test clock',
        tags: ['test-clocks'],
        body: time,
        response: { 201: clock },
      },
    },
    async (request, reply) => {
      const platform = platformOf(request);
      if (platform.environment !== 'TEST') throw Refusal.operation('Test clocks exist only on TEST platforms.');
      const row = await createTestClock(request.tx, platform.id, Date.parse(request.body.frozen_time));
      reply.code(201);
      return toResponse(row);
    },
  );

  app.get(
    '/v1/test-clocks/:resourceId',
    {
      config: { permission: 'TEST_CLOCK.VIEW' },
      schema: { summary: 'Get a test clock', tags: ['test-clocks'], params, response: { 200: clock } },
    },
    async (request) => toResponse(await existing(db, platformOf(request).id, request.params.resourceId)),
  );

  app.post(
    '/v1/test-clocks/:resourceId/advance',
    {
      config: { permission: 'TEST_CLOCK.UPDATE', commits: 'own' },
      schema: {
        summary: 'Advance a test clock',
        description: '200 = every bound run is at rest at the new time. 202 = still under way; ask again with GET.',
        tags: ['test-clocks'],
        params,
        body: time,
        response: { 200: clock, 202: clock },
      },
    },
    async (request, reply) => {
      const { id: platformId } = platformOf(request);
      const { resourceId: id } = request.params;
      await db.transaction((tx) => beginAdvance(tx, platformId, id, Date.parse(request.body.frozen_time)));
      request.tell('CLOCK', [id]);
      const row = await atRest(db, platformId, id, advanceWaitMs);
      reply.code(row.target_at === null ? 200 : 202);
      return toResponse(row);
    },
  );
}

async function atRest(db: Database, platformId: string, id: string, waitMs: number): Promise<TestClock> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const row = await existing(db, platformId, id);
    if (row.target_at === null || performance.now() >= deadline) return row;
    await pause(LOOK_EVERY_MS);
  }
}

async function existing(db: Database, platformId: string, id: string): Promise<TestClock> {
  const row = await getTestClock(db, platformId, id);
  if (!row) throw Refusal.notFound('TEST_CLOCK', id);
  return row;
}

function toResponse(row: TestClock): z.input<typeof clock> {
  return {
    object_type: 'TEST_CLOCK',
    id: row.id,
    frozen_time: iso(row.now_at),
    status: row.target_at === null ? 'READY' : 'ADVANCING',
    target_time: iso(row.target_at),
    created_at: iso(row.created_at),
  };
}
