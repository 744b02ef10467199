/** OpenAPI 3.1, as far as it is read and written here. */
export interface OpenApi {
  paths?: Record<string, Record<string, Operation>>;
  components?: {
    schemas?: Record<string, Schema>;
    responses?: Record<string, Answer>;
    headers?: Record<string, Header>;
    parameters?: Record<string, Parameter>;
  };
}

export interface Operation {
  tags?: string[];
  parameters?: (Parameter | Ref)[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  'x-body-optional'?: true;
  responses?: Record<string, Answer | Ref>;
}

export interface Answer {
  description?: string;
  headers?: Record<string, Ref>;
  content?: Record<string, Media>;
}

interface Media {
  schema: Schema;
  example?: unknown;
}

export interface Header {
  description: string;
  required?: boolean;
  schema: Schema;
}

export interface Parameter extends Header {
  name: string;
  in: string;
}

/** A type and not an interface: it is a schema, too. */
export type Ref = { $ref: string };

export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  examples?: unknown[];
  [keyword: string]: unknown;
}

type Part = 'schemas' | 'responses' | 'headers' | 'parameters';

export function isRef(part: object): part is Ref {
  return '$ref' in part;
}

export function refTo(part: Part, name: string): Ref {
  return { $ref: `#/components/${part}/${name}` };
}

/** Every operation with its method, in lower case, and its path. */
export function operationsOf(document: OpenApi): { method: string; path: string; operation: Operation }[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
  );
}
