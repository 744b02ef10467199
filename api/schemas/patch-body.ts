import { z } from 'zod';

/**
 * The body of a PATCH: any object. It is checked after the merge, not before; in the API's description it shows the fields of the
 * create request, none of them required.
 */
export function patchBody(create: z.ZodObject, id: string) {
  // The create request itself has an id, and would be described as a reference.
  const { properties } = z.toJSONSchema(z.object(create.shape), { io: 'input' });
  const description = 'A merge patch: absent = unchanged, null = cleared, arrays replaced, objects merged.';
  return z
    .record(z.string(), z.unknown())
    .meta({ id, description, properties, examples: [{ description: 'Changed' }] });
}
