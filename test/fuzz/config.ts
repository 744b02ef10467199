import type { Described } from './documents.js';
import type { Target } from './target.js';

/** How often a path parameter is something that exists, and a text the id of something. */
const KNOWN = 0.8;
const ID_FOR_TEXT = 0.15;

/** Not asked of our own document, each for a reason. */
const OURS_DISABLED = [
  // Rules between fields and about what is stored are in no schema: what fits it may still be refused.
  'positive_data_acceptance',
  // A route that does not exist answers 404 whatever the method (S-W6).
  'unsupported_method',
  'allow_header_conformance',
  // DELETE archives: what was deleted can still be read.
  'use_after_free',
];

/** Of the contract only: nothing breaks, and what is answered is as declared. */
const SOLVIMON_ENABLED = ['not_a_server_error', 'status_code_conformance', 'response_schema_conformance'];

/** Where its schemas and its examples differ the examples count, which test/contract/zuora.test.ts holds answers against. */
const ZUORA_ENABLED = ['not_a_server_error', 'status_code_conformance'];

/** schemathesis.toml for one description: whom to call, as whom, with which ids. */
export function configFor({ document, kind }: Described, target: Target): string {
  const ids = Object.values(target.ids).flat();
  const lines = [
    `base-url = ${quoted(target.url)}`,
    `headers = { "X-API-KEY" = ${quoted(target.apiKey)} }`,
    'continue-on-failure = true',
    'warnings = false',
    // The keys are of this run only, and are needed to repeat a request.
    'output.sanitization.enabled = false',
    '[cache]',
    'enabled = false',
    '[parameters]',
    `"path.version" = "1"`,
    `"header.x-platform-id" = ${quoted(target.platformId)}`,
    `"header.Zuora-Entity-Ids" = ${quoted(target.platformId)}`,
    `"header.Zuora-Org-Ids" = ${quoted(target.orgId)}`,
    `"header.X-API-KEY" = ${quoted(target.apiKey)}`,
    '[generation.dictionaries]',
    `string = { dictionary = "ids", probability = ${String(ID_FOR_TEXT)} }`,
    ...dictionary('ids', ids),
    ...Object.entries(target.ids).flatMap(([word, known]) => dictionary(word, known)),
    '[checks]',
    ...checksOf(kind),
    ...Object.keys(document.paths as object).flatMap((path) => knownIds(path, target)),
  ];
  return `${lines.join('\n')}\n`;
}

function checksOf(kind: Described['kind']): string[] {
  if (kind === 'ours') return OURS_DISABLED.map((check) => `${check}.enabled = false`);
  const enabled = kind === 'solvimon' ? SOLVIMON_ENABLED : ZUORA_ENABLED;
  return ['enabled = false', ...enabled.map((check) => `${check}.enabled = true`)];
}

/** `/v1/customers/{id}`: mostly a customer that exists. */
function knownIds(path: string, { ids }: Target): string[] {
  const [, last = '', parameter = ''] = /\/([\w-]+)\/\{(\w+)\}/.exec(path) ?? [];
  // The run contract's ids are others.
  const word = path.startsWith('/workflows/{') ? 'definitions' : last;
  if (!ids[word]?.length) return [];
  const value = `{ dictionary = ${quoted(word)}, probability = ${String(KNOWN)} }`;
  return ['[[operations]]', `include-path = ${quoted(path)}`, `parameters = { "path.${parameter}" = ${value} }`];
}

function dictionary(name: string, values: readonly string[]): string[] {
  return values.length === 0 ? [] : [`[dictionaries.${name}]`, `values = [${values.map(quoted).join(', ')}]`];
}

/** JSON's strings are TOML's. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
