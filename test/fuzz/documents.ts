import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

type Json = Record<string, any>;

/** A description to take requests from, and to hold answers against. */
export interface Described {
  name: string;
  /** Our own, of which everything must be true; of the contract we give less and allow more. */
  ours: boolean;
  document: Json;
}

// The contract belongs to its vendor and is not part of this repository.
const CONTRACT = join(process.env.DUNWELL_CONTRACT_DIR ?? resolve('../shared/contract'), 'solvimon');

/** Answers that the contract does not declare and Dunwell gives (S-W6). */
const ALSO_ALLOWED = ['400', '404', '409', '413', '415', '422', '429'];

/** Our document, and the contract's files as far as Dunwell has their routes. */
export function descriptions(log: (line: string) => void): Described[] {
  const document = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8')) as Json;
  const ours = { name: 'docs/openapi.json', ours: true, document: withoutBytes(document, log) };
  if (!existsSync(CONTRACT)) {
    log(`Skipped: fuzzing by the contract. No ${CONTRACT}; set DUNWELL_CONTRACT_DIR.`);
    return [ours];
  }
  const known = new Set(Object.keys(document.paths as Json).map(shapeOf));
  const files = readdirSync(CONTRACT).filter((file) => file.endsWith('.yml'));
  const contract = files.map((file) => readContract(file, known));
  return [ours, ...contract.filter(({ document }) => Object.keys(document.paths as Json).length > 0)];
}

/** What takes other bodies than JSON has tests of its own: schemathesis cannot make them. */
function withoutBytes(document: Json, log: (line: string) => void): Json {
  const paths = Object.entries(document.paths as Json).map(([path, item]) => {
    const kept = Object.entries(item as Json).filter(([method, operation]) => {
      const types = Object.keys((operation as Json).requestBody?.content ?? { 'application/json': {} });
      if (types.includes('application/json')) return true;
      log(`Skipped: ${method.toUpperCase()} ${path} takes ${types.join(', ')}.`);
      return false;
    });
    return [path, Object.fromEntries(kept)] as const;
  });
  return { ...document, paths: Object.fromEntries(paths) };
}

function readContract(name: string, known: ReadonlySet<string>): Described {
  const document = parse(readFileSync(join(CONTRACT, name), 'utf8')) as Json;
  const paths = Object.entries(document.paths as Json).filter(([path]) => known.has(shapeOf(path)));
  for (const operation of paths.flatMap(([, item]) => Object.values(item as Json) as Json[])) {
    for (const status of ALSO_ALLOWED) operation.responses[status] ??= { description: 'Not in the contract.' };
  }
  return { name, ours: false, document: { ...document, paths: Object.fromEntries(paths) } };
}

/** `/v{version}/customers/{resourceIdOrReference}` and `/v1/customers/{id}` are the same. */
function shapeOf(path: string): string {
  return path.replace('/v{version}/', '/v1/').replaceAll(/\{\w+\}/g, '{}');
}
