import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Database } from '../store/database.js';

/** What routes need of the world. */
export interface ApiContext {
  db: Database;
  /** The attempt to tell the engine right after a commit; nobody waits for it. */
  tellSoon: (kind: 'RUN' | 'CLOCK', ids: readonly string[]) => void;
  /** How long `advance` waits for the clock to come to rest before it answers 202. */
  advanceWaitMs: number;
}

/** Fastify with schemas in Zod. */
export type ZodApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;
