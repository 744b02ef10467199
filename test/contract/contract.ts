import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect } from 'vitest';
import { parse } from 'yaml';
import type { Api } from '../api/api.js';
import type { Json } from '../api/support.js';
import type { Answer } from '../support/call.js';

// The contract belongs to its vendor and is not part of this repository.
const DIRECTORY = join(process.env.DUNWELL_CONTRACT_DIR ?? resolve('../shared/contract'), 'solvimon');

export const contractIsHere = existsSync(DIRECTORY);
if (!contractIsHere) console.log(`Skipped: the contract. No ${DIRECTORY}; set DUNWELL_CONTRACT_DIR.`);

/** One operation of a contract file, as `POST /workflows/{resourceIdOrReference}/activate`. */
export interface Operation {
  name: string;
  request: Json | null;
  /** Schema of the JSON answer by status; null = declared without one. */
  answers: Record<string, Json | null>;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);

/** One file of the contract: its operations, and the schemas that judge what is sent and answered. */
export class Contract {
  readonly operations: ReadonlyMap<string, Operation>;
  readonly document: Json;
  /** Operations that were asked so far. */
  readonly called = new Set<string>();

  constructor(readonly file: string) {
    this.document = parse(readFileSync(join(DIRECTORY, `${file}.yml`), 'utf8')) as Json;
    if (!ajv.getSchema(file)) ajv.addSchema({ $id: file, ...this.document });
    const operations = Object.entries(this.document.paths as Json).flatMap(([path, item]) =>
      Object.entries(item as Json).map(([method, operation]): [string, Operation] => {
        const name = `${method.toUpperCase()} ${path.replace('/v{version}', '')}`;
        return [name, { name, request: jsonSchema(operation.requestBody), answers: answersOf(operation as Json) }];
      }),
    );
    this.operations = new Map(operations);
  }

  /** Fails unless the value fits a schema of the file. */
  fits(schema: Json | string, value: unknown, what: string): void {
    const $ref = typeof schema === 'string' ? `#/components/schemas/${schema}` : (schema.$ref as string | undefined);
    const rooted = $ref === undefined ? rooting(schema as Json, this.file) : { $ref: `${this.file}${$ref}` };
    const validate = ajv.compile(rooted);
    expect(validate(value), `${what}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`).toBe(true);
  }

  /** Fields that a schema of the file lets be null, and that are not there at all: a client that reads them would find undefined. */
  absent(schema: Json, value: Json): string[] {
    const name = String(schema.$ref).split('/').at(-1) ?? '';
    const { properties = {} } = (this.document.components.schemas as Record<string, Json>)[name] ?? {};
    return Object.entries(properties as Record<string, Json>)
      .filter(([field, { type, oneOf = [] }]) => {
        const nullable = [type].flat().includes('null') || (oneOf as Json[]).some((one) => one.type === 'null');
        return nullable && !(field in value);
      })
      .map(([field]) => field);
  }

  /** Sends a request of the contract and judges the answer: its status is declared, and its body fits. */
  async call(h: Api, name: string, ids: Json = {}, body?: unknown, query = ''): Promise<Answer<any>> {
    const operation = this.operations.get(name);
    if (!operation) throw new Error(`${this.file} has no ${name}`);
    if (operation.request && body !== undefined) this.fits(operation.request, body, `request ${name}`);
    const [method = '', template = ''] = name.split(' ');
    const path = template.replace(/\{(\w+)\}/g, (_all, word: string) => encodeURIComponent(String(ids[word])));
    const answer = await h.call<any>(method, `/v1${path}${query}`, body);
    const schema = operation.answers[answer.status];
    expect(Object.keys(operation.answers), `${name}: ${JSON.stringify(answer.body)}`).toContain(String(answer.status));
    if (schema) this.fits(schema, answer.body, `${String(answer.status)} of ${name}`);
    this.called.add(name);
    return answer;
  }
}

function answersOf(operation: Json): Operation['answers'] {
  return Object.fromEntries(
    Object.entries(operation.responses as Json).map(([status, answer]) => [status, jsonSchema(answer)]),
  );
}

function jsonSchema(holder: Json | undefined): Json | null {
  return (holder?.content?.['application/json']?.schema as Json | undefined) ?? null;
}

/** An inline schema with its references made absolute. */
function rooting(schema: Json, file: string): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', `"$ref":"${file}#`)) as Json;
}
