import { STATUS_CODES } from 'node:http';
import { isRef, operationsOf, type Answer, type OpenApi, type Ref, type Schema } from './document.js';

const REF = /"#\/components\/schemas\/(\w+)"/g;
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/**
 * The generator emits every schema twice, as `Thing` (answered) and `ThingInput` (sent). This keeps the ones in use, under the
 * plain name unless both are, gives answers the name of their status, and puts everything in an order that does not depend on
 * who registered first.
 */
export function tidyOpenApi(document: OpenApi): OpenApi {
  const { components = {} } = document;
  const { schemas = {} } = components;
  const used = usedSchemas([document.paths, components.responses], schemas);
  const plain = (name: string): string => {
    const short = name.replace(/Input$/, '');
    return used.has(short) ? name : short;
  };
  const kept = [...used].map((name): [string, Schema] => [plain(name), schemas[name] ?? {}]);
  const tidied = {
    ...document,
    components: { ...components, schemas: sorted(Object.fromEntries(kept)) },
    paths: sorted(document.paths ?? {}),
  };
  const text = JSON.stringify(tidied).replace(REF, (_ref, name: string) => `"#/components/schemas/${plain(name)}"`);
  const renamed = JSON.parse(text) as OpenApi & typeof tidied;
  for (const [path, item] of Object.entries(renamed.paths)) {
    const methods = METHODS.flatMap((method) => (item[method] ? [[method, item[method]] as const] : []));
    renamed.paths[path] = Object.fromEntries(methods);
  }
  for (const { operation } of operationsOf(renamed)) nameAnswers(operation.responses ?? {});
  return renamed;
}

function nameAnswers(answers: Record<string, Answer | Ref>): void {
  for (const [status, answer] of Object.entries(answers)) {
    if (!isRef(answer) && answer.description === 'Default Response')
      answer.description = STATUS_CODES[status] ?? status;
  }
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

function sorted<Value>(record: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
