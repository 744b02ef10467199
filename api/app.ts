import compress from '@fastify/compress';
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyServerOptions } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { Refusal } from '../contracts/refusal.js';
import { newId } from '../store/ids.js';
import type { ApiContext, ZodApp } from './context.js';
import { healthRoutes } from './health.js';
import { factRoutes } from './intake/facts.js';
import { registerAuth } from './plugins/auth.js';
import { registerBodies } from './plugins/bodies.js';
import { problemsOf, registerErrors } from './plugins/errors.js';
import { platformRoutes } from './solvimon/platform.js';
import { testClockRoutes } from './solvimon/test-clocks.js';
import { workflowActionRoutes } from './solvimon/workflow-actions.js';
import { workflowRoutes } from './solvimon/workflows.js';
import { workflowRunRoutes } from './solvimon/workflow-runs.js';
import { workflowTriggerRoutes } from './solvimon/workflow-triggers.js';

export interface AppOptions extends ApiContext {
  logger?: FastifyServerOptions['loggerInstance'];
}

const BODY_LIMIT_BYTES = 1_048_576;

/** Builds the HTTP API; it does not listen. */
export async function buildApp({ logger, ...context }: AppOptions): Promise<ZodApp> {
  const app: ZodApp = Fastify({
    ...(logger ? { loggerInstance: logger } : {}),
    genReqId: () => newId('reqr'),
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT_BYTES,
    return503OnClosing: true,
    routerOptions: { maxParamLength: 300 },
  }).withTypeProvider<ZodTypeProvider>();

  // Schemas check what comes in; what goes out is ours, typed at compile time and not checked again on the hot path.
  app.setValidatorCompiler(({ schema, httpPart }) => (data: unknown) => {
    const result = (schema as z.ZodType).safeParse(data, { reportInput: true });
    if (result.success) return { value: result.data };
    return { error: new Refusal(problemsOf(result.error, httpPart === 'headers' ? 'headers' : null)) };
  });
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));

  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-REQUEST-ID', request.id);
    done();
  });
  registerErrors(app);
  await app.register(helmet, { contentSecurityPolicy: false });
  await app.register(compress);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Dunwell', version: '1', description: 'Durable billing reminders.' },
      components: { securitySchemes: { apiKey: { type: 'apiKey', in: 'header', name: 'X-API-KEY' } } },
      security: [{ apiKey: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());

  await app.register((open: ZodApp, _options, done) => {
    healthRoutes(open, context);
    done();
  });
  await app.register((closed: ZodApp, _options, done) => {
    registerAuth(closed, context.db);
    registerBodies(closed);
    platformRoutes(closed, context);
    factRoutes(closed, context);
    workflowRoutes(closed, context);
    workflowActionRoutes(closed, context);
    workflowTriggerRoutes(closed, context);
    workflowRunRoutes(closed, context);
    testClockRoutes(closed, context);
    done();
  });
  return app;
}
