import proto from '@temporalio/proto';
import { SEARCH_ATTRIBUTES, type SearchAttributeName } from '../contracts/search-attributes.js';
import type { EngineClient } from './client.js';

const TYPES = {
  KEYWORD: proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  DATETIME: proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
} as const;

/** The search attributes that the namespace lacks; empty = ready. */
async function missingSearchAttributes(engine: EngineClient): Promise<SearchAttributeName[]> {
  const { customAttributes } = await engine.call((client) =>
    client.connection.operatorService.listSearchAttributes({ namespace: client.options.namespace }),
  );
  const names = Object.keys(SEARCH_ATTRIBUTES) as SearchAttributeName[];
  return names.filter((name) => customAttributes[name] !== TYPES[SEARCH_ATTRIBUTES[name]]);
}

/**
 * Registers what is missing. Where the operator API is closed to us (Temporal Cloud), the error names the attributes an
 * administrator has to create.
 */
export async function registerSearchAttributes(engine: EngineClient): Promise<void> {
  const missing = await missingSearchAttributes(engine);
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, TYPES[SEARCH_ATTRIBUTES[name]]]));
  try {
    await engine.call((client) =>
      client.connection.operatorService.addSearchAttributes({ namespace: client.options.namespace, searchAttributes }),
    );
  } catch (error) {
    const list = missing.map((name) => `${name} (${SEARCH_ATTRIBUTES[name]})`).join(', ');
    throw new Error(`The namespace lacks search attributes and they could not be created; create them: ${list}`, {
      cause: error,
    });
  }
}
