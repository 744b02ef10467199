import { DECIMAL_PATTERN } from '../../domain/decimal.js';
import { RESOURCE_BINDINGS, type Datatype, type RunField } from '../../domain/run-settings.js';

/** Words that a call may not use as names of parameters (contract/zuora, "Run a workflow"). */
const RESERVED = ['controller', 'action', 'id', 'user_email', 'user_token', 'format'] as const;

/** What a call gives, read as its workflow declares it. */
export interface ReadParameters {
  /** The resource, and the customer it must belong to; null = not given. */
  resource: Bound | null;
  customer: Bound | null;
  /** For the template, by name. */
  variables: Record<string, unknown>;
  /** Given, but not declared. */
  ignored: string[];
  /** What is wrong with what was given, one sentence each. */
  invalid: string[];
  /** Required, and not given. */
  missing: RunField[];
}

interface Bound {
  id: string;
  /** As the caller calls it. */
  parameter: string;
}

/** The name a call gives a parameter by. */
export function parameterName({ callout_id, field_name }: Pick<RunField, 'callout_id' | 'field_name'>): string {
  return callout_id ?? field_name;
}

/** Reads the parameters of a call; says everything that is wrong with them at once (S-Z3, Z4). */
export function readParameters(fields: readonly RunField[], given: Record<string, unknown>): ReadParameters {
  const declared = fields.map(parameterName);
  const names = Object.keys(given);
  const read: ReadParameters = {
    resource: null,
    customer: null,
    variables: {},
    ignored: names.filter((name) => !declared.includes(name) && !isReserved(name)),
    invalid: names.filter(isReserved).map((name) => `'${name}' is a reserved word: no parameter can have that name.`),
    missing: [],
  };
  for (const field of fields) {
    const name = parameterName(field);
    const own = Object.hasOwn(given, name) ? given[name] : null;
    const value = isUnset(own) ? field.default : own;
    if (isUnset(value)) {
      if (isNeeded(field)) read.missing.push(field);
      continue;
    }
    const typed = readValue(field.datatype, value);
    if (typed === null) read.invalid.push(`Parameter '${name}' must be ${DESCRIBED[field.datatype]}.`);
    else if (namesSomething(field) && String(typed.value).length > LONGEST_ID) {
      read.invalid.push(`Parameter '${name}' must be an id of at most ${String(LONGEST_ID)} characters.`);
    } else bind(read, field, name, typed.value);
  }
  return read;
}

/** `{value}`, or null when it is not of the type. Text is taken for every type: forms and scripts send nothing else. */
export function readValue(datatype: Datatype, value: unknown): { value: unknown } | null {
  const text = typeof value === 'string' ? value.trim() : value;
  switch (datatype) {
    case 'Text':
      return typeof value === 'string' && value.length <= LONGEST_TEXT ? { value } : null;
    case 'Boolean':
      if (text === true || text === 'true') return { value: true };
      return text === false || text === 'false' ? { value: false } : null;
    case 'Integer': {
      const number = typeof text === 'string' && /^[+-]?\d{1,16}$/.test(text) ? Number(text) : text;
      return Number.isSafeInteger(number) ? { value: number } : null;
    }
    case 'Decimal': {
      // Kept as text: a double would change it.
      const decimal = typeof text === 'number' ? String(text) : text;
      return typeof decimal === 'string' && DECIMAL_PATTERN.test(decimal) ? { value: decimal } : null;
    }
    case 'Date':
      return typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text) && isRealDate(text) ? { value: text } : null;
    case 'DateTime-Local': {
      const match = typeof text === 'string' ? LOCAL_TIME.exec(text) : null;
      return match && isRealDate(match[1] ?? '') ? { value: match[0].replace(' ', 'T') } : null;
    }
    case 'JSON': {
      const json = typeof text === 'string' && /^[[{]/.test(text) ? parsed(text) : value;
      return json !== undefined && JSON.stringify(json).length <= LONGEST_TEXT ? { value: json } : null;
    }
  }
}

const LONGEST_TEXT = 10_000;
/** S-W2. */
const LONGEST_ID = 255;
const LOCAL_TIME = /^(\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?$/;

/** What each type takes, for errors. */
export const DESCRIBED: Record<Datatype, string> = {
  Text: `text of at most ${String(LONGEST_TEXT)} characters`,
  Boolean: 'true or false',
  Integer: 'a whole number',
  Decimal: 'a decimal number',
  Date: 'a date, such as 2026-01-31',
  'DateTime-Local': 'a local date and time without a zone, such as 2026-01-31T09:00',
  JSON: `JSON of at most ${String(LONGEST_TEXT)} characters, or its text`,
};

function bind(read: ReadParameters, { binds_to: target }: RunField, parameter: string, value: unknown): void {
  if (target.startsWith('variable:')) read.variables[target.slice('variable:'.length)] = value;
  else if (target === 'customer_id') read.customer = { id: String(value), parameter };
  else read.resource = { id: String(value), parameter };
}

/** undefined = it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function namesSomething({ binds_to }: RunField): boolean {
  return !binds_to.startsWith('variable:');
}

/** What names the resource is needed however it is declared (S-Z4). */
function isNeeded({ required, binds_to }: RunField): boolean {
  return required || Object.hasOwn(RESOURCE_BINDINGS, binds_to);
}

function isUnset(value: unknown): boolean {
  return value === null || value === undefined || value === '';
}

export function isReserved(name: string): boolean {
  return (RESERVED as readonly string[]).includes(name);
}

function isRealDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(text);
}
