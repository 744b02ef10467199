import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.js';
import type { SearchAttributeType } from './temporal-server.js';

/** Our search attributes in the spelling of the Temporal CLI. */
export function searchAttributesForCli(): Record<string, SearchAttributeType> {
  const types = { KEYWORD: 'Keyword', DATETIME: 'Datetime' } as const;
  return Object.fromEntries(Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, types[type]]));
}
