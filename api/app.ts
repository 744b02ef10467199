import compress from '@fastify/compress';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyRequest, type FastifyServerOptions } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { Refusal } from '../contracts/refusal.js';
import { newId } from '../store/ids.js';
import type { ApiContext, ZodApp } from './context.js';
import { registerDocs } from './docs.js';
import { factRoutes } from './facts/routes.js';
import { healthRoutes } from './health.js';
import { intakeRoutes } from './intake/routes.js';
import { registerAuth } from './plugins/auth.js';
import { registerBodies } from './plugins/bodies.js';
import { registerEffects, V1_KEYS } from './plugins/effects.js';
import { answerClientError } from './plugins/client-error.js';
import { answerError, problemsOf, registerErrors } from './plugins/errors.js';
import { alertRuleRoutes } from './solvimon/alert-rules.js';
import { alertRoutes } from './solvimon/alerts.js';
import { apiKeyRoutes } from './solvimon/api-keys.js';
import { backfillRoutes } from './solvimon/backfills.js';
import { scheduleRoutes } from './solvimon/schedules.js';
import { emailTemplateRoutes } from './solvimon/email-templates.js';
import { explainRoutes } from './solvimon/explain.js';
import { integrationExtraRoutes } from './solvimon/integration-extras.js';
import { integrationRoutes } from './solvimon/integrations.js';
import { deliveryRoutes } from './solvimon/deliveries.js';
import { holdRoutes } from './solvimon/holds.js';
import { suppressionRoutes } from './solvimon/suppressions.js';
import { platformRoutes } from './solvimon/platform.js';
import { runOperationRoutes } from './solvimon/run-operations.js';
import { simulationRoutes } from './solvimon/simulations.js';
import { templateTrialRoutes } from './solvimon/template-trials.js';
import { testClockRoutes } from './solvimon/test-clocks.js';
import { webhookSecretRoutes } from './solvimon/webhook-secrets.js';
import { webhookTestRoutes } from './solvimon/webhook-tests.js';
import { webhookRoutes } from './solvimon/webhooks.js';
import { workflowActionRoutes } from './solvimon/workflow-actions.js';
import { workflowRoutes } from './solvimon/workflows.js';
import { workflowRunRoutes } from './solvimon/workflow-runs.js';
import { workflowTriggerRoutes } from './solvimon/workflow-triggers.js';
import { createTokenReader } from './tokens.js';
import { BearerTokens } from './bearer-tokens.js';
import { oauthRoutes } from './zuora/oauth.js';
import { asksRunContract } from './zuora/refusal.js';
import { registerRunContractHeaders, RUN_CONTRACT_KEYS, traceHeaders } from './zuora/scope.js';
import { runContractRoutes } from './zuora/routes.js';

export interface AppOptions extends ApiContext {
  logger?: FastifyServerOptions['loggerInstance'];
}

const BODY_LIMIT_BYTES = 1_048_576;
const HEADER_LIMIT_BYTES = 65_536;
/** Shorter answers are not worth it (S-Z5). */
const COMPRESSED_FROM_BYTES = 1_001;
/** Per credential, where no limit is set: answers of the run contract always say where one is. */
const RUN_CONTRACT_PER_MINUTE = 50_000;

/** Builds the HTTP API; it does not listen. */
export async function buildApp({ logger, ...context }: AppOptions): Promise<ZodApp> {
  const app: ZodApp = Fastify({
    ...(logger ? { loggerInstance: logger } : {}),
    genReqId: () => newId('reqr'),
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT_BYTES,
    // A query may list many things; by default Node gives up at 16 kB of headers, URL included.
    http: { maxHeaderSize: HEADER_LIMIT_BYTES },
    clientErrorHandler: answerClientError,
    return503OnClosing: true,
    // Ids have 255 characters at most, three times that when percent-encoded; the schemas say so better than the router.
    routerOptions: { maxParamLength: 4_096 },
    frameworkErrors: (error, request, reply) => {
      void answerError(error, request, reply.header('X-REQUEST-ID', request.id));
    },
  }).withTypeProvider<ZodTypeProvider>();

  // Schemas check what comes in; what goes out is ours, typed at compile time and not checked again on the hot path.
  app.setValidatorCompiler(({ schema }) => (data: unknown) => {
    const result = (schema as z.ZodType).safeParse(data, { reportInput: true });
    if (result.success) return { value: result.data };
    return { error: new Refusal(problemsOf(result.error)) };
  });
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));

  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-REQUEST-ID', request.id);
    if (asksRunContract(request)) traceHeaders(request, reply);
    done();
  });
  registerErrors(app);
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  });
  await app.register(compress, { threshold: COMPRESSED_FROM_BYTES });
  await registerDocs(app);

  await app.register((open: ZodApp, _options, done) => {
    healthRoutes(open, context);
    done();
  });
  await app.register((open: ZodApp, _options, done) => {
    intakeRoutes(open, context);
    done();
  });
  const { db, vault, tokenIssuer, rateLimit: perMinute, keyClock: now = Date.now } = context;
  const bearers = new BearerTokens(vault, now);
  const readToken = tokenIssuer ? createTokenReader(tokenIssuer) : null;
  // A route's own hooks come after those of its app: authentication has told whose limit it is. Both contracts count together; who
  // is not known is counted by address, and only where every answer says how many there may be (S-Z5).
  await app.register(rateLimit, {
    hook: 'onRequest',
    enableDraftSpec: true,
    max: ({ caller }: FastifyRequest) => (caller ? perMinute : undefined) ?? RUN_CONTRACT_PER_MINUTE,
    keyGenerator: ({ caller, ip }: FastifyRequest) => caller?.credentialId ?? ip,
    allowList: (request: FastifyRequest) => !asksRunContract(request) && !(request.caller && perMinute !== undefined),
  });
  await app.register((open: ZodApp, _options, done) => {
    oauthRoutes(open, context, bearers);
    done();
  });
  await app.register((closed: ZodApp, _options, done) => {
    registerAuth(closed, { db, readToken, bearers, platformHeaders: ['zuora-entity-ids', 'x-platform-id'] });
    registerRunContractHeaders(closed);
    registerBodies(closed);
    registerEffects(closed, { ...context, now, keys: RUN_CONTRACT_KEYS });
    runContractRoutes(closed, context);
    done();
  });
  await app.register(async (closed: ZodApp) => {
    registerAuth(closed, { db, readToken, bearers, platformHeaders: ['x-platform-id'] });
    registerBodies(closed);
    registerEffects(closed, { ...context, now, keys: V1_KEYS });
    platformRoutes(closed, context);
    apiKeyRoutes(closed, context);
    await factRoutes(closed, context);
    integrationRoutes(closed, context);
    integrationExtraRoutes(closed, context);
    workflowRoutes(closed, context);
    backfillRoutes(closed, context);
    scheduleRoutes(closed, context);
    workflowActionRoutes(closed, context);
    workflowTriggerRoutes(closed, context);
    workflowRunRoutes(closed, context);
    runOperationRoutes(closed, context);
    deliveryRoutes(closed, context);
    emailTemplateRoutes(closed, context);
    templateTrialRoutes(closed, context);
    holdRoutes(closed, context);
    suppressionRoutes(closed, context);
    explainRoutes(closed, context);
    simulationRoutes(closed, context);
    alertRuleRoutes(closed, context);
    alertRoutes(closed, context);
    testClockRoutes(closed, context);
    webhookRoutes(closed, context);
    webhookSecretRoutes(closed, context);
    webhookTestRoutes(closed, context);
  });
  return app;
}
