const LONGEST = 500;

/** Text of others as it may be stored and shown: one line, at most 500 characters; null = there is none. */
export function reportText(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const line = String(value)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST)
    .toWellFormed();
  return line === '' ? null : line;
}
