import { isRunContract } from '../zuora/refusal.js';
import type { FastifySchema } from 'fastify';

interface Route {
  schema: FastifySchema;
  url: string;
  route: { method: string | string[]; config?: unknown };
}

/** What a route's own settings say of it: a name for generators, and the permission it needs. */
export function describeRoute<Input extends Route>(input: Input): Input {
  const { schema, url, route } = input;
  const { permission } = (route.config ?? {}) as { permission?: string };
  const operationId = operationIdOf([route.method].flat()[0] ?? 'GET', url);
  // The generator takes every body for required; `completeOpenApi` corrects that and takes this away.
  const optional = (schema.body as { isOptional?: () => boolean } | undefined)?.isOptional?.() === true;
  const own = { ...schema, operationId, ...(optional && { 'x-body-optional': true }) };
  if (permission === undefined) return { ...input, schema: own };
  const needs = `Requires the ${permission} permission.`;
  const description = schema.description === undefined ? needs : `${schema.description} ${needs}`;
  return { ...input, schema: { ...own, description, 'x-permission': permission } };
}

/**
 * As the contract names them: `POST /v1/workflows/:id/activate` is `postWorkflowsByIdActivate`; the run contract's have its name in
 * front, `runContractGetWorkflowsByWorkflowId`.
 */
function operationIdOf(method: string, url: string): string {
  const verb = isRunContract(url)
    ? `runContract${method.charAt(0)}${method.slice(1).toLowerCase()}`
    : method.toLowerCase();
  const words = url
    .replace(/^\/v\d+\//, '/')
    .replaceAll(':', 'by-')
    .split(/[/-]/)
    .filter((word) => word !== '');
  return verb + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
