import type { FastifyInstance } from 'fastify';
import { Refusal } from '../../contracts/refusal.js';

const DEEPEST = 64;
/** Fields that we write: what a body says of them is ignored, and not worth a header (S-W3). */
const READ_ONLY = new Set(['object_type', 'id', 'created_at', 'updated_at']);

/**
 * Guards every JSON body: refuses what cannot be stored (NUL, lone surrogates, numbers beyond a double, nesting without end), and
 * names the fields that were ignored in `Dunwell-Ignored-Fields` (S-W3).
 */
export function registerBodies(app: FastifyInstance): void {
  app.decorateRequest('givenBody', null);
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.body !== undefined) inspect(request.body, '', 0);
    request.givenBody = request.body;
    done();
  });
  app.addHook('preHandler', (request, reply, done) => {
    const ignored = ignoredPaths(request.givenBody, request.body, '').filter((path) => !READ_ONLY.has(path));
    if (ignored.length > 0) void reply.header('Dunwell-Ignored-Fields', headerList(ignored));
    done();
  });
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, before it was parsed. */
    givenBody: unknown;
  }
}

function inspect(value: unknown, path: string, depth: number): void {
  if (depth > DEEPEST) refuse(path, `is nested more than ${String(DEEPEST)} levels deep`);
  if (typeof value === 'string') inspectText(value, path);
  if (typeof value === 'number' && !Number.isFinite(value)) refuse(path, 'is a number beyond what can be stored');
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    inspectText(key, path);
    inspect(inner, Array.isArray(value) ? `${path}[${key}]` : join(path, key), depth + 1);
  }
}

function inspectText(text: string, path: string): void {
  if (text.includes('\u0000')) refuse(path, 'contains a NUL character');
  if (!text.isWellFormed()) refuse(path, 'contains half of a surrogate pair');
}

function refuse(path: string, what: string): never {
  throw new Refusal([
    { code: 'BAD_REQUEST', field: path === '' ? null : path, message: `${path || 'The body'} ${what}.` },
  ]);
}

/** Paths of what was given and is no longer there after parsing. */
function ignoredPaths(given: unknown, parsed: unknown, path: string): string[] {
  if (typeof given !== 'object' || given === null || typeof parsed !== 'object' || parsed === null) return [];
  const kept = parsed as Record<string, unknown>;
  return Object.entries(given).flatMap(([key, value]) => {
    const here = Array.isArray(given) ? `${path}[${key}]` : join(path, key);
    return Object.hasOwn(kept, key) ? ignoredPaths(value, kept[key], here) : [here];
  });
}

/** A header value: ASCII, bounded. */
function headerList(paths: readonly string[]): string {
  const list = paths.slice(0, 50).map((path) => encodeURI(path).slice(0, 200));
  return list.join(', ') + (paths.length > 50 ? ', …'.replace('…', '...') : '');
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
