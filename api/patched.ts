import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Refusal } from '../contracts/refusal.js';
import { mergePatch } from './merge-patch.js';
import { nameIgnored } from './plugins/bodies.js';
import { problemsOf } from './plugins/errors.js';

/** What a merge patch makes of a stored resource, validated whole (S-W10); unknown fields are named, not kept (S-W3). */
export function patched<Schema extends z.ZodType>(
  schema: Schema,
  stored: unknown,
  patch: unknown,
  reply: FastifyReply,
): z.infer<Schema> {
  const merged = mergePatch(stored, patch);
  const parsed = schema.safeParse(merged, { reportInput: true });
  if (!parsed.success) throw new Refusal(problemsOf(parsed.error));
  nameIgnored(reply, merged, parsed.data);
  return parsed.data;
}
