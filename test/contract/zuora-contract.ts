import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import type { Json } from '../api/support.js';

// The contract belongs to its vendor and is not part of this repository.
const FILE = join(process.env.DUNWELL_CONTRACT_DIR ?? resolve('../shared/contract'), 'zuora', 'workflows.yml');

export const zuoraContractIsHere = existsSync(FILE);
if (!zuoraContractIsHere) console.log(`Skipped: Zuora's contract. No ${FILE}; set DUNWELL_CONTRACT_DIR.`);

/** Where a schema of the file says other than the file's own example: the example counts (S-Z1). */
export const SCHEMA_DIFFERENCES: Record<string, { type: string; why: string }> = {
  'DeleteWorkflowSuccess.id': { type: 'integer', why: 'the example of a deletion has 19080' },
  'GetWorkflowResponse.originalWorkflowId': { type: 'integer', why: 'the example of a run has 19027' },
};

/** Where an answer is not like the example, by operation, status and path; `[]` = each item. */
export const EXAMPLE_DIFFERENCES: Record<string, string> = {
  'GET /workflows/{workflow_id}/export 200 workflow.css.top': 'Dunwell draws no boxes',
  'GET /workflows/{workflow_id}/export 200 workflow.css.left': 'as above',
  'GET /workflows/{workflow_id}/export 200 tasks[].css.top': 'as above',
  'GET /workflows/{workflow_id}/export 200 tasks[].css.left': 'as above',
  'GET /workflows/{workflow_id}/export 200 tasks[].instance': 'declared by the schema, left out of the example',
  'GET /workflows/{workflow_id}/export 200 tasks[].data': 'as above',
  'GET /workflows/{workflow_id}/export 200 tasks[].workflow_id': 'as above',
  'GET /workflows/{workflow_id}/export 200 tasks[].start_time': 'as above',
  'GET /workflows/{workflow_id}/export 200 tasks[].end_time': 'as above',
};

/** What a workflow, a task or a caller made up: its fields are nobody's contract. */
const FREE = /(^|\.|\])(parameters|data\[\]\.data|data\[\]\.parameters|parameters\.workflow)$|^data$/;

interface ZuoraAnswer {
  schema: Json | null;
  example: unknown;
}

/** An operation of the file, as `GET /workflows/{workflow_id}`. */
export interface ZuoraOperation {
  name: string;
  /** The example of its body; undefined = it has none. */
  body: unknown;
  answers: Record<string, ZuoraAnswer>;
}

/** Zuora's file: its operations, their examples, and how an answer is held against both. */
export class ZuoraContract {
  readonly operations: ReadonlyMap<string, ZuoraOperation>;
  readonly used = new Set<string>();
  private readonly ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });

  constructor() {
    const document = parse(readFileSync(FILE, 'utf8')) as Json;
    const operations = Object.entries(document.paths as Json).flatMap(([path, item]) =>
      Object.entries(item as Json).map(([method, operation]): [string, ZuoraOperation] => {
        const name = `${method.toUpperCase()} ${path}`;
        return [name, { name, body: bodyOf(operation as Json, document), answers: answersOf(operation as Json) }];
      }),
    );
    this.operations = new Map(operations);
    this.ajv.addSchema({ $id: 'plain', definitions: withNulls(document.definitions) });
    this.ajv.addSchema({ $id: 'judged', definitions: withNulls(corrected(document.definitions as Json)) });
  }

  operation(name: string): ZuoraOperation {
    const found = this.operations.get(name);
    if (!found) throw new Error(`The contract has no ${name}.`);
    return found;
  }

  /** What keeps a value from fitting a schema of the file; `plain` = as it stands there. Swagger 2 has no null, its examples have. */
  schemaProblems(schema: Json, value: unknown, which: 'judged' | 'plain' = 'judged'): string[] {
    const text = JSON.stringify(withNulls(schema)).replaceAll('"#/definitions/', `"${which}#/definitions/`);
    const validate = this.ajv.compile(JSON.parse(text) as Json);
    return validate(value)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
  }

  /** How an answer is unlike the example: fields that are missing or too many, other types, other formats. */
  exampleProblems(name: string, status: number, value: unknown): string[] {
    const { example } = this.operation(name).answers[status] ?? {};
    return unlike(example, value, '').filter((problem) => {
      const key = `${name} ${String(status)} ${problem.split(':')[0] ?? ''}`;
      if (!Object.hasOwn(EXAMPLE_DIFFERENCES, key)) return true;
      this.used.add(key);
      return false;
    });
  }
}

function bodyOf({ parameters = [] }: Json, document: Json): unknown {
  const body = (parameters as Json[]).find((one) => one.in === 'body');
  if (!body) return undefined;
  const { schema } = body as { schema: Json };
  const name =
    String(schema.$ref ?? '')
      .split('/')
      .at(-1) ?? '';
  return schema.example ?? (document.definitions as Json)[name]?.example ?? {};
}

function answersOf(operation: Json): ZuoraOperation['answers'] {
  return Object.fromEntries(
    Object.entries(operation.responses as Json).map(([status, answer]: [string, Json]) => [
      status,
      {
        schema: (answer.schema as Json | undefined) ?? null,
        example: answer.examples?.['application/json'] as unknown,
      },
    ]),
  );
}

function corrected(definitions: Json): Json {
  const copy = structuredClone(definitions);
  for (const [key, { type }] of Object.entries(SCHEMA_DIFFERENCES)) {
    const [name = '', property = ''] = key.split('.');
    copy[name].properties[property].type = type;
  }
  return copy;
}

function withNulls(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withNulls);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => {
    if (key === 'type' && typeof value === 'string') return [key, [value, 'null']];
    if (key === 'enum' && Array.isArray(value)) return [key, [...(value as unknown[]), null]];
    return [key, withNulls(value)];
  });
  return Object.fromEntries(entries);
}

const FORMATS = [
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/,
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  /^WF-\d+-\d{8}$/,
  /^0\.0\.\d+$/,
  /^\d\d:\d\d:\d\d$/,
  /^https?:\/\/[^ ]+\?.*page=\d/,
  /^Workflow::(Setup|Instance)$/,
];

function unlike(example: unknown, value: unknown, path: string): string[] {
  if (FREE.test(path) || example === null || value === null) return [];
  const kind = kindOf(example);
  if (kind !== kindOf(value)) return [`${path}: ${kindOf(value)} instead of ${kind}`];
  if (Array.isArray(example) && Array.isArray(value)) {
    return value.flatMap((item) => unlike(example[0], item, `${path}[]`));
  }
  if (kind === 'object') {
    const [theirs, ours] = [example as Json, value as Json];
    const at = (key: string): string => (path === '' ? key : `${path}.${key}`);
    return [...new Set([...Object.keys(theirs), ...Object.keys(ours)])].flatMap((key) => {
      if (!(key in ours)) return [`${at(key)}: is missing`];
      return key in theirs ? unlike(theirs[key], ours[key], at(key)) : [`${at(key)}: is not in the example`];
    });
  }
  const format = typeof example === 'string' ? FORMATS.find((one) => one.test(example)) : undefined;
  return format && !format.test(value as string)
    ? [`${path}: ${JSON.stringify(value)} is not like ${JSON.stringify(example)}`]
    : [];
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
}
