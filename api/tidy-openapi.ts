import { STATUS_CODES } from 'node:http';

const REF = /"#\/components\/schemas\/(\w+)"/g;

interface OpenApi {
  paths?: Record<string, Record<string, { responses?: Record<string, { description?: string }> }>>;
  components?: { schemas?: Record<string, unknown> };
}

/**
 * The generator emits every schema twice, as `Thing` (answered) and `ThingInput` (sent). This keeps the ones in use, under the
 * plain name unless both are, and gives answers the name of their status.
 */
export function tidyOpenApi<Document extends object>(generated: Document): Document {
  const document = structuredClone(generated) as OpenApi;
  for (const operation of Object.values(document.paths ?? {}).flatMap((path) => Object.values(path))) {
    for (const [status, response] of Object.entries(operation.responses ?? {})) {
      if (response.description === 'Default Response') response.description = STATUS_CODES[status] ?? status;
    }
  }
  const { schemas = {} } = (document.components ??= {});
  const used = usedSchemas(document.paths, schemas);
  const plain = (name: string): string => {
    const short = name.replace(/Input$/, '');
    return used.has(short) ? name : short;
  };
  document.components.schemas = Object.fromEntries([...used].sort().map((name) => [plain(name), schemas[name]]));
  const text = JSON.stringify(document).replace(REF, (_ref, name: string) => `"#/components/schemas/${plain(name)}"`);
  return JSON.parse(text) as Document;
}

function usedSchemas(root: unknown, schemas: Record<string, unknown>): Set<string> {
  const used = new Set<string>();
  const visit = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value ?? null).matchAll(REF)) {
      if (used.has(name)) continue;
      used.add(name);
      visit(schemas[name]);
    }
  };
  visit(root);
  return used;
}
