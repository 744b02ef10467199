/** What came of asking a billing source for a PDF. `why` is for people, without secrets and on one line. */
export type FetchedPdf =
  | { kind: 'PDF'; content: Buffer }
  /** It has none, or what it has cannot be taken: asking again at once would not help. */
  | { kind: 'NONE'; why: string }
  /** It may have one in a moment. */
  | { kind: 'LATER'; why: string; retryAfterMs: number | null };
