import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

type Json = Record<string, any>;

/** A description to take requests from, and to hold answers against. */
export interface Described {
  name: string;
  /** Of our own everything must be true; of a contract we give less and allow more. */
  kind: 'ours' | 'solvimon' | 'zuora';
  document: Json;
}

// The contract belongs to its vendor and is not part of this repository.
const CONTRACT = process.env.DUNWELL_CONTRACT_DIR ?? resolve('../shared/contract');

/** Answers that the contract does not declare and Dunwell gives (S-W6, S-Z3). */
const ALSO_ALLOWED = {
  solvimon: ['400', '404', '409', '413', '415', '422', '429'],
  zuora: ['400', '403', '404', '406', '409', '413', '415', '422', '429'],
};

/** What is wrong with these headers is tested elsewhere, and would be all that is ever wrong. */
const LEFT_OUT = ['Content-Encoding', 'Accept-Encoding', 'Authorization'];

/** Our document, and the contract's files as far as Dunwell has their routes. */
export function descriptions(log: (line: string) => void): Described[] {
  const document = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8')) as Json;
  const ours = { name: 'docs/openapi.json', kind: 'ours' as const, document: answerable(document, log) };
  if (!existsSync(CONTRACT)) {
    log(`Skipped: fuzzing by the contract. No ${CONTRACT}; set DUNWELL_CONTRACT_DIR.`);
    return [ours];
  }
  const known = new Set(operationsOf(ours.document).map(([name]) => name));
  const contract = (['solvimon', 'zuora'] as const).flatMap((kind) =>
    readdirSync(join(CONTRACT, kind))
      .filter((file) => file.endsWith('.yml'))
      .map((file) => readContract(kind, file, known)),
  );
  return [ours, ...contract.filter(({ document }) => Object.keys(document.paths as Json).length > 0)];
}

/** Without what takes other bodies than JSON, which schemathesis cannot make, and what is not built. */
function answerable(document: Json, log: (line: string) => void): Json {
  const paths = Object.entries(document.paths as Json).map(([path, item]) => {
    const kept = Object.entries(item as Json).filter(([method, operation]) => {
      if ((operation as Json).responses['501'] !== undefined) {
        log(`Skipped: ${method.toUpperCase()} ${path} answers 501.`);
        return false;
      }
      const types = Object.keys((operation as Json).requestBody?.content ?? { 'application/json': {} });
      if (types.includes('application/json')) return true;
      log(`Skipped: ${method.toUpperCase()} ${path} takes ${types.join(', ')}.`);
      return false;
    });
    return [path, Object.fromEntries(kept)] as const;
  });
  return { ...document, paths: Object.fromEntries(paths) };
}

function readContract(kind: 'solvimon' | 'zuora', file: string, known: ReadonlySet<string>): Described {
  const document = parse(readFileSync(join(CONTRACT, kind, file), 'utf8')) as Json;
  const paths: Json = {};
  for (const [name, path, method, operation] of operationsOf(document)) {
    if (!known.has(name)) continue;
    for (const status of ALSO_ALLOWED[kind]) operation.responses[status] ??= { description: 'Not in the contract.' };
    const parameters = ((operation.parameters ?? []) as Json[]).filter((one) => !LEFT_OUT.includes(nameOf(one)));
    (paths[path] ??= {})[method] = kind === 'zuora' ? { ...operation, parameters } : operation;
  }
  return { name: `${kind}/${file}`, kind, document: { ...document, paths } };

  function nameOf({ $ref, name }: Json): string {
    const key = typeof $ref === 'string' ? ($ref.split('/').at(-1) ?? '') : '';
    return String(name ?? document.parameters?.[key]?.name);
  }
}

/** `[GET /v1/customers/{}, path, method, operation]`: `/v{version}/customers/{resourceIdOrReference}` and `/v1/customers/{id}` are the same. */
function operationsOf(document: Json): [string, string, string, Json][] {
  return Object.entries(document.paths as Json).flatMap(([path, item]) =>
    Object.entries(item as Json).map(([method, operation]): [string, string, string, Json] => {
      const shape = path.replace('/v{version}/', '/v1/').replaceAll(/\{\w+\}/g, '{}');
      return [`${method.toUpperCase()} ${shape}`, path, method, operation as Json];
    }),
  );
}
