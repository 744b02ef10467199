import { sample } from 'openapi-sampler';
import { isRef, operationsOf, type OpenApi, type Schema } from './document.js';

/** The tail of every id in an example. */
const TAIL = '5nV0cQe8RjT2yLxKd7Ba';

/** Prefixes of one's own id, by what the object is (S-W2). */
const PREFIXES: Record<string, string> = {
  WORKFLOW: 'wkfl',
  WORKFLOW_ACTION: 'wact',
  WORKFLOW_TRIGGER: 'wtrg',
  WORKFLOW_RUN: 'run',
  TEST_CLOCK: 'tclk',
  PLATFORM: 'plat',
  API_KEY: 'key',
  ALERT_RULE: 'alru',
  ALERT: 'alrt',
  WEBHOOK: 'whk',
  INTEGRATION: 'int',
  HOLD: 'hold',
  DELIVERY: 'dlv',
  SUPPRESSION: 'supp',
  BULK_OPERATION: 'bulk',
};

/** What a field of this name looks like, where its schema does not say: the story of one overdue invoice. */
const FIELDS: Record<string, string> = {
  workflow_id: `wkfl_${TAIL}`,
  trigger_id: `wtrg_${TAIL}`,
  delivery_ids: `dlv_${TAIL}`,
  engine_workflow_id: `run_${TAIL}`,
  customer_id: 'cust_acme',
  customer_ids: 'cust_acme',
  excluded_customer_ids: 'cust_other',
  resource_id: 'inv_2026-0042',
  resource_type: 'INVOICE',
  invoice_id: 'inv_2026-0042',
  variant: 'OVERDUE',
  timezone: 'Europe/Amsterdam',
  org_ids: 'org_acme',
  created_by: `key_${TAIL}`,
  in_flight: `dlv_${TAIL}`,
  note: 'Asked for by the customer',
  refused: 'The run is paused already.',
  reason: 'late',
  first: 'https://dunwell.example/v1/…?page=1&limit=50',
  current: 'https://dunwell.example/v1/…?page=1&limit=50',
};

/** Fields that are mostly empty. */
const EMPTY = new Set(['reason', 'stop_reason', 'previous', 'next', 'sent_at', 'target_time', 'ended_at', 'refused']);

/**
 * Gives every body an example, in its named schema or beside a nameless one: the one its schema has, else one made from the
 * examples of its fields. `Thing` looks like the answer to the example of `ThingCreateRequest`.
 */
export function addExamples(document: OpenApi): OpenApi {
  const shown = structuredClone(document);
  const schemas = shown.components?.schemas ?? {};
  const media = operationsOf(shown).flatMap(({ operation }) => [
    ...Object.values(operation.requestBody?.content ?? {}),
    ...Object.values(operation.responses ?? {}).flatMap((answer) =>
      isRef(answer) ? [] : Object.values(answer.content ?? {}),
    ),
  ]);
  for (const schema of [...Object.values(schemas), ...media.map(({ schema }) => schema)]) fillFields(schema);
  for (const [name, schema] of Object.entries(schemas)) {
    const [request = {}] = (schemas[`${name}CreateRequest`]?.examples ?? []) as object[];
    schema.examples ??= [{ ...(sampleOf(schema, shown) as object), ...request }];
  }
  for (const one of media) if (!isRef(one.schema)) one.example ??= sampleOf(one.schema, shown);
  return shown;
}

/** Only what is always there; of what may be there besides, the sampler would show `property1` and `property2`. */
function sampleOf(schema: Schema, document: OpenApi): unknown {
  const closed = <Part>(part: Part): Part =>
    JSON.parse(
      JSON.stringify(part, (key, value: unknown) => (key === 'additionalProperties' ? undefined : value)),
    ) as Part;
  return sample(closed(schema) as object, { skipNonRequired: true, quiet: true }, closed(document));
}

/** Puts examples on the fields of a schema, at every depth. */
function fillFields(schema: Schema): void {
  const kind = schema.properties?.object_type?.const;
  const prefix = PREFIXES[String(kind)];
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const example = name === 'id' ? prefix && `${prefix}_${TAIL}` : FIELDS[name];
    if (EMPTY.has(name) && allows(field, 'null')) field.examples = [null];
    else if (example !== undefined && isFree(field)) fill(field, example);
    fillFields(field);
  }
  if (schema.items) fillFields(schema.items);
  for (const one of schema.anyOf ?? []) fillFields(one);
}

function fill(field: Schema, example: string): void {
  if (field.items) field.items.examples = [example];
  else if (allows(field, 'string')) field.examples = [example];
  for (const one of field.anyOf ?? []) if (one.items) fill(one, example);
}

function isFree(field: Schema): boolean {
  return [field, ...(field.anyOf ?? [])].every((one) => one.enum === undefined && one.const === undefined);
}

function allows(field: Schema, type: string): boolean {
  return [field, ...(field.anyOf ?? [])].some((one) => [one.type].flat().includes(type));
}
