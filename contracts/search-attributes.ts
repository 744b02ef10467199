/** Typed search attributes of every reminder run, registered by the engine at start. Their words are the API's words. */
export const SEARCH_ATTRIBUTES = {
  DunwellPlatform: 'KEYWORD',
  DunwellWorkflow: 'KEYWORD',
  DunwellCustomer: 'KEYWORD',
  DunwellResource: 'KEYWORD',
  DunwellVariant: 'KEYWORD',
  DunwellStatus: 'KEYWORD',
  DunwellReason: 'KEYWORD',
  DunwellNextStepAt: 'DATETIME',
} as const;

export type SearchAttributeName = keyof typeof SEARCH_ATTRIBUTES;
