import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { ZodApp } from './context.js';
import type { OpenApi } from './openapi/document.js';
import { completeOpenApi } from './openapi/complete.js';
import { describeRoute } from './openapi/describe-route.js';
import { addExamples } from './openapi/examples.js';
import { tidyOpenApi } from './openapi/tidy.js';

/** In the order somebody new needs them. */
const TAGS = [
  { name: 'workflows', description: 'What is to be sent, about what and when.' },
  { name: 'workflow-actions', description: 'What a step of a workflow does.' },
  { name: 'email-templates', description: 'What mails say: stored and built-in templates.' },
  { name: 'integrations', description: 'Ways out for mail.' },
  { name: 'facts', description: 'What the billing system knows. A change starts, moves and stops reminders.' },
  { name: 'workflow-triggers', description: 'Runs started by call.' },
  {
    name: 'workflow-runs',
    description: 'One workflow executed for one resource: what is planned, what was sent and why not.',
  },
  { name: 'deliveries', description: 'Every mail: what became of it, and the proof.' },
  { name: 'holds', description: 'Customers and invoices that are left alone for a while.' },
  { name: 'suppressions', description: 'Addresses that get no mail, after a bounce, a complaint or by hand.' },
  { name: 'alert-rules', description: 'What is worth an alert.' },
  { name: 'alerts', description: 'What was alerted.' },
  {
    name: 'run-contract',
    description: 'Zuora’s contract for running workflows, as far as Dunwell has it: docs/run-contract.md.',
  },
  { name: 'webhooks', description: 'Where events are sent, and what they are signed with.' },
  { name: 'test-clocks', description: 'Time moved by hand, on TEST platforms.' },
  { name: 'platform', description: 'One’s own platform and its settings.' },
  { name: 'api-keys', description: 'Who may call, on which platforms, and what.' },
  { name: 'intake', description: 'Where mail providers report bounces and complaints; signed by them, no key needed.' },
  { name: 'health', description: 'For load balancers; no key needed.' },
];

const DESCRIPTION = `Durable billing reminders: at the right local time, exactly once, stopped the moment they are no longer wanted.

Send an API key in \`X-API-KEY\` or as a bearer token, and \`x-platform-id\` if it serves several platforms. Every answer carries \`X-REQUEST-ID\`; fields of a body that were not known are
named in \`Dunwell-Ignored-Fields\`. Errors are an \`ApiError\`: the first problem, and all of them in \`problems\`. Requests that change something may carry an \`Idempotency-Key\`.`;

/** Everything of the page comes from here; styles are inline because Swagger UI sets them so. */
const PAGE_CSP = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
};

/** `/openapi.json`, made from the schemas that check the requests, and `/docs` to read and try it. */
export async function registerDocs(app: ZodApp): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Dunwell API', version: '1', description: DESCRIPTION },
      tags: TAGS,
      components: {
        securitySchemes: {
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-KEY' },
          bearer: { type: 'http', scheme: 'bearer' },
        },
      },
      security: [{ apiKey: [] }, { bearer: [] }],
    },
    transform: (route) => jsonSchemaTransform(describeRoute(route)),
    transformObject: (document) => publish(jsonSchemaTransformObject(document)),
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: PAGE_CSP,
    theme: {
      title: 'Dunwell API',
      css: [{ filename: 'dunwell.css', content: '.swagger-ui .topbar { display: none }' }],
    },
    uiConfig: { defaultModelsExpandDepth: 0, displayRequestDuration: true, persistAuthorization: true },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

/** From what the routes declare to what is published. */
function publish(generated: ReturnType<typeof jsonSchemaTransformObject>): typeof generated {
  return addExamples(tidyOpenApi(completeOpenApi(generated as OpenApi)));
}
